"""Namespaces that are nearly a known one: another scheme, separator, letter or an old version of it.

A property or class in such a namespace is a different one, so software passes over it without a word: with
`http://www.w3.org/ns/dcat/` in place of `http://www.w3.org/ns/dcat#`, a file has no datasets. The known namespaces are
those of `ontology/prefixes.ttl`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from itertools import islice
from pathlib import Path
from typing import IO, Literal, cast

from pyoxigraph import Literal as RdfLiteral
from pyoxigraph import NamedNode, RdfFormat, parse

from begrepp.rdf.namespaces import prefixes
from begrepp.rdf.rdf_xml import RdfXmlStream
from begrepp.rdf.xml_encoding import utf8_xml

_OTHERS = frozenset(
    {
        "http://schema.org/",  # Schema.org uses both schemes
        "http://www.w3.org/ns/duv#",
        "http://www.w3.org/ns/org#",
        "http://www.w3.org/ns/locn#",
        "http://www.w3.org/ns/odrl/2/",
        "http://www.w3.org/2001/XMLSchema",  # the namespace of XML Schema itself
    }
)
"""Namespaces of other vocabularies which differ from a known one by little."""
_FORMER = {
    "w3.org/2004/02/skos": "skos",
    "w3.org/2008/05/skos": "skos",
    "w3.org/tr/skos-reference": "skos",
    "purl.org/dc/dcterms": "dct",
    "purl.org/dcterms": "dct",
    "vocab.deri.ie/dcat": "dcat",
    "w3.org/tr/vocab-dcat": "dcat",
    "purl.org/adms": "adms",
    "w3.org/tr/vocab-dqv": "dqv",
    "w3.org/tr/prov-o": "prov",
    "w3.org/ns/dpv": "dpv",
    "w3.org/2001/vcard-rdf/3.0": "vcard",
    "healthdcat-ap.github.io": "health",
    "dcat-ap.de": "dcatap",
    "w3.org/2000/10/xmlschema": "xsd",
    "spdx.org/rdf": "spdx",
}
"""Earlier versions of namespaces, and pages that describe a vocabulary, without scheme and final separator."""
_SYNONYMS = {"dcterms": "dct", "healthdcatap": "health", "healthdcat": "health"}
"""Other prefixes that publishers use for a known namespace."""
_DECLARATION = re.compile(
    r"""(?:@?prefix\s+(?P<turtle>[\w.-]*)\s*:\s*<(?P<turtle_ns>[^>\s]+)>)
      | (?:xmlns:(?P<xml>[\w.-]+)\s*=\s*["'](?P<xml_ns>[^"'\s]+)["'])
      | (?:"(?P<json>[\w-]+)"\s*:\s*"(?P<json_ns>https?://[^"\s]+[\#/])")""",
    re.VERBOSE | re.IGNORECASE,
)
"""`@prefix dcat: <…>`, `PREFIX dcat: <…>`, `xmlns:dcat="…"` and `"dcat": "…"` of a JSON-LD context."""
_WITHOUT_PREFIXES = (RdfFormat.N_TRIPLES, RdfFormat.N_QUADS)
_HEAD_BYTES = 1 << 20
_MAX_STATEMENTS = 200_000
"""Statements of a file whose properties, classes and datatypes are examined."""
_MIN_LENGTH = 12
"""Shortest namespace, without scheme and separator, that is compared letter by letter."""


@dataclass(frozen=True, slots=True)
class NearNamespace:
    """A namespace in a file, the known one that it is nearly, and the line of its declaration (0 if unknown)."""

    found: str
    expected: str
    prefix: str
    kind: Literal["spelling", "version", "prefix"]
    """Kind of difference: in spelling, as an earlier version, or only by the prefix that stands for the namespace."""
    row: int = 0


@lru_cache(4096)
def nearest_namespace(namespace: str) -> NearNamespace | None:
    """Return the known namespace that a namespace is nearly; None if it is a known one or near to none."""
    known = prefixes()
    if namespace in _OTHERS or namespace in known.values():
        return None
    plain = _plain(namespace)
    names = [name for name, expected in known.items() if _plain(expected) == plain]
    if not names and plain in _FORMER:
        return NearNamespace(namespace, known[_FORMER[plain]], _FORMER[plain], "version")
    if len(plain) >= _MIN_LENGTH and plain not in map(_plain, _OTHERS):
        names += [name for name, expected in known.items() if _is_one_edit(plain, _plain(expected))]
    return NearNamespace(namespace, known[names[0]], names[0], "spelling") if names else None


@lru_cache(4096)
def nearest_term(iri: str) -> NearNamespace | None:
    """Return the near namespace of a property, class or datatype, also where the separator is missing."""
    namespace = iri[: max(iri.rfind("#"), iri.rfind("/")) + 1]
    if namespace in prefixes().values():
        return None
    for prefix, expected in prefixes().items():
        start = re.match(r"https?://(?:www\.)?", iri)
        base = _without_scheme(expected)[:-1]
        rest = iri[start.end() :].removeprefix(base) if start else ""
        if start and iri[start.end() :].startswith(base) and rest[:1].isalpha() and not re.search(r"[/#]", rest):
            return NearNamespace(iri[: len(iri) - len(rest)], expected, prefix, "spelling")
    return nearest_namespace(namespace)


def declared_near_namespaces(path: Path) -> list[NearNamespace]:
    """Return the near namespaces that a file declares in its first megabyte, with their lines."""
    return _nearest_to_declared(_declarations(_read_head(path)))


def _nearest_to_declared(declarations: Iterable[tuple[int, str, str]]) -> list[NearNamespace]:
    found = ((row, nearest_namespace(namespace)) for row, _, namespace in declarations)
    return [replace(near, row=row) for row, near in found if near]


def near_namespaces(path: Path, rdf_format: RdfFormat) -> list[NearNamespace]:
    """Return what a file declares or uses that is nearly a known namespace; a file that is not RDF has nothing.

    A prefix such as `dcatap` that stands for another namespace counts if a property, class or datatype is in it.
    """
    declarations = [] if rdf_format in _WITHOUT_PREFIXES else [*_declarations(_read_head(path))]
    used = {*_used_terms(path, rdf_format)}
    found = {near.found: near for near in _nearest_to_declared(declarations)}
    for near in filter(None, map(nearest_term, sorted(used))):
        found.setdefault(near.found, near)
    known = {*prefixes().values(), *_OTHERS}
    for row, prefix, namespace in declarations:
        name = _SYNONYMS.get(prefix, prefix)
        if name in prefixes() and namespace not in known and any(term.startswith(namespace) for term in used):
            found.setdefault(namespace, NearNamespace(namespace, prefixes()[name], name, "prefix", row))
    rows = {namespace: row for row, _, namespace in reversed(declarations)}
    return [near if near.row else replace(near, row=rows.get(near.found, 0)) for near in found.values()]


def _used_terms(path: Path, rdf_format: RdfFormat) -> Iterator[str]:
    """Yield the properties, classes and datatypes of the first statements; stops where the file is not RDF."""
    rdf_type = NamedNode(prefixes()["rdf"] + "type")
    with utf8_xml(path) as readable, readable.open("rb") as file:
        stream = RdfXmlStream(file) if rdf_format == RdfFormat.RDF_XML else file
        try:
            quads = parse(cast(IO[bytes], stream), format=rdf_format, base_iri=path.absolute().as_uri(), lenient=True)
            for quad in islice(quads, _MAX_STATEMENTS):
                yield quad.predicate.value
                if quad.predicate == rdf_type and isinstance(quad.object, NamedNode):
                    yield quad.object.value
                elif isinstance(quad.object, RdfLiteral):
                    yield quad.object.datatype.value
        except (SyntaxError, ValueError, OSError):
            return


def _read_head(path: Path) -> str:
    with utf8_xml(path) as readable, readable.open("rb") as file:
        return file.read(_HEAD_BYTES).decode("utf-8", "replace")


def _declarations(text: str) -> Iterable[tuple[int, str, str]]:
    """Yield row, prefix in lower case, and namespace of each declaration in a text."""
    for match in _DECLARATION.finditer(text):
        for kind in ("turtle", "xml", "json"):
            if namespace := match[f"{kind}_ns"]:
                yield text.count("\n", 0, match.start()) + 1, (match[kind] or "").lower(), namespace


@cache
def _plain(namespace: str) -> str:
    """Return a namespace in lower case without scheme, `www` and final `#` or `/`, for comparison."""
    return re.sub(r"[#/]+$", "", _without_scheme(namespace).lower())


def _without_scheme(iri: str) -> str:
    return re.sub(r"^https?://(www\.)?", "", iri)


def _is_one_edit(one: str, other: str) -> bool:
    """Return whether one letter is added, missing, another, or two letters have changed places."""
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    while one and other and one[0] == other[0]:
        one, other = one[1:], other[1:]
    while one and other and one[-1] == other[-1]:
        one, other = one[:-1], other[:-1]
    return max(len(one), len(other)) <= 1 or (len(one) == len(other) == 2 and one == other[::-1])
