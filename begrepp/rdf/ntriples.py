"""RDF terms and triples as text, in the form of N-Triples: the fastest form that every engine reads."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache, lru_cache

from begrepp.rdf.namespaces import expand
from begrepp.records import RdfTerm, Text, is_iri

Triple = tuple[str, str, str]
"""Subject, predicate and object as N-Triples terms."""

_NOT_IN_IRI = re.compile(r'[\x00- <>"{}|^`\\]')
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r"})


@cache
def name(prefixed: str) -> str:
    """`skos:prefLabel` as an N-Triples IRI."""
    return f"<{expand(prefixed)}>"


def iri(value: str) -> str:
    """An IRI as an N-Triples term; characters that an IRI may not hold are percent-encoded."""
    if not _NOT_IN_IRI.search(value):
        return f"<{value}>"
    return "<" + "".join(f"%{ord(c):02X}" if c <= " " or c in '<>"{}|^`\\' else c for c in value) + ">"


@lru_cache(maxsize=10_000)
def property_iri(value: str) -> str:
    """The IRI of a property, of which there are few, as an N-Triples term."""
    return iri(value)


def text(value: Text) -> str:
    """A language-tagged literal."""
    return f'"{value.value.translate(_ESCAPES)}"@{value.lang}'


def plain(value: str) -> str:
    """A string literal."""
    return f'"{value.translate(_ESCAPES)}"'


def typed(value: object, datatype: str) -> str:
    """A literal with an XML Schema datatype."""
    return f'"{value}"^^{name(datatype)}'


def day(value: date) -> str:
    """An xsd:date."""
    return typed(value.isoformat(), "xsd:date")


def when(value: str) -> str:
    """A year, a year and month, or a date, with the datatype that its length tells."""
    return typed(value, {4: "xsd:gYear", 7: "xsd:gYearMonth"}.get(len(value), "xsd:date"))


def ntriples(triple: Triple) -> str:
    """The triple as a line of N-Triples, with its line feed."""
    return f"{triple[0]} {triple[1]} {triple[2]} .\n"


def texts(subject: str, prefixed: str, values: Iterable[Text]) -> Iterator[Triple]:
    """A language-tagged literal for each of the texts."""
    predicate = name(prefixed)
    for value in values:
        yield subject, predicate, text(value)


def days(subject: str, valid_from: date | None, valid_to: date | None) -> Iterator[Triple]:
    """The period of validity, as far as it is known."""
    if valid_from:
        yield subject, name("begrepp:validFrom"), day(valid_from)
    if valid_to:
        yield subject, name("begrepp:validTo"), day(valid_to)


def source(value: str) -> str:
    """A source is a link where it is one, otherwise words."""
    is_link = value.startswith(("http://", "https://")) and not any(c.isspace() for c in value)
    return iri(value) if is_link else plain(value)


def iri_or_words(value: str) -> str:
    """An IRI where the value is one, such as a file type of the authority list, otherwise words."""
    return iri(value) if is_iri(value) and not any(c.isspace() for c in value) else plain(value)


def rdf_term(term: RdfTerm) -> str:
    """A term of the publisher's own RDF."""
    if term.kind == "iri":
        return iri(term.value)
    if term.lang:
        return text(Text(term.value, term.lang))
    return plain(term.value) + (f"^^{iri(term.datatype)}" if term.datatype else "")
