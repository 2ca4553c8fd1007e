"""ICD-10-SE, the Swedish version of the WHO's classification of diseases, in the four forms it is handed out.

1. The official code texts up to 2025: `chapter.txt`, `block.txt`, `digit3.txt`, `digit4.txt`,
   `digit5.txt`; three tab-separated columns without a header, codes without a dot, hierarchy only in
   ranges and prefixes.
2. The agency's table of 16 columns, with continuation rows that repeat the code alone, HTML in cells,
   and parents that may come after their children.
3. Its normalised CSV: `code,label,label_en,parent_code,valid_from,valid_to`.
4. A key table of the regional cancer centres: `key,value`, four- and five-character codes only, so that
   it is a partial list whatever else is said.

`C509` and `C50.9` are the same code; the notation has the dot, as the classification is printed. The
publisher's workbook of corrections to an edition may lie beside any form (`icd10_se_corrections`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from begrepp.editions import data_files, file_named
from begrepp.errors import InputError, Origin
from begrepp.records import (
    Concept,
    Coverage,
    Edition,
    Level,
    Marker,
    Note,
    NoteKind,
    Record,
    Redistribution,
    Scheme,
    Source,
    Status,
    Text,
    texts,
)
from begrepp.rows import Row, parse_date, read_table
from loaders.agencies import EHALSOMYNDIGHETEN, IN_COPYRIGHT, classifications_publisher
from loaders.icd10_se_corrections import read_corrections
from loaders.plain_text import from_html
from loaders.releases import protected_release

SCHEME = Scheme(
    id="icd-10-se",
    titles=texts(
        "ICD-10-SE, internationell statistisk klassifikation av sjukdomar och relaterade hälsoproblem",
        "ICD-10-SE, International Statistical Classification of Diseases, Swedish version",
    ),
    # OIDs and URIs seen in Swedish interfaces; there is no agreed canonical URI (HL7 Sweden, RIV-TA).
    identifiers=(
        "urn:oid:1.2.752.116.1.1.1",
        "urn:oid:1.2.752.116.1.1.1.1.3",
        "urn:oid:1.2.752.116.1.1.1.1.8",
        "http://hl7.org/fhir/sid/icd-10-se",
        "https://www.icd10.se/",
        "https://terminologitjansten.inera.se/inera-kodverksforvaltning/kodverk/icd-10-se",
    ),
    preferred_system_uri="urn:oid:1.2.752.116.1.1.1",
    notation_pattern=r"^([0-2][0-9]|[A-Z][0-9]{2}(-[A-Z][0-9]{2})?|[A-Z][0-9]{2}\.[0-9A-Z]{1,2})$",
)
_CODE_TEXT_FILES = ("chapter.txt", "block.txt", "digit3.txt", "digit4.txt", "digit5.txt")
SOURCE = Source(
    id="icd10_se",
    title="ICD-10-SE",
    publisher=EHALSOMYNDIGHETEN,
    licence=IN_COPYRIGHT,
    redistribution=Redistribution.NOT_ALLOWED,
    homepage="https://www.ehalsomyndigheten.se/verksamhet/ndi/interoperabilitet/klassifikationer/",
    reads=f"{', '.join(_CODE_TEXT_FILES)}; or the table of 16 columns (.tsv); or the normalised .csv; or key,value "
    "(.csv); beside any of them, the workbook of corrections to the edition (.xlsx)",
    schemes=(SCHEME,),
)
LEVELS = {
    "kapitel": (1, texts("Kapitel", "Chapter")),
    "avsnitt": (2, texts("Avsnitt", "Block")),
    "kategori": (3, texts("Kategori, treställig kod", "Category, three characters")),
    "fyrstallig": (4, texts("Subkategori, fyrställig kod", "Subcategory, four characters")),
    "femstallig": (5, texts("Femställig kod", "Five characters")),
}
_MARKERS = {"": None, "*": Marker.ASTERISK, "†": Marker.DAGGER}
_RANGE = re.compile(r"\(?([A-Z]\d\d)-([A-Z]\d\d)\)?$")
_PAIR = re.compile(r"\(([A-Z]\d\d(?:\.[0-9A-Z]+)?)[*†]?\)")


def load(edition: Edition) -> Iterator[Record]:
    """The release, its levels and its concepts, from whichever of the forms lies in the folder."""
    files = [path for path in data_files(edition) if path.suffix != ".xlsx"]
    is_keys = len(files) == 1 and files[0].suffix == ".csv" and _is_key_table(files[0])
    corrections = read_corrections(edition)
    yield SCHEME
    release = protected_release(SCHEME, edition, classifications_publisher)
    yield replace(
        release,
        coverage=Coverage.PARTIAL if is_keys else release.coverage,
        modified=corrections.modified,
        version_notes=corrections.notes,
    )
    for level, (depth, titles) in LEVELS.items():
        yield Level(scheme=SCHEME.id, depth=depth, id=level, titles=titles)
    yield from corrections.applied(_concepts(edition, files, is_keys=is_keys))


def _concepts(edition: Edition, files: list[Path], *, is_keys: bool) -> Iterator[Concept]:
    if any(path.name in _CODE_TEXT_FILES for path in files):
        return _code_texts(edition)
    if len(files) != 1:
        raise InputError(
            Origin(f"{edition.source}/{edition.version}"),
            f"{len(files)} files, where the five code texts or one table are expected.",
            "Add one edition's files only; see `begrepp sources`.",
        )
    if is_keys:
        return _key_table(files[0])
    return _normalised(files[0]) if files[0].suffix == ".csv" else _agency_table(files[0])


def dotted(code: str) -> str:
    """`C509` as `C50.9`; chapters, blocks and three-character codes as they are."""
    return f"{code[:3]}.{code[3:]}" if len(code) > 3 and "." not in code and "-" not in code else code


def level_of(notation: str) -> str:
    """The level that a notation's form tells."""
    if "-" in notation:
        return "avsnitt"
    return {2: "kapitel", 3: "kategori", 5: "fyrstallig", 6: "femstallig"}.get(len(notation), "")


# The official code texts: three columns, no header.


def _code_texts(edition: Edition) -> Iterator[Concept]:
    chapter, block, *digits = (file_named(edition, name) for name in _CODE_TEXT_FILES)
    chapters = _ranges(chapter, in_text=True)
    blocks = _ranges(block, in_text=False)
    categories = [row.take("kod") for row in _rows(digits[0], counted=False)]
    for (first, last), notation in blocks.items():
        if not any(first <= category <= last for category in categories):
            raise InputError(
                digits[0],
                f"no category lies in the block {notation}.",
                "The file may be cut off; fetch all of the edition's files again.",
            )
    known = {dotted(row.take("kod")) for path in digits for row in _rows(path, counted=False)}
    for row in _rows(chapter):
        yield _from_code_text(row, (), known)
    for row in _rows(block):
        first, last = row.take("kod").split("-")
        yield _from_code_text(row, _around(first, last, chapters, row.origin), known, code=f"{first}-{last}")
    for path in digits:
        for row in _rows(path):
            code = row.take("kod")
            yield _from_code_text(row, _parent(code, known, blocks, row.origin), known, code=code)


def _rows(path: Path, *, counted: bool = True) -> Iterator[Row]:
    # Blank second column, or a dagger or an asterisk; quotation marks are ordinary characters.
    return read_table(path, columns=("kod", "markör", "text"), delimiter="\t", quoted=False, counted=counted)


def _from_code_text(row: Row, broader: tuple[str, ...], known: set[str], code: str = "") -> Concept:
    notation = dotted(code or row.take("kod"))
    label = row.take("text")
    sign = row.take("markör")
    row.done()
    if sign not in _MARKERS:
        raise InputError(row.origin, f"'{sign}' is neither † nor *.", "See what the publisher means by it.")
    marker = _MARKERS[sign]
    return Concept(
        scheme=SCHEME.id,
        notation=notation,
        origin=row.origin,
        pref_labels=texts(label),
        broader=broader,
        level=level_of(notation),
        marker=marker,
        paired_with=tuple(pair for pair in _PAIR.findall(label) if pair in known) if marker else (),
    )


def _ranges(path: Path, *, in_text: bool) -> dict[tuple[str, str], str]:
    """First and last category of each chapter or block, and its notation."""
    found = {}
    for row in _rows(path, counted=False):
        code, label = row.take("kod"), row.take("text")
        match = _RANGE.search(label) if in_text else _RANGE.fullmatch(code)
        if not match:
            raise InputError(
                row.origin,
                f"'{label if in_text else code}' names no range of codes such as A00-B99.",
                "The hierarchy is read from the ranges; fetch the file again from its publisher.",
            )
        found[match[1], match[2]] = code
    return found


def _around(first: str, last: str, ranges: dict[tuple[str, str], str], origin: Origin) -> tuple[str, ...]:
    """The notation of the narrowest range that holds first to last."""
    holding = [(a, b) for a, b in ranges if a <= first and last <= b and (a, b) != (first, last)]
    if not holding:
        raise InputError(
            origin,
            f"no range of the level above holds {first}–{last}.",
            "A file may be missing or cut off; fetch all of the edition's files again.",
        )
    narrowest = max(holding, key=lambda pair: (pair[0], [-ord(c) for c in pair[1]]))
    return (ranges[narrowest],)


def _parent(code: str, known: set[str], blocks: dict[tuple[str, str], str], origin: Origin) -> tuple[str, ...]:
    if len(code) == 3:
        holding = [(a, b) for a, b in blocks if a <= code <= b]
        if not holding:
            raise InputError(
                origin, f"no block holds {code}.", "block.txt may be cut off; fetch all of the edition's files again."
            )
        return (blocks[max(holding)],)
    # A fifth character may hang directly on a three-character code.
    parent = dotted(code[:-1])
    return (parent if parent in known else code[:3],)


# The agency's table of 16 columns.

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
    """What the rows of one code add up to."""

    origin: Origin
    title: str
    since: str
    parent: str
    latin: str
    marker: Marker | None
    notes: list[Note] = field(default_factory=list)
    pairs: list[str] = field(default_factory=list)


def _agency_table(path: Path) -> Iterator[Concept]:
    entries: dict[str, _Entry] = {}
    for row in read_table(path, delimiter="\t", required=_TABLE_COLUMNS):
        _add_row(entries, row)
    for code, entry in entries.items():
        yield Concept(
            scheme=SCHEME.id,
            notation=code,
            origin=entry.origin,
            pref_labels=texts(entry.title),
            alt_labels=(Text(entry.latin, "la"),) if entry.latin else (),
            notes=tuple(dict.fromkeys(entry.notes)),
            broader=(entry.parent,) if entry.parent else (),
            level=level_of(code),
            valid_from=parse_date(entry.since, entry.origin, "Giltig från"),
            marker=entry.marker,
            paired_with=tuple(pair for pair in dict.fromkeys(entry.pairs) if pair in entries),
        )


def _add_row(entries: dict[str, _Entry], row: Row) -> None:
    """The first row of a code opens its entry; rows with the code and no title continue it."""
    code = dotted(row.take("Kod"))
    title, latin = row.take("Titel"), row.take("Latin")
    since, parent = row.take("Giltig från"), dotted(row.take("Överordnad kod"))
    sign = row.take("Manifestation(*)/Etiologi(†)")
    if title:
        if code in entries:
            raise InputError(
                row.origin,
                f"the code '{code}' stands already in {entries[code].origin}.",
                "Remove one of the rows in a copy, or ask the publisher which one is right.",
            )
        entries[code] = _Entry(row.origin, title, since, parent, latin, _marker(sign, row.origin))
    elif code not in entries:
        raise InputError(
            row.origin,
            f"'{code}' has no title, and no row before it opens the code.",
            "The file may be cut off or sorted anew; fetch it again from its publisher.",
        )
    entry = entries[code]
    for column, kind in _NOTE_COLUMNS.items():
        if cell := row.take(column):
            entry.notes.append(Note(kind, Text(from_html(cell), "sv")))
    pairs = row.take("Koppling Manifestation(*)/Etiologi(†)")
    entry.pairs += [dotted(pair) for pair in re.findall(r"[A-Z]\d\d(?:\.?[0-9A-Z]+)?", pairs)]
    # The form of the code tells the level; the wording of this column has varied.
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


# The normalised CSV.


def _normalised(path: Path) -> Iterator[Concept]:
    columns = ("code", "label", "label_en", "parent_code", "valid_from", "valid_to")
    for row in read_table(path, required=columns):
        notation, parent = dotted(row.take("code")), dotted(row.take("parent_code"))
        until = row.take_date("valid_to")
        yield Concept(
            scheme=SCHEME.id,
            notation=notation,
            origin=row.origin,
            pref_labels=texts(row.take("label"), row.take("label_en")),
            broader=_some(parent),
            level=level_of(notation),
            valid_from=row.take_date("valid_from"),
            valid_to=until,
            status=Status.INACTIVE if until else Status.ACTIVE,
        )
        row.done()


def _some(value: str) -> tuple[str, ...]:
    return (value,) if value else ()


# The key table: code and title, nothing else.


def _is_key_table(path: Path) -> bool:
    with path.open("rb") as file:
        first = file.readline(100).removeprefix(b"\xef\xbb\xbf")
    return first.strip().replace(b'"', b"") == b"key,value"


def _key_table(path: Path) -> Iterator[Concept]:
    known = {dotted(row.take("key")) for row in read_table(path, required=("key", "value"), counted=False)}
    for row in read_table(path, required=("key", "value")):
        notation = dotted(row.take("key"))
        # Four-character codes have nothing above them here; the list does not hold their categories.
        parent = next((notation[:end] for end in (5, 3) if len(notation) > end and notation[:end] in known), "")
        yield Concept(
            scheme=SCHEME.id,
            notation=notation,
            origin=row.origin,
            pref_labels=texts(row.take("value")),
            broader=_some(parent),
            level=level_of(notation),
        )
        row.done()
