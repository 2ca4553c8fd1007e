"""The [table] section of source.toml: columns, separators and statuses of a table of concepts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from begrepp.errors import InputError, Origin
from begrepp.records import (
    EditionFiles,
    NoteKind,
    Status,
)
from begrepp.sources.editions import data_files
from loaders.declaration.source_toml import (
    join_names,
    read_encoding,
)
from loaders.declaration.toml_table import TomlTable

TEXT_FIELDS = ("pref_label", "alt_label", "hidden_label", "definition", "domain")
NOTE_FIELDS = {
    "note": NoteKind.NOTE,
    "scope_note": NoteKind.SCOPE,
    "example": NoteKind.EXAMPLE,
    "change_note": NoteKind.CHANGE,
    "inclusion": NoteKind.INCLUSION,
    "exclusion": NoteKind.EXCLUSION,
    "core_content": NoteKind.CORE_CONTENT,
    "coding_note": NoteKind.CODING,
}
PLAIN_FIELDS = (
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
class TableColumns:
    """Which column each field of a concept is read from."""

    plain: Mapping[str, str]
    texts: Mapping[str, tuple[tuple[str, str], ...]]

    @property
    def names(self) -> list[str]:
        """All columns, each once."""
        said = [*self.plain.values(), *(column for pairs in self.texts.values() for _, column in pairs)]
        return list(dict.fromkeys(said))


@dataclass(frozen=True, slots=True, kw_only=True)
class TableOptions:
    """One `[[file]]`: which files, how they are written, what their columns are."""

    name: str
    format: str
    delimiter: str
    encoding: str
    quoted: bool
    sheet: str
    column_names: tuple[str, ...]
    columns: TableColumns
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


def read_options(keys: TomlTable) -> TableOptions:
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
    found = TableOptions(
        name=name,
        format=form,
        delimiter=keys.character("delimiter", default=_DELIMITERS.get(form, ",")),
        encoding=read_encoding(keys),
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


def _read_columns(keys: TomlTable) -> TableColumns:
    plain = {field: column for field in PLAIN_FIELDS if (column := keys.text(field, required=field == "notation"))}
    said = {field: keys.words(field) for field in (*TEXT_FIELDS, *NOTE_FIELDS)}
    keys.done()
    if not said["pref_label"]:
        keys.fail("pref_label", "is missing.", 'Say which column holds the label: pref_label.sv = "…".')
    pairs = {
        field: tuple((words.lang, words.value) for words in all_words) for field, all_words in said.items() if all_words
    }
    return TableColumns(plain=plain, texts=pairs)


def _statuses(options: TomlTable) -> dict[str, Status]:
    found = {status.value: status for status in Status}
    said = options.table("status")
    for status in Status:
        found |= dict.fromkeys(said.strings(status.value), status)
    said.done()
    return found


def match_files(
    edition: EditionFiles, files: list[TableOptions], ignored: tuple[str, ...], origin: Origin
) -> Iterator[tuple[TableOptions, list[Path]]]:
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
                f"[[file]] name: no file is called '{file.name}' (there are: {join_names([p.name for p in there])}).",
                "Correct the name, or add the file; * stands for any characters.",
            )
        named.update(paths)
        yield file, paths
    left = [path.name for path in there if path not in named and not any(fnmatch(path.name, each) for each in ignored)]
    if left:
        raise InputError(
            origin,
            f"no [[file]] says what {', '.join(left)} is.",
            'Add a [[file]] for it, or say ignore_files = ["…"] at the top of the declaration.',
        )
