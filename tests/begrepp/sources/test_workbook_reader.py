"""Strings of workbooks as stored: escapes, raised and lowered runs; and workbooks in Strict Open XML."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook

from begrepp.sources.xlsx import read_xlsx

STRICT = {
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main": "http://purl.oclc.org/ooxml/spreadsheetml/main",
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships": (
        "http://purl.oclc.org/ooxml/officeDocument/relationships"
    ),
}


SHARED = "xl/sharedStrings.xml"


def write_workbook(path: Path, string: str, *, shared: bool = True, strict: bool = False) -> None:
    """Write a workbook with the elements of one string below the header `kod`, in the table of strings or in place."""
    book = Workbook()
    book.worksheets[0].append(["kod"])
    book.worksheets[0].append(["STRING"])
    book.save(path)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    found = '<c r="A2" t="inlineStr"><is><t>STRING</t></is></c>'
    assert found in parts[sheet]
    cell = '<c r="A2" t="s"><v>0</v></c>' if shared else f'<c r="A2" t="inlineStr"><is>{string}</is></c>'
    parts[sheet] = parts[sheet].replace(found, cell)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    types = f'<Override PartName="/{SHARED}" ContentType="{kind}"/></Types>'
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace("</Types>", types)
    parts[SHARED] = f'<sst xmlns="{next(iter(STRICT))}"><si>{string}</si></sst>'
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, _in_strict(text) if strict else text)


def _in_strict(text: str) -> str:
    for transitional, namespace in STRICT.items():
        text = text.replace(transitional, namespace)
    return text


def read(path: Path) -> list[str]:
    return [row.take("kod") for row in read_xlsx(path)]


@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize(
    ("stored", "text"),
    [
        ("Rad_x000D_\nett", "Rad\nett"),
        ("a_x0041_b _x005F_x0041_ _x005F_", "aAb _x0041_ _"),
        ("_xD83D__xDE00_", "😀"),
        ("_xD83D_", "_xD83D_"),
        ("mät_x_0041_ _x41_", "mät_x_0041_ _x41_"),
    ],
)
def test_escaped_characters_of_a_string_are_decoded_once(tmp_path: Path, stored: str, text: str, shared: bool) -> None:
    path = tmp_path / "k.xlsx"
    write_workbook(path, f"<t>{stored}</t>", shared=shared)
    assert read(path) == [text]


def test_raised_and_lowered_runs_of_a_string_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "k.xlsx"
    runs = '<r><t>10</t></r><r><rPr><vertAlign val="superscript"/></rPr><t>9</t></r><r><t>/L CO</t></r>'
    runs += '<r><rPr><vertAlign val="subscript"/></rPr><t>2</t></r><rPh sb="0" eb="1"><t>tio</t></rPh>'
    write_workbook(path, runs)
    assert read(path) == ["10⁹/L CO₂"]


@pytest.mark.parametrize("shared", [True, False])
def test_a_strict_workbook_is_read(tmp_path: Path, shared: bool) -> None:
    path = tmp_path / "k.xlsx"
    write_workbook(path, "<t>A1</t>", shared=shared, strict=True)
    assert read(path) == ["A1"]
