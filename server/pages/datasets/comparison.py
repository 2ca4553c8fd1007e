"""Data of the comparison of datasets: a row per concept, with the variables of each dataset and how they agree."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from begrepp.text.swedish import sort_key
from begrepp.variables.harmonisation.dataset_comparison import (
    Agreement,
    ComparedConcept,
    DatasetComparison,
)
from begrepp.variables.harmonisation.variable_pairs import DatasetColumn
from server.pages.datasets.segments import segments
from server.served.build import ServedBuild
from server.served.labels import find_refs
from server.served.refs import Ref


class ComparedVariable(Struct, frozen=True, kw_only=True):
    """A variable in a cell: its code list, datatype, unit and years, and the narrower concept that it measures."""

    ref: Ref
    code_list: Ref | None
    datatype: str
    unit: str
    years: str
    measures: Ref | None


class ComparisonRow(Struct, frozen=True, kw_only=True):
    """A concept (None for a variable that measures none), a cell of variables per dataset, and what differs."""

    concept: Ref | None
    cells: Sequence[Sequence[ComparedVariable]]
    deviations: Sequence[str]


class ComparisonGroup(Struct, frozen=True, kw_only=True):
    """The rows with one agreement; `dataset` if only that one has the variables."""

    id: str
    agreement: str
    dataset: Ref | None
    rows: Sequence[ComparisonRow]
    x: float
    width: float
    """Place in the bar of the summary, in per cent."""


class ComparisonTable(Struct, frozen=True, kw_only=True):
    """All rows in groups, and the datasets of the columns."""

    datasets: Sequence[Ref]
    groups: Sequence[ComparisonGroup]


def comparison_table(build: ServedBuild, comparison: DatasetComparison, language: str) -> ComparisonTable:
    """Return the rows of a comparison in groups: same, coded differently, only in each dataset."""
    columns = [column for row in comparison.rows for column in row.all_columns]
    iris = {iri for column in columns for iri in (column.iri, *column.measures, *column.code_lists)}
    iris |= {*comparison.datasets, *(row.concept for row in comparison.rows if row.concept)}
    known = find_refs(build, iris, language)
    parts = [(Agreement.SAME, ""), (Agreement.DIFFERENT, "")]
    parts += [(Agreement.ONLY, dataset) for dataset in comparison.datasets]
    selected = [(agreement, dataset, comparison.select(agreement, dataset)) for agreement, dataset in parts]
    places = segments([len(rows) for _, _, rows in selected])
    groups = []
    for (agreement, dataset, found), (x, width) in zip(selected, places, strict=True):
        rows = [_row(row, comparison.datasets, known) for row in found]
        rows.sort(key=lambda row: sort_key(row.concept.label.value) if row.concept else "\uffff")
        name = f"{agreement}-{dataset.rpartition('/')[2]}" if dataset else str(agreement)
        group = ComparisonGroup(id=name, agreement=agreement, dataset=known.get(dataset), rows=rows, x=x, width=width)
        groups.append(group)
    return ComparisonTable(datasets=[known[iri] for iri in comparison.datasets], groups=groups)


def _row(row: ComparedConcept, datasets: Sequence[str], known: dict[str, Ref]) -> ComparisonRow:
    return ComparisonRow(
        concept=known[row.concept] if row.concept else None,
        cells=[[_variable(c, row.concept, known) for c in row.columns.get(dataset, ())] for dataset in datasets],
        deviations=row.deviations,
    )


def _variable(column: DatasetColumn, concept: str, known: dict[str, Ref]) -> ComparedVariable:
    other = column.measures and concept not in column.measures
    return ComparedVariable(
        ref=known[column.iri],
        code_list=known[column.code_lists[0]] if column.code_lists else None,
        datatype=column.datatype,
        unit=column.unit,
        years=column.years,
        measures=known[column.measures[0]] if other else None,
    )
