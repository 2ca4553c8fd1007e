"""Data of the matrix page: variables per topic, or per code system, and dataset."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from math import sqrt

from msgspec import Struct

from begrepp.text.swedish import sort_key
from server.served.build import ServedBuild
from server.served.labels import find_refs
from server.served.refs import Ref

MAX_RADIUS = 11.0
"""Radius of the circle of the cell with most variables, in an SVG box of 24 units."""
MAX_ROWS = 80


class MatrixCell(Struct, frozen=True, kw_only=True):
    """The variables of a topic in a dataset, and the radius of the circle that shows their number."""

    variables: Sequence[Ref]
    radius: float


class MatrixRow(Struct, frozen=True, kw_only=True):
    """A topic or code system with one cell per dataset; `unfolds` is true if it has measured narrower topics."""

    topic: Ref
    cells: Sequence[MatrixCell | None]
    unfolds: bool
    total: int


class MatrixPage(Struct, frozen=True, kw_only=True):
    """One level of topics and the path to it, or the code systems that are used; and the datasets."""

    path: Sequence[Ref]
    datasets: Sequence[Ref]
    rows: Sequence[MatrixRow]
    left_out: int
    by_system: bool = False


def system_matrix(build: ServedBuild, language: str) -> MatrixPage:
    """Return the code systems and code lists that variables of registers are coded in, the most used ones first."""
    facts = build.schemes.variables
    filled: dict[str, dict[str, list[str]]] = {}
    for scheme in facts.coded.keys() & build.schemes.by_iri.keys():
        cells: dict[str, list[str]] = defaultdict(list)
        for variable in facts.coded[scheme]:
            dataset = facts.variables[variable].dataset
            if not (dataset in facts.datasets and facts.datasets[dataset].is_specification):
                cells[dataset].append(variable)
        if cells:
            filled[scheme] = cells
    known = find_refs(build, {*filled, *(dataset for cells in filled.values() for dataset in cells)}, language)
    order = sorted(filled, key=lambda iri: (-len(filled[iri]), sort_key(known[iri].label.value)))
    datasets = {dataset for cells in filled.values() for dataset in cells}
    columns = sorted((known[iri] for iri in datasets), key=lambda r: sort_key(r.label.value))
    rows = _rows(build, order[:MAX_ROWS], filled, columns, known, language)
    left_out = max(0, len(order) - MAX_ROWS)
    return MatrixPage(path=(), datasets=columns, rows=rows, left_out=left_out, by_system=True)


def matrix_page(build: ServedBuild, topic: str, language: str) -> MatrixPage:
    """Return the measured topics directly below a topic and its own variables; without a topic, the top topics."""
    index = build.schemes.measuring_variables
    above = build.schemes.broader
    below: dict[str, set[str]] = defaultdict(set)
    for concept, parents in above.items():
        for parent in parents:
            below[parent].add(concept)
    if topic:
        topics = {concept for concept in below[topic] if concept in index} | {topic}
    else:
        topics = {concept for concept in index if not any(parent in index for parent in above.get(concept, ()))}
    datasets = sorted({dataset for entries in index.values() for _, dataset, _ in entries})
    path = _path(topic, above)
    known = find_refs(build, {*topics, *datasets, *path}, language)
    columns = sorted((known[iri] for iri in datasets), key=lambda r: sort_key(r.label.value))
    filled: dict[str, dict[str, list[str]]] = {}
    for concept in topics:
        cells: dict[str, set[str]] = defaultdict(set)
        for variable, dataset, measured in index.get(concept, ()):
            # The row of the topic itself has only variables that measure the topic, not a narrower concept.
            if concept != topic or measured == topic:
                cells[dataset].add(variable)
        if cells:
            filled[concept] = {dataset: sorted(found) for dataset, found in cells.items()}
    order = sorted(filled, key=lambda iri: (iri != topic, sort_key(known[iri].label.value)))
    shown = order[:MAX_ROWS]
    unfolding = {iri for iri in shown if iri != topic and any(concept in index for concept in below[iri])}
    rows = _rows(build, shown, filled, columns, known, language, unfolding)
    return MatrixPage(path=[known[iri] for iri in path], datasets=columns, rows=rows, left_out=len(order) - len(shown))


def _rows(
    build: ServedBuild,
    shown: Sequence[str],
    filled: Mapping[str, Mapping[str, Sequence[str]]],
    columns: Sequence[Ref],
    known: Mapping[str, Ref],
    language: str,
    unfolding: Set[str] = frozenset(),
) -> list[MatrixRow]:
    """Return the rows of topics or code systems (IRIs), from the variables in each dataset."""
    variables = find_refs(build, {v for iri in shown for found in filled[iri].values() for v in found}, language)
    fullest = max((len(found) for iri in shown for found in filled[iri].values()), default=1)
    return [
        MatrixRow(
            topic=known[iri],
            cells=[_cell(filled[iri].get(column.iri), variables, fullest) for column in columns],
            unfolds=iri in unfolding,
            total=sum(len(found) for found in filled[iri].values()),
        )
        for iri in shown
    ]


def _cell(found: Sequence[str] | None, variables: dict[str, Ref], fullest: int) -> MatrixCell | None:
    if not found:
        return None
    named = sorted((variables[iri] for iri in found), key=lambda r: r.sort_key)
    return MatrixCell(variables=named, radius=round(max(2.5, MAX_RADIUS * sqrt(len(found) / fullest)), 1))


def _path(topic: str, above: dict[str, list[str]]) -> list[str]:
    """Return one path from the top to a topic."""
    path: list[str] = []
    while topic and topic not in path:
        path.append(topic)
        topic = min(above.get(topic, [""]))
    return path[::-1]
