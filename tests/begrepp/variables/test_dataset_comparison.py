"""Rows of a comparison of datasets A, B and C, whose variables measure concepts of this tree:

category ─ clinical
         └ pathological ≈ histological (a mapping)
"""

from __future__ import annotations

from collections import defaultdict

import pytest

from begrepp.variables.harmonisation.dataset_comparison import (
    Agreement,
    ComparedConcept,
    DatasetComparison,
    compare_columns,
    comparison_csv,
)
from begrepp.variables.harmonisation.variable_pairs import DatasetColumn

BROADER = defaultdict(set, {"clinical": {"category"}, "pathological": {"category"}})
MATCHED = defaultdict(set, {"pathological": {"histological"}, "histological": {"pathological"}})
SAME_LISTS = {"list/tnm", "list/tnm-copy"}


def column(
    name: str, measures: str = "", *, codes: str = "", unit: str = "", event: str = "", valid_from: str = ""
) -> DatasetColumn:
    return DatasetColumn(
        iri=name,
        dataset=name[0],
        name=name,
        measures=measures.split(),
        code_lists=[codes] if codes else [],
        unit=unit,
        datatype="string",
        valid_from=valid_from,
        event=event,
    )


def compare(*columns: DatasetColumn) -> DatasetComparison:
    datasets = sorted({each.dataset for each in columns})
    return compare_columns(datasets, columns, BROADER, MATCHED, lambda a, b: a == b or {a, b} <= SAME_LISTS)


def only_row(*columns: DatasetColumn) -> ComparedConcept:
    rows = compare(*columns).rows
    assert len(rows) == 1
    return rows[0]


@pytest.mark.parametrize(
    ("first", "second", "deviations"),
    [
        (column("A1", "age"), column("B1", "age"), []),
        (column("A1", "age", unit="a"), column("B1", "age", unit="mo"), ["unit"]),
        (column("A1", "age", unit="a"), column("B1", "age"), []),
        (column("A1", "sex", codes="list/sex"), column("B1", "sex", codes="list/sex"), []),
        (column("A1", "t", codes="list/tnm"), column("B1", "t", codes="list/tnm-copy"), []),
        (column("A1", "t", codes="list/tnm"), column("B1", "t", codes="list/own"), ["codes"]),
        (column("A1", "t", codes="list/tnm"), column("B1", "t"), ["codes"]),
        (column("A1", "t", event="diagnosis"), column("B1", "t", event="surgery"), ["event"]),
        (column("A1", "category"), column("B1", "clinical"), ["scope"]),
        (column("A1", "pathological"), column("B1", "histological"), []),
    ],
)
def test_what_differs_is_said(first: DatasetColumn, second: DatasetColumn, deviations: list[str]) -> None:
    row = only_row(first, second)
    assert [*row.deviations] == deviations
    assert row.agreement is (Agreement.DIFFERENT if deviations else Agreement.SAME)


def test_a_datatype_differs_only_without_code_lists() -> None:
    number = column("B1", "age")
    number.datatype = "integer"
    assert [*only_row(column("A1", "age"), number).deviations] == ["datatype"]
    coded = column("B1", "sex", codes="list/sex")
    coded.datatype = "integer"
    assert [*only_row(column("A1", "sex", codes="list/sex"), coded).deviations] == []


def test_every_variable_has_a_row() -> None:
    columns = [
        column("A1", "category"),
        column("A2"),
        column("A3", "age"),
        column("B1", "clinical"),
        column("B2", "pathological"),
        column("C1", "clinical"),
        column("C2", "sex"),
    ]
    found = compare(*columns)
    assert {each.iri for row in found.rows for each in row.all_columns} == {each.iri for each in columns}
    assert [row.concept for row in found.select(Agreement.SAME)] == ["clinical"]
    assert [row.concept for row in found.select(Agreement.DIFFERENT)] == ["category"]
    assert [row.concept for row in found.select(Agreement.ONLY, "A")] == ["age", ""]
    # B's pathological variable is in the row of the broader concept, which A measures.
    assert found.select(Agreement.ONLY, "B") == []
    assert [row.concept for row in found.select(Agreement.ONLY, "C")] == ["sex"]


def test_a_concept_that_both_measure_keeps_its_row_beside_a_broader_one() -> None:
    found = compare(column("A1", "category"), column("A2", "clinical"), column("B1", "clinical"))
    assert {row.concept: row.agreement for row in found.rows} == {
        "clinical": Agreement.SAME,
        "category": Agreement.DIFFERENT,
    }


def test_variables_of_one_dataset_that_measure_several_concepts_have_one_row() -> None:
    assert [row.agreement for row in compare(column("A1", "age sex"), column("B1", "t")).rows] == [Agreement.ONLY] * 2


def test_the_table_states_missing_years() -> None:
    columns = [column("A1", "age", valid_from="2008-01-01"), column("B1", "age", unit="a"), column("B2")]
    lines = comparison_csv(compare(*columns), ["a", "b"], {"age": "Age"}).splitlines()
    assert lines[0] == "agreement,differs_in,concept,a,a_codes,a_years,b,b_codes,b_years"
    assert lines[1] == "same,,Age,A1,string,2008–,B1,string (a),not stated"
    assert lines[2] == "only,,,,,,B2,string,not stated"
