"""Row sources: sheets, ranges, JSON, YAML, fixed width and encodings; the rows and columns that are left out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import loaders
from begrepp.build.loads.record_checks import check_records
from begrepp.errors import InputError
from begrepp.records import CodeList, Concept, EditionFiles, LoadRemark, Record, Variable
from begrepp.sources.editions import reported_faults
from begrepp.sources.number_formats import show_number

SOURCE = '[source]\npublisher = "begrepp"\nlicence = "https://creativecommons.org/publicdomain/zero/1.0/"\n'
TABLE = f'loader = "table"\n{SOURCE}[scheme]\nid = "lista"\ntitle.sv = "Lista"\nhierarchical = false\n[[file]]\n'
COLUMNS = '[file.columns]\nnotation = "kod"\npref_label.sv = "namn"\n'
DATASET = f'loader = "variables"\n{SOURCE}[dataset]\ntitle.sv = "D"\ndescription.sv = "D."\n'


def load(folder: Path, declaration: str, **files: str | bytes) -> list[Record]:
    """Load files, named `a__csv` for a.csv, with a declaration; return the records and remarks."""
    for name, content in {"source__toml": declaration, **files}.items():
        data = content.encode() if isinstance(content, str) else content
        (folder / name.replace("__", ".")).write_bytes(data)
    edition = EditionFiles(source="d", version="2026", folder=folder, files=tuple(sorted(folder.iterdir())))
    return list(check_records(loaders.read_records(edition), reported_faults(edition)))


def labels(records: list[Record]) -> dict[str, str]:
    return {each.notation: each.pref_labels[0].value for each in records if isinstance(each, Concept)}


def remarks(records: list[Record]) -> list[str]:
    return [each.text for each in records if isinstance(each, LoadRemark)]


def write_workbook(path: Path, rows: list[tuple[Any, ...]], **formats: str) -> None:
    """Write a workbook with one sheet; `formats` are number formats by cell."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(row)
    for cell, number_format in formats.items():
        sheet[cell].number_format = number_format
    book.save(path)


@pytest.mark.parametrize(
    ("file", "content", "keys"),
    [
        ("a__csv", "Kodlista version 3,\nkod,namn\nA1,ett\nB2,två\n", "skip = 1\n"),
        ("a__csv", "A1,ett\nB2,två\n", 'header = false\ncolumn_names = ["kod", "namn"]\n'),
        ("a__csv", "code,name\nA1,ett\nB2,två\n", 'skip = 1\nheader = false\ncolumn_names = ["kod", "namn"]\n'),
        ("a__csv", "sep=;\r\nkod;namn\r\nA1;ett\r\nB2;två\r\n".encode("windows-1252"), 'encoding = "windows-1252"\n'),
        ("a__tsv", "kod\tnamn\nA1\tett\nB2\ttvå\n".encode("utf-16"), 'encoding = "utf-16"\n'),
        ("a__txt", "kod  namn    n\nA1   ett     1\nB2   två     2\n", 'format = "fixed"\nwidths = [5, 8, 1]\n'),
        ("a__json", '[{"kod": "A1", "namn": "ett"}, {"kod": "B2", "namn": "två"}]', ""),
        ("a__jsonl", '{"kod": "A1", "namn": "ett"}\n{"kod": "B2", "namn": "två"}\n', ""),
        ("a__json", '{"l": {"r": [{"kod": "A1", "namn": "ett"}, {"kod": "B2", "namn": "två"}]}}', 'rows = "l.r[]"\n'),
        ("a__yaml", "- {kod: A1, namn: ett}\n- kod: B2\n  namn: två\n", ""),
        ("a__md", "# Lista\n\n| kod | namn |\n|---|---|\n| A1 | ett |\n| B2 | två |\n", ""),
        ("a__md", "| kod | namn |\n|:-:|-|\n| A1 | ett |\n| B2 | två |\n", ""),
        ("a__md", "  | kod | namn |\n   | - | - |\n | A1 | ett |\n  | B2 | två |\n", ""),
        ("a__md", "kod | namn\n-|:-\nA1 | ett\nB2 | två\n", ""),
        ("a__md", "Lista\n---\n\nkod | namn\n:-|-:\nA1 | ett\nB2 | två\n", 'heading = "^Lista$"\n'),
        ("a__md", "```\n|x|y|\n|-|-|\n|1|2|\n```\n|kod|namn|\n|-|-|\n|A1|ett|\n|B2|två|\n", ""),
        ("a__csv", "typ,kod,namn\nx,A1,ett\nnote,N,not\nx,B2,två\n", 'leave_out = { typ = "no*" }\n'),
        ("a__csv", "typ,kod,namn\nx,A1,ett\nnote,N,not\nx,B2,två\n", 'only = { typ = ["x"] }\n'),
        ("a__csv", "kod,namn,x,y z,å\nA1,ett,1,2,3\nB2,två,1,2,3\n", 'ignore = "*"\n'),
        ("a__csv", "kod,namn,x1,x2\nA1,ett,1,2\nB2,två,1,2\n", 'ignore = ["x*"]\n'),
        ("a__csv", 'kod, "namn"\nA1, "ett"\nB2\u200b, "två"\n', ""),
        ("a__csv", "kod,namn\nA1,ett\nkod,namn\nB2,två\n", ""),
    ],
)
def test_a_list_is_read_wherever_its_rows_are(tmp_path: Path, file: str, content: str | bytes, keys: str) -> None:
    delimiter = 'delimiter = ";"\n' if b"sep=;" in (content if isinstance(content, bytes) else content.encode()) else ""
    ignore = 'ignore = ["n"]\n' if "widths" in keys else ""
    name = file.replace("__", ".")
    declaration = f'{TABLE}name = "{name}"\n{delimiter}{keys}{ignore}{COLUMNS}'
    assert labels(load(tmp_path, declaration, **{file: content})) == {"A1": "ett", "B2": "två"}


def test_an_object_keyed_by_code_is_a_list(tmp_path: Path) -> None:
    columns = '[file.columns]\nnotation = "@key"\npref_label.sv = "@value"\n'
    declaration = f'{TABLE}name = "a.json"\nrows = "koder{{}}"\n{columns}'
    assert labels(load(tmp_path, declaration, a__json='{"koder": {"A1": "ett", "B2": "två"}}')) == {
        "A1": "ett",
        "B2": "två",
    }


def test_yaml_keeps_codes_as_they_are_written(tmp_path: Path) -> None:
    text = "enums:\n  land:\n    values:\n      NO: {t: Norge}\n      1.10: {t: x}\n      0x1F: {t: y}\n"
    columns = '[file.columns]\nnotation = "@key"\npref_label.sv = "t"\n'
    records = load(tmp_path, f'{TABLE}name = "a.yaml"\nrows = "enums{{}}.values{{}}"\n{columns}', a__yaml=text)
    assert labels(records) == {"NO": "Norge", "1.10": "x", "0x1F": "y"}


@pytest.mark.parametrize(
    ("file", "content", "reason", "next_step"),
    [
        ("a__json", '{"A1": {"kod": "A1"}, "B2": {"kod": "B2"}}', "not a list", r'rows = "\{\}"'),
        ("a__json", '{"l": [{"kod": "A1"}]}', "not a list", r'rows = "l\[\]"'),
        ("a__json", '[{"kod": "A1", "kod": "B2"}]', "'kod' occurs twice", "Download"),
        ("a__yaml", "- kod: A1\n  kod: B2\n", "'kod' occurs twice", "Fix"),
        ("a__yaml", "- &a [x]\n- &b [*a]\n- {kod: {a: &c {x: 1, y: 2}, b: *c}}\n- [", "not well-formed YAML", "Fix"),
        ("a__xls", b"\xd0\xcf\x11\xe0", "the old format of Excel", "Save it as .xlsx"),
        ("a__xlsx", b"\xd0\xcf\x11\xe0" * 200, r"old format of Excel \(.xls\)", "save it as .xlsx"),
        ("a__sav", b"$FL2", "data file from a statistics program", "Add the data dictionary"),
        ("a__ods", b"PK", "LibreOffice Calc", "Save it as .xlsx"),
        ("a__txt", "A1 ett\n", "does not say which format", 'format = "csv"'),
        ("a__csv", b"\x89PNG\r\n\x1a\n", "a PNG picture", "saved as CSV"),
        ("a__csv", "<!DOCTYPE html><p>", "an HTML page", "saved as CSV"),
        ("a__csv", '[{"kod": "A1"}]', "it is JSON", ".json"),
        ("a__md", "|kod|namn|\n|-|\n|A1|ett|\n", "has 1 cells, and the header 2", "as many"),
        ("a__md", "kod och namn\n---\nA1 ett\n", "no row of hyphens", "Correct"),
        ("a__csv", "Lista\n\nkod,namn\nA1,ett\n", "one filled cell", "skip = 1"),
        ("a__csv", "kod;namn\nA1;ett\n", "separated by semicolon", 'delimiter = ";"'),
        ("a__csv", "kod,namn\nA1,ett\n".encode("utf-16"), "UTF-16", 'encoding = "utf-16"'),
    ],
)
def test_a_file_that_cannot_be_read_so_says_what_to_write(
    tmp_path: Path, file: str, content: str | bytes, reason: str, next_step: str
) -> None:
    with pytest.raises(InputError, match=reason) as raised:
        load(tmp_path, f'{TABLE}name = "{file.replace("__", ".")}"\n{COLUMNS}', **{file: content})
    import re

    assert re.search(next_step, raised.value.next_step), raised.value.next_step


def test_a_yaml_document_with_exponential_aliases_is_refused(tmp_path: Path) -> None:
    levels = "".join(f"  l{n}: &l{n} {{a: *l{n - 1}, b: *l{n - 1}}}\n" for n in range(1, 40))
    with pytest.raises(InputError, match="more than 10,000 values"):
        load(tmp_path, f'{TABLE}name = "a.yaml"\n{COLUMNS}', a__yaml=f"- kod: A\n  l0: &l0 {{x: y}}\n{levels}")


def test_utf8_declared_as_windows_1252_is_told(tmp_path: Path) -> None:
    declaration = f'{TABLE}name = "a.csv"\nencoding = "windows-1252"\n{COLUMNS}'
    with pytest.raises(InputError, match="the text is UTF-8"):
        load(tmp_path, declaration, a__csv="kod,namn\nA1,två\n")


def test_numbers_of_a_workbook_are_shown_as_in_the_sheet(tmp_path: Path) -> None:
    rows = [("kod", "namn"), (4, "fyra"), ("003", "tre"), (2.0, "två"), (1234, "tal"), (3.1, "decimal")]
    write_workbook(tmp_path / "a.xlsx", rows, A2="000", A5='"K"000000')
    records = load(tmp_path, f'{TABLE}name = "a.xlsx"\n{COLUMNS}')
    assert set(labels(records)) == {"004", "003", "2", "K001234", "3.1"}
    assert any("number with decimals" in text for text in remarks(records))


@pytest.mark.parametrize(
    ("value", "number_format", "shown"),
    [
        (7, "00-00", "00-07"),
        (12345, "000", "12345"),
        (0.1 + 0.2, "General", "0.3"),
        (3.1, "0.00", "3.10"),
        (-4, "000", "-4"),
        (5, "#,##0", "5"),
    ],
)
def test_a_number_has_the_form_of_its_format(value: float, number_format: str, shown: str) -> None:
    assert show_number(value, number_format) == shown


def test_cells_that_a_program_changed_are_no_codes_and_are_all_listed(tmp_path: Path) -> None:
    from datetime import datetime

    rows = [
        ("kod", "namn"),
        (datetime(2024, 2, 1), "1-2"),
        (1.2345678901234567e16, "17 siffror"),
        (0.5, "procent"),
        (1e10, "1E10"),
        (True, "sant"),
    ]
    write_workbook(tmp_path / "a.xlsx", rows, A4="0%", A5="0.00E+00")
    with pytest.raises(InputError, match="5 rows cannot be used") as raised:
        load(tmp_path, f'{TABLE}name = "a.xlsx"\n{COLUMNS}')
    assert all(f"cell A{row} " in raised.value.reason for row in range(2, 7))


def test_a_formula_matters_only_in_a_column_that_is_read(tmp_path: Path) -> None:
    write_workbook(tmp_path / "a.xlsx", [("kod", "namn", "antal"), ("A1", "ett", "=LEN(A2)")])
    declaration = f'{TABLE}name = "a.xlsx"\nignore = ["antal"]\n{COLUMNS}'
    assert labels(load(tmp_path, declaration)) == {"A1": "ett"}
    with pytest.raises(InputError, match="cell C2 holds a formula without a stored result"):
        load(tmp_path, f'{TABLE}name = "a.xlsx"\n{COLUMNS}alt_label.sv = "antal"\n')


def test_words_beside_the_table_are_told_and_a_range_leaves_them_out(tmp_path: Path) -> None:
    write_workbook(tmp_path / "a.xlsx", [("kod", "namn"), ("A1", "ett"), ("B2", "två", None, "kontrollera")])
    with pytest.raises(InputError, match=r"D3 \('kontrollera'\)") as raised:
        load(tmp_path, f'{TABLE}name = "a.xlsx"\n{COLUMNS}')
    assert 'range = "A:B"' in raised.value.next_step
    for key in ('range = "A:B"', 'range = "A1:B3"', 'report = ["misaligned"]'):
        assert labels(load(tmp_path, f'{TABLE}name = "a.xlsx"\n{key}\n{COLUMNS}')) == {"A1": "ett", "B2": "två"}


def test_merged_cells_have_the_value_of_the_first(tmp_path: Path) -> None:
    from openpyxl import load_workbook

    path = tmp_path / "a.xlsx"
    write_workbook(path, [("grupp", "kod", "namn"), ("Blod", "B1", "ett"), (None, "B2", "två"), (None, "U", "tre")])
    book = load_workbook(path)
    book.worksheets[0].merge_cells("A2:A3")
    book.save(path)
    records = load(tmp_path, f'{TABLE}name = "a.xlsx"\n{COLUMNS}domain.sv = "grupp"\n')
    domains = {each.notation: [text.value for text in each.domain] for each in records if isinstance(each, Concept)}
    assert domains == {"B1": ["Blod"], "B2": ["Blod"], "U": []}


def test_rows_of_a_code_are_gathered(tmp_path: Path) -> None:
    rows = "kod,namn,syn,över\nA1,hjärta,cor,\nB,del,,\nA1,hjärta,pump,B\nA1,hjärta,cor,\n"
    declaration = f'{TABLE}name = "a.csv"\n{COLUMNS}alt_label.sv = "syn"\nbroader = "över"\n'
    records = load(tmp_path, declaration, a__csv=rows)
    heart = next(each for each in records if isinstance(each, Concept) and each.notation == "A1")
    assert [text.value for text in heart.alt_labels] == ["cor", "pump"]
    assert heart.broader == ("B",)
    with pytest.raises(InputError, match=r"a.csv row 3: the code 'A1' already occurs in a.csv row 2, .* pref_label"):
        load(tmp_path, declaration, a__csv="kod,namn,syn,över\nA1,hjärta,,\nA1,lunga,,\n")


def test_a_row_for_each_term_and_a_file_for_each_language(tmp_path: Path) -> None:
    declaration = (
        f'{TABLE}name = "a.csv"\n[file.columns]\nnotation = {{ template = "{{k}}.{{n}}" }}\n'
        'pref_label.sv = { column = "term", when = { typ = "PT" } }\n'
        'alt_label.sv = { column = "term", when = { typ = ["SY", "AB*"] } }\n'
        '[[file]]\nname = "en.csv"\n[file.columns]\nnotation = "kod"\npref_label.en = "name"\n'
    )
    rows = "k,n,typ,term\nA,1,SY,cor\nA,1,PT,hjärta\nA,1,ABBR,hj\n"
    records = load(tmp_path, declaration, a__csv=rows, en__csv="kod,name\nA.1,heart\n")
    (heart,) = [each for each in records if isinstance(each, Concept)]
    assert heart.notation == "A.1"
    assert [(text.value, text.lang) for text in heart.pref_labels] == [("hjärta", "sv"), ("heart", "en")]
    assert [text.value for text in heart.alt_labels] == ["cor", "hj"]


def test_several_columns_of_a_code_are_not_half_read(tmp_path: Path) -> None:
    declaration = f'{TABLE}name = "a.csv"\n[file.columns]\nnotation = ["k", "n"]\npref_label.sv = "namn"\n'
    with pytest.raises(InputError, match="notation has several columns") as raised:
        load(tmp_path, declaration, a__csv="k,n,namn\nA,1,x\n")
    assert 'template = "{k}{n}"' in raised.value.next_step


def test_a_dictionary_with_a_row_for_each_value(tmp_path: Path) -> None:
    declaration = (
        f'{DATASET}[[variables]]\nfile = "k.csv"\nfill_down = ["variabel", "etikett"]\nignore = ["kod", "betyder"]\n'
        '[variables.columns]\nname = "variabel"\nlabel.sv = "etikett"\n'
        '[[codes]]\nfile = "k.csv"\nfill_down = ["variabel"]\nignore = ["etikett"]\n'
        '[codes.columns]\nvariable = "variabel"\ncode = "kod"\nlabel.sv = "betyder"\n'
    )
    rows = "variabel,etikett,kod,betyder\nrok,Röker,1,ja\n,,2,nej\nkon,Kön,1,man\n"
    records = load(tmp_path, declaration, k__csv=rows)
    assert [each.name for each in records if isinstance(each, Variable)] == ["rok", "kon"]
    lists = {each.id: [value.code for value in each.values] for each in records if isinstance(each, CodeList)}
    assert lists == {"rok": ["1", "2"], "kon": ["1"]}
    with pytest.raises(InputError, match="names no list") as raised:
        load(tmp_path, declaration.replace('fill_down = ["variabel"]\n', ""), k__csv=rows)
    assert 'fill_down = ["variabel"]' in raised.value.next_step


def test_left_out_rows_and_columns_are_counted(tmp_path: Path) -> None:
    declaration = f'{TABLE}name = "a.csv"\nignore = "*"\nleave_out = {{ typ = "" }}\n{COLUMNS}'
    records = load(tmp_path, declaration, a__csv="typ,kod,namn,x\n,N,not,1\n,M,not,1\nt,A1,ett,1\n")
    assert labels(records) == {"A1": "ett"}
    assert any("2 rows with '' in 'typ'" in text for text in remarks(records))
    assert any("1 columns are left out by `ignore`: 'x'" in text for text in remarks(records))
    with pytest.raises(InputError, match=r"leave_out\.tip names the column 'tip'"):
        load(tmp_path, declaration.replace("typ =", "tip ="), a__csv="typ,kod,namn,x\nt,A1,ett,1\n")


@pytest.mark.parametrize(
    ("delimiter", "encoding", "key"),
    [(";", "utf-8-sig", ""), (";", "windows-1252", '[[file]]\nencoding = "windows-1252"\n'), ("\t", "utf-8", "")],
)
def test_a_redcap_dictionary_that_a_spreadsheet_program_saved(
    tmp_path: Path, delimiter: str, encoding: str, key: str
) -> None:
    header = ["Variable / Field Name", "Form Name", "Field Type", "Field Label"]
    header.append('"Choices, Calculations, OR Slider Labels"')
    rows = [header, ["kon", "bas", "radio", "Kön", "Hr | Fru"], ["langd", "bas", "text", "Längd", ""]]
    text = "".join(delimiter.join(row) + "\r\n" for row in rows)
    declaration = DATASET.replace("variables", "redcap")
    records = load(tmp_path, declaration + key, d__csv=text.encode(encoding))
    assert [each.name for each in records if isinstance(each, Variable)][:2] == ["kon", "langd"]
    lists = {each.id: [value.code for value in each.values] for each in records if isinstance(each, CodeList)}
    assert lists["kon"] == ["Hr", "Fru"]


STATUS = f'{TABLE}name = "k.csv"\n{COLUMNS}status = "st"\nvalid_from = "från"\n'


@pytest.mark.parametrize(
    ("first_day", "last_day"), [("", "2025-12-31"), ("1989-06-30", "2025-12-31"), ("2026-03-01", "2026-03-01")]
)
def test_a_retired_code_without_a_last_day_ends_before_the_edition(
    tmp_path: Path, first_day: str, last_day: str
) -> None:
    rows = f"kod,namn,st,från\nA,a,active,{first_day}\nB,b,inactive,{first_day}\n"
    records = load(tmp_path, STATUS, k__csv=rows)
    found = {each.notation: str(each.valid_to or "") for each in records if isinstance(each, Concept)}
    assert found == {"A": "", "B": last_day}


@pytest.mark.parametrize("file", ["a__json", "a__jsonl"])
def test_numbers_in_json_are_codes_as_written(tmp_path: Path, file: str) -> None:
    codes = ["1.10", "1.1", "1E2", "12345678901234567890", "0.30000000000000000001", "-0"]
    rows = [f'{{"kod": {code}, "namn": "rad\u2028{number}"}}' for number, code in enumerate(codes)]
    text = "\n".join(rows) if file == "a__jsonl" else f"[{', '.join(rows)}]"
    columns = '[file.columns]\nnotation = "kod"\npref_label.sv = "namn"\n'
    made = load(tmp_path, f'{TABLE}name = "{file.replace("__", ".")}"\n{columns}', **{file: text})
    assert [*labels(made)] == codes


def test_a_cell_that_no_condition_reads_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("kod,namn,typ\nA,ett,PT\nA,uno,SY\nA,eins,XX\nB,två,PT\n,,XX\n", encoding="utf-8")
    table = (
        f'{TABLE}name = "a.csv"\nreport = ["unusable"]\n[file.columns]\nnotation = "kod"\n'
        'pref_label.sv = { column = "namn", when = { typ = "PT" } }\n'
        'alt_label.sv = { column = "namn", when = { typ = "SY" } }\n'
    )
    told = [each for each in remarks(load(tmp_path, table)) if "not read" in each]
    assert told == ["the column 'namn' is not read in rows in which typ is 'XX': no `when` includes them."]


def test_a_column_that_is_also_read_without_a_condition_is_not_told(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("kod,namn,typ\nA,ett,PT\nB,två,XX\n", encoding="utf-8")
    table = (
        f'{TABLE}name = "a.csv"\n[file.columns]\nnotation = "kod"\npref_label.sv = "namn"\n'
        'alt_label.en = { column = "namn", when = { typ = "PT" } }\n'
    )
    assert not [each for each in remarks(load(tmp_path, table)) if "not read" in each]
