"""EU authority lists: current IRIs, codes of languages; and a check for misspelt namespaces."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from begrepp.errors import InputError, Origin
from begrepp.rdf.namespaces import prefixes

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
# `@prefix dcat: <…>`, `PREFIX dcat: <…>`, `xmlns:dcat="…"` and `"dcat": "…"` of a JSON-LD context.
_PREFIX_DECLARATION = re.compile(
    r"""(?:@?prefix\s+(?P<turtle>[\w.-]*)\s*:\s*<(?P<turtle_ns>[^>\s]+)>)
      | (?:xmlns:(?P<xml>[\w.-]+)\s*=\s*["'](?P<xml_ns>[^"'\s]+)["'])
      | (?:"(?P<json>[\w-]+)"\s*:\s*"(?P<json_ns>https?://[^"\s]+[\#/])")""",
    re.VERBOSE | re.IGNORECASE,
)
_PREFIX_SYNONYMS = {"dcterms": "dct", "healthdcatap": "health", "healthdcat": "health"}
_HEAD_BYTES = 1 << 20
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
    """Raise `InputError` with the line where a well-known prefix is bound to a misspelt namespace.

    With `http://www.w3.org/ns/dcat/` in place of DCAT's namespace no dataset would be found.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES).decode("utf-8", "replace")
    for row, prefix, namespace in _declared_prefixes(head):
        expected = prefixes().get(_PREFIX_SYNONYMS.get(prefix, prefix))
        # Schema.org uses both http and https.
        if (
            expected
            and prefix != "schema"
            and namespace != expected
            and _comparable(namespace) == _comparable(expected)
        ):
            raise InputError(
                Origin(path.name, row),
                f"the prefix '{prefix}' is declared as <{namespace}>, not a namespace; it differs from <{expected}>.",
                f"Write <{expected}> in a copy of the file, and tell the publisher.",
            )


def _declared_prefixes(text: str) -> Iterator[tuple[int, str, str]]:
    for match in _PREFIX_DECLARATION.finditer(text):
        for kind in ("turtle", "xml", "json"):
            if namespace := match[f"{kind}_ns"]:
                yield text.count("\n", 0, match.start()) + 1, (match[kind] or "").lower(), namespace


def _comparable(namespace: str) -> str:
    """Return a namespace without scheme, `www` and final `#` or `/`, for comparison."""
    return re.sub(r"^https?://(www\.)?|[#/]+$", "", namespace.lower())
