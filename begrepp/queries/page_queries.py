"""Queries of pages and commands (`queries/pages/*.rq`): binds their inputs and evaluates them.

A query takes an input in a line `VALUES ?name { UNDEF }`, so that every file can also be run unbound.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress

from pyoxigraph import Literal, NamedNode, QueryBoolean, QuerySolution, QuerySolutions, QueryTriples, Triple

from begrepp.queries.query_files import QUERIES_DIR, read_query
from begrepp.store import Store

PAGE_QUERIES_DIR = QUERIES_DIR / "pages"

Input = NamedNode | Literal


def bind_inputs(name: str, **inputs: Iterable[Input] | Input) -> str:
    """Return the text of a page query with its inputs bound."""
    text = read_query(PAGE_QUERIES_DIR / f"{name}.rq").text
    for variable, value_or_values in inputs.items():
        values = [value_or_values] if isinstance(value_or_values, NamedNode | Literal) else list(value_or_values)
        clause = f"VALUES ?{variable} {{ UNDEF }}"
        assert clause in text, f"{name}.rq has no line '{clause}'"
        text = text.replace(clause, f"VALUES ?{variable} {{ {' '.join(map(str, values))} }}")
    return text


def named_nodes(iris: Iterable[str]) -> list[NamedNode]:
    """Return the nodes of IRIs; text that is no IRI, such as a literal in place of a thing, names nothing."""
    nodes = []
    for iri in iris:
        with suppress(ValueError):
            nodes.append(NamedNode(iri))
    return nodes


def select(store: Store, name: str, **inputs: Iterable[Input] | Input) -> QuerySolutions:
    """Evaluate a SELECT query of `queries/pages/` and return its solutions."""
    results = store.query(bind_inputs(name, **inputs))
    assert isinstance(results, QuerySolutions)
    return results


def construct(store: Store, name: str, **inputs: Iterable[Input] | Input) -> Iterator[Triple]:
    """Evaluate a CONSTRUCT query of `queries/pages/` and return its triples."""
    results = store.query(bind_inputs(name, **inputs))
    assert isinstance(results, QueryTriples)
    return results


def ask(store: Store, name: str, **inputs: Iterable[Input] | Input) -> bool:
    """Evaluate an ASK query of `queries/pages/`."""
    results = store.query(bind_inputs(name, **inputs))
    assert isinstance(results, QueryBoolean)
    return bool(results)


def value(row: QuerySolution, name: str) -> str:
    """Return the lexical value or IRI of a variable in a solution, empty if it is unbound."""
    term = row[name]
    return str(getattr(term, "value", "")) if term is not None else ""
