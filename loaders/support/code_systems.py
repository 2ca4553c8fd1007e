"""Code systems by their URIs, OIDs and names, and resolution of their codes."""

from __future__ import annotations

from collections.abc import Mapping

from begrepp.records import is_iri

_SNOMED, _LOINC = "http://snomed.info/id/{notation}", "https://loinc.org/rdf/{notation}"
_NCIT, _HGNC = "http://purl.obolibrary.org/obo/NCIT_{notation}", "https://identifiers.org/hgnc:{notation}"
# From URI or OID (docs/decisions/iris.md) to the id of a scheme, or a template of the publisher's IRIs.
SYSTEMS = {
    "http://unitsofmeasure.org": "ucum",
    "urn:oid:2.16.840.1.113883.6.8": "ucum",
    "http://snomed.info/sct": _SNOMED,
    "urn:oid:2.16.840.1.113883.6.96": _SNOMED,
    "urn:oid:1.2.752.116.2.1.1": _SNOMED,
    "http://loinc.org": _LOINC,
    "urn:oid:2.16.840.1.113883.6.1": _LOINC,
    "http://hl7.org/fhir/sid/icd-10": "icd-10",
    "urn:oid:2.16.840.1.113883.6.3": "icd-10",
    "https://www.icd10.se/": "icd-10-se",
    "http://hl7.org/fhir/sid/icd-10-se": "icd-10-se",
    "urn:oid:1.2.752.116.1.1.1": "icd-10-se",
    "http://www.whocc.no/atc": "atc",
    "urn:oid:1.2.752.129.2.2.3.1.1": "atc",
    "http://npu-terminology.org": "npu",
    "urn:oid:1.2.752.108.1": "npu",
    "http://terminology.hl7.org/CodeSystem/icd-o-3": "icd-o-3",
    "urn:oid:2.16.840.1.113883.6.43.1": "icd-o-3",
    "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl": _NCIT,
    "http://ncithesaurus-stage.nci.nih.gov": _NCIT,
    "http://ncit.nci.nih.gov": _NCIT,
    "urn:oid:2.16.840.1.113883.3.26.1.1": _NCIT,
    "http://www.genenames.org/geneId": _HGNC,
    "http://www.genenames.org": _HGNC,
}
# Names in ODM, openEHR and DDI, in lower case without punctuation.
_NAMES = {
    "snomedct": _SNOMED,
    "snomed": _SNOMED,
    "sct": _SNOMED,
    "loinc": _LOINC,
    "nciextcodeid": _NCIT,
    "ncit": _NCIT,
    "nci": _NCIT,
    "hgnc": _HGNC,
    "icd10se": "icd-10-se",
    "icd10": "icd-10",
    "icdo3": "icd-o-3",
    "atc": "atc",
    "npu": "npu",
}


def concept_reference(system: str, code: str, declared: Mapping[str, str] | None = None) -> str:
    """Return a code as an IRI or `scheme:notation`; empty if the system is unknown.

    `system` is a URI, an OID or a name with or without version: `SNOMED-CT`, `LOINC(2.65)`, `http://loinc.org|2.74`.
    `declared` is `[systems]` of source.toml.
    """
    address = system.partition("|")[0].partition("(")[0].strip()
    # Some files include the national edition in the URI.
    address = "http://snomed.info/sct" if address.startswith("http://snomed.info/sct") else address
    name = "".join(each for each in address.lower() if each.isalnum())
    target = (declared or {}).get(address) or SYSTEMS.get(address) or _NAMES.get(name, "")
    if not target or not code:
        return ""
    if is_iri(target):
        return target.replace("{notation}", code.removeprefix("HGNC:"))
    return f"{target}:{code}"
