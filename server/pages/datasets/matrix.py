"""Data of the matrix page: variables per topic and dataset."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from begrepp.text.swedish import sort_key
from server.served.build import ServedBuild
from server.served.labels import find_refs
from server.served.refs import Ref

MAX_RADIUS = 11.0
"""Radius of the circle of the cell with most variables, in an SVG box of 24 units."""
MAX_ROWS = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixCell:
    """The variables of a topic in a dataset, and the radius of the circle that shows their number."""

    variables: Sequence[Ref]
    radius: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixRow:
    """A topic with one cell per dataset; `unfolds` is true if it has measured narrower topics."""

    topic: Ref
    cells: Sequence[MatrixCell | None]
    unfolds: bool
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixPage:
    """One level of topics, the path to it, and the datasets."""

    path: Sequence[Ref]
    datasets: Sequence[Ref]
    rows: Sequence[MatrixRow]
    left_out: int


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
    variables = find_refs(build, {v for iri in shown for found in filled[iri].values() for v in found}, language)
    fullest = max((len(found) for iri in shown for found in filled[iri].values()), default=1)
    rows = [
        MatrixRow(
            topic=known[iri],
            cells=[_cell(filled[iri].get(column.iri), variables, fullest) for column in columns],
            unfolds=iri != topic and any(concept in index for concept in below[iri]),
            total=sum(len(found) for found in filled[iri].values()),
        )
        for iri in shown
    ]
    return MatrixPage(path=[known[iri] for iri in path], datasets=columns, rows=rows, left_out=len(order) - len(shown))


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
