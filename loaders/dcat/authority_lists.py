"""EU authority lists: current IRIs, codes of languages; and a check for misspelt namespaces."""

from __future__ import annotations

import re
from pathlib import Path

from begrepp.errors import InputError, Origin
from begrepp.rdf.near_namespaces import declared_near_namespaces

_HEALTH_AUTHORITY = "https://hdeu-dcat.data.health.europa.eu/resource/authority/"
# HealthDCAT-AP's lists were served from a bare IP address until Release 6.
_MOVED = (
    (re.compile(r"https?://13\.81\.34\.152(?::\d+)?/resource/authority/"), _HEALTH_AUTHORITY),
    (re.compile(r"http://hdeu-dcat\.data\.health\.europa\.eu/resource/authority/"), _HEALTH_AUTHORITY),
    (
        re.compile(r"https://publications\.europa\.eu/resource/authority/"),
        "http://publications.europa.eu/resource/authority/",
    ),
    (re.compile(r"https://id\.loc\.gov/vocabulary/iso639-1/"), "http://id.loc.gov/vocabulary/iso639-1/"),
)
# Languages by their codes in the lists of the EU and the Library of Congress; others become `und`.
LANGUAGES = {
    "SWE": "sv",
    "ENG": "en",
    "NOR": "no",
    "NOB": "nb",
    "NNO": "nn",
    "DAN": "da",
    "FIN": "fi",
    "ISL": "is",
    "DEU": "de",
    "FRA": "fr",
    "NLD": "nl",
    "SPA": "es",
    "ITA": "it",
    "POR": "pt",
    "SLV": "sl",
    "EST": "et",
    "POL": "pl",
    "CES": "cs",
    "HUN": "hu",
    "ELL": "el",
    "LAV": "lv",
    "LIT": "lt",
    "HRV": "hr",
    "GLE": "ga",
}


def current_address(iri: str) -> str:
    """Return the current IRI of an entry of an authority list; other IRIs unchanged."""
    for pattern, target in _MOVED:
        if match := pattern.match(iri):
            return target + iri[match.end() :]
    return iri


def check_namespaces(path: Path) -> None:
    """Raise `InputError` with the line where a known namespace is declared with another spelling.

    With `http://www.w3.org/ns/dcat/` in place of DCAT's namespace no dataset would be found.
    """
    for near in declared_near_namespaces(path):
        if near.kind == "spelling":
            raise InputError(
                Origin(path.name, near.row),
                f"<{near.found}> is declared, not a namespace; it differs from <{near.expected}> (`{near.prefix}:`).",
                f"Write <{near.expected}> in a copy of the file, and tell the publisher.",
            )
