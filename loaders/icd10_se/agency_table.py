"""Reader of the agency's table of ICD-10-SE: 16 columns, continuation rows, HTML in cells, parents in any order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from begrepp.errors import InputError, Origin
from begrepp.records import Concept, Marker, Note, NoteKind, Text, texts
from begrepp.sources.row_faults import RowScope
from begrepp.sources.rows import Row, parse_date
from begrepp.sources.tables import read_table
from loaders.icd10_se.scheme import SCHEME, dotted, level_of
from loaders.support.html_text import from_html

_TABLE_COLUMNS = (
    "Kod",
    "Giltig från",
    "Överordnad kod",
    "Titel",
    "Latin",
    "Beskrivning",
    "Exempel",
    "Innefattar",
    "Utesluter",
    "Anmärkning",
    "Kodningsinformation",
    "Innehåll",
    "Manifestation(*)/Etiologi(†)",
    "Koppling Manifestation(*)/Etiologi(†)",
    "Ej huvuddiagnos",
    "Kodnivå - kodspecifikation",
)
_NOTE_COLUMNS = {
    "Beskrivning": NoteKind.SCOPE,
    "Exempel": NoteKind.EXAMPLE,
    "Innefattar": NoteKind.INCLUSION,
    "Utesluter": NoteKind.EXCLUSION,
    "Anmärkning": NoteKind.NOTE,
    "Kodningsinformation": NoteKind.CODING,
    "Innehåll": NoteKind.CORE_CONTENT,
    "Ej huvuddiagnos": NoteKind.CODING,
}


@dataclass(slots=True)
class _Entry:
    """The data of one code, collected from its rows."""

    origin: Origin
    title: str
    valid_from: str
    parent: str
    latin: str
    marker: Marker | None
    notes: list[Note] = field(default_factory=list)
    pairs: list[str] = field(default_factory=list)


def read_agency_table(path: Path) -> Iterator[Concept]:
    """Yield the concepts of a table in the order of their first rows."""
    entries: dict[str, _Entry] = {}
    scope = RowScope()
    for row in read_table(path, delimiter="\t", required=_TABLE_COLUMNS):
        with scope:
            _add_row(entries, row)
    for code, entry in entries.items():
        with scope:
            yield Concept(
                scheme=SCHEME.id,
                notation=code,
                origin=entry.origin,
                pref_labels=texts(entry.title),
                alt_labels=(Text(entry.latin, "la"),) if entry.latin else (),
                notes=tuple(dict.fromkeys(entry.notes)),
                broader=(entry.parent,) if entry.parent else (),
                level=level_of(code),
                valid_from=parse_date(entry.valid_from, entry.origin, "Giltig från"),
                marker=entry.marker,
                paired_with=tuple(pair for pair in dict.fromkeys(entry.pairs) if pair in entries),
            )


def _add_row(entries: dict[str, _Entry], row: Row) -> None:
    """Add a row: the first row of a code has its title, later rows have only the code and continue it."""
    code = dotted(row.take("Kod"))
    title, latin = row.take("Titel"), row.take("Latin")
    valid_from, parent = row.take("Giltig från"), dotted(row.take("Överordnad kod"))
    sign = row.take("Manifestation(*)/Etiologi(†)")
    if title:
        if code in entries:
            raise InputError(
                row.origin,
                f"the code '{code}' already occurs in {entries[code].origin}.",
                "Remove one of the rows in a copy, or ask the publisher which one is correct.",
            )
        entries[code] = _Entry(row.origin, title, valid_from, parent, latin, _marker(sign, row.origin))
    elif code not in entries:
        raise InputError(
            row.origin,
            f"'{code}' has no title, and no row before it opens the code.",
            "The file may be truncated or reordered; download it again from its publisher.",
        )
    entry = entries[code]
    for column, kind in _NOTE_COLUMNS.items():
        if cell := row.take(column):
            entry.notes.append(Note(kind, Text(from_html(cell), "sv")))
    pairs = row.take("Koppling Manifestation(*)/Etiologi(†)")
    entry.pairs += [dotted(pair) for pair in re.findall(r"[A-Z]\d\d(?:\.?[0-9A-Z]+)?", pairs)]
    # The form of the code gives the level; the wording of this column has varied.
    row.ignore("Kodnivå - kodspecifikation")
    row.done()


def _marker(cell: str, origin: Origin) -> Marker | None:
    if not cell:
        return None
    if "†" in cell:
        return Marker.DAGGER
    if "*" in cell:
        return Marker.ASTERISK
    raise InputError(origin, f"'{cell}' is neither † nor *.", "See what the publisher means by it.")
