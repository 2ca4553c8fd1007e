"""The publisher's corrections inside an edition of ICD-10-SE: an update of what was given out, not a new edition.

A workbook with one sheet per classification; the sheet `ICD-10-SE-filer` has date, code, the wrong title,
the right one and a comment. The code texts may have been fetched before or after the correction was made.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from begrepp.errors import InputError, Origin
from begrepp.records import Concept, EditionFiles, Note, NoteKind, Record, Skipped, Text
from begrepp.sources.editions import data_files
from begrepp.sources.rows import Row
from begrepp.sources.xlsx import read_xlsx

SHEET = "ICD-10-SE-filer"
_COLUMNS = ("Datum", "Kod", "(Ev. felaktig) kodtext", "(Ev. justerad korrekt) kodtext", "Kommentar")


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """One row: a title that was changed, or only a comment on the codes it names."""

    origin: Origin
    made: date
    code: str
    old: str
    new: str
    comment: str


@dataclass(frozen=True, slots=True)
class Corrections:
    """The corrections of an edition, those of one code under its code."""

    rows: tuple[Correction, ...] = ()
    by_code: dict[str, list[Correction]] = field(default_factory=dict)

    @property
    def modified(self) -> date | None:
        """When the publisher last corrected the edition."""
        return max((row.made for row in self.rows), default=None)

    @property
    def notes(self) -> tuple[Text, ...]:
        """What the publisher says of each correction, in the order of the workbook."""
        words = [f"{row.made.isoformat()} {row.code}: {row.comment or row.new}" for row in self.rows]
        return tuple(Text(note, "sv") for note in words)

    def applied(self, concepts: Iterator[Concept]) -> Iterator[Record]:
        """The concepts as corrected, each with a note of what was changed; corrections of nothing are skipped."""
        left = dict(self.by_code)
        for concept in concepts:
            yield _corrected(concept, left.pop(concept.notation, []))
        for rows in left.values():
            for row in rows:
                if row.new:
                    yield Skipped(origin=row.origin, reason=f"the edition has no code {row.code} to correct.")


def read_corrections(edition: EditionFiles) -> Corrections:
    """What the workbook beside the edition's files says; nothing where there is no workbook."""
    books = [path for path in data_files(edition) if path.suffix == ".xlsx"]
    rows = tuple(row for path in books for row in _rows(path))
    found: dict[str, list[Correction]] = {}
    for row in rows:
        found.setdefault(row.code, []).append(row)
    return Corrections(rows, found)


def _rows(path: Path) -> Iterator[Correction]:
    for row in read_xlsx(path, sheet=SHEET, required=_COLUMNS):
        if correction := _read(row):
            yield correction


def _read(row: Row) -> Correction | None:
    made, code = row.take_date("Datum"), row.take("Kod")
    old, new, comment = (row.take(column) for column in _COLUMNS[2:])
    row.done()
    if not (made or code or comment):
        return None
    if not (made and code):
        raise InputError(
            row.origin, "a correction without its date or its code.", "Ask the publisher what it is about."
        )
    return Correction(origin=row.origin, made=made, code=code, old=old, new=new, comment=comment)


def _corrected(concept: Concept, rows: list[Correction]) -> Concept:
    for row in sorted(rows, key=lambda row: row.made):
        title = next((label.value for label in concept.pref_labels if label.lang == "sv"), "")
        if row.new and title not in (row.old, row.new):
            raise InputError(
                row.origin,
                f"{row.code} is called '{title}' in the edition's files, neither '{row.old}' nor '{row.new}'.",
                "The workbook may belong to another edition; leave it out, or ask the publisher.",
            )
        note = f"{row.made.isoformat()}: ”{row.old}” → ”{row.new}”. {row.comment}" if row.new else row.comment
        concept = replace(
            concept,
            pref_labels=tuple(
                Text(row.new, "sv") if row.new and label.lang == "sv" else label for label in concept.pref_labels
            ),
            notes=(*concept.notes, Note(NoteKind.CHANGE, Text(note.strip(), "sv"))),
            modified=row.made,
        )
    return concept
