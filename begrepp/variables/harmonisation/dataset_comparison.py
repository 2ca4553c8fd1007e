"""Comparison of all variables of several datasets: those in common, those coded differently, those of only one.

A row is a concept with the variables of each dataset that measure it. A dataset without such a variable contributes
those that measure a narrower concept. A variable that measures no concept has a row of its own.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from begrepp.text.swedish import sort_key
from begrepp.variables.harmonisation.variable_pairs import DatasetColumn


class Agreement(StrEnum):
    """Agreement of the datasets of a row."""

    SAME = "same"
    """Several datasets have the variable and code it in the same way."""
    DIFFERENT = "different"
    """Several datasets have it, and code it differently or measure a narrower concept."""
    ONLY = "only"
    """One dataset has it."""


class Deviation(StrEnum):
    """A difference between the variables of a row."""

    SCOPE = "scope"
    """Some measure a narrower concept."""
    CODES = "codes"
    UNIT = "unit"
    DATATYPE = "datatype"
    EVENT = "event"
    """They are recorded at different events."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedConcept:
    """A row: the concept (IRI; empty if none), the variables by dataset (IRI), and what differs."""

    concept: str
    columns: Mapping[str, Sequence[DatasetColumn]]
    deviations: Sequence[Deviation] = ()

    @property
    def agreement(self) -> Agreement:
        """The agreement of the datasets."""
        if len(self.columns) < 2:
            return Agreement.ONLY
        return Agreement.DIFFERENT if self.deviations else Agreement.SAME

    @property
    def all_columns(self) -> list[DatasetColumn]:
        """The variables of all datasets."""
        return [column for columns in self.columns.values() for column in columns]


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetComparison:
    """The rows of a comparison of datasets (IRIs, in the order of the columns)."""

    datasets: Sequence[str]
    rows: Sequence[ComparedConcept]

    def select(self, agreement: Agreement, dataset: str = "") -> list[ComparedConcept]:
        """Return the rows with an agreement; those that only one dataset has are selected by that dataset."""
        return [row for row in self.rows if row.agreement is agreement and (not dataset or dataset in row.columns)]


def compare_columns(
    datasets: Sequence[str],
    columns: Iterable[DatasetColumn],
    broader: Mapping[str, set[str]],
    matched: Mapping[str, set[str]],
    lists_agree: Callable[[str, str], bool],
) -> DatasetComparison:
    """Return the comparison of the columns of datasets.

    `broader` and `matched` map concepts to their broader and matching concepts; `lists_agree` tells whether two code
    lists (IRIs) have the same codes.
    """
    known = list(columns)
    exact: dict[str, list[DatasetColumn]] = defaultdict(list)
    narrower: dict[str, list[DatasetColumn]] = defaultdict(list)
    for column in known:
        equal = {*column.measures, *(each for iri in column.measures for each in matched[iri])}
        for concept in equal:
            exact[concept].append(column)
        for concept in {above for iri in column.measures for above in broader[iri]} - equal:
            narrower[concept].append(column)
    measured = sorted({iri for column in known for iri in column.measures})
    rows = []
    for concept in measured:
        having = {column.dataset for column in exact[concept]}
        lent = [column for column in narrower[concept] if column.dataset not in having]
        rows.append(_row(concept, [*exact[concept], *lent], datasets, bool(lent), lists_agree))
    shared = _without_copies(row for row in rows if len(row.columns) > 1)
    placed = {column.iri for row in shared for column in row.all_columns}
    alone = [row for row in rows if len(row.columns) == 1 and not placed.issuperset(c.iri for c in row.all_columns)]
    bare = [_row("", [column], datasets, False, lists_agree) for column in known if not column.measures]
    return DatasetComparison(datasets=datasets, rows=[*shared, *_without_copies(alone), *bare])


def _row(
    concept: str,
    columns: Sequence[DatasetColumn],
    datasets: Sequence[str],
    narrower: bool,
    lists_agree: Callable[[str, str], bool],
) -> ComparedConcept:
    by_dataset: dict[str, list[DatasetColumn]] = defaultdict(list)
    for column in sorted(columns, key=lambda each: sort_key(each.name)):
        by_dataset[column.dataset].append(column)
    found = [Deviation.SCOPE] if narrower else []
    first = columns[0]
    lists = {column.code_lists[0] if column.code_lists else "" for column in columns}
    if len(lists) > 1 and ("" in lists or not all(lists_agree(first.code_lists[0], each) for each in lists)):
        found.append(Deviation.CODES)
    if len({column.unit for column in columns if column.unit}) > 1:
        found.append(Deviation.UNIT)
    # The datatype of a coded variable is that of its codes.
    if lists == {""} and len({column.datatype for column in columns if column.datatype}) > 1:
        found.append(Deviation.DATATYPE)
    if len({column.event for column in columns if column.event}) > 1:
        found.append(Deviation.EVENT)
    return ComparedConcept(
        concept=concept,
        columns={dataset: by_dataset[dataset] for dataset in datasets if dataset in by_dataset},
        deviations=found if len(by_dataset) > 1 else (),
    )


def _without_copies(rows: Iterable[ComparedConcept]) -> list[ComparedConcept]:
    """Return one row of those with the same variables, the one with fewest deviations."""
    best: dict[frozenset[str], ComparedConcept] = {}
    for row in rows:
        key = frozenset(column.iri for column in row.all_columns)
        if key not in best or len(row.deviations) < len(best[key].deviations):
            best[key] = row
    return list(best.values())


def comparison_columns(ids: Sequence[str]) -> tuple[str, ...]:
    """Return the columns of the table of a comparison of datasets with these ids."""
    return ("agreement", "differs_in", "concept", *(f"{id_}{part}" for id_ in ids for part in ("", "_codes", "_years")))


def comparison_cells(row: ComparedConcept, datasets: Sequence[str], names: Mapping[str, str]) -> list[str]:
    """Return a row as cells; `names` are the labels of concepts and code lists by IRI."""
    cells = [row.agreement.value, " | ".join(row.deviations), names.get(row.concept, row.concept)]
    for dataset in datasets:
        columns = row.columns.get(dataset, ())
        cells.append(" | ".join(column.name for column in columns))
        cells.append(" | ".join(_coding(column, names) for column in columns))
        cells.append(" | ".join(column.years or "not stated" for column in columns))
    return cells


def _coding(column: DatasetColumn, names: Mapping[str, str]) -> str:
    coded = names.get(column.code_lists[0], column.code_lists[0]) if column.code_lists else column.datatype
    return f"{coded} ({column.unit})" if column.unit else coded


def comparison_csv(comparison: DatasetComparison, ids: Sequence[str], names: Mapping[str, str]) -> str:
    """Return the comparison as CSV (RFC 4180), a row per concept."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(comparison_columns(ids))
    writer.writerows(comparison_cells(row, comparison.datasets, names) for row in comparison.rows)
    return out.getvalue()
