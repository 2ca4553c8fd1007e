"""Reader of the agency's tables of KVÅ (.tsv), one per part.

The columns are those of the workbook, with `Överordnad kod` in place of `Klassifikation` (KKÅ has 9 columns, KMÅ 10,
with the ICF code); a row without a title continues the code of the previous rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from begrepp.errors import InputError, Origin
from begrepp.records import (
    Concept,
    Note,
    Scheme,
)
from begrepp.sources.row_faults import RowScope
from begrepp.sources.tables import read_table
from loaders.kva.scheme import PARTS, new_concept
from loaders.kva.workbook import read_notes


@dataclass(slots=True)
class _Entry:
    """The data of one code, collected from its rows."""

    origin: Origin
    title: str
    parent: str
    notes: list[Note] = field(default_factory=list)


def part_of_table(path: Path) -> Scheme:
    """Return the part that a file's name contains. Raises `InputError` if it contains neither kka nor kma."""
    for scheme in PARTS.values():
        if scheme.id in path.stem.lower():
            return scheme
    raise InputError(
        path,
        "the file name contains neither kka nor kma.",
        "Add the tables under their own names: kva-kirurgiska-atgarder-kka.tsv, kva-medicinska-atgarder-kma.tsv.",
    )


def read_agency_table(scheme: Scheme, path: Path) -> Iterator[Concept]:
    """Yield the concepts of a table in the order of their first rows."""
    entries: dict[str, _Entry] = {}
    scope = RowScope()
    for row in read_table(path, delimiter="\t", required=("Kod", "Överordnad kod", "Titel")):
        with scope:
            code, title, parent = row.take("Kod"), row.take("Titel"), row.take("Överordnad kod")
            if title and code in entries:
                raise InputError(
                    row.origin,
                    f"the code '{code}' already occurs in {entries[code].origin}.",
                    "Remove one of the rows in a copy, or ask the publisher which one is correct.",
                )
            if not title and code not in entries:
                raise InputError(
                    row.origin,
                    f"'{code}' has no title, and no row before it opens the code.",
                    "The file may be truncated or reordered; download it again from its publisher.",
                )
            entry = entries.setdefault(code, _Entry(row.origin, title, parent))
            entry.notes += read_notes(row)
            row.done()
    for code, entry in entries.items():
        broader = (entry.parent,) if entry.parent else ()
        yield new_concept(scheme, code, entry.origin, entry.title, tuple(dict.fromkeys(entry.notes)), broader)
