"""The publisher's corrections within an edition of ICD-10-SE: an update, not a new edition.

A workbook with one sheet per classification; the sheet `ICD-10-SE-filer` has date, code, wrong title, right title and
comment. The code texts may have been fetched before or after a correction.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from begrepp.errors import InputError, Origin
from begrepp.records import Concept, EditionFiles, Note, NoteKind, Record, Skipped, Text
from begrepp.sources.editions import data_files
from begrepp.sources.row_faults import RowScope
from begrepp.sources.rows import Row
from begrepp.sources.xlsx import read_xlsx

SHEET = "ICD-10-SE-filer"
_COLUMNS = ("Datum", "Kod", "(Ev. felaktig) kodtext", "(Ev. justerad korrekt) kodtext", "Kommentar")


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """One row: a changed title, or only a comment."""

    origin: Origin
    corrected_on: date
    code: str
    old: str
    new: str
    comment: str


@dataclass(frozen=True, slots=True)
class Corrections:
    """The corrections of an edition, in order and by code."""

    rows: tuple[Correction, ...] = ()
    by_code: dict[str, list[Correction]] = field(default_factory=dict)

    @property
    def modified(self) -> date | None:
        """The date of the last correction, or None."""
        return max((row.corrected_on for row in self.rows), default=None)

    @property
    def notes(self) -> tuple[Text, ...]:
        """The publisher's comment on each correction, in the order of the workbook."""
        words = [f"{row.corrected_on.isoformat()} {row.code}: {row.comment or row.new}" for row in self.rows]
        return tuple(Text(note, "sv") for note in words)

    def apply(self, concepts: Iterator[Concept]) -> Iterator[Record]:
        """Yield the corrected concepts, each with a change note; corrections of unknown codes yield `Skipped`."""
        remaining = dict(self.by_code)
        for concept in concepts:
            yield _apply_to_concept(concept, remaining.pop(concept.notation, []))
        for rows in remaining.values():
            for row in rows:
                if row.new:
                    yield Skipped(origin=row.origin, reason=f"the edition has no code {row.code} to correct.")


def read_corrections(edition: EditionFiles) -> Corrections:
    """Read the corrections of an edition; empty if it has no workbook."""
    workbooks = [path for path in data_files(edition) if path.suffix == ".xlsx"]
    rows = tuple(row for path in workbooks for row in _rows(path))
    by_code: dict[str, list[Correction]] = {}
    for row in rows:
        by_code.setdefault(row.code, []).append(row)
    return Corrections(rows, by_code)


def _rows(path: Path) -> Iterator[Correction]:
    scope = RowScope()
    for row in read_xlsx(path, sheets=(SHEET,), required=_COLUMNS):
        with scope:
            if correction := _read_row(row):
                yield correction


def _read_row(row: Row) -> Correction | None:
    corrected_on, code = row.take_date("Datum"), row.take("Kod")
    old, new, comment = (row.take(column) for column in _COLUMNS[2:])
    row.done()
    if not (corrected_on or code or comment):
        return None
    if not (corrected_on and code):
        raise InputError(
            row.origin, "a correction without its date or its code.", "Ask the publisher what it is about."
        )
    return Correction(origin=row.origin, corrected_on=corrected_on, code=code, old=old, new=new, comment=comment)


def _apply_to_concept(concept: Concept, rows: list[Correction]) -> Concept:
    scope = RowScope()
    for row in sorted(rows, key=lambda row: row.corrected_on):
        with scope:
            concept = _correct(concept, row)
    return concept


def _correct(concept: Concept, row: Correction) -> Concept:
    """Return a concept with a correction. Raises `InputError` if its title is neither the wrong nor the right one."""
    title = next((label.value for label in concept.pref_labels if label.lang == "sv"), "")
    if row.new and title not in (row.old, row.new):
        raise InputError(
            row.origin,
            f"{row.code} is called '{title}' in the edition's files, neither '{row.old}' nor '{row.new}'.",
            "The workbook may belong to another edition; leave it out, or ask the publisher.",
        )
    note = f"{row.corrected_on.isoformat()}: ”{row.old}” → ”{row.new}”. {row.comment}" if row.new else row.comment
    return replace(
        concept,
        pref_labels=tuple(
            Text(row.new, "sv") if row.new and label.lang == "sv" else label for label in concept.pref_labels
        ),
        notes=(*concept.notes, Note(NoteKind.CHANGE, Text(note.strip(), "sv"))),
        modified=row.corrected_on,
    )
