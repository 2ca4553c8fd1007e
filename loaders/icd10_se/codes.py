"""How a code of ICD-10-SE is written: with a dot, on a level that its form tells, with dagger or asterisk."""

from __future__ import annotations

from begrepp.records import Marker

SCHEME_ID = "icd-10-se"
MARKERS = {"": None, "*": Marker.ASTERISK, "†": Marker.DAGGER}


def dotted(code: str) -> str:
    """`C509` as `C50.9`; chapters, blocks and three-character codes as they are."""
    return f"{code[:3]}.{code[3:]}" if len(code) > 3 and "." not in code and "-" not in code else code


def level_of(notation: str) -> str:
    """The level that a notation's form tells."""
    if "-" in notation:
        return "avsnitt"
    return {2: "kapitel", 3: "kategori", 5: "fyrstallig", 6: "femstallig"}.get(len(notation), "")
