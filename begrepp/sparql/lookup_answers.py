"""Answers to look-ups from the triples themselves, without the engine and within a fixed number of steps.

A look-up has a few patterns of which each step finds a few triples by an index, whatever the size of the data. More
than `MAX_STEPS` steps, and any other form, are left to the engine, in a process that can be stopped. So are several
rows of several patterns: their order depends on how the engine joins, and a response has the same bytes either way.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Protocol

import msgspec
from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from begrepp.sparql.lookup_query import LookupPattern, LookupQuery, read_lookup_query
from begrepp.sparql.query_syntax import read_short_query
from begrepp.sparql.token_reader import PatternVariable, UnknownForm

MAX_STEPS = 40
"""Most look-ups in an index and triples read, together."""
MAX_CHARACTERS = 4_000
MAX_TOKENS = 100
"""Most tokens after the prologue, which clients send unchanged, so that it is read once."""
_OTHER_FORMS = re.compile(
    r"(?i)\b(?:ASK|BIND|CONSTRUCT|COUNT|DESCRIBE|DISTINCT|EXISTS|FROM|GRAPH|GROUP|MINUS|OPTIONAL|ORDER|UNION|VALUES)\b"
)
"""Words of queries that are no look-ups, which are not read twice for it. A look-up with such a word is lost."""
Term = NamedNode | BlankNode | Literal | Triple
_Row = dict[str, Term]
_XSD_STRING = "http://www.w3.org/2001/XMLSchema#string"


class TripleSource(Protocol):
    """The triples of the dataset, found by an index for each combination of terms that are given."""

    def triples(
        self, subject: NamedNode | BlankNode | None, predicate: NamedNode | None, object_: Term | None
    ) -> Iterable[tuple[Term, Term, Term]]:
        """Yield the triples with these terms in the order in which the engine reads them; None stands for any."""


def answer_lookup_query(query: str, source: TripleSource) -> bytes | None:
    """Return the result of a look-up as SPARQL JSON; None if the query is no look-up, or takes too many steps."""
    if len(query) > MAX_CHARACTERS or "\\" in query or _OTHER_FORMS.search(query):
        return None
    if (token_list := read_short_query(query, MAX_TOKENS)) is None:
        return None
    try:
        lookup = read_lookup_query(query, token_list)
    except UnknownForm:
        return None
    rows = _solve(lookup, source)
    return None if rows is None else _encode_rows(lookup.columns, rows[: lookup.limit])


def _solve(lookup: LookupQuery, source: TripleSource) -> list[_Row] | None:
    """Return the solutions in the order of the engine; None if that is not known, or after `MAX_STEPS`."""
    rows: list[_Row] = [{}]
    bound: set[str] = set()
    patterns = [*lookup.patterns]
    steps = 0
    while patterns and rows:
        pattern = max(patterns, key=lambda each: _rank(each, bound))
        if not _rank(pattern, bound)[0]:
            return None
        patterns.remove(pattern)
        before, rows = rows, []
        for row in before:
            if (steps := steps + 1) > MAX_STEPS:
                return None
            for triple in _matches(pattern, row, source):
                if (steps := steps + 1) > MAX_STEPS or not _is_plain(triple[2]):
                    return None
                if (extended := _extend(row, pattern, triple)) is not None:
                    rows.append(extended)
        bound.update(pattern.variables)
    rows = [row for row in rows if all(each.accepts(row[each.variable]) for each in lookup.filters)]
    return rows if len(rows) <= 1 or len(lookup.patterns) == 1 else None


def _is_plain(term: Term) -> bool:
    """Return whether a term is no triple and has no writing direction, which other JSON would have to state."""
    return not isinstance(term, Triple) and not (isinstance(term, Literal) and term.direction)


def _rank(pattern: LookupPattern, bound: set[str]) -> tuple[int, bool]:
    """Return the number of known terms, and whether the object is a literal, which fewer subjects share."""
    known = sum(not isinstance(term, PatternVariable) or term.name in bound for term in pattern.terms)
    return known, isinstance(pattern.object, Literal)


def _matches(pattern: LookupPattern, row: _Row, source: TripleSource) -> Iterable[tuple[Term, Term, Term]]:
    """Return the triples that match a pattern in a row."""
    subject, predicate, object_ = (
        row.get(term.name) if isinstance(term, PatternVariable) else term for term in pattern.terms
    )
    if isinstance(subject, Literal | Triple) or not isinstance(predicate, NamedNode | None):
        return ()
    return source.triples(subject, predicate, object_)


def _extend(row: _Row, pattern: LookupPattern, triple: tuple[Term, Term, Term]) -> _Row | None:
    """Return a row with the values of the variables; None if a variable would have two values."""
    extended = {**row}
    for term, value in zip(pattern.terms, triple, strict=True):
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
