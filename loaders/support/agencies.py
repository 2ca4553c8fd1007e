"""Publishers of code systems, and the dates from which they were responsible."""

from __future__ import annotations

from datetime import date

from begrepp.records import Agent, texts

IN_COPYRIGHT = "http://rightsstatements.org/vocab/InC/1.0/"
"""Rights statement for publishers without an open licence: quotation with attribution, no redistribution."""

_NATIONAL_AUTHORITY = "http://purl.org/adms/publishertype/NationalAuthority"
_STANDARDS = "http://purl.org/adms/publishertype/StandardisationBody"
_NONPROFIT = "http://purl.org/adms/publishertype/NonProfitOrganisation"
_ACADEMIA = "http://purl.org/adms/publishertype/Academia-ScientificOrganisation"

SOCIALSTYRELSEN = Agent(
    id="socialstyrelsen",
    names=texts("Socialstyrelsen", "National Board of Health and Welfare"),
    homepage="https://www.socialstyrelsen.se/",
    type=_NATIONAL_AUTHORITY,
)
EHALSOMYNDIGHETEN = Agent(
    id="ehalsomyndigheten",
    names=texts("E-hälsomyndigheten", "Swedish eHealth Agency"),
    homepage="https://www.ehalsomyndigheten.se/",
    type=_NATIONAL_AUTHORITY,
)
LAKEMEDELSVERKET = Agent(
    id="lakemedelsverket",
    names=texts("Läkemedelsverket", "Swedish Medical Products Agency"),
    homepage="https://www.lakemedelsverket.se/",
    type=_NATIONAL_AUTHORITY,
)
RCC = Agent(
    id="rcc",
    names=texts("Regionala cancercentrum i samverkan", "Regional Cancer Centres in Sweden"),
    homepage="https://cancercentrum.se/",
    type="http://purl.org/adms/publishertype/RegionalAuthority",
)
BEGREPP = Agent(
    id="begrepp",
    names=texts("begrepp", "begrepp"),
    homepage="https://w3id.org/begrepp/",
    type=_NONPROFIT,
)
WHO = Agent(
    id="who",
    names=texts("Världshälsoorganisationen", "World Health Organization"),
    homepage="https://www.who.int/",
    type="http://purl.org/adms/publishertype/SupraNationalAuthority",
)
SCB = Agent(
    id="scb",
    names=texts("Statistiska centralbyrån", "Statistics Sweden"),
    homepage="https://www.scb.se/",
    type=_NATIONAL_AUTHORITY,
)
SNOMED_INTERNATIONAL = Agent(
    id="snomed-international",
    names=texts("SNOMED International", "SNOMED International"),
    homepage="https://www.snomed.org/",
    type=_STANDARDS,
)
IFCC = Agent(
    id="ifcc-iupac",
    names=texts("IFCC och IUPAC", "IFCC and IUPAC"),
    homepage="https://www.npu-terminology.org/",
    type=_STANDARDS,
)
REGENSTRIEF = Agent(
    id="regenstrief",
    names=texts("Regenstrief Institute", "Regenstrief Institute"),
    homepage="https://loinc.org/",
    type=_NONPROFIT,
)
OHDSI = Agent(
    id="ohdsi",
    names=texts("OHDSI", "Observational Health Data Sciences and Informatics"),
    homepage="https://www.ohdsi.org/",
    type=_ACADEMIA,
)
MONARCH = Agent(
    id="monarch",
    names=texts("Monarch Initiative", "Monarch Initiative"),
    homepage="https://monarchinitiative.org/",
    type=_ACADEMIA,
)
CBIOPORTAL = Agent(
    id="cbioportal",
    names=texts("cBioPortal och Memorial Sloan Kettering", "cBioPortal and Memorial Sloan Kettering"),
    homepage="https://oncotree.info/",
    type=_ACADEMIA,
)
KNOWN = {
    agent.id: agent
    for agent in (
        *(SOCIALSTYRELSEN, EHALSOMYNDIGHETEN, LAKEMEDELSVERKET, RCC, BEGREPP, WHO, SCB),
        *(SNOMED_INTERNATIONAL, IFCC, REGENSTRIEF, OHDSI, MONARCH, CBIOPORTAL),
    )
}
"""The agents that a declaration may refer to by id."""

_CLASSIFICATIONS_MOVED = date(2026, 6, 1)


def classifications_publisher(valid_from: date) -> Agent:
    """Return the publisher of a national classification on a date: E-hälsomyndigheten from 1 June 2026."""
    return EHALSOMYNDIGHETEN if valid_from >= _CLASSIFICATIONS_MOVED else SOCIALSTYRELSEN
