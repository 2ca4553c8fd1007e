"""Are two answers the same? Rows in any order, blank nodes under any name, numbers and truth by their value."""

from __future__ import annotations

import csv
import io
from itertools import permutations
from pathlib import Path
from typing import cast

from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    Literal,
    NamedNode,
    Quad,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Store,
    parse,
    parse_query_results,
)

_RS = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
_SUFFIXES = {
    ".srx": QueryResultsFormat.XML,
    ".srj": QueryResultsFormat.JSON,
    ".tsv": QueryResultsFormat.TSV,
}
_NUMBERS = ("decimal", "double", "float", "integer")
Row = frozenset[tuple[str, object]]
Table = tuple[list[str], list[Row]]


def table(data: bytes, format_: QueryResultsFormat) -> Table | bool:
    """Results in one of the formats as variables and rows."""
    answer = parse_query_results(data, format=format_)
    if isinstance(answer, QueryBoolean):
        return bool(answer)
    assert isinstance(answer, QuerySolutions)
    names = [variable.value for variable in answer.variables]
    return names, [frozenset((n, row[n]) for n in names if row[n] is not None) for row in answer]


def same_csv(got: bytes, expected: bytes) -> bool:
    """CSV knows no types: cells are text or numbers, blank nodes stand by their place, columns by their name."""

    def cell(text: str) -> str:
        try:
            return repr(float(text))
        except ValueError:
            return "_:" if text.startswith("_:") else text

    def cells(data: bytes) -> list[list[tuple[str, str]]]:
        rows = csv.DictReader(io.StringIO(data.decode(), newline=""))
        return sorted(sorted((name, cell(text)) for name, text in row.items()) for row in rows)

    return cells(got) == cells(expected)


def expected(path: Path) -> Table | bool | Dataset:
    """Return the expected result of a test from its result file."""
    if path.suffix in _SUFFIXES:
        return table(path.read_bytes(), _SUFFIXES[path.suffix])
    graph = dataset(path.read_bytes(), path)
    store = Store()
    store.extend([*graph])
    if not any(store.quads_for_pattern(None, NamedNode(_RS + "resultVariable"), None)):
        return graph
    names = sorted(q.object.value for q in store.quads_for_pattern(None, NamedNode(_RS + "resultVariable"), None))  # type: ignore[union-attr]
    rows = []
    for solution in store.quads_for_pattern(None, NamedNode(_RS + "solution"), None):
        row: list[tuple[str, object]] = []
        for binding in store.quads_for_pattern(cast(BlankNode, solution.object), NamedNode(_RS + "binding"), None):
            node = cast(BlankNode, binding.object)
            name = next(store.quads_for_pattern(node, NamedNode(_RS + "variable"), None)).object
            row.append(
                (cast(Literal, name).value, next(store.quads_for_pattern(node, NamedNode(_RS + "value"), None)).object)
            )
        rows.append(frozenset(row))
    return names, rows


def dataset(data: bytes, path: Path | None = None) -> Dataset:
    """A graph in Turtle, N-Triples or RDF/XML."""
    format_ = RdfFormat.RDF_XML if path and path.suffix == ".rdf" else RdfFormat.TURTLE
    base = path.parent.as_uri() + "/" if path else None
    return Dataset(Quad(q.subject, q.predicate, q.object) for q in parse(data, format=format_, base_iri=base))


def same_graph(got: Dataset, wanted: Dataset) -> bool:
    """Whether two graphs are isomorphic."""
    for graph in (got, wanted):
        graph.canonicalize(CanonicalizationAlgorithm.UNSTABLE)
    return got == wanted


def same_table(got: Table, wanted: Table) -> bool:
    """Whether two tables hold the same rows; blank nodes are matched by trying, since tests have few."""
    if sorted(got[0]) != sorted(wanted[0]) or len(got[1]) != len(wanted[1]):
        return False
    ours, theirs = _blanks(got[1]), _blanks(wanted[1])
    if len(ours) != len(theirs):
        return False
    target = _bag(wanted[1], {})
    return any(_bag(got[1], dict(zip(ours, order, strict=True))) == target for order in permutations(theirs))


def _blanks(rows: list[Row]) -> list[BlankNode]:
    return sorted({t for row in rows for _, t in row if isinstance(t, BlankNode)}, key=str)


def _bag(rows: list[Row], names: dict[BlankNode, BlankNode]) -> list[str]:
    def text(term: object) -> str:
        if isinstance(term, Literal) and term.datatype.value.rpartition("#")[2] in _NUMBERS:
            return f"{float(term.value)!r} {term.datatype}"
        if isinstance(term, Literal) and term.datatype.value.endswith("#boolean"):
            return "true" if term.value in ("1", "true") else "false"
        return str(names.get(term, term) if isinstance(term, BlankNode) else term)

    return sorted(str(sorted((name, text(term)) for name, term in row)) for row in rows)
