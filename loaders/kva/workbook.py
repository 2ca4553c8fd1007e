"""Reader of the workbook of KVÅ (.xlsx): both parts in one sheet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from begrepp.errors import InputError
from begrepp.records import (
    Concept,
    Note,
    NoteKind,
    Text,
)
from begrepp.sources.row_faults import RowScope
from begrepp.sources.rows import Row
from begrepp.sources.xlsx import read_xlsx
from loaders.kva.scheme import PARTS, new_concept, parent_of
from loaders.support.html_text import from_html

_SHEET_COLUMNS = (
    "Klassifikation",
    "Kod",
    "Titel",
    "Beskrivning",
    "Exempel",
    "Innefattar",
    "Utesluter",
    "Kodningsinformation",
    "Anmärkning",
    "Relaterad ICF-kod",
)
_SHEET = "KVÅ – (KKÅ+KMÅ)"
_NOTES = {
    "Beskrivning": NoteKind.SCOPE,
    "Exempel": NoteKind.EXAMPLE,
    "Innefattar": NoteKind.INCLUSION,
    "Utesluter": NoteKind.EXCLUSION,
    "Kodningsinformation": NoteKind.CODING,
    "Anmärkning": NoteKind.NOTE,
    "Relaterad ICF-kod": NoteKind.NOTE,
}


def read_workbook(path: Path) -> Iterator[Concept]:
    """Yield the concepts of both parts."""
    codes_by_part: dict[str, set[str]] = {part: set() for part in PARTS}
    scope = RowScope()
    for row in _sheet(path, counted=False):
        with scope:
            codes_by_part[_part_of(row)].add(row.take("Kod"))
    headings = {part: frozenset(codes) for part, codes in codes_by_part.items()}
    for row in _sheet(path):
        with scope:
            part, code, label = _part_of(row), row.take("Kod"), row.take("Titel")
            notes = read_notes(row)
            row.done()
            yield new_concept(PARTS[part], code, row.origin, label, notes, parent_of(code, headings[part]))


def _part_of(row: Row) -> str:
    """Return the part of a row. Raises `InputError` for a part that is neither KKÅ nor KMÅ."""
    part = row.take("Klassifikation")
    if part not in PARTS:
        raise InputError(
            row.origin,
            f"'{part}' in column 'Klassifikation' is neither KKÅ nor KMÅ.",
            "See what the publisher means by it; extend the loader with the new part.",
        )
    return part


def read_notes(row: Row) -> tuple[Note, ...]:
    """Read the columns of notes, as plain text, from a row of the workbook or of a table."""
    return tuple(
        Note(kind, Text(f"{column}: {cell}" if column == "Relaterad ICF-kod" else cell, "sv"))
        for column, kind in _NOTES.items()
        if (cell := from_html(row.take_optional(column)))
    )


def _sheet(path: Path, *, counted: bool = True) -> Iterator[Row]:
    return read_xlsx(path, sheets=(_SHEET,), required=_SHEET_COLUMNS, counted=counted)
