"""The scheme of ICD-10-SE, its levels, and the form of its codes."""

from __future__ import annotations

from begrepp.records import (
    Marker,
    Scheme,
    texts,
)

SCHEME = Scheme(
    id="icd-10-se",
    titles=texts(
        "ICD-10-SE, internationell statistisk klassifikation av sjukdomar och relaterade hälsoproblem",
        "ICD-10-SE, International Statistical Classification of Diseases, Swedish version",
    ),
    # OIDs and URIs seen in Swedish interfaces; there is no agreed canonical URI (HL7 Sweden, RIV-TA).
    identifiers=(
        "urn:oid:1.2.752.116.1.1.1",
        "urn:oid:1.2.752.116.1.1.1.1.3",
        "urn:oid:1.2.752.116.1.1.1.1.8",
        "http://hl7.org/fhir/sid/icd-10-se",
        "https://www.icd10.se/",
        "https://terminologitjansten.inera.se/inera-kodverksforvaltning/kodverk/icd-10-se",
    ),
    preferred_system_uri="urn:oid:1.2.752.116.1.1.1",
    notation_pattern=r"^([0-2][0-9]|[A-Z][0-9]{2}(-[A-Z][0-9]{2})?|[A-Z][0-9]{2}\.[0-9A-Z]{1,2})$",
)


LEVELS = {
    "kapitel": (1, texts("Kapitel", "Chapter")),
    "avsnitt": (2, texts("Avsnitt", "Block")),
    "kategori": (3, texts("Kategori, treställig kod", "Category, three characters")),
    "fyrstallig": (4, texts("Subkategori, fyrställig kod", "Subcategory, four characters")),
    "femstallig": (5, texts("Femställig kod", "Five characters")),
}

MARKERS = {"": None, "*": Marker.ASTERISK, "†": Marker.DAGGER}


def dotted(code: str) -> str:
    """Return a code with its dot: `C509` as `C50.9`; chapters, blocks and three-character codes unchanged."""
    return f"{code[:3]}.{code[3:]}" if len(code) > 3 and "." not in code and "-" not in code else code


def level_of(notation: str) -> str:
    """Return the id of the level, derived from the form of the notation."""
    if "-" in notation:
        return "avsnitt"
    return {2: "kapitel", 3: "kategori", 5: "fyrstallig", 6: "femstallig"}.get(len(notation), "")
