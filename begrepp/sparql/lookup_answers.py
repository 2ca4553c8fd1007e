"""Answers to look-ups from the triples themselves, without the engine and within a fixed number of steps.

A look-up has a few patterns of which each step finds a few triples by an index, whatever the size of the data. More
than `MAX_STEPS` steps, and any other form, are left to the engine, in a process that can be stopped. So are several
rows of several patterns: their order depends on how the engine joins, and a response has the same bytes either way.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

import msgspec
from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from begrepp.sparql.lookup_query import BoundPattern, LookupQuery, read_lookup_query
from begrepp.sparql.token_reader import PatternVariable

MAX_STEPS = 40
"""Most look-ups in an index and triples read, together."""
MAX_CHARACTERS = 4_000
Term = NamedNode | BlankNode | Literal | Triple
_Row = dict[str, Term]
_NO_SUBJECT = Literal | Triple
_XSD_STRING = "http://www.w3.org/2001/XMLSchema#string"


class TripleSource(Protocol):
    """The triples of the dataset, found by an index for each combination of terms that are given."""

    def triples(
        self, subject: NamedNode | BlankNode | None, predicate: NamedNode | None, object_: Term | None
    ) -> Iterable[tuple[Term, Term, Term]]:
        """Yield the triples with these terms in the order in which the engine reads them; None stands for any."""


def answer_lookup_query(query: str, source: TripleSource) -> bytes | None:
    """Return the result of a look-up as SPARQL JSON; None if the query is no look-up, or takes too many steps."""
    if len(query) > MAX_CHARACTERS or "\\" in query or (lookup := read_lookup_query(query)) is None:
        return None
    rows = _solve(lookup, source)
    return None if rows is None else _encode_rows(lookup.plan.columns, rows[: lookup.plan.limit])


def _solve(lookup: LookupQuery, source: TripleSource) -> list[_Row] | None:
    """Return the solutions in the order of the engine; None if that is not known, or after `MAX_STEPS`."""
    rows: list[_Row] = [{}]
    steps = 0
    for pattern in lookup.patterns:
        before, rows = rows, []
        for row in before:
            if (steps := steps + 1) > MAX_STEPS:
                return None
            for triple in _matches(pattern, row, source):
                if (steps := steps + 1) > MAX_STEPS or not _is_plain(triple[2]):
                    return None
                if (extended := _extend(row, pattern, triple)) is not None:
                    rows.append(extended)
    rows = [row for row in rows if all(each.accepts(row[each.variable]) for each in lookup.filters)]
    return rows if len(rows) <= 1 or len(lookup.patterns) == 1 else None


def _is_plain(term: Term) -> bool:
    """Return whether a term is no triple and has no writing direction, which other JSON would have to state."""
    return not isinstance(term, Triple) and not (isinstance(term, Literal) and term.direction)


def _matches(pattern: BoundPattern, row: _Row, source: TripleSource) -> Iterable[tuple[Term, Term, Term]]:
    """Return the triples that match a pattern in a row."""
    subject, predicate, object_ = [
        row.get(term.name) if isinstance(term, PatternVariable) else term for term in pattern
    ]
    if isinstance(subject, _NO_SUBJECT) or not (predicate is None or isinstance(predicate, NamedNode)):
        return ()
    return source.triples(subject, predicate, object_)


def _extend(row: _Row, pattern: BoundPattern, triple: tuple[Term, Term, Term]) -> _Row | None:
    """Return a row with the values of the variables; None if a variable would have two values."""
    extended = {**row}
    for term, value in zip(pattern, triple, strict=True):
        if isinstance(term, PatternVariable) and extended.setdefault(term.name, value) != value:
            return None
    return extended


def _encode_rows(columns: tuple[str, ...], rows: list[_Row]) -> bytes:
    """Return SPARQL JSON with the bytes that the engine writes."""
    bindings = [{name: _json_term(row[name]) for name in columns if name in row} for row in rows]
    return msgspec.json.encode({"head": {"vars": columns}, "results": {"bindings": bindings}})


def _json_term(term: Term) -> dict[str, Any]:
    if isinstance(term, NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, BlankNode):
        return {"type": "bnode", "value": term.value}
    assert isinstance(term, Literal)
    encoded = {"type": "literal", "value": term.value}
    if term.language:
        encoded["xml:lang"] = term.language
    elif term.datatype.value != _XSD_STRING:
        encoded["datatype"] = term.datatype.value
    return encoded
