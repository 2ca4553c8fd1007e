"""RDF terms and triples as N-Triples text (https://www.w3.org/TR/n-triples/), the fastest form that every engine reads.

Functions that take a prefixed name (`skos:prefLabel`) raise `KeyError` for an unknown prefix.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache, lru_cache

from begrepp.rdf.literal_languages import is_language_tag
from begrepp.rdf.namespaces import expand
from begrepp.records import RdfTerm, Text, is_iri

Triple = tuple[str, str, str]
"""Subject, predicate and object as N-Triples terms."""

_NOT_IN_IRI = re.compile(r'[\x00- <>"{}|^`\\]')
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r"})


@cache
def name(prefixed: str) -> str:
    """Expand a prefixed name such as `skos:prefLabel` to an N-Triples IRI."""
    return f"<{expand(prefixed)}>"


def iri(value: str) -> str:
    """Format an IRI as an N-Triples term; characters that are not allowed in an IRI are percent-encoded."""
    if not _NOT_IN_IRI.search(value):
        return f"<{value}>"
    return "<" + "".join(f"%{ord(c):02X}" if c <= " " or c in '<>"{}|^`\\' else c for c in value) + ">"


@lru_cache(maxsize=10_000)
def property_iri(value: str) -> str:
    """Format the IRI of a property as an N-Triples term; cached, since properties are few and repeated."""
    return iri(value)


class LanguageTagError(ValueError):
    """A language tag is not well-formed (BCP 47)."""


def text(value: Text) -> str:
    """Format a language-tagged literal. Raises `LanguageTagError`."""
    return f'"{_escape(value.value)}"{_language_suffix(value.lang)}'


@cache
def _language_suffix(tag: str) -> str:
    if not is_language_tag(tag):
        raise LanguageTagError(tag)
    return f"@{tag}"


def plain(value: str) -> str:
    """Format a string literal."""
    return f'"{_escape(value)}"'


def _escape(value: str) -> str:
    # Nearly no text has one of these; to translate one with Swedish letters takes twenty times as long as to look.
    if '"' in value or "\\" in value or "\n" in value or "\r" in value:
        return value.translate(_ESCAPES)
    return value


def typed_literal(value: object, datatype: str) -> str:
    """Format a literal with a datatype, given as a prefixed name."""
    return f'"{value}"^^{name(datatype)}'


def date_literal(value: date) -> str:
    """Format an `xsd:date` literal."""
    return typed_literal(value.isoformat(), "xsd:date")


def partial_date_literal(value: str) -> str:
    """Format a year, year and month, or date as `xsd:gYear`, `xsd:gYearMonth` or `xsd:date`, by its length."""
    return typed_literal(value, {4: "xsd:gYear", 7: "xsd:gYearMonth"}.get(len(value), "xsd:date"))


def ntriples_line(triple: Triple) -> str:
    """Format a triple as a line of N-Triples, with its line feed."""
    return f"{triple[0]} {triple[1]} {triple[2]} .\n"


def texts(subject: str, prefixed: str, values: Iterable[Text]) -> Iterator[Triple]:
    """Yield one triple with a language-tagged literal for each text."""
    predicate = name(prefixed)
    for value in values:
        yield subject, predicate, text(value)


def validity_triples(subject: str, valid_from: date | None, valid_to: date | None) -> Iterator[Triple]:
    """Yield the triples of a validity period; an unknown end yields nothing."""
    if valid_from:
        yield subject, name("begrepp:validFrom"), date_literal(valid_from)
    if valid_to:
        yield subject, name("begrepp:validTo"), date_literal(valid_to)


def source_term(value: str) -> str:
    """Format a source as an IRI if it is a web address, otherwise as a string literal."""
    is_link = value.startswith(("http://", "https://")) and not any(c.isspace() for c in value)
    return iri(value) if is_link else plain(value)


def iri_or_literal(value: str) -> str:
    """Format a value as an IRI if it is one, such as a file type of the EU authority list, otherwise as a literal."""
    return iri(value) if is_iri(value) and not any(c.isspace() for c in value) else plain(value)


def rdf_term(term: RdfTerm) -> str:
    """Format a term taken from a publisher's RDF."""
    if term.kind == "iri":
        return iri(term.value)
    if term.lang:
        return text(Text(term.value, term.lang))
    return plain(term.value) + (f"^^{iri(term.datatype)}" if term.datatype else "")
