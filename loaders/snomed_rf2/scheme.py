"""The scheme of Snomed CT."""

from __future__ import annotations

from begrepp.records import (
    Scheme,
    texts,
)

LICENCE = "https://www.snomed.org/get-snomed"
IRI = "http://snomed.info/id/"
REFERENCE_SETS = "http://snomed.info/sct?fhir_vs=refset/"
"""Beginning of the address of the value set that a reference set is (FHIR, "Using SNOMED CT with FHIR")."""
SCHEME = Scheme(
    id="snomed-ct",
    titles=texts("Snomed CT", "SNOMED CT"),
    identifiers=(
        "http://snomed.info/sct",
        "http://snomed.info/sct/45991000052106",
        "urn:oid:2.16.840.1.113883.6.96",
        "urn:oid:1.2.752.116.2.1.1",
    ),
    preferred_system_uri="http://snomed.info/sct",
    notation_pattern=r"^[1-9][0-9]{5,17}$",
    iri_template=IRI + "{notation}",
)
