"""Reader of the official code texts of KVÅ: one folder per part with level1.txt to level4.txt."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from begrepp.errors import InputError, Origin
from begrepp.records import (
    Concept,
    EditionFiles,
    Note,
    NoteKind,
    Scheme,
    Text,
)
from begrepp.sources.row_faults import RowScope
from begrepp.sources.rows import Row
from begrepp.sources.tables import read_table
from loaders.kva.scheme import KKA, KMA, LEVELS, PARTS, new_concept, parent_of

_LEVEL_FILE = re.compile(r"level([1-4])\.txt")
_SURGICAL = re.compile(r"[A-Z]{3}")


def find_code_texts(edition: EditionFiles, files: tuple[Path, ...]) -> list[tuple[Scheme, dict[int, Path]]]:
    """Return the level files of each part. Raises `InputError` if a level of a part is missing."""
    levels_by_part: dict[str, dict[int, Path]] = {}
    for path in files:
        match = _LEVEL_FILE.fullmatch(path.name)
        if not match:
            raise InputError(
                path,
                "this is none of the code texts level1.txt to level4.txt.",
                "Add the folders of the edition as published; see `begrepp sources`.",
            )
        levels_by_part.setdefault(_part_of(path).id, {})[int(match[1])] = path
    for id_, levels in levels_by_part.items():
        if missing := [f"level{n}.txt" for n in LEVELS if n not in levels]:
            raise InputError(
                Origin(f"{edition.source}/{edition.version}"),
                f"{id_}: the file(s) {', '.join(missing)} are missing.",
                "Add all files of the part together: `begrepp add kva kka-2021-text kma-2021-text --edition 2021`.",
            )
    return [(scheme, levels_by_part[scheme.id]) for scheme in PARTS.values() if scheme.id in levels_by_part]


def _part_of(path: Path) -> Scheme:
    """Return the part of a file: by the start of its folder's name, otherwise by the form of its codes."""
    folder = path.parent.name.lower()
    for scheme in PARTS.values():
        if folder.startswith(scheme.id):
            return scheme
    code = next((row.take("Kod:") for row in _rows(path.with_name("level4.txt"), counted=False)), "")
    return KKA if _SURGICAL.match(code) else KMA


def _rows(path: Path, *, counted: bool = True) -> Iterator[Row]:
    # The second column has neither name nor content. Rows may omit an empty description; KMÅ 2021 has one
    # row with an empty fifth cell; quotation marks are ordinary characters.
    if not path.exists():
        raise InputError(path, "the file is missing.", "Add all files of the part together.")
    columns = ("Kod:", "", "Kodtext:", "Beskrivning:")
    rows = read_table(path, columns=columns, delimiter="\t", quoted=False, short_rows=True, counted=counted)
    header = next(rows, None)
    if header is None or (header.take("Kod:"), header.take("Kodtext:")) != ("Kod:", "Kodtext:"):
        raise InputError(
            Origin(path.name, 1),
            "the header is not 'Kod:', '', 'Kodtext:', 'Beskrivning:', separated by tabs.",
            "Download the file again from its publisher; if the form is new, extend the loader.",
        )
    return rows


def read_code_texts(scheme: Scheme, levels: dict[int, Path]) -> Iterator[Concept]:
    """Yield the concepts of a part, level by level."""
    headings = frozenset(row.take("Kod:") for depth in (1, 2, 3) for row in _rows(levels[depth], counted=False))
    for depth in LEVELS:
        scope = RowScope()
        for row in _rows(levels[depth]):
            with scope:
                code, label, description = row.take("Kod:"), row.take("Kodtext:"), row.take("Beskrivning:")
                row.done()
                notes = (Note(NoteKind.SCOPE, Text(description, "sv")),) if description else ()
                yield new_concept(scheme, code, row.origin, label, notes, parent_of(code, headings))
