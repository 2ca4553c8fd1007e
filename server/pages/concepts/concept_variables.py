"""Variables that measure a concept, a narrower concept, or an exact or close match of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from begrepp.terminology.concept_record import ConceptRecord
from server.pages.concepts.mapping_rows import MappingRow
from server.served.build import ServedBuild
from server.served.labels import find_refs
from server.served.refs import Ref

SHOWN = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredRow:
    """A variable, and the concept it measures if that is not the concept of the page."""

    variable: Ref
    measures: Ref | None
    via: Ref | None = None
    """The concept that the page's is mapped to, if the match is by a mapping."""
    match: str = ""
    below: bool = False
    """Whether the measured concept is narrower than the concept of the page or than `via`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredIn:
    """The variables of one dataset that measure the concept."""

    dataset: Ref
    rows: Sequence[MeasuredRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredVariables:
    """Variables that measure a concept by dataset, and datasets about it."""

    datasets: Sequence[MeasuredIn]
    total: int
    about: Sequence[Ref]

    @property
    def shown(self) -> int:
        """Number of variables shown."""
        return sum(len(dataset.rows) for dataset in self.datasets)


def measured_variables(
    build: ServedBuild, record: ConceptRecord, mappings: Sequence[MappingRow], language: str
) -> MeasuredVariables:
    """Return the variables for a concept, its narrower concepts, and its exact and close matches."""
    iri = record.iri
    matched = {
        row.other.iri: row.predicate
        for row in reversed(mappings)
        if not row.negated and row.predicate in ("skos:exactMatch", "skos:closeMatch")
    }
    same = [*matched]
    index = build.schemes.measuring_variables
    entries = sorted({entry for concept in (iri, *same) for entry in index.get(concept, [])})
    shown = sorted(entries, key=lambda e: (e[2] != iri, e[2] not in same, e))[:SHOWN]
    about = {*record.subject_of}
    for other in same:
        about.update(found.subject_of if (found := build.concepts.record(other)) else ())
    if not (entries or about):
        return MeasuredVariables(datasets=(), total=0, about=())
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
    return MeasuredVariables(
        datasets=sorted(datasets, key=lambda d: d.dataset.sort_key),
        total=len(entries),
        about=sorted((known[dataset] for dataset in about), key=lambda r: r.sort_key),
    )
