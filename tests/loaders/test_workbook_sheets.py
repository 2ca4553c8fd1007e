"""Workbooks as they are shown: formulas with an empty result, hidden sheets and rows, and advice that TOML accepts."""

from __future__ import annotations

import tomllib
import zipfile
from pathlib import Path

import pytest

from begrepp.errors import InputError
from begrepp.records import Concept
from begrepp.sources.table_forms import quote_toml
from tests.loaders.test_row_sources import COLUMNS, TABLE, labels, load, remarks, write_workbook

PARENT = f'{TABLE.replace("hierarchical = false", "")}name = "a.xlsx"\n{COLUMNS}broader = "under"\n'


def write_formulas(path: Path, *cells: str) -> None:
    """Write a workbook with the codes A, B … and the cells of the column `under`, as they are stored."""
    rows = [("kod", "namn", "under"), *((chr(65 + place), "n", f"CELL{place}") for place in range(len(cells)))]
    write_workbook(path, rows)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    for place, cell in enumerate(cells):
        whole = f'<c r="C{place + 2}" t="inlineStr"><is><t>CELL{place}</t></is></c>'
        assert whole in parts[sheet]
        parts[sheet] = parts[sheet].replace(whole, cell)
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)


@pytest.mark.parametrize("empty", ["<v></v>", "<v/>"])
@pytest.mark.parametrize("place", ['r="C2" ', ""])
def test_a_formula_whose_result_is_the_empty_text_is_an_empty_cell(tmp_path: Path, empty: str, place: str) -> None:
    formula = '<f>IF(A2="A","","A")</f>'
    result = f'<c r="C3" t="str">{formula}<v>A</v></c>'
    write_formulas(tmp_path / "a.xlsx", f'<c {place}t="str">{formula}{empty}</c>', result)
    found = [each for each in load(tmp_path, PARENT) if isinstance(each, Concept)]
    assert {each.notation: each.broader for each in found} == {"A": (), "B": ("A",)}


@pytest.mark.parametrize("cell", ['<c r="C3" t="str"><f>A2</f></c>', '<c r="C3"><f>A2</f><v></v></c>'])
def test_a_formula_that_was_never_calculated_is_refused(tmp_path: Path, cell: str) -> None:
    write_formulas(tmp_path / "a.xlsx", '<c r="C2" t="str"><f>B2</f><v></v></c>', cell)
    with pytest.raises(InputError, match="row 3: cell C3 holds a formula without a stored result"):
        load(tmp_path, PARENT)


def write_sheets(path: Path) -> None:
    """Write a workbook with a hidden sheet, a shown one with a hidden row, and a very hidden one."""
    from openpyxl import Workbook

    book = Workbook()
    for title, state, codes in (("Gömt", "hidden", "H"), ("Syns", "visible", "AB"), ("Lista", "veryHidden", "V")):
        sheet = book.create_sheet(title)
        sheet.sheet_state = state
        for row in (("kod", "namn"), *((code, "n") for code in codes)):
            sheet.append(row)
    book.remove(book.worksheets[0])
    book["Syns"].row_dimensions[2].hidden = True
    book.save(path)


def test_the_first_sheet_that_is_shown_is_read_and_what_is_hidden_is_told(tmp_path: Path) -> None:
    write_sheets(tmp_path / "a.xlsx")
    found = load(tmp_path, f'{TABLE}name = "a.xlsx"\n{COLUMNS}')
    assert labels(found).keys() == {"A", "B"}
    told = remarks(found)
    assert any("'Gömt' is hidden and not read" in text for text in told)
    assert any("the row is hidden" in text for text in told) and not any("Lista" in text for text in told)


def test_a_hidden_sheet_is_read_by_its_name_and_by_a_pattern_with_a_remark(tmp_path: Path) -> None:
    write_sheets(tmp_path / "a.xlsx")
    named = load(tmp_path, f'{TABLE}name = "a.xlsx"\nsheet = "Gömt"\n{COLUMNS}')
    assert labels(named).keys() == {"H"} and not any("hidden" in text for text in remarks(named))
    found = load(tmp_path, f'{TABLE}name = "a.xlsx"\nsheet = "*"\n{COLUMNS}')
    assert labels(found).keys() == {"H", "A", "B", "V"}
    assert sum("is hidden in the workbook, and is read" in text for text in remarks(found)) == 3


def test_the_advice_about_a_column_is_toml_also_with_a_line_break_in_its_heading(tmp_path: Path) -> None:
    write_workbook(tmp_path / "a.xlsx", [("kod", "namn\n(sv)"), ("A", "ett")])
    declaration = f'{TABLE}name = "a.xlsx"\n[file.columns]\nnotation = "kod"\npref_label.sv = "namn (sv)"\n'
    with pytest.raises(InputError) as raised:
        load(tmp_path, declaration)
    assert 'Write: pref_label.sv = "namn\\n(sv)"' in str(raised.value)
    written = declaration.replace('"namn (sv)"', '"namn\\n(sv)"')
    assert labels(load(tmp_path, written)) == {"A": "ett"}


@pytest.mark.parametrize("text", ['a"b', "a\\b", "a\nb\t\x00\x1f", "å\x7f"])
def test_a_quoted_text_is_read_by_a_toml_parser(text: str) -> None:
    assert tomllib.loads(f"key = {quote_toml(text)}\nlist = {quote_toml([text])}") == {"key": text, "list": [text]}


@pytest.mark.parametrize("cell", ['"citat" mitt i', '"öppet'])
def test_a_quotation_mark_that_is_text_is_refused_with_the_way_out(tmp_path: Path, cell: str) -> None:
    declaration = f'{TABLE}name = "a.tsv"\n{COLUMNS}'
    with pytest.raises(InputError) as raised:
        load(tmp_path, declaration, a__tsv=f"kod\tnamn\nA\t{cell}\n")
    assert raised.value.origin.row == 2 and "\t" not in str(raised.value)
    assert "quoted = false" in raised.value.next_step
    unquoted = declaration.replace("[file.columns]", "quoted = false\n[file.columns]")
    assert labels(load(tmp_path, unquoted)) == {"A": cell}


@pytest.mark.parametrize(
    ("value", "number_format", "code"),
    [
        (5, "0_);(0)", "5"),
        (5, "[Red]0", "5"),
        (5, "General;;;", "5"),
        (45, "@", "45"),
        ("A1", "@", "A1"),
        ("A1", "General", "A1"),
        ("A1", "0;-0;0;@_)", "A1"),
        (123, "00000", "00123"),
        ("A1", '"ICD "@', ""),
        ("A1", ";;;", ""),
        (5551234, r"[<=9999999]###\-####;(###) ###\-####", ""),
        (7, '""', ""),
        (1234, "# ##0", ""),
        (5, "*0##0", ""),
        (0.5, "# ?/?", ""),
        (2.4, "0", ""),
        (-5, "0_);(0)", ""),
        (5, '"A"#', ""),
    ],
)
def test_a_code_that_is_shown_otherwise_than_it_is_read_is_refused(
    tmp_path: Path, value: object, number_format: str, code: str
) -> None:
    write_workbook(tmp_path / "a.xlsx", [("kod", "namn"), (value, "n"), ("Z", "n")], A2=number_format)
    declaration = f'{TABLE}name = "a.xlsx"\n{COLUMNS}'
    if code:
        assert labels(load(tmp_path, declaration)).keys() == {code, "Z"}
    else:
        with pytest.raises(InputError, match="cell A2 is shown in the format"):
            load(tmp_path, declaration)


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ([["kod", "namn"], ["B", "två"]], True),
        ([["Läs mig"], ["Listan är från 2026."]], False),
        ([], False),
    ],
)
def test_a_visible_table_that_is_not_read_is_told(tmp_path: Path, other: list[list[str]], told: bool) -> None:
    from openpyxl import Workbook

    book = Workbook()
    first, second = book.active, book.create_sheet("Mer")
    assert first is not None
    first.title = "Lista"
    for row in (["kod", "namn"], ["A", "ett"]):
        first.append(row)
    for row in other:
        second.append(row)
    book.save(tmp_path / "a.xlsx")
    table = f'{TABLE}name = "a.xlsx"\n'
    words = "only the first, 'Lista', is read here, not 'Mer'"
    assert any(words in each for each in remarks(load(tmp_path, f"{table}{COLUMNS}"))) is told
    assert not any(words in each for each in remarks(load(tmp_path, f'{table}sheet = "Lista"\n{COLUMNS}')))
