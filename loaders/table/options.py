"""The `[[file]]` sections of a table's declaration: columns, separators and statuses."""

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
    """The columns of each field of a concept."""

    plain: Mapping[str, str]
    texts: Mapping[str, tuple[tuple[str, str], ...]]

    @property
    def names(self) -> list[str]:
        """All columns, without duplicates."""
        columns = [*self.plain.values(), *(column for pairs in self.texts.values() for _, column in pairs)]
        return list(dict.fromkeys(columns))


@dataclass(frozen=True, slots=True, kw_only=True)
class TableOptions:
    """One `[[file]]`: files, form and columns."""

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


def read_options(toml: TomlTable) -> TableOptions:
    """Read a `[[file]]` section. Raises `InputError` for contradictory options."""
    name = toml.text("name", required=True)
    suffix = name.rpartition(".")[2].lower()
    format_ = toml.text("format", default=suffix if suffix in ("csv", "tsv", "xlsx") else "")
    if format_ not in ("csv", "tsv", "xlsx"):
        toml.fail("format", f"is '{format_}'.", "Use csv, tsv or xlsx.")
    options = toml.table("options")
    header = toml.flag("header", default=True)
    column_names = toml.strings("column_names")
    if header is bool(column_names):
        toml.fail(
            "column_names",
            "names columns although header is not false." if header else "is missing although header is false.",
            "A file without a header needs `header = false` and column_names = [...].",
        )
    table_options = TableOptions(
        name=name,
        format=format_,
        delimiter=toml.character("delimiter", default=_DELIMITERS.get(format_, ",")),
        encoding=read_encoding(toml),
        quoted=toml.flag("quoted", default=True),
        sheet=toml.text("sheet"),
        column_names=column_names,
        columns=_read_columns(toml.table("columns", required=True)),
        separator=options.text("separator"),
        ignore=options.strings("ignore"),
        short_rows=options.flag("short_rows", default=False),
        skip_empty_labels=options.flag("skip_empty_labels", default=False),
        label_by_notation=options.flag("label_by_notation", default=False),
        broader_by=options.text("broader_by"),
        broader_pattern=re.compile(options.pattern("broader_pattern")),
        root=options.strings("root"),
        statuses=_read_statuses(options),
        notation_strip=options.text("notation_strip"),
        notation_template=options.text("notation_template", default="{notation}"),
        label_strip=options.strings("label_strip"),
    )
    if table_options.format == "xlsx" and not header:
        toml.fail("header", "is false for a workbook.", "Give the sheet a header row, or save it as CSV.")
    if table_options.broader_by not in ("", "prefix", "pattern"):
        options.fail("broader_by", f"is '{table_options.broader_by}'.", 'Use "prefix", "pattern", or a broader column.')
    if (table_options.broader_by == "pattern") is not (table_options.broader_pattern.groups > 0):
        options.fail(
            "broader_pattern",
            'and broader_by = "pattern" go together.',
            "Write a pattern whose group (…) catches the parent within the notation.",
        )
    if table_options.broader_by and "broader" in table_options.columns.plain:
        options.fail("broader_by", "is said although there is a broader column.", "Keep one of them.")
    if "{notation}" not in table_options.notation_template:
        options.fail("notation_template", "holds no {notation}.", 'Write it as "T{notation}".')
    options.done()
    toml.done()
    return table_options


def _read_columns(toml: TomlTable) -> TableColumns:
    plain = {field: column for field in PLAIN_FIELDS if (column := toml.text(field, required=field == "notation"))}
    texts_by_field = {field: toml.texts(field) for field in (*TEXT_FIELDS, *NOTE_FIELDS)}
    toml.done()
    if not texts_by_field["pref_label"]:
        toml.fail("pref_label", "is missing.", 'Say which column holds the label: pref_label.sv = "…".')
    pairs = {
        field: tuple((words.lang, words.value) for words in all_words)
        for field, all_words in texts_by_field.items()
        if all_words
    }
    return TableColumns(plain=plain, texts=pairs)


def _read_statuses(options: TomlTable) -> dict[str, Status]:
    statuses = {status.value: status for status in Status}
    section = options.table("status")
    for status in Status:
        statuses |= dict.fromkeys(section.strings(status.value), status)
    section.done()
    return statuses


def match_files(
    edition: EditionFiles, files: list[TableOptions], ignored: tuple[str, ...], origin: Origin
) -> Iterator[tuple[TableOptions, list[Path]]]:
    """Yield each `[[file]]` with its files. Raises `InputError` for a file that no `[[file]]` names."""
    available = data_files(edition)
    if not files:
        raise InputError(origin, "[[file]] is missing.", "Say which file holds the list and what its columns are.")
    named: set[Path] = set()
    for file in files:
        paths = [path for path in available if fnmatch(path.name, file.name)]
        if not paths:
            names = join_names([path.name for path in available])
            raise InputError(
                origin,
                f"[[file]] name: no file is called '{file.name}' (there are: {names}).",
                "Correct the name, or add the file; * stands for any characters.",
            )
        named.update(paths)
        yield file, paths
    unmatched = [
        path.name for path in available if path not in named and not any(fnmatch(path.name, each) for each in ignored)
    ]
    if unmatched:
        raise InputError(
            origin,
            f"no [[file]] describes {', '.join(unmatched)}.",
            'Add a [[file]] for it, or set ignore_files = ["…"] at the top of the declaration.',
        )
