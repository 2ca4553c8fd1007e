"""Rows of a sheet as the declaration uses them: every column is read or ignored by name, and none is misspelt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from begrepp.errors import InputError, Origin
from loaders.cells import Cell
from loaders.sheets import Misaligned, Sheet

OURS = ("file", "@name")
"""Columns that are no column of the publisher's: the file's name without its ending, the variable's name."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """The cells of a row that the declaration reads."""

    cells: Mapping[str, str]
    origin: Origin

    def named(self, name: str) -> Gathered:
        """The same row, seen from one of the variables that it names."""
        return Gathered({**self.cells, "@name": name}, self.origin)


def gather(sheet: Sheet, cells: Iterable[Cell], misaligned: Misaligned, *, counted: bool = True) -> Iterator[Gathered]:
    """The rows of a sheet. Raises `InputError` for a column that nobody uses, and for one that is in no row."""
    wanted = [cell.reads for cell in cells]
    columns = {column for alternatives in wanted for column in alternatives} - {*OURS}
    seen: set[str] = set()
    for row in sheet.read((), misaligned, counted=counted):
        here = {column: row.take_optional(column) for column in columns if column in row}
        seen.update(here)
        for column in sheet.ignore:
            row.take_optional(column)
        row.take_optional("heading" if sheet.form == "markdown" else "")
        row.take_optional("file" if sheet.form == "front-matter" else "")
        row.done()
        yield Gathered({"file": Path(row.origin.file).stem, **here}, row.origin)
    for alternatives in wanted:
        if alternatives and not any(column in seen or column in OURS for column in alternatives):
            raise InputError(
                Origin(sheet.paths[0].name),
                f"no column '{' or '.join(alternatives)}'.",
                "Open the file; if the publisher renamed the column, correct the declaration.",
            )
