"""Where a concept is measured: the variables of registers that measure it, what lies below it, or what matches it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pyoxigraph import NamedNode

from begrepp.queries.pages import select, value
from server.pages.mappings import MappingRow
from server.served.build import ServedBuild
from server.served.labels import find_refs
from server.served.refs import Ref

SHOWN = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredRow:
    """A variable, and the concept it measures where that is another than the page's."""

    variable: Ref
    measures: Ref | None
    via: Ref | None = None
    """The concept that the page's is mapped to, where the way goes through a mapping."""
    match: str = ""
    below: bool = False
    """Whether what is measured lies below the page's concept, or below the one it is mapped to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredIn:
    """The variables of one dataset."""

    dataset: Ref
    rows: Sequence[MeasuredRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Where a concept is measured, dataset by dataset, and the datasets that are about it."""

    datasets: Sequence[MeasuredIn]
    total: int
    about: Sequence[Ref]

    @property
    def shown(self) -> int:
        """How many variables are shown."""
        return sum(len(dataset.rows) for dataset in self.datasets)


def measured(build: ServedBuild, iri: str, mappings: Sequence[MappingRow], language: str) -> Measured:
    """The variables for a concept, those below it, and those of concepts that match it exactly or closely."""
    matched = {
        row.other.iri: row.predicate
        for row in reversed(mappings)
        if not row.negated and row.predicate in ("skos:exactMatch", "skos:closeMatch")
    }
    same = [*matched]
    index = build.schemes.measuring_variables
    entries = sorted({entry for concept in (iri, *same) for entry in index.get(concept, [])})
    shown = sorted(entries, key=lambda e: (e[2] != iri, e[2] not in same, e))[:SHOWN]
    about = {
        value(row, "dataset")
        for row in select(build.store, "subjects", concept=[NamedNode(concept) for concept in (iri, *same)])
    }
    known = find_refs(build, {part for entry in shown for part in entry} | about | set(same), language)
    own = set(index.get(iri, ()))
    rows: dict[str, list[MeasuredRow]] = {}
    for variable, dataset, concept in shown:
        entry = (variable, dataset, concept)
        via = "" if entry in own else next((each for each in same if entry in index.get(each, ())), "")
        row = MeasuredRow(
            variable=known[variable],
            measures=None if concept == iri else known[concept],
            via=known[via] if via else None,
            match=matched.get(via, ""),
            below=concept not in (iri, via),
        )
        rows.setdefault(dataset, []).append(row)
    datasets = [
        MeasuredIn(dataset=known[dataset], rows=sorted(found, key=lambda r: r.variable.sort_key))
        for dataset, found in rows.items()
    ]
    return Measured(
        datasets=sorted(datasets, key=lambda d: d.dataset.sort_key),
        total=len(entries),
        about=sorted((known[dataset] for dataset in about), key=lambda r: r.sort_key),
    )
