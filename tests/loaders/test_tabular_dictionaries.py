"""REDCap, CSV on the Web and Frictionless: bad files say where and why, and nothing is fetched."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

import loaders
from begrepp.build.loads.variable_checks import impossible_values
from begrepp.errors import InputError, Origin
from begrepp.records import CodeList, Dataset, EditionFiles, Record, Skipped, Variable
from begrepp.settings import ROOT

DATA = Path(os.environ.get("BEGREPP_SHARED", ROOT.parent / "shared")) / "data"
HEAD = """loader = "{loader}"
[source]
publisher = "begrepp"
licence = "https://creativecommons.org/publicdomain/zero/1.0/"
[dataset]
title.sv = "D"
description.sv = "D."
"""
REDCAP = (
    "field_name,form_name,section_header,field_type,field_label,select_choices_or_calculations,"
    "text_validation_type_or_show_slider_number"
)


def load(folder: Path, loader: str, **files: str) -> list[Record]:
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text, encoding="utf-8")
    (folder / "source.toml").write_text(HEAD.format(loader=loader), encoding="utf-8")
    edition = EditionFiles(source="d", version="2026", folder=folder, files=tuple(sorted(folder.iterdir())))
    return list(loaders.read_records(edition))


def variables(records: list[Record]) -> dict[str, Variable]:
    return {record.name: record for record in records if isinstance(record, Variable)}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("sex,a,,radio,Sex,,", "'sex' has no choices"),
        ('sex,a,,radio,Sex,"1 Yes | 2, No",', "the choice '1 Yes' of 'sex' has no comma"),
        ('sex,a,,radio,Sex,"1, Yes | 1, No",', "the code '1' twice"),
        ("sex,a,,choice,Sex,,", "'choice' is not a REDCap field type"),
        (",a,,text,Sex,,", "has no field_name"),
        ("id,a,,text,Again,,", "'id' already occurs in d.csv row 2"),
        ("sex,a,,text,19811218-9876,,", "personal identity number"),
        ("sex,a", "2 cells where the table has 7"),
    ],
)
def test_a_bad_redcap_dictionary_is_refused(tmp_path: Path, row: str, reason: str) -> None:
    with pytest.raises(Exception, match=reason) as raised:
        load(tmp_path, "redcap", d__csv=f"{REDCAP}\nid,a,,text,Id,,\n{row}\n")
    assert str(raised.value).startswith("d.csv row 3")


def test_a_column_that_redcap_does_not_have_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"does not know the column.* 'colour'"):
        load(tmp_path, "redcap", d__csv=f"{REDCAP},colour\nid,a,,text,Id,,,red\n")


def test_check_boxes_are_columns_as_the_export_names_them(tmp_path: Path) -> None:
    found = variables(load(tmp_path, "redcap", d__csv=f'{REDCAP}\nt,a,,checkbox,T,"1, A | -9, B, or C | X2, D",\n'))
    assert list(found) == ["t___1", "t____9", "t___x2", "a_complete"]
    assert found["t____9"].titles[0].value == "T: B, or C"


def test_the_real_redcap_dictionary_is_whole(tmp_path: Path) -> None:
    """97 fields, 7 of them check boxes with 76 boxes, in 6 forms that each have a status."""
    if not (path := DATA / "redcap-genomics-thailand/genomics_thailand_general.csv").exists():
        pytest.skip(f"the publishers' files are not at {DATA}; set BEGREPP_SHARED to the folder that holds data/")
    shutil.copy(path, tmp_path)
    records = load(tmp_path, "redcap")
    found = variables(records)
    fields = {name.partition("___")[0] for name in found}
    assert len(fields) == 97 + 6
    assert len(found) == 97 - 7 + 6 + sum("___" in name for name in found)
    assert sum(len(record.tables) for record in records if isinstance(record, Dataset)) == 6
    assert not any(isinstance(record, Skipped) for record in records)


CSVW: dict[str, Any] = {"url": "t.csv", "tableSchema": {"columns": [{"name": "a"}]}}


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ("{", "not well-formed JSON"),
        ("[]", "holds list, not an object"),
        ({**CSVW, "tableSchema": "https://example.org/schema.json"}, "nothing is fetched"),
        ({**CSVW, "tableSchema": 3}, "a tableSchema is neither"),
        ({**CSVW, "tableSchema": {"columns": "a"}}, "'columns' is not a list of objects"),
        ({**CSVW, "tableSchema": {"columns": [{"name": "a", "datatype": "money"}]}}, "the datatype 'money'"),
        ({"tables": {}}, "'tables' is not a list"),
        (
            {"url": "t", "tableSchema": {"foreignKeys": [{"columnReference": "a", "reference": {"resource": "u"}}]}},
            "points to the table 'u', which is not described",
        ),
    ],
)
def test_bad_csvw_is_refused(tmp_path: Path, document: Any, reason: str) -> None:
    text = document if isinstance(document, str) else json.dumps(document)
    with pytest.raises(InputError, match=reason) as raised:
        load(tmp_path, "csvw", m__json=text)
    assert str(raised.value).startswith("m.json")


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ({"name": "x"}, "neither resources nor fields"),
        ({"fields": [{"type": "string"}]}, "a field of 'table' has no name"),
        ({"fields": [{"name": "a", "type": "text"}]}, "the type 'text', which Table Schema does not have"),
        ({"resources": [{"name": "a"}, {"name": "A"}]}, "two resources are called 'a'"),
        ({"resources": [{"name": "a", "schema": "https://example.org/s.json"}]}, "nothing is fetched"),
        (
            {
                "fields": [{"name": "a"}],
                "foreignKeys": [{"fields": "a", "reference": {"resource": "b", "fields": "c"}}],
            },
            "points to the resource 'b', which is not described",
        ),
    ],
)
def test_bad_frictionless_is_refused(tmp_path: Path, document: Any, reason: str) -> None:
    with pytest.raises(InputError, match=reason) as raised:
        load(tmp_path, "frictionless", p__json=json.dumps(document))
    assert str(raised.value).startswith("p.json")


def test_a_schema_beside_the_package_is_read(tmp_path: Path) -> None:
    package = {"resources": [{"name": "a", "path": "a.csv", "schema": "schemas/a.json"}]}
    schema = {"fields": [{"name": "x", "constraints": {"enum": [1, 2]}}]}
    records = load(tmp_path, "frictionless", datapackage__json=json.dumps(package), a__json=json.dumps(schema))
    assert list(variables(records)) == ["x"]
    assert [[value.code for value in record.values] for record in records if isinstance(record, CodeList)] == [
        ["1", "2"]
    ]


def test_the_real_data_package_of_the_statistics_database(tmp_path: Path) -> None:
    if not (path := DATA / "se-sos-statdb-dictionaries/datapackage.json").exists():
        pytest.skip(f"the publishers' files are not at {DATA}; set BEGREPP_SHARED to the folder that holds data/")
    shutil.copy(path, tmp_path)
    resources = json.loads(path.read_text(encoding="utf-8"))["resources"]
    found = [record for record in load(tmp_path, "frictionless") if isinstance(record, Variable)]
    assert len(found) == sum(len(resource["schema"]["fields"]) for resource in resources) > 20


def _notes(variable: Variable) -> set[str]:
    return {text.value for text in variable.notes}


def test_what_redcap_states_without_a_field_in_the_record_is_a_note(tmp_path: Path) -> None:
    head = f"{REDCAP},matrix_group_name,question_number"
    rows = (
        'vas,a,,slider,Pain,"No pain | Some | Worst",number,,3b\nmail,a,,text,Mail,,email,,\n'
        'born,a,,text,Born,,date_dmy,,\nq,a,,radio,Q,"1, Yes",,mg,\nsel,a,,sql,S,"select 1",,,\n'
    )
    found = variables(load(tmp_path, "redcap", d__csv=f"{head}\n{rows}"))
    assert {name: _notes(each) for name, each in found.items() if each.notes} == {
        "vas": {"No pain | Some | Worst", "Question number: 3b"},
        "mail": {"Validation: email"},
        "q": {"Matrix group: mg"},
        "sel": {"select 1"},
    }


def test_properties_of_frictionless_without_a_field_in_the_record_are_notes(tmp_path: Path) -> None:
    fields = [
        {"name": "a", "type": "integer", "constraints": {"exclusiveMinimum": 0, "unique": True, "minLength": None}},
        {"name": "b", "type": "list", "itemType": "integer", "delimiter": ";"},
        {"name": "c", "type": "integer", "categories": [1, 2, 3], "constraints": {"enum": [1, 2, 9]}},
        {"name": "d", "type": "string", "format": "default", "trueValues": ["Ja", "J"]},
        {"name": "e", "type": "list"},
    ]
    records = load(tmp_path, "frictionless", s__json=json.dumps({"fields": fields}))
    found = variables(records)
    assert {name: _notes(each) for name, each in found.items() if each.notes} == {
        "a": {"exclusiveMinimum: 0", "unique: true"},
        "b": {"delimiter: ;"},
        "d": {"trueValues: Ja, J"},
    }
    assert (found["b"].datatype, found["b"].multiple, found["e"].datatype) == ("integer", True, "string")
    assert [value.code for record in records if isinstance(record, CodeList) for value in record.values] == ["1", "2"]


def test_properties_of_csvw_without_a_field_in_the_record_are_notes_or_told(tmp_path: Path) -> None:
    datatype = {"base": "string", "minLength": 3, "maxExclusive": "x", "format": "a.c"}
    number = {"base": "decimal", "format": {"pattern": "#0,0", "decimalChar": ","}}
    columns = [
        {"titles": ["Year", "Birth year"], "datatype": datatype, "default": "abc", "aboutUrl": "#{x}"},
        {"name": "b", "titles": {"sv": ["Vikt", "Tyngd"], "en": "Weight"}, "datatype": number},
        {"name": "c", "virtual": True, "propertyUrl": "dc:date"},
    ]
    document = {"@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}], "url": "t.csv"}
    records = load(tmp_path, "csvw", t__json=json.dumps({**document, "tableSchema": {"columns": columns}}))
    found = variables(records)
    assert _notes(found["Year"]) == {"Birth year", "minLength: 3", "maxExclusive: x", "default: abc"}
    assert [text.value for text in found["b"].titles] == ["Vikt", "Weight"]
    assert _notes(found["b"]) == {"Tyngd", "decimalChar: ,"}
    assert [each.reason for each in records if isinstance(each, Skipped)] == [
        "'c' is a virtual column, which the tables do not have."
    ]


def test_choices_on_lines_of_their_own_are_choices(tmp_path: Path) -> None:
    rows = 'a,f,,radio,A,"1, Ett\n2, Två, eller fler",\nb,f,,radio,B,"1, rad ett\nrad två | 2, x",\n'
    records = load(tmp_path, "redcap", d__csv=f"{REDCAP}\n{rows}")
    lists = {
        each.id: [(v.code, v.labels[0].value) for v in each.values] for each in records if isinstance(each, CodeList)
    }
    assert lists["a"] == [("1", "Ett"), ("2", "Två, eller fler")]
    assert [code for code, _ in lists["b"]] == ["1", "2"]


@pytest.mark.parametrize(
    ("validation", "bound", "minimum", "note"),
    [
        ("date_ymd", "2020-01-31", "2020-01-31", []),
        ("date_dmy", "today", "", ["Minimum: today"]),
        ("datetime_ymd", "now", "", ["Minimum: now"]),
        ("date_ymd", "[birth_date]", "", ["Minimum: [birth_date]"]),
        ("number", "[weight]", "", ["Minimum: [weight]"]),
    ],
)
def test_a_bound_that_is_computed_is_a_note(
    tmp_path: Path, validation: str, bound: str, minimum: str, note: list[str]
) -> None:
    row = f"a,f,,text,A,,{validation},{bound}\n"
    found = variables(load(tmp_path, "redcap", d__csv=f"{REDCAP},text_validation_min\n{row}"))["a"]
    assert (found.minimum, [text.value for text in found.notes]) == (minimum, note)


@pytest.mark.parametrize(
    ("datatype", "bound", "is_told"),
    [("date", "2020-13-01", True), ("date", "1/2/2020", True), ("date", "2020-02-29", False), ("date", "", False)],
)
def test_a_bound_that_is_no_date_is_told(datatype: str, bound: str, is_told: bool) -> None:
    variable = Variable(
        dataset="d",
        table="t",
        name="a",
        origin=Origin("a"),
        titles=(),
        descriptions=(),
        datatype=datatype,
        minimum=bound,
    )
    assert [*impossible_values(variable)] == [f"the minimum '{bound}' of the variable 'a' is no date."] * is_told
