"""Rows of tables in Markdown, and of text files with a YAML header (front matter)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from pathlib import Path

import yaml

from begrepp.errors import InputError, Origin
from begrepp.sources.meter import Meter
from begrepp.sources.privacy import refuse_person_rows
from begrepp.sources.row_faults import Fault, add_fault
from begrepp.sources.rows import Row
from begrepp.sources.text_lines import read_lines
from loaders.declaration.json_rows import flatten
from loaders.declaration.limited_pattern import LimitedPattern

_HEADING = re.compile(r"#{1,6}\s+(.*?)\s*#*\s*$")
_DELIMITER_ROW = re.compile(r" {0,3}\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$")
"""A row of one or more hyphens in each cell, with a colon at either end (GitHub's Markdown, 4.10)."""
_UNDERLINE = re.compile(r" {0,3}(=+|-+)\s*$")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_PIPE = re.compile(r"(?<!\\)\|")


def read_markdown_rows(
    path: Path,
    wanted_heading: LimitedPattern,
    encoding: str,
    counter: Meter,
    report: Collection[str],
) -> Iterator[Row]:
    """Yield the rows of the tables below headings that match, each with the column `heading`.

    Tables are those of GitHub's Markdown (4.10), where the row of hyphens has as many cells as the header. A row with
    more cells than the table has columns is a fault of the kind `misaligned`.
    """
    heading, found_table, fence = "", False, ""
    header: list[str] = []
    unlike: InputError | None = None
    lines = enumerate(read_lines(path, encoding), start=1)
    previous = ""
    for number, line in lines:
        if fence or (match := _FENCE.match(line)):
            # Code is no table.
            is_end = fence and line.strip().startswith(fence) and not line.strip(f" {fence[0]}\r\n")
            fence = "" if is_end else fence or (match[1] if match else "")
            header, previous = [], ""
        elif match := _HEADING.match(line):
            heading, header, previous = match[1], [], ""
        elif previous and not header and _UNDERLINE.match(line):
            heading, previous = previous.strip(), ""
        elif not line.strip() or (header and not line.strip(" -*_\r\n")):
            header, previous = [], ""
        elif _DELIMITER_ROW.match(line) and previous and not header:
            names = [" ".join(cell.split()) for cell in _split_row(previous)]
            if len(names) == len(_split_row(line)):
                header = names
                found_table = found_table or bool(wanted_heading.search(heading))
            else:
                reason = f"the row of hyphens has {len(_split_row(line))} cells, and the header {len(names)}."
                unlike = unlike or InputError(Origin(path.name, number), reason, "Write as many cells in both.")
                previous = line
        elif header and wanted_heading.search(heading):
            origin = Origin(path.name, number)
            counter.begin_row(origin)
            try:
                cells = _table_row(header, line, heading, origin)
            except InputError as error:
                add_fault(Fault.MISALIGNED, error, report)
                continue
            refuse_person_rows(cells, origin)
            yield Row(cells, origin)
        else:
            previous = line
    if not found_table:
        if unlike:
            raise unlike
        raise InputError(
            path,
            f"there is no table under a heading like '{wanted_heading.pattern}'."
            if wanted_heading.pattern
            else "there is no table: no row of hyphens (|---|---|) below a header.",
            "Correct `heading`, or the file.",
        )


def _split_row(line: str) -> list[str]:
    line = line.strip().removeprefix("|")
    line = line[:-1] if line.endswith("|") and not line.endswith("\\|") else line
    return [cell.strip().replace("\\|", "|") for cell in _PIPE.split(line)]


def _table_row(header: list[str], line: str, heading: str, origin: Origin) -> dict[str, str]:
    cells = _split_row(line)
    # Cells at the end of a row may be missing; cells beyond the last column are an error (GitHub's Markdown, 4.10).
    if any(cells[len(header) :]):
        raise InputError(
            origin,
            f"{len(cells)} cells where the table has {len(header)} columns.",
            "A cell may hold a bar; write it as \\|.",
        )
    cells = [*cells, *[""] * (len(header) - len(cells))]
    return {**dict(zip(header, cells, strict=False)), "heading": heading}


def read_front_matter(path: Path, encoding: str, counter: Meter) -> Row:
    """Return a text file as a row: the values of its YAML header, `file`, and the text as `body`."""
    origin = Origin(path.name)
    text = "".join(read_lines(path, encoding))
    parts = re.match(r"---\r?\n(.*?)\r?\n---\s*(?:\n(.*))?$", text, re.DOTALL)
    try:
        head = yaml.safe_load(parts[1]) if parts else None
    except yaml.YAMLError as error:
        raise InputError(path, f"its header is not well-formed YAML: {error}.", "Fix the header.") from None
    if not parts or not isinstance(head, dict):
        raise InputError(path, "no header between two lines of ---.", "Check that you added the right files.")
    counter.rows += 1
    cells = {**flatten(head), "body": (parts[2] or "").strip(), "file": path.stem}
    refuse_person_rows(cells, origin)
    return Row(cells, origin)
