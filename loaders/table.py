"""Any code list in CSV, TSV or XLSX, through a declaration of what its columns are, without code.

The declaration is a `source.toml` beside the file, or `declared/<source>.toml` for a list that begrepp
knows; docs/how-to/source-toml.md is its manual. Every column is mapped or ignored by name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

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
    Skipped,
    Source,
    Status,
    Text,
    is_iri,
)
from begrepp.rows import Row, parse_date, read_table
from begrepp.workbooks import read_xlsx
from loaders.agencies import BEGREPP
from loaders.declarations import encoding, file_list, levels, read_declaration, release, release_dates, rights, scheme
from loaders.keys import Keys

SOURCE = Source(
    id="table",
    title="Kodlista i CSV, TSV eller XLSX",
    publisher=BEGREPP,
    licence="",
    redistribution=Redistribution.NOT_ALLOWED,
    homepage="",
    reads="any .csv, .tsv or .xlsx with a source.toml that says what its columns are",
)
_TEXT_FIELDS = ("pref_label", "alt_label", "hidden_label", "definition", "domain")
_NOTE_FIELDS = {
    "note": NoteKind.NOTE,
    "scope_note": NoteKind.SCOPE,
    "example": NoteKind.EXAMPLE,
    "change_note": NoteKind.CHANGE,
    "inclusion": NoteKind.INCLUSION,
    "exclusion": NoteKind.EXCLUSION,
    "core_content": NoteKind.CORE_CONTENT,
    "coding_note": NoteKind.CODING,
}
_PLAIN_FIELDS = (
    "notation",
    "broader",
    "related",
    "level",
    "status",
    "valid_from",
    "valid_to",
    "accepted",
    "replaced_by",
    "source",
    "checked",
)
_DELIMITERS = {"csv": ",", "tsv": "\t"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Columns:
    """Which column each field of a concept is read from."""

    plain: Mapping[str, str]
    texts: Mapping[str, tuple[tuple[str, str], ...]]

    @property
    def names(self) -> list[str]:
        """All columns, each once."""
        said = [*self.plain.values(), *(column for pairs in self.texts.values() for _, column in pairs)]
        return list(dict.fromkeys(said))


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    """One `[[file]]`: which files, how they are written, what their columns are."""

    name: str
    format: str
    delimiter: str
    encoding: str
    quoted: bool
    sheet: str
    column_names: tuple[str, ...]
    columns: _Columns
    separator: str
    ignore: tuple[str, ...]
    short_rows: bool
    skip_empty_labels: bool
    label_by_notation: bool
    broader_by: str
    broader_pattern: re.Pattern[str]
    root: tuple[str, ...]
    statuses: Mapping[str, Status]
    notation_strip: str
    notation_template: str
    label_strip: tuple[str, ...]


def load(edition: Edition, *, declared: Mapping[str, Any] | None = None) -> Iterator[Record]:
    """The scheme, its release, levels and concepts, as the declaration reads them out of the files."""
    keys = read_declaration(edition, declared)
    known = rights(keys)
    said = scheme(keys, edition.source)
    dates = release_dates(keys, edition)
    known_levels = levels(keys, said.id)
    files = [_read_file(each) for each in keys.tables("file")]
    ignored = keys.strings("ignore_files")
    keys.done()
    yield said
    yield release(said, dates, known)
    for level, _ in known_levels.values():
        yield level
    for file, paths in _paths(edition, files, ignored, keys.origin):
        known_notations = _notations(file, paths) if file.broader_by else frozenset()
        for path in paths:
            for row in _rows(file, path):
                yield _read_row(row, file, said.id, known_levels, known_notations, dates.valid_from)


# The declaration of a file.


def _read_file(keys: Keys) -> _File:
    name = keys.text("name", required=True)
    suffix = name.rpartition(".")[2].lower()
    form = keys.text("format", default=suffix if suffix in ("csv", "tsv", "xlsx") else "")
    if form not in ("csv", "tsv", "xlsx"):
        keys.fail("format", f"is '{form}'.", "Use csv, tsv or xlsx.")
    options = keys.table("options")
    header = keys.flag("header", default=True)
    column_names = keys.strings("column_names")
    if header is bool(column_names):
        keys.fail(
            "column_names",
            "names columns although header is not false." if header else "is missing although header is false.",
            "A file without a header needs `header = false` and column_names = [...].",
        )
    found = _File(
        name=name,
        format=form,
        delimiter=keys.character("delimiter", default=_DELIMITERS.get(form, ",")),
        encoding=encoding(keys),
        quoted=keys.flag("quoted", default=True),
        sheet=keys.text("sheet"),
        column_names=column_names,
        columns=_read_columns(keys.table("columns", required=True)),
        separator=options.text("separator"),
        ignore=options.strings("ignore"),
        short_rows=options.flag("short_rows", default=False),
        skip_empty_labels=options.flag("skip_empty_labels", default=False),
        label_by_notation=options.flag("label_by_notation", default=False),
        broader_by=options.text("broader_by"),
        broader_pattern=re.compile(options.pattern("broader_pattern")),
        root=options.strings("root"),
        statuses=_statuses(options),
        notation_strip=options.text("notation_strip"),
        notation_template=options.text("notation_template", default="{notation}"),
        label_strip=options.strings("label_strip"),
    )
    if found.format == "xlsx" and not header:
        keys.fail("header", "is false for a workbook.", "Give the sheet a header row, or save it as CSV.")
    if found.broader_by not in ("", "prefix", "pattern"):
        options.fail("broader_by", f"is '{found.broader_by}'.", 'Use "prefix", "pattern", or a broader column.')
    if (found.broader_by == "pattern") is not (found.broader_pattern.groups > 0):
        options.fail(
            "broader_pattern",
            'and broader_by = "pattern" go together.',
            "Write a pattern whose group (…) catches the parent within the notation.",
        )
    if found.broader_by and "broader" in found.columns.plain:
        options.fail("broader_by", "is said although there is a broader column.", "Keep one of them.")
    if "{notation}" not in found.notation_template:
        options.fail("notation_template", "holds no {notation}.", 'Write it as "T{notation}".')
    options.done()
    keys.done()
    return found


def _read_columns(keys: Keys) -> _Columns:
    plain = {field: column for field in _PLAIN_FIELDS if (column := keys.text(field, required=field == "notation"))}
    said = {field: keys.words(field) for field in (*_TEXT_FIELDS, *_NOTE_FIELDS)}
    keys.done()
    if not said["pref_label"]:
        keys.fail("pref_label", "is missing.", 'Say which column holds the label: pref_label.sv = "…".')
    pairs = {
        field: tuple((words.lang, words.value) for words in all_words) for field, all_words in said.items() if all_words
    }
    return _Columns(plain=plain, texts=pairs)


def _statuses(options: Keys) -> dict[str, Status]:
    found = {status.value: status for status in Status}
    said = options.table("status")
    for status in Status:
        found |= dict.fromkeys(said.strings(status.value), status)
    said.done()
    return found


def _paths(
    edition: Edition, files: list[_File], ignored: tuple[str, ...], origin: Origin
) -> Iterator[tuple[_File, list[Path]]]:
    """The files that each declaration names; a file that none names is an error, so that nothing is left out unseen."""
    there = data_files(edition)
    if not files:
        raise InputError(origin, "[[file]] is missing.", "Say which file holds the list and what its columns are.")
    named: set[Path] = set()
    for file in files:
        paths = [path for path in there if fnmatch(path.name, file.name)]
        if not paths:
            raise InputError(
                origin,
                f"[[file]] name: no file is called '{file.name}' (there are: {file_list([p.name for p in there])}).",
                "Correct the name, or add the file; * stands for any characters.",
            )
        named.update(paths)
        yield file, paths
    left = [path.name for path in there if path not in named and not any(fnmatch(path.name, each) for each in ignored)]
    if left:
        raise InputError(
            origin,
            f"no [[file]] describes {', '.join(left)}.",
            'Add a [[file]] for it, or set ignore_files = ["…"] at the top of the declaration.',
        )


# The rows.


def _rows(file: _File, path: Path, *, counted: bool = True) -> Iterator[Row]:
    if file.format == "xlsx":
        return read_xlsx(path, sheet=file.sheet, required=file.columns.names)
    return read_table(
        path,
        columns=file.column_names or None,
        required=file.columns.names,
        delimiter=file.delimiter,
        quoted=file.quoted,
        encoding=file.encoding,
        short_rows=file.short_rows,
        counted=counted,
    )


def _notations(file: _File, paths: list[Path]) -> frozenset[str]:
    """All notations, read ahead where the hierarchy lies in their prefixes."""
    column = file.columns.plain["notation"]
    return frozenset(_notation(row.take(column), file) for path in paths for row in _rows(file, path, counted=False))


def _notation(cell: str, file: _File) -> str:
    for character in file.notation_strip:
        cell = cell.replace(character, "")
    return file.notation_template.replace("{notation}", cell) if cell else ""


def _read_row(
    row: Row,
    file: _File,
    scheme_id: str,
    known_levels: Mapping[str, tuple[Level, re.Pattern[str] | None]],
    known: frozenset[str],
    in_force: date,
) -> Concept | Skipped:
    cells = {column: row.take(column) for column in file.columns.names}
    row.ignore(*file.ignore)
    row.done()

    def cell(field: str) -> str:
        return cells.get(file.columns.plain.get(field, ""), "")

    def several(field: str) -> tuple[str, ...]:
        return _split(cell(field), file.separator)

    def references(field: str) -> tuple[str, ...]:
        values = (value for value in several(field) if value not in file.root)
        return tuple(value if is_iri(value) else _notation(value, file) for value in values)

    def words(field: str, *, split: bool = False) -> tuple[Text, ...]:
        found = []
        for lang, column in file.columns.texts.get(field, ()):
            values = _split(cells[column], file.separator) if split else (cells[column],)
            found += [Text(value, lang) for value in values if value]
        return tuple(dict.fromkeys(found))

    notation = _notation(cell("notation"), file)
    pref = tuple(Text(_stripped(t.value, file.label_strip), t.lang) for t in words("pref_label"))
    if not pref and file.label_by_notation:
        pref = (Text(notation, file.columns.texts["pref_label"][0][0]),)
    if not pref:
        reason = f"'{notation}' has no label."
        if file.skip_empty_labels:
            return Skipped(origin=row.origin, reason=reason)
        raise InputError(
            row.origin,
            reason,
            "Fill it in, or set under [file.options] skip_empty_labels = true to leave such rows out, "
            "or label_by_notation = true to call them by their code.",
        )
    alt = _unless(words("alt_label", split=True), pref)
    until = parse_date(cell("valid_to"), row.origin, file.columns.plain.get("valid_to", ""))
    return Concept(
        scheme=scheme_id,
        notation=notation,
        origin=row.origin,
        pref_labels=pref,
        alt_labels=alt,
        hidden_labels=_unless(words("hidden_label", split=True), (*pref, *alt)),
        definitions=words("definition"),
        notes=tuple(Note(kind, text) for field, kind in _NOTE_FIELDS.items() for text in words(field)),
        broader=_from_form(notation, known, file) if file.broader_by else references("broader"),
        related=references("related"),
        level=_level(notation, cell("level"), known_levels, row.origin),
        status=_status(cell("status"), until, in_force, file, row.origin),
        valid_from=parse_date(cell("valid_from"), row.origin, file.columns.plain.get("valid_from", "")),
        valid_to=until,
        accepted=parse_date(cell("accepted"), row.origin, file.columns.plain.get("accepted", "")),
        replaced_by=references("replaced_by"),
        domain=words("domain"),
        sources=several("source"),
        checked=parse_date(cell("checked"), row.origin, file.columns.plain.get("checked", "")),
    )


def _split(cell: str, separator: str) -> tuple[str, ...]:
    parts = cell.split(separator) if separator else [cell]
    return tuple(part.strip() for part in parts if part.strip())


def _stripped(label: str, endings: tuple[str, ...]) -> str:
    for ending in endings:
        label = label.removesuffix(ending).strip()
    return label


def _unless(labels: tuple[Text, ...], taken: tuple[Text, ...]) -> tuple[Text, ...]:
    """A word has one role only (SKOS S13): what is a label already is not an alternative to itself."""
    return tuple(label for label in labels if label not in taken)


def _from_form(notation: str, known: frozenset[str], file: _File) -> tuple[str, ...]:
    """The parent that the notation's form tells: the longest prefix in the list, or what the pattern catches."""
    if file.broader_by == "prefix":
        candidates = [notation[:end] for end in range(len(notation) - 1, 0, -1)]
    else:
        match = file.broader_pattern.search(notation)
        candidates = [group for group in match.groups() if group] if match else []
    return next(((parent,) for parent in candidates if parent in known and parent != notation), ())


def _level(notation: str, said: str, known: Mapping[str, tuple[Level, re.Pattern[str] | None]], origin: Origin) -> str:
    if said:
        if said not in known:
            raise InputError(
                origin,
                f"the level '{said}' is not declared (there are: {file_list(list(known))}).",
                "Add a [[level]] for it to the declaration.",
            )
        return said
    return next((id_ for id_, (_, pattern) in known.items() if pattern and pattern.search(notation)), "")


def _status(cell: str, until: date | None, in_force: date, file: _File, origin: Origin) -> Status:
    """As the row says; otherwise a concept whose last day lies before the release is no longer in use."""
    if not cell:
        return Status.INACTIVE if until and until < in_force else Status.ACTIVE
    if cell not in file.statuses:
        raise InputError(
            origin,
            f"'{cell}' is not a status (there are: {', '.join(file.statuses)}).",
            'Say what it means under [file.options]: status.inactive = ["utgått"].',
        )
    return file.statuses[cell]
