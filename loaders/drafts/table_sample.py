"""Sample of a table in a file of unknown form: its delimiter, encoding, sheet, header row and first rows."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from begrepp.errors import InputError
from begrepp.sources.file_kinds import describe_content, is_json
from begrepp.sources.meter import Meter
from begrepp.sources.sheet_choice import sheet_names
from begrepp.sources.xlsx import open_workbook, sheet_rows
from loaders.declaration.json_rows import References, guess_rows, read_document_rows
from loaders.declaration.limited_pattern import LimitedPattern
from loaders.declaration.markdown_rows import read_markdown_rows
from loaders.drafts.formats import is_nested
from loaders.drafts.text_form import decode, find_delimiter, find_widths

MAX_ROWS = 20_000
"""Number of rows that are read."""
_HEADER_ROWS = 30
"""Number of rows among which the header is searched."""
_FOOTNOTE = 10
"""Characters of the shortest text below a table that is no code."""
_WORKBOOKS = (".xlsx", ".xlsm")
_MARKDOWN = (".md", ".markdown")
_SEPARATOR_LINE = re.compile(r'"?sep=.')


@dataclass(slots=True)
class TableSample:
    """A table: the keys of `[[file]]` that say how it is written, its columns and rows."""

    path: Path
    keys: dict[str, str | int | bool | list[str] | list[int]] = field(default_factory=dict)
    columns: list[str] = field(default_factory=list)
    rows: list[dict[str, str]] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    """Points that are not certain from the file alone, in sentences for the user."""
    sheets: Sequence[str] = ()
    width: int = 0
    """Number of columns, with those that have no name."""
    left_out: dict[str, list[str]] = field(default_factory=dict)
    """Values, by column, of rows that are no rows of the table."""

    def values(self, column: str) -> list[str]:
        """Return the non-empty cells of a column."""
        return [row[column] for row in self.rows if row.get(column)]


def read_sample(path: Path, sheet: str = "") -> TableSample:
    """Read a sample of the table in a file. Raises `InputError` for a file that holds no table."""
    suffix = path.suffix.lower()
    if suffix in _WORKBOOKS or describe_content(path) == "an Excel workbook (.xlsx)":
        return _read_workbook(path, sheet)
    if kind := describe_content(path):
        step = "Save the table as CSV or .xlsx."
        if kind == "an XML file":
            step += " XML is read in the formats that `begrepp sources` lists, such as ClaML, DDI, ODM and RDF/XML."
        raise InputError(path, f"it is {kind}, which is not a table.", step)
    if suffix in (".json", ".jsonl", ".ndjson", ".yaml", ".yml") or is_json(path):
        return _read_document(path, "yaml" if suffix in (".yaml", ".yml") else "json")
    if suffix in _MARKDOWN:
        return _read_markdown(path)
    return _read_text(path)


def _read_markdown(path: Path) -> TableSample:
    """Return the rows of all tables in a text in Markdown."""
    sample = TableSample(path, {} if path.suffix.lower() == ".md" else {"format": "markdown"})
    for row in islice(read_markdown_rows(path, LimitedPattern(""), decode(path)[0], Meter(), ()), MAX_ROWS):
        cells = {name: row.take(name) for name in row.remaining_columns() if name != "heading"}
        sample.rows.append(cells)
        sample.columns += [name for name in cells if name not in sample.columns]
    if any(cells.keys() != sample.rows[0].keys() for cells in sample.rows):
        sample.doubts.append("The file has tables with different columns: choose with `heading` which ones are read.")
    return sample


def _read_workbook(path: Path, wanted: str) -> TableSample:
    best = TableSample(path)
    with open_workbook(path) as book:
        visible = sheet_names(book, path, [wanted or "*"], visible=not wanted)
        for name in visible[:20]:
            sample = _find_table(path, _first_rows(book, path, name, 500))
            if len(sample.rows) * len(sample.columns) > len(best.rows) * len(best.columns):
                sample.keys["sheet"] = name
                best = sample
        if not best.columns:
            raise InputError(path, "no sheet holds a table.", "Check that you named the right file.")
        name = str(best.keys["sheet"])
        rows = _first_rows(book, path, name, MAX_ROWS)
    whole = _find_table(path, rows)
    whole.keys["sheet"] = name
    whole.sheets = visible
    width = whole.width
    if any(any(row[width:]) for number, row in rows if number > int(str(whole.keys.get("skip", 0))) + 1):
        whole.keys["range"] = f"A:{get_column_letter(width)}"
        whole.doubts.append(
            f"Cells beside the table are left out: only the columns A to {get_column_letter(width)} are read."
        )
    if len(visible) > 1:
        others = ", ".join(each for each in visible if each != name)
        whole.doubts.append(f"The sheet with the largest table was chosen; the others are: {others}.")
    return whole


def _first_rows(book: Workbook, path: Path, sheet: str, count: int) -> list[tuple[int, list[str]]]:
    """Return the first rows of a sheet, each with its number."""
    rows = islice(sheet_rows(book, path, sheet), count)
    return [(origin.row, [cell.text for cell in cells]) for origin, cells, _ in rows]


def _read_document(path: Path, form: str) -> TableSample:
    if is_nested(path):
        reason = "its rows hold further rows, level within level."
        raise InputError(path, reason, "Write a table with one row for each, and a column with the code of the parent.")
    sample = TableSample(path)
    rows_path = guess_rows(path, form)
    if rows_path != "[]":
        sample.keys["rows"] = rows_path
    for cells in islice(read_document_rows(path, form, "utf-8", rows_path, References()), MAX_ROWS):
        row = {name: cell for name, cell in cells.items() if not name.startswith("document.")}
        sample.rows.append(row)
        sample.columns += [name for name in row if name not in sample.columns]
    return sample


def _read_text(path: Path) -> TableSample:
    encoding, text = decode(path)
    lines = text.splitlines()
    if lines and _SEPARATOR_LINE.match(lines[0]):
        lines[0] = ""
    delimiter = find_delimiter(lines)
    if not delimiter and (widths := find_widths(lines)):
        sample = _fixed_sample(path, lines, widths)
    else:
        rows = enumerate(
            csv.reader((f"{line}\n" for line in lines), delimiter=delimiter or ",", skipinitialspace=True), start=1
        )
        sample = _find_table(path, [(number, [cell.strip() for cell in row]) for number, row in islice(rows, MAX_ROWS)])
        if (delimiter or ",") != ("\t" if path.suffix.lower() in (".tsv", ".tab") else ","):
            sample.keys["delimiter"] = delimiter
        if path.suffix.lower() not in (".csv", ".tsv", ".tab"):
            sample.keys["format"] = "csv"
    if encoding != "utf-8":
        sample.keys["encoding"] = encoding
        sample.doubts.append(
            f"The text is not UTF-8; it was read as {encoding}. Check letters such as å, ä and ö below."
        )
    return sample


def _fixed_sample(path: Path, lines: Sequence[str], widths: list[int]) -> TableSample:
    starts = [sum(widths[:place]) for place in range(len(widths))]
    rows = []
    for number, line in enumerate(lines, start=1):
        cells = [line[start : start + width].strip() for start, width in zip(starts, widths, strict=True)]
        rows.append((number, cells))
    sample = _find_table(path, rows)
    sample.keys |= {"format": "fixed", "widths": widths}
    sample.doubts.append("The columns seem to have fixed widths, in characters: check where each begins.")
    return sample


def _find_table(path: Path, rows: Sequence[tuple[int, Sequence[str]]]) -> TableSample:
    """Find the header: the first of the widest rows at the top, unless it looks like a row of values."""
    sample = TableSample(path)
    head = [(number, row) for number, row in rows[:_HEADER_ROWS] if any(row)]
    if not head:
        return sample
    filled = [sum(map(bool, row)) for _, row in head]
    usual = max(Counter(filled).items(), key=lambda pair: pair[0] * pair[1])[0]
    place = next(n for n, count in enumerate(filled) if count >= max(usual, 1) or count >= max(filled))
    if place and filled[place - 1] >= max(2, usual - 1) and not any(c.isdigit() for c in "".join(head[place - 1][1])):
        # One column has no name.
        place -= 1
    number, header = head[place]
    names = [name.strip() for name in header]
    following = [row for row_number, row in rows if row_number > number and any(row)]
    while names and not names[-1] and (path.suffix.lower() in _WORKBOOKS or not _is_unnamed_used(names, following)):
        names.pop()
    skip = number - 1
    if _looks_like_values(names, following):
        numbered = [f"column {n}" for n in range(1, len(names) + 1)]
        sample.keys |= {"header": False, "column_names": list(numbered)}
        sample.doubts.append("There seems to be no header: name the columns, or set header = true.")
        names, following = numbered, [header, *following]
    elif len({*names}) < len(names) or _is_unnamed_used(names, following):
        names = _named_apart([name or f"column {n}" for n, name in enumerate(names, start=1)])
        sample.keys |= {"header": False, "column_names": list(names)}
        skip = number
        sample.doubts.append("Columns without name, or with the name of another, have a number, in column_names.")
    if skip and any(any(row) for row_number, row in rows if row_number <= skip):
        sample.keys["skip"] = skip
    sample.columns = [name for name in names if name]
    sample.width = len(names)
    short = sum(len(row) < len(names) for row in following)
    # Fewer short rows are faults, which the loader names.
    if 2 * short >= max(1, len(following)) and path.suffix.lower() not in _WORKBOOKS:
        sample.keys["short_rows"] = True
        sample.doubts.append(
            f"{short} rows have fewer cells than the header: the cells at their end are taken as empty."
        )
    sample.rows = [
        {name: cell for name, cell in zip(names, row, strict=False) if name} for row in following if any(row)
    ]
    _leave_out_footnotes(sample)
    return sample


def _leave_out_footnotes(sample: TableSample) -> None:
    """Leave out the last rows that hold one text only, such as a source or an explanation."""
    if len(sample.columns) < 2:
        return
    notes: list[str] = []
    while sample.rows and list(map(bool, sample.rows[-1].values())).count(True) == 1:
        text = sample.rows[-1].get(sample.columns[0], "")
        if " " not in text or len(text) < _FOOTNOTE:
            break
        notes.insert(0, text)
        sample.rows.pop()
    if notes:
        sample.left_out[sample.columns[0]] = notes
        sample.doubts.append(f"{len(notes)} lines of text below the table are left out: {notes[0][:60]} …")


def _is_unnamed_used(names: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Return whether a column without name, among those with one, holds values."""
    places = [place for place, name in enumerate(names) if not name]
    return any(row[place : place + 1] not in ([], [""]) for row in rows for place in places)


def _named_apart(names: Sequence[str]) -> list[str]:
    """Return names in which repeated ones have a number: `name`, `name 2`."""
    counts: Counter[str] = Counter()
    apart = []
    for name in names:
        counts[name] += 1
        apart.append(f"{name} {counts[name]}" if counts[name] > 1 else name)
    return apart


def _looks_like_values(names: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Return whether a header looks like the rows below it: its first cell is a code as theirs are."""
    if not names or not rows:
        return False
    below = [row[0] for row in rows[:50] if row and row[0]]
    shapes = Counter(map(shape_of, below))
    return bool(below) and any(c.isdigit() for c in names[0]) and shapes[shape_of(names[0])] >= len(below) / 2


def shape_of(text: str) -> str:
    """Return the shape of a code: `C50.9` and `A00.1` have the shape `a0.0`."""
    return re.sub(r"[^\W\d_]+", "a", re.sub(r"\d+", "0", text))
