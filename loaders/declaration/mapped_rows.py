"""Rows of a sheet as the declaration uses them: every column is read or ignored by name, and none is misspelt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from begrepp.errors import InputError, Origin
from begrepp.records import Text
from begrepp.sources.tables import Row
from loaders.declaration.cell_steps import Cell
from loaders.declaration.declared_sheet import DeclaredSheet, ReportMisaligned

ADDED_COLUMNS = ("file", "@name")
"""Columns that are no column of the publisher's: the file's name without its ending, the variable's name."""


@dataclass(frozen=True, slots=True)
class MappedRow:
    """The cells of a row that the declaration reads."""

    cells: Mapping[str, str]
    origin: Origin

    def named(self, name: str) -> MappedRow:
        """The same row, seen from one of the variables that it names."""
        return MappedRow({**self.cells, "@name": name}, self.origin)


def texts_in_row(pairs: Iterable[tuple[str, Cell]], row: MappedRow) -> tuple[Text, ...]:
    """What a row says in words, in each language that it says it in."""
    said = ((language, cell.value(row.cells, row.origin)) for language, cell in pairs)
    return tuple(Text(each, language) for language, each in said if each)


def read_mapped_rows(
    sheet: DeclaredSheet, cells: Iterable[Cell], misaligned: ReportMisaligned, *, counted: bool = True
) -> Iterator[MappedRow]:
    """The rows of a sheet. Raises `InputError` for a column that nobody uses, and for one that is in no row."""
    wanted = [cell.reads for cell in cells]
    columns = frozenset(column for alternatives in wanted for column in alternatives if column not in ADDED_COLUMNS)
    passed = frozenset(sheet.ignore)
    seen: set[str] = set()
    for row in sheet.read(misaligned, counted=counted):
        here: dict[str, str] = {}
        for column in row.left():
            if column in columns:
                here[column] = row.take(column)
            elif column in passed or _is_around(column, sheet.form):
                row.take(column)
        _refuse_unknown(row, here, wanted)
        if not seen.issuperset(here):
            seen.update(here)
        here.setdefault("file", _stem(row.origin.file))
        yield MappedRow(here, row.origin)
    for alternatives in wanted:
        if alternatives and not any(column in seen or column in ADDED_COLUMNS for column in alternatives):
            raise InputError(
                Origin(sheet.paths[0].name),
                f"no column '{' or '.join(alternatives)}'.",
                "Open the file; if the publisher renamed the column, correct the declaration.",
            )


def _refuse_unknown(row: Row, here: Mapping[str, str], wanted: Iterable[Sequence[str]]) -> None:
    """Raise for a column that nobody uses; it may be one that is declared under another name."""
    try:
        row.done()
    except InputError as error:
        missing = [
            each for each in wanted if each and not any(column in here or column in ADDED_COLUMNS for column in each)
        ]
        if not missing:
            raise
        raise InputError(
            row.origin,
            f"there is no column '{' or '.join(missing[0])}', which the declaration reads; {error.reason}",
            "If it has another name there, correct it in source.toml; a column that is not needed goes to `ignore`.",
        ) from None


@cache
def _stem(name: str) -> str:
    return Path(name).stem


def _is_around(column: str, form: str) -> bool:
    """Whether a column holds what stands around the row in its file, which may be read and need not be."""
    match form:
        case "markdown":
            return column == "heading"
        case "front-matter":
            return column == "file"
        case _:
            return form == "json" and column.startswith("document.")
