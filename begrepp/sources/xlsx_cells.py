"""Cells of a workbook as text, as a spreadsheet program shows them, and the cells that are not what was typed.

A spreadsheet program turns `1-2` into a date, `5E10` into a number, and cuts numbers after 15 digits (ECMA-376,
18.8.30 "numFmt"; Excel specifications and limits). Such a cell is a fault in a column of codes.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from openpyxl.cell.cell import TYPE_ERROR, TYPE_FORMULA

from begrepp.sources.number_formats import MAX_DIGITS, show_number, shows_number_as, shows_text_as_it_is

_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_ESCAPES = re.compile(rf"(?:{_ESCAPE.pattern.replace('(', '(?:')})+")
_THOUSANDS = re.compile(r"[#0],[#0]")
_SCIENTIFIC = re.compile(r"E[+-]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CellText:
    """The text of a cell.

    `fault`: why the cell has no usable text. `code_fault`: why it cannot be trusted as a code. `code_remark`: what may
    have been lost if it is a code. They are empty for other cells; the faults name the cell.
    """

    text: str
    fault: str = ""
    code_fault: str = ""
    code_remark: str = ""


EMPTY = CellText("")


def is_formula(cell: Any) -> bool:
    """Return whether a cell holds a formula."""
    return cell.value is not None and cell.data_type == TYPE_FORMULA


def read_cell(cell: Any, stored: Any = None, is_empty: Callable[[Any], bool] | None = None) -> CellText:
    """Return the text of a cell; `stored` is the same cell with the stored result of its formula.

    `is_empty` returns whether the stored result of a formula whose value openpyxl leaves out is the empty text.
    """
    if cell.value is None:
        return EMPTY
    place = str(cell.coordinate)
    if cell.data_type == TYPE_FORMULA:
        if stored is not None and stored.value is None and is_empty is not None and is_empty(stored):
            return EMPTY
        if stored is None or stored.value is None:
            return CellText("", f"cell {place} holds a formula without a stored result.")
        cell = stored
    value = cell.value
    if cell.data_type == TYPE_ERROR:
        return CellText("", f"cell {place} holds the error {value}.")
    match value:
        case bool():
            shown = "true" if value else "false"
            return CellText(shown, code_fault=f"cell {place} holds the truth value {shown.upper()}, not a text.")
        case int() | float():
            return _read_number(value, str(cell.number_format or ""), place)
        case date():
            shown = value.isoformat()[:10]
            return CellText(
                shown, code_fault=f"cell {place} holds a date ({shown}), which may have been a code such as 1-2."
            )
        case time():
            shown = value.isoformat()
            return CellText(shown, code_fault=f"cell {place} holds a time ({shown}), which may have been a code.")
        case _:
            text = unicodedata.normalize("NFC", decode_escapes(str(value))).strip()
            number_format = str(cell.number_format or "")
            if text and not shows_text_as_it_is(number_format):
                return CellText(
                    text, code_fault=f"cell {place} is shown in the format {number_format}, not as {text[:40]}."
                )
            return CellText(text)


def decode_escapes(text: str) -> str:
    r"""Return a stored string with its escaped characters: `_x000D_` and a line feed are a line break.

    `_xHHHH_` is a UTF-16 code unit, and `_x005F_` the underscore of a text such as `_x0041_` (ECMA-376 part 1,
    22.9.2.19 "ST_Xstring"). Half a surrogate pair is left as it is written.
    """
    if "_x" not in text:
        return text
    decoded = _ESCAPES.sub(_decode_run, text)
    return decoded.replace("\r\n", "\n").replace("\r", "\n")


def _decode_run(run: re.Match[str]) -> str:
    units = b"".join(int(unit, 16).to_bytes(2) for unit in _ESCAPE.findall(run[0]))
    try:
        return units.decode("utf-16-be")
    except UnicodeDecodeError:
        return run[0]


def _read_number(value: float, number_format: str, place: str) -> CellText:
    shown = show_number(value, number_format)
    if abs(value) >= 10**MAX_DIGITS:
        return CellText(
            shown,
            code_fault=f"cell {place} holds the number {shown}; a workbook keeps only the first {MAX_DIGITS} digits.",
        )
    if _SCIENTIFIC.search(number_format) or _SCIENTIFIC.search(shown):
        reason = f"cell {place} is shown as a power of ten ({shown}), which may have been a code such as 5E10."
        return CellText(shown, code_fault=reason)
    if "%" in number_format or _THOUSANDS.search(number_format):
        return CellText(shown, code_fault=f"cell {place} is shown in the format {number_format}, not as {shown}.")
    if not shows_number_as(shown, value, number_format):
        return CellText(shown, code_fault=f"cell {place} is shown in the format {number_format}, not as {shown}.")
    if "." in shown:
        return CellText(shown, code_remark="a code is a number with decimals; a zero at its end may have been lost.")
    return CellText(shown)
