"""Tables as CSV and XLSX, read back with other libraries."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from openpyxl import load_workbook

from begrepp.exports import spreadsheet
from begrepp.exports.spreadsheet import DataTable, csv_text, excel_csv, write_xlsx

TRICKY = ("C50.9", 'citat " och, komma', "=1+1", "0012", "http://example.org/", "rad\nbryts", "åäö 😀")


def _table(*rows: tuple[str | int, ...]) -> DataTable:
    return DataTable(name="prov", columns=("code", "n"), rows=iter(rows), about=[("licence", "CC0"), ("filters", "")])


def _sheets(path: Path) -> dict[str, list[tuple[object, ...]]]:
    book = load_workbook(path)
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets}


def test_texts_stay_texts_and_numbers_numbers(tmp_path: Path) -> None:
    write_xlsx(_table(*((text, place) for place, text in enumerate(TRICKY))), tmp_path / "t.xlsx")
    sheets = _sheets(tmp_path / "t.xlsx")
    assert sheets["data"] == [("code", "n"), *((text, place) for place, text in enumerate(TRICKY))]
    assert sheets["about"][0] == ("licence", "CC0")
    cells = load_workbook(tmp_path / "t.xlsx")["data"]
    assert {cell.data_type for cell in cells["A"]} == {"s"} and not [cell for cell in cells["A"] if cell.hyperlink]


def test_an_empty_table_has_its_header(tmp_path: Path) -> None:
    write_xlsx(_table(), tmp_path / "t.xlsx")
    assert _sheets(tmp_path / "t.xlsx")["data"] == [("code", "n")]
    assert "".join(csv_text(_table())) == "code,n\r\n"


def test_rows_beyond_a_sheet_are_on_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheet, "_MAX_ROWS", 60)
    write_xlsx(_table(*((f"c{n}", n) for n in range(130))), tmp_path / "t.xlsx")
    sheets = _sheets(tmp_path / "t.xlsx")
    assert [len(rows) for rows in sheets.values()] == [61, 61, 11, 2]
    assert [row[1] for name in ("data", "data 2", "data 3") for row in sheets[name][1:]] == list(range(130))


def test_a_text_longer_than_a_cell_is_cut_visibly(tmp_path: Path) -> None:
    write_xlsx(_table(("x" * 40_000, 1), ("y" * 32_767, 2), ("z" * 32_768, 3)), tmp_path / "t.xlsx")
    sheets = _sheets(tmp_path / "t.xlsx")
    cell = sheets["data"][1][0]
    assert isinstance(cell, str) and len(cell) == 32_767 and cell.endswith("x…")
    name, words = sheets["about"][-1]
    assert name == "cut" and str(words).startswith("2 texts are longer than the 32,767 characters of a cell")


def test_csv_is_read_back_as_written() -> None:
    rows = [(text, str(place)) for place, text in enumerate(TRICKY)] * 2000
    parts = list(csv_text(_table(*rows)))
    assert len(parts) > 1
    assert [tuple(row) for row in csv.reader(io.StringIO("".join(parts), newline=""))] == [("code", "n"), *rows]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("=1+1", "'=1+1"),
        ('=HYPERLINK("http://example.org/?"&A2;"klick")', None),
        ("@SUM(1)", "'@SUM(1)"),
        ("+1+1", "'+1+1"),
        ("-2+3|cmd", "'-2+3|cmd"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("\n=1", "'\n=1"),
        ("＝1+1", "'＝1+1"),
        ("-INF", "'-INF"),
        ("+46 70 123", "'+46 70 123"),
        ("-12,5", "-12,5"),
        ("+1", "+1"),
        ("-1.5E-7", "-1.5E-7"),
        ("-", "-"),
        ("a=b", "a=b"),
        (" =1", " =1"),
        ("C50.9", "C50.9"),
    ],
)
def test_no_text_is_a_formula_in_the_csv_for_excel(text: str, shown: str | None) -> None:
    written = "".join(excel_csv(["a", text], [[text, "1"]])).removeprefix("\ufeff")
    expected = shown if shown is not None else f"'{text}"
    read = [*csv.reader(io.StringIO(written, newline=""), delimiter=";")]
    assert read == [["a", expected], [expected, "1"]]
    assert "".join(csv_text(DataTable(name="t", columns=["a"], rows=[[text]]))).count("'") == 0
