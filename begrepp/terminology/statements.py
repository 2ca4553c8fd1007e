"""Statements of a resource as plain values, from N-Triples lines; prefixed names of their properties."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from begrepp.rdf.namespaces import expand, prefixes
from begrepp.rdf.sorted_files import literal_datatype, parse_literal
from begrepp.records import Text


class PlainTerm(NamedTuple):
    """An IRI, or a literal with its language or datatype IRI."""

    value: str
    is_iri: bool
    lang: str = ""
    datatype: str = ""


_new = tuple.__new__
Statements = dict[str, list[PlainTerm]]
"""Values of a resource by property IRI; blank nodes are left out."""


def parse_statements(lines: Iterable[str]) -> Statements:
    """Return the statements in the N-Triples lines of one resource."""
    statements: Statements = {}
    for line in lines:
        _, predicate, rest = line.split(" ", 2)
        term: PlainTerm | None
        # Written out for the terms of nearly all lines: a build reads some ten million.
        if rest[0] == "<":
            term = _new(PlainTerm, (rest[1:-4], True, "", ""))
        elif rest[0] == '"' and "\\" not in rest:
            end = rest.rindex('"')
            tail = rest[end + 1 : -3]
            term = _new(
                PlainTerm,
                (rest[1:end], False, tail[1:], "") if tail[:1] == "@" else (rest[1:end], False, "", tail[3:-1]),
            )
        elif (term := parse_term(rest[:-3])) is None:
            continue
        if (name := predicate[1:-1]) in statements:
            statements[name].append(term)
        else:
            statements[name] = [term]
    return statements


def parse_term(term: str) -> PlainTerm | None:
    """Return an N-Triples term as plain values; None for a blank node."""
    if term[0] == "<":
        return PlainTerm(term[1:-1], True)
    if term[0] != '"':
        return None
    value, lang = parse_literal(term)
    return PlainTerm(value, False, lang, "" if lang else literal_datatype(term))


def values(statements: Statements, prefixed: str) -> tuple[str, ...]:
    """Return the IRIs of a property, sorted."""
    found = statements.get(expand(prefixed))
    return tuple(sorted([term.value for term in found if term.is_iri])) if found else ()


def texts(statements: Statements, prefixed: str) -> tuple[Text, ...]:
    """Return the literals of a property with their languages, sorted."""
    found = statements.get(expand(prefixed))
    return tuple(sorted([Text(term.value, term.lang) for term in found if not term.is_iri])) if found else ()


def value(statements: Statements, prefixed: str) -> str:
    """Return the least value of a property, an IRI or the text of a literal; empty if there is none."""
    found = statements.get(expand(prefixed))
    return min([term.value for term in found]) if found else ""


def local_name(iri: str) -> str:
    """Return an IRI of the begrepp vocabulary without its namespace; another IRI unchanged."""
    return iri.removeprefix(prefixes()["begrepp"])


def is_a(statements: Statements, *classes: str) -> bool:
    """Return whether the resource is an instance of one of the classes, given as prefixed names."""
    types = {term.value for term in statements.get(expand("rdf:type"), ())}
    return not types.isdisjoint(map(expand, classes))
