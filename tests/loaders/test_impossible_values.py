"""Dates outside the calendar, reversed and overlapping periods, bounds that no value keeps, codes that stand twice."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from begrepp.errors import InputError
from begrepp.records import CodeList, LoadRemark, Record, Variable
from tests.loaders.test_legal_forms import load, told

DATASET = '[dataset]\nid = "d"\ntitle.sv = "T"\ntitle.en = "T"\ndescription.sv = "B"\ndescription.en = "B"\n'
COLUMNS = """[[variables]]
file = "v.csv"
[variables.columns]
name = "n"
label.sv = "n"
valid_from = "a"
valid_to = "b"
"""
CODES = """[[variables]]
file = "v.csv"
[variables.columns]
name = "n"
label.sv = "n"
[[codes]]
file = "c.csv"
[codes.columns]
variable = "n"
code = "k"
label.sv = "l"
valid_from = "a"
valid_to = "b"
"""


def dated(folder: Path, *rows: str, top: str = "") -> list[Record]:
    """The records of variables: name, first and last year, month or day."""
    return load(folder, "variables", {"v.csv": "\n".join(("n,a,b", *rows, ""))}, DATASET + COLUMNS, top=top)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("x,2020-02-30,", "'2020-02-30' for a is not a year, month or day"),
        ("x,2020-13,", "'2020-13' for a is not a year, month or day"),
        ("x,,0000", "'0000' for b is not a year, month or day"),
        ("x,2024,2020", "'x' is valid from 2024 to 2020"),
        ("x,2020-07,2020-06-30", "'x' is valid from 2020-07 to 2020-06-30"),
    ],
)
def test_a_variable_with_impossible_dates_is_refused_by_its_row(tmp_path: Path, row: str, reason: str) -> None:
    with pytest.raises(InputError, match=reason) as raised:
        dated(tmp_path, "y,2020,2020", row)
    assert str(raised.value.origin) == "v.csv row 3"


@pytest.mark.parametrize("row", ["x,2020,2020-06", "x,2020-06,2020", "x,2020-02-29,", "x,2020,2020"])
def test_periods_that_may_be_one_are_kept_as_written(tmp_path: Path, row: str) -> None:
    (found,) = [each for each in dated(tmp_path, row) if isinstance(each, Variable)]
    assert [found.valid_from, found.valid_to] == row.split(",")[1:]


def test_periods_of_one_name_that_overlap_are_told_with_both_rows(tmp_path: Path) -> None:
    rows = ("x,2015,2019", "x,2020,2023", "x,2022,")
    reason = r"'x' \(2022–\) and the one in v\.csv row 3 \(2020–2023\) have the same name at the same time"
    with pytest.raises(InputError, match=reason) as raised:
        dated(tmp_path / "a", *rows)
    assert str(raised.value.origin) == "v.csv row 4"
    records = dated(tmp_path / "b", *rows, top='report = ["repeated"]')
    assert [each.valid_from for each in records if isinstance(each, Variable)] == ["2015", "2020"]
    assert "v.csv row 3 (2020–2023)" in told(records)


@pytest.mark.parametrize(
    ("row", "reason"),
    [("x,1,ett,2024-02-30,", "'2024-02-30' for valid_from"), ("x,1,ett,2024,2020", "'1' is valid from 2024 to 2020")],
)
def test_a_code_of_a_list_with_impossible_dates_is_refused_by_its_row(tmp_path: Path, row: str, reason: str) -> None:
    files: dict[str, bytes | str] = {"v.csv": "n\nx\n", "c.csv": f"n,k,l,a,b\n{row}\n"}
    with pytest.raises(InputError, match=reason) as raised:
        load(tmp_path, "variables", files, DATASET + CODES)
    assert str(raised.value.origin) == "c.csv row 2"


def test_the_years_of_a_code_are_its_first_and_last_day(tmp_path: Path) -> None:
    files: dict[str, bytes | str] = {"v.csv": "n\nx\n", "c.csv": "n,k,l,a,b\nx,1,ett,2020,2024-02\n"}
    records = load(tmp_path, "variables", files, DATASET + CODES)
    (found,) = [each for each in records if isinstance(each, CodeList)]
    assert [(each.valid_from, each.valid_to) for each in found.values] == [("2020-01-01", "2024-02-29")]


@pytest.mark.parametrize(
    ("key", "lines"),
    [
        ("temporal_from", 'temporal_from = "1958-13"'),
        ("issued", 'issued = "2024-02-30"'),
        ("temporal_to", 'temporal_from = "2020"\ntemporal_to = "2010"'),
        ("to", 'retention.from = "2030"\nretention.to = "2020"'),
    ],
)
def test_an_impossible_date_of_a_dataset_is_refused_by_its_line(tmp_path: Path, key: str, lines: str) -> None:
    declaration = DATASET + lines + "\n" + COLUMNS
    with pytest.raises(InputError, match=rf"source\.toml: line \d+: .*{key} is '"):
        load(tmp_path, "variables", {"v.csv": "n,a,b\nx,,\n"}, declaration)


VALUES = """[[variables]]
file = "v.csv"
[variables.columns]
name = "n"
label.sv = "n"
[variables.values]
column = "v"
split = ";"
pair = "="
"""


def test_a_code_that_stands_twice_in_a_cell_is_told(tmp_path: Path) -> None:
    files: dict[str, bytes | str] = {"v.csv": "n,v\nx,1=ja;2=nej;1=kanske\n"}
    with pytest.raises(InputError, match=r"v\.csv row 2: the code '1' occurs twice in the cell, as 'ja' and 'kanske'"):
        load(tmp_path / "a", "variables", files, DATASET + VALUES)
    records = load(tmp_path / "b", "variables", files, DATASET + VALUES, top='report = ["repeated"]')
    (found,) = [each for each in records if isinstance(each, CodeList)]
    assert [(each.code, each.labels[0].value) for each in found.values] == [("1", "ja"), ("2", "nej")]
    assert "'kanske'" in told(records)
    files = {"v.csv": "n,v\nx,1=ja;2=nej;1=ja\n"}
    assert not told(load(tmp_path / "c", "variables", files, DATASET + VALUES))


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        (
            {"type": "integer", "constraints": {"minimum": 10, "maximum": 5}},
            "the minimum 10 of the variable 'x'",
        ),
        ({"type": "integer", "constraints": {"minimum": "x"}}, "the minimum 'x' of the variable 'x' is no number"),
        ({"type": "number", "constraints": {"minimum": -1.5, "maximum": "1E2"}}, ""),
        ({"type": "number", "constraints": {"minimum": "9", "maximum": "10"}}, ""),
        ({"type": "date", "constraints": {"minimum": "2024-01-01", "maximum": "2020-01-01"}}, "the minimum 2024-01-01"),
        ({"type": "date", "constraints": {"minimum": "2020-01-01", "maximum": "2024-01-01"}}, ""),
        ({"type": "string", "constraints": {"pattern": "(["}}, "the pattern '([' of the variable 'x' is no regular"),
        ({"type": "string", "constraints": {"pattern": r"\d{4}-\p{Lu}+"}}, ""),
    ],
)
def test_bounds_that_no_value_keeps_and_unreadable_patterns_are_told(
    tmp_path: Path, schema: dict[str, object], words: str
) -> None:
    package = {"name": "p", "resources": [{"name": "r", "schema": {"fields": [{"name": "x", **schema}]}}]}
    files: dict[str, bytes | str] = {"datapackage.json": json.dumps(package)}
    records = load(tmp_path, "frictionless", files, DATASET)
    remarks = [each.text for each in records if isinstance(each, LoadRemark) and "'x'" in each.text]
    assert len(remarks) == bool(words) and all(words in each for each in remarks)


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"datatype": {"base": "string", "minLength": 5, "maxLength": 2}}, "the minLength 5, above its maxLength 2"),
        ({"datatype": {"base": "string", "minimum": "a"}}, "the facet minimum, which the datatype string cannot have"),
        ({"datatype": {"base": "integer", "minimum": 10, "maximum": 5}}, "the minimum 10 of the variable 'x' is above"),
        ({"datatype": {"base": "decimal", "format": "+0.##"}}, ""),
        ({"datatype": {"base": "date", "format": "d/M/yyyy", "minimum": "2020-01-01"}}, ""),
        ({"datatype": {"base": "string", "minLength": 2, "maxLength": 2, "format": "[A-Z]{2}"}}, ""),
    ],
)
def test_facets_of_csvw_that_exclude_each_other_are_told(tmp_path: Path, schema: dict[str, object], words: str) -> None:
    found = _csvw(tmp_path, {"columns": [{"name": "x", "titles": "X", **schema}]})
    assert len(found) == bool(words) and all(words in each for each in found)


def test_a_primary_key_of_no_column_is_told(tmp_path: Path) -> None:
    columns = [{"name": "x", "titles": "X"}]
    assert _csvw(tmp_path / "a", {"columns": columns, "primaryKey": "x"}) == []
    assert "names the column 'zz', which it lacks" in _csvw(tmp_path / "b", {"columns": columns, "primaryKey": "zz"})[0]


def _csvw(folder: Path, schema: dict[str, object]) -> list[str]:
    document = {"@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}], "url": "t.csv", "tableSchema": schema}
    records = load(folder, "csvw", {"t-metadata.json": json.dumps(document)}, DATASET)
    return [each.text for each in records if isinstance(each, LoadRemark)]


@pytest.mark.parametrize(("labels", "is_told"), [(("x", "y"), True), (("x", "x"), False)])
def test_a_category_with_two_labels_is_told(tmp_path: Path, labels: tuple[str, str], *, is_told: bool) -> None:
    field = {"name": "x", "type": "string", "categories": [{"value": "1", "label": each} for each in labels]}
    package = {"name": "p", "resources": [{"name": "r", "schema": {"fields": [field]}}]}
    files: dict[str, bytes | str] = {"datapackage.json": json.dumps(package)}
    records = load(tmp_path, "frictionless", files, DATASET)
    assert (
        any("'1' of 'x' occurs several times (x, y)" in each.text for each in records if isinstance(each, LoadRemark))
        is is_told
    )


TYPED = """[[variables]]
file = "v.csv"
[variables.columns]
name = "n"
label.sv = "n"
datatype = "t"
minimum = "a"
maximum = "b"
"""


@pytest.mark.parametrize(
    ("row", "bounds", "notes"),
    [
        ('x,decimal,"0,5","1,5"', ("0.5", "1.5"), []),
        ('x,integer,0,"10,5"', ("0", ""), ["maximum: 10,5"]),
        ("x,integer,-1,10.0", ("-1", "10.0"), []),
        ("x,decimal,ingen,1E2", ("", "1E2"), ["minimum: ingen"]),
        ('x,string,"0,5",z', ("0,5", "z"), []),
        ("x,date,2020-13-01,2020-01-01", ("", "2020-01-01"), ["minimum: 2020-13-01"]),
    ],
)
def test_a_bound_is_a_value_of_the_datatype_or_a_note(
    tmp_path: Path, row: str, bounds: tuple[str, str], notes: list[str]
) -> None:
    records = load(tmp_path, "variables", {"v.csv": f"n,t,a,b\n{row}\n"}, DATASET + TYPED)
    (found,) = [each for each in records if isinstance(each, Variable)]
    assert (found.minimum, found.maximum) == bounds
    assert [text.value for text in found.notes] == notes


def test_a_cell_without_a_pair_is_no_list(tmp_path: Path) -> None:
    files: dict[str, bytes | str] = {"v.csv": "n,v\nx,0-10\ny,ja;nej\nz,1=ja\n"}
    records = load(tmp_path, "variables", files, DATASET + VALUES)
    lists = [[value.code for value in each.values] for each in records if isinstance(each, CodeList)]
    assert sorted(lists) == [["1"], ["ja", "nej"]]
    assert any("'0-10' has no '='" in each.text for each in records if isinstance(each, LoadRemark))
