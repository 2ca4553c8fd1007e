"""KVÅ, the Swedish classification of health care procedures: surgical (KKÅ) and other medical ones (KMÅ).

Two schemes, `kka` and `kma`, because the headings of one and two letters mean different things in
them; `kva` holds both and has no codes of its own. Read in the three forms that it is handed out:

1. The official code texts: a folder for each part with `level1.txt` to `level4.txt`, tab-separated.
2. The agency's workbook with descriptions: one sheet for both parts, without parents.
3. The agency's tables, one for each part: tab-separated, with parents and continuation rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from begrepp.editions import data_files
from begrepp.errors import InputError, Origin
from begrepp.records import (
    Concept,
    Edition,
    Level,
    Note,
    NoteKind,
    Record,
    Redistribution,
    Scheme,
    Source,
    Text,
    texts,
)
from begrepp.rows import Row, read_table
from begrepp.workbooks import read_xlsx
from loaders.agencies import EHALSOMYNDIGHETEN, IN_COPYRIGHT, classifications_publisher
from loaders.plain_text import from_html
from loaders.releases import protected_release

KVA = Scheme(
    id="kva",
    titles=texts("KVÅ, klassifikation av vårdåtgärder", "KVÅ, Swedish classification of health care procedures"),
    # OIDs and URIs seen in Swedish interfaces: the whole (.3.4), RIV-TA's older one, and two URIs; none is agreed.
    identifiers=(
        "urn:oid:1.2.752.116.1.3.2.3.4",
        "urn:oid:1.2.752.116.1.3.2.1.4",
        "http://electronichealth.se/id/kva",
        "http://klassifikationer.socialstyrelsen.se/kva",
    ),
    preferred_system_uri="urn:oid:1.2.752.116.1.3.2.3.4",
)
KKA = Scheme(
    id="kka",
    titles=texts("KKÅ, klassifikation av kirurgiska åtgärder", "KKÅ, classification of surgical procedures"),
    identifiers=("urn:oid:1.2.752.116.1.3.2.3.6",),
    preferred_system_uri="urn:oid:1.2.752.116.1.3.2.3.6",
    notation_pattern=r"^[A-Z]{1,3}$|^[A-Z]{3}[0-9]{2}$",
    part_of="kva",
)
KMA = Scheme(
    id="kma",
    titles=texts("KMÅ, klassifikation av medicinska åtgärder", "KMÅ, classification of medical procedures"),
    identifiers=("urn:oid:1.2.752.116.1.3.2.3.5",),
    preferred_system_uri="urn:oid:1.2.752.116.1.3.2.3.5",
    # The third level exists in chapter V only: VA9 gathers VA900 to VA999.
    notation_pattern=r"^[A-Z]{1,2}$|^[A-Z]{2}[0-9]$|^[A-Z]{2}[0-9]{3}$",
    part_of="kva",
)
SOURCE = Source(
    id="kva",
    title="KVÅ",
    publisher=EHALSOMYNDIGHETEN,
    licence=IN_COPYRIGHT,
    redistribution=Redistribution.NOT_ALLOWED,
    homepage="https://www.ehalsomyndigheten.se/verksamhet/ndi/interoperabilitet/klassifikationer/",
    reads=(
        "the folders kka-…-text and kma-…-text with level1.txt to level4.txt; "
        "or the workbook with descriptions (.xlsx); or the two tables (.tsv)"
    ),
    schemes=(KVA, KKA, KMA),
)
PARTS = {"KKÅ": KKA, "KMÅ": KMA}
LEVELS = {
    1: texts("Kapitel", "Chapter"),
    2: texts("Avsnitt", "Section"),
    3: texts("Grupp", "Group"),
    4: texts("Åtgärd", "Procedure"),
}
_LEVEL_FILE = re.compile(r"level([1-4])\.txt")
_SURGICAL = re.compile(r"[A-Z]{3}")
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


def load(edition: Edition) -> Iterator[Record]:
    """Both parts, their releases, levels and concepts, from whichever of the three forms lies in the folder."""
    files = data_files(edition)
    yield KVA
    if files and all(path.suffix == ".tsv" for path in files):
        tables = [(_part_of_table(path), path) for path in files]
        yield from _headers(edition, tuple(scheme for scheme, _ in tables))
        for scheme, path in tables:
            yield from _agency_table(scheme, path)
    elif any(path.suffix == ".xlsx" for path in files):
        if len(files) != 1:
            raise InputError(
                Origin(f"{edition.source}/{edition.version}"),
                f"{len(files)} files, where the workbook alone is expected.",
                "Add one edition's files only; see `begrepp sources`.",
            )
        yield from _headers(edition, tuple(PARTS.values()))
        yield from _workbook(files[0])
    else:
        folders = _code_texts(edition, files)
        yield from _headers(edition, tuple(scheme for scheme, _ in folders))
        for scheme, levels in folders:
            yield from _read_part(scheme, levels)


def _headers(edition: Edition, schemes: tuple[Scheme, ...]) -> Iterator[Record]:
    for scheme in schemes:
        yield scheme
        yield protected_release(scheme, edition, classifications_publisher)
        for depth, titles in LEVELS.items():
            yield Level(scheme=scheme.id, depth=depth, id=str(depth), titles=titles)


def _concept(
    scheme: Scheme, code: str, origin: Origin, label: str, notes: tuple[Note, ...], broader: tuple[str, ...]
) -> Concept:
    return Concept(
        scheme=scheme.id,
        notation=code,
        origin=origin,
        # Some lists of KVÅ end a label with "(i)", which is no part of the name.
        pref_labels=texts(label.removesuffix("(i)").strip()),
        notes=notes,
        broader=broader,
        level=str({1: 1, 2: 2, 3: 3, 5: 4}.get(len(code), 4)),
    )


def _parent(code: str, known: frozenset[str]) -> tuple[str, ...]:
    """The longest heading that the code begins with: some groups have none of their own (ZSC00 lies under ZS)."""
    return next(((code[:end],) for end in (3, 2, 1) if end < len(code) and code[:end] in known), ())


# The official code texts.


def _code_texts(edition: Edition, files: tuple[Path, ...]) -> list[tuple[Scheme, dict[int, Path]]]:
    """The level files of each part; a part must be whole."""
    found: dict[str, dict[int, Path]] = {}
    for path in files:
        match = _LEVEL_FILE.fullmatch(path.name)
        if not match:
            raise InputError(
                path,
                "this is none of the code texts level1.txt to level4.txt.",
                "Add the folders of the edition as published; see `begrepp sources`.",
            )
        found.setdefault(_part(path).id, {})[int(match[1])] = path
    for id_, levels in found.items():
        if missing := [f"level{n}.txt" for n in LEVELS if n not in levels]:
            raise InputError(
                Origin(f"{edition.source}/{edition.version}"),
                f"{id_}: the file(s) {', '.join(missing)} are missing.",
                "Add all files of the part together: `begrepp add kva kka-2021-text kma-2021-text --edition 2021`.",
            )
    return [(scheme, found[scheme.id]) for scheme in PARTS.values() if scheme.id in found]


def _part(path: Path) -> Scheme:
    """Surgical or medical: as the folder's name begins, otherwise as the codes beside it are formed."""
    folder = path.parent.name.lower()
    for scheme in PARTS.values():
        if folder.startswith(scheme.id):
            return scheme
    code = next((row.take("Kod:") for row in _rows(path.with_name("level4.txt"), counted=False)), "")
    return KKA if _SURGICAL.match(code) else KMA


def _rows(path: Path, *, counted: bool = True) -> Iterator[Row]:
    # The second column has no name and no content. Rows leave out an empty description; KMÅ 2021 has one
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


def _read_part(scheme: Scheme, levels: dict[int, Path]) -> Iterator[Concept]:
    known = frozenset(row.take("Kod:") for depth in (1, 2, 3) for row in _rows(levels[depth], counted=False))
    for depth in LEVELS:
        for row in _rows(levels[depth]):
            code, label, description = row.take("Kod:"), row.take("Kodtext:"), row.take("Beskrivning:")
            row.done()
            notes = (Note(NoteKind.SCOPE, Text(description, "sv")),) if description else ()
            yield _concept(scheme, code, row.origin, label, notes, _parent(code, known))


# The workbook.


def _workbook(path: Path) -> Iterator[Concept]:
    known: dict[str, set[str]] = {part: set() for part in PARTS}
    for row in _sheet(path):
        part, code = row.take("Klassifikation"), row.take("Kod")
        if part not in PARTS:
            raise InputError(
                row.origin,
                f"'{part}' in column 'Klassifikation' is neither KKÅ nor KMÅ.",
                "See what the publisher means by it; extend the loader with the new part.",
            )
        known[part].add(code)
    headings = {part: frozenset(codes) for part, codes in known.items()}
    for row in _sheet(path):
        part, code, label = row.take("Klassifikation"), row.take("Kod"), row.take("Titel")
        notes = _notes(row)
        row.done()
        yield _concept(PARTS[part], code, row.origin, label, notes, _parent(code, headings[part]))


def _notes(row: Row) -> tuple[Note, ...]:
    return tuple(
        Note(kind, Text(f"{column}: {cell}" if column == "Relaterad ICF-kod" else cell, "sv"))
        for column, kind in _NOTES.items()
        if (cell := from_html(row.take_optional(column)))
    )


def _sheet(path: Path) -> Iterator[Row]:
    return read_xlsx(path, sheet=_SHEET, required=_SHEET_COLUMNS)


# The agency's tables. Their columns are those of the workbook, with `Överordnad kod` in place of `Klassifikation`
# (KKÅ 9 columns, KMÅ 10: the ICF code); a row without a title continues the code of the rows before it.


@dataclass(slots=True)
class _Entry:
    """What the rows of one code add up to."""

    origin: Origin
    title: str
    parent: str
    notes: list[Note] = field(default_factory=list)


def _part_of_table(path: Path) -> Scheme:
    for scheme in PARTS.values():
        if scheme.id in path.stem.lower():
            return scheme
    raise InputError(
        path,
        "the file name contains neither kka nor kma.",
        "Add the tables under their own names: kva-kirurgiska-atgarder-kka.tsv, kva-medicinska-atgarder-kma.tsv.",
    )


def _agency_table(scheme: Scheme, path: Path) -> Iterator[Concept]:
    entries: dict[str, _Entry] = {}
    for row in read_table(path, delimiter="\t", required=("Kod", "Överordnad kod", "Titel")):
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
        entry.notes += _notes(row)
        row.done()
    for code, entry in entries.items():
        broader = (entry.parent,) if entry.parent else ()
        yield _concept(scheme, code, entry.origin, entry.title, tuple(dict.fromkeys(entry.notes)), broader)
