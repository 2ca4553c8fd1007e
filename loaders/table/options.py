"""The `[[file]]` sections of a table's declaration: where the rows are, the columns of a concept, and statuses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from begrepp.records import EditionFiles, NoteKind, Status
from begrepp.sources.table_forms import quote_toml
from loaders.declaration.column_check import check_columns
from loaders.declaration.field_mapping import FieldMapping, read_field_mappings, read_text_mappings
from loaders.declaration.limited_pattern import LimitedPattern, read_pattern
from loaders.declaration.row_source import RowSource, read_row_source
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
REFERENCE_FIELDS = ("broader", "related", "replaced_by")
MULTIPLE_FIELDS = (*REFERENCE_FIELDS, "source")
PLAIN_FIELDS = (
    "notation",
    *REFERENCE_FIELDS,
    "level",
    "status",
    "valid_from",
    "valid_to",
    "accepted",
    "source",
    "checked",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableOptions:
    """One `[[file]]`: the rows, the columns of each field of a concept, and how cells are read."""

    source: RowSource
    plain: Mapping[str, tuple[FieldMapping, ...]]
    texts: Mapping[str, tuple[tuple[str, FieldMapping], ...]]
    separator: str
    skip_empty_labels: bool
    label_by_notation: bool
    broader_by: str
    broader_pattern: LimitedPattern
    root: tuple[str, ...]
    statuses: Mapping[str, Status]
    notation_strip: str
    notation_template: str
    label_strip: tuple[str, ...]

    @property
    def cells(self) -> Iterator[FieldMapping]:
        """All rules that are applied to a row."""
        for mappings in self.plain.values():
            yield from mappings
        for pairs in self.texts.values():
            yield from (mapping for _, mapping in pairs)


def read_options(toml: TomlTable, edition: EditionFiles) -> TableOptions:
    """Read a `[[file]]` section. Raises `InputError` for contradictory options."""
    options = toml.table("options")
    toml.move_keys(options, "ignore", "short_rows")
    source = read_row_source(toml, edition, key="name")
    columns = toml.table("columns", required=True)
    plain = {name: mappings for name in PLAIN_FIELDS if (mappings := _read_plain_field(columns, name))}
    if "notation" not in plain:
        example = 'Say which column holds the code: notation = "…"'
        columns.add_problem("notation", "is missing.", example, is_missing=True)
    texts = {name: pairs for name in (*TEXT_FIELDS, *NOTE_FIELDS) if (pairs := read_text_mappings(columns, name))}
    columns.done()
    table_options = TableOptions(
        source=source,
        plain=plain,
        texts=texts,
        separator=options.text("separator"),
        skip_empty_labels=options.flag("skip_empty_labels", default=False),
        label_by_notation=options.flag("label_by_notation", default=False),
        broader_by=options.text("broader_by"),
        broader_pattern=read_pattern(options, "broader_pattern"),
        root=options.strings("root"),
        statuses=_read_statuses(options),
        notation_strip=options.text("notation_strip"),
        notation_template=options.text("notation_template", default="{notation}"),
        label_strip=options.strings("label_strip"),
    )
    if table_options.broader_by not in ("", "prefix", "pattern"):
        options.add_choice_problem("broader_by", table_options.broader_by, ("prefix", "pattern"))
    elif (table_options.broader_by == "pattern") is not (table_options.broader_pattern.groups > 0):
        options.add_problem(
            "broader_pattern",
            'and broader_by = "pattern" go together.',
            "Write a pattern whose group (…) catches the parent within the notation.",
        )
    if table_options.broader_by and "broader" in plain:
        options.add_problem("broader_by", "is said although there is a broader column.", "Keep one of them.")
    if "{notation}" not in table_options.notation_template:
        options.add_problem("notation_template", "holds no {notation}.", 'Write it as "T{notation}".')
    options.done()
    toml.done()
    check_columns(source, table_options.cells, toml)
    return table_options


def _read_plain_field(columns: TomlTable, name: str) -> tuple[FieldMapping, ...]:
    mappings = read_field_mappings(columns, name)
    if len(mappings) > 1 and name not in MULTIPLE_FIELDS:
        template = "".join(f"{{{column}}}" for each in mappings for column in each.source_columns)
        columns.add_problem(
            name,
            "has several columns.",
            f"To join them, write {name} = {{ template = {quote_toml(template)} }}; to use the first that is not "
            f'empty, {name} = {{ column = ["…", "…"] }}.',
        )
    return mappings


def check_labels(toml: TomlTable, files: list[TableOptions]) -> None:
    """Raise `InputError` if there is no `[[file]]`, or none with labels."""
    if not files:
        toml.add_problem("[[file]]", "is missing.", "Say which file holds the list and what its columns are.")
    elif not any("pref_label" in file.texts for file in files):
        example = 'Say which column holds the label: pref_label.sv = "…"'
        toml.add_problem("pref_label", "is missing.", example, is_missing=True)


def _read_statuses(options: TomlTable) -> dict[str, Status]:
    statuses = {status.value: status for status in Status}
    section = options.table("status")
    for status in Status:
        statuses |= dict.fromkeys(section.strings(status.value), status)
    section.done()
    return statuses
