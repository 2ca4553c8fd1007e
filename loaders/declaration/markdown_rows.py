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

_HEADING = re.compile(r"#{1,6}\s+(.*?)\s*#*\s*$")
_DELIMITER_ROW = re.compile(r"\|?\s*:?-{2,}:?\s*(\|\s*:?-{2,}:?\s*)*\|?\s*$")
_PIPE = re.compile(r"(?<!\\)\|")


def read_markdown_rows(
    path: Path,
    wanted_heading: re.Pattern[str],
    encoding: str,
    counter: Meter,
    report: Collection[str],
) -> Iterator[Row]:
    """Yield the rows of the tables below headings that match, each with the column `heading`.

    A row with more cells than the table has columns is a fault of the kind `misaligned`.
    """
    heading, found_table = "", False
    header: list[str] = []
    lines = enumerate(read_lines(path, encoding), start=1)
    previous = ""
    for number, line in lines:
        if match := _HEADING.match(line):
            heading, header, previous = match[1], [], ""
        elif not line.strip() or (header and not line.strip(" -*_\r\n")):
            header, previous = [], ""
        elif _DELIMITER_ROW.match(line) and previous and not header:
            header = [" ".join(cell.split()) for cell in _split_row(previous)]
            found_table = found_table or bool(wanted_heading.search(heading))
        elif header and wanted_heading.search(heading):
            origin = Origin(path.name, number)
            counter.rows += 1
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
        raise InputError(
            path,
            f"there is no table under a heading like '{wanted_heading.pattern}'.",
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
