"""The questions that pages and commands ask of the graph: one file each in `queries/pages/`, input put in and asked.

A query takes its input in a line `VALUES ?name { UNDEF }`, so that the file is SPARQL as it stands
and can be run unbound by anyone who reads it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pyoxigraph import Literal, NamedNode, QueryBoolean, QuerySolution, QuerySolutions, QueryTriples, Triple

from begrepp.queries.files import QUERIES, read_query
from begrepp.store import Store

PAGES = QUERIES / "pages"

Input = NamedNode | Literal


def bound(name: str, **inputs: Iterable[Input] | Input) -> str:
    """The text of a page's query with its input in place."""
    text = read_query(PAGES / f"{name}.rq").text
    for variable, given in inputs.items():
        values = [given] if isinstance(given, NamedNode | Literal) else list(given)
        place = f"VALUES ?{variable} {{ UNDEF }}"
        assert place in text, f"{name}.rq has no line '{place}'"
        text = text.replace(place, f"VALUES ?{variable} {{ {' '.join(map(str, values))} }}")
    return text


def select(store: Store, name: str, **inputs: Iterable[Input] | Input) -> QuerySolutions:
    """The rows that answer a SELECT."""
    answer = store.query(bound(name, **inputs))
    assert isinstance(answer, QuerySolutions)
    return answer


def construct(store: Store, name: str, **inputs: Iterable[Input] | Input) -> Iterator[Triple]:
    """The triples that answer a CONSTRUCT."""
    answer = store.query(bound(name, **inputs))
    assert isinstance(answer, QueryTriples)
    return answer


def ask(store: Store, name: str, **inputs: Iterable[Input] | Input) -> bool:
    """Whether it is so."""
    answer = store.query(bound(name, **inputs))
    assert isinstance(answer, QueryBoolean)
    return bool(answer)


def value(row: QuerySolution, name: str) -> str:
    """The text or IRI of a variable, empty where it has none."""
    term = row[name]
    return str(getattr(term, "value", "")) if term is not None else ""
