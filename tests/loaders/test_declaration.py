"""Dictionaries that a declaration reads: every column is accounted for, and what is wrong says where and why."""

from __future__ import annotations

from pathlib import Path

import pytest

import loaders
from begrepp.errors import BegreppError, InputError, Origin, PersonalDataError
from begrepp.records import CodeList, EditionFiles, Record, Skipped, Variable
from begrepp.sources.tables import read_table
from loaders.declaration.field_mapping import FieldMapping, read_field_mapping
from loaders.declaration.toml_table import TomlTable

HEAD = """loader = "variables"
[source]
publisher = "begrepp"
licence = "https://creativecommons.org/publicdomain/zero/1.0/"
[dataset]
title.sv = "D"
description.sv = "D."
"""
LIST = """[[variables]]
file = "list.csv"
[variables.columns]
name = "namn"
label.sv = "etikett"
"""
ROWS = "namn,etikett\nsida,Sida\n"


def load(folder: Path, **files: str) -> list[Record]:
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text, encoding="utf-8")
    edition = EditionFiles(source="d", version="2026", folder=folder, files=tuple(sorted(folder.iterdir())))
    return list(loaders.read_records(edition))


def variables(records: list[Record]) -> dict[str, Variable]:
    return {record.name: record for record in records if isinstance(record, Variable)}


@pytest.mark.parametrize(
    ("declaration", "rows", "where", "reason"),
    [
        (HEAD, ROWS, "source.toml", r"\[\[variables\]\] is missing"),
        (HEAD + LIST.replace("list.csv", "other.csv"), ROWS, "source.toml", r"other.csv, which is not there"),
        (
            HEAD + LIST.replace('"namn"', '"nam"'),
            ROWS,
            "source.toml",
            r"line 11: .* names the column 'nam', .* \(there are: 'namn', 'etikett'\)",
        ),
        (HEAD + LIST + 'unit = "enhet"\n', ROWS, "source.toml", "line 13: .* names the column 'enhet'"),
        (HEAD + LIST, "namn,etikett,ny\nsida,Sida,x\n", "source.toml", "line 8: .* ignore does not name 'ny'"),
        (HEAD + LIST, "namn,etikett\n,Sida\n", "list.csv row 2", "'namn' is empty"),
        (HEAD + LIST, "namn,etikett\nsida,a,b\n", "list.csv row 2", "3 cells where the table has 2"),
        (HEAD + LIST, ROWS + "sida,Annan\n", "list.csv row 3", "already occurs in list.csv row 2"),
        (HEAD + LIST + 'datatype = { text = "tal" }\n', ROWS, "list.csv row 2", "'tal' is not a CSVW datatype"),
        (
            HEAD + LIST + 'datatype = { column = "etikett", words = { Tal = "integer" } }\n',
            ROWS,
            "list.csv row 2",
            "'Sida' in column 'etikett' is none of the words",
        ),
        (HEAD + LIST + 'required = { text = "kanske" }\n', ROWS, "list.csv row 2", "'kanske' for required"),
        (HEAD + LIST + 'valid_from = { text = "nyss" }\n', ROWS, "list.csv row 2", "'nyss' for valid_from"),
        (HEAD + LIST + 'unit = { clean = "html" }\n', ROWS, "source.toml", "column is missing"),
        (HEAD + LIST + 'unit = { column = "etikett", clean = "rtf" }\n', ROWS, "source.toml", "clean is 'rtf'"),
        (
            HEAD + LIST + 'unit = { column = "etikett", match = "(" }\n',
            ROWS,
            "source.toml",
            "not a valid regular expression",
        ),
        (HEAD + LIST + 'colour = "etikett"\n', ROWS, "source.toml", "line 13: .*colour is not a key"),
        (
            HEAD + LIST.replace("[variables.columns]", 'format = "pdf"\n[variables.columns]'),
            ROWS,
            "source.toml",
            "'pdf'",
        ),
        (
            HEAD + LIST.replace("[variables.columns]", 'report = "all"\n[variables.columns]'),
            ROWS,
            "source.toml",
            "'all'",
        ),
        (HEAD + LIST, "PatientID,namn,etikett\nA17,sida,Sida\n", "list.csv row 2", "'PatientID' identifies a person"),
        (HEAD + LIST, "namn,etikett\nsida,19811218-9876\n", "list.csv row 2", "personal identity number"),
    ],
)
def test_a_bad_dictionary_is_refused(tmp_path: Path, declaration: str, rows: str, where: str, reason: str) -> None:
    with pytest.raises(BegreppError, match=reason) as raised:
        load(tmp_path, source__toml=declaration, list__csv=rows)
    assert str(raised.value).startswith(where)
    assert getattr(raised.value, "next_step", "")


JSON = """[[variables]]
file = "m.json"
rows = "fields[]"
[variables.columns]
name = "name"
"""


@pytest.mark.parametrize(
    ("rows", "text", "reason"),
    [
        ("fields[]", "{", "not well-formed JSON"),
        ("fields[]", '{"columns": []}', r"no 'fields' \(there are: columns\)"),
        ("fields[]", '{"fields": {}}', "'fields' is not a list"),
        ("fields[]", '{"fields": ["a"]}', "a row is str, not an object"),
        ("fields[]", '{"fields": [{"name": "a", "new": 1}]}', "does not know the column.* 'new'"),
    ],
)
def test_bad_json_is_refused(tmp_path: Path, rows: str, text: str, reason: str) -> None:
    with pytest.raises(InputError, match=reason) as raised:
        load(tmp_path, source__toml=HEAD + JSON.replace("fields[]", rows), m__json=text)
    assert str(raised.value).startswith("m.json")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("no head\n", "no header between two lines"),
        ("---\na: [\n---\n", "not well-formed YAML"),
        ("---\n- a\n---\n", "no header between two lines"),
    ],
)
def test_bad_texts_are_refused(tmp_path: Path, text: str, reason: str) -> None:
    declaration = HEAD + '[[variables]]\nfile = "*.md"\nformat = "front-matter"\n[variables.columns]\nname = "v"\n'
    with pytest.raises(InputError, match=reason):
        load(tmp_path, source__toml=declaration, a__md=text)


def test_a_table_under_no_such_heading_is_an_error(tmp_path: Path) -> None:
    declaration = HEAD + '[[variables]]\nfile = "a.md"\nheading = "List"\n[variables.columns]\nname = "v"\n'
    with pytest.raises(InputError, match="there is no table under a heading like 'List'"):
        load(tmp_path, source__toml=declaration, a__md="# Other\n\n|v|\n|--|\n|x|\n")


CODES = """[[codes]]
file = "codes.csv"
[codes.columns]
list = "l"
code = "c"
label.sv = "t"
"""


def test_a_code_with_two_meanings_is_an_error(tmp_path: Path) -> None:
    declaration = HEAD + LIST + 'list = { text = "x" }\n' + CODES
    with pytest.raises(InputError, match=r"codes.csv row 3: the code '1' occurs twice in the list 'x'"):
        load(tmp_path, source__toml=declaration, list__csv=ROWS, codes__csv="l,c,t\nx,1,ja\nx,1,nej\n")


def test_lists_alike_are_said_once_and_missing_codes_apart(tmp_path: Path) -> None:
    values = '[variables.values]\ncolumn = "v"\nsplit = "|"\npair = "="\nmissing = ["9", "vet ej"]\n'
    rows = "namn,etikett,v\na,A,0=nej|1=ja=jo|9=okänt\nb,B,0=nej|1=ja=jo|9=okänt\nc,C,1=ja|2=vet ej\n"
    records = load(tmp_path, source__toml=HEAD + LIST + values, list__csv=rows)
    lists = {record.id: record for record in records if isinstance(record, CodeList)}
    found = variables(records)
    assert found["a"].code_list == found["b"].code_list == "a"
    assert [(value.code, value.labels[0].value) for value in lists["a"].values] == [("0", "nej"), ("1", "ja=jo")]
    assert [value.code for value in lists[found["a"].missing_list].values] == ["9"]
    assert [value.code for value in lists[found["c"].missing_list].values] == ["2"]
    assert lists[found["a"].missing_list].missing


def test_a_list_that_is_nowhere_is_told(tmp_path: Path) -> None:
    records = load(tmp_path, source__toml=HEAD + LIST + 'list = { text = "x" }\n', list__csv=ROWS)
    assert [str(r.origin) for r in records if isinstance(r, Skipped)] == ["list.csv row 2"]


def test_a_workbook_is_read_below_its_title(tmp_path: Path) -> None:
    from tests.fixtures.make import workbook

    workbook(tmp_path / "list.xlsx", {"Om": [("x",)], "Lista": [("Titel",), ("namn", "etikett"), ("sida", "Sida")]})
    declaration = HEAD + LIST.replace('"list.csv"', '"list.xlsx"\nsheet = "Lista"\nskip = 1')
    assert list(variables(load(tmp_path, source__toml=declaration))) == ["sida"]


@pytest.mark.parametrize(
    ("form", "value", "words"),
    [
        ("html", "Vikt <b>i kg</b><br/>vid &lt;besök&gt;", "Vikt i kg\nvid <besök>"),
        ("html", "<p>Ålder <5 år</p>\n\n<p>annars  tomt</p>", "Ålder <5 år\n\nannars tomt"),
        (
            "markdown",
            "**Bold** and *it*, [a link](http://x), [[Other|another]] [[Third]][^1]",
            "Bold and it, a link, another Third",
        ),
        ("markdown", "a_b_c * d * e", "a_b_c * d * e"),
    ],
)
def test_markup_becomes_words(form: str, value: str, words: str) -> None:
    assert FieldMapping(columns=("x",), clean=form).value({"x": value}, Origin("x.csv", 1)) == words


def test_the_steps_are_taken_in_order() -> None:
    said = {
        "x": {
            "column": ["a", "b"],
            "match": "<b>(.*)</b>",
            "clean": "html",
            "replace": {"1": "2"},
            "words": {"v 2": "w"},
        }
    }
    cell = read_field_mapping(TomlTable(said, Origin("s")), "x")
    assert isinstance(cell, FieldMapping)
    assert cell.value({"a": "", "b": "<b>v  1</b>"}, Origin("f", 2)) == "w"


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("lopnr;diagnos", "4711;C50"),
        ("Patient_Id;Drug", "L304;x"),
        ("id;Födelsedatum", "1;1950-01-02"),
        ("PNR;x", "195001021234;x"),
        ("participant id;x", "P-17;x"),
        ("Date of birth;x", "1950-01-02;x"),
    ],
)
def test_a_table_with_a_row_for_each_person_is_refused(tmp_path: Path, header: str, row: str) -> None:
    path = tmp_path / "data.csv"
    path.write_text(f"{header}\n{row}\n", encoding="utf-8")
    with pytest.raises(PersonalDataError, match=r"data.csv row 2: .*(person|identity)"):
        list(read_table(path, delimiter=";"))


def test_a_dictionary_may_speak_of_persons(tmp_path: Path) -> None:
    path = tmp_path / "dictionary.csv"
    path.write_text("Variabel;Person-id;Patient id\nlopnr;ja;text\nfodelsedatum;nej;\n", encoding="utf-8")
    assert len(list(read_table(path, delimiter=";"))) == 2
