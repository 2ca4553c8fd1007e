"""Conversion of the rows of a table to concepts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from begrepp.errors import InputError, Origin
from begrepp.records import (
    Concept,
    Level,
    Note,
    Skipped,
    Status,
    Text,
    is_iri,
)
from begrepp.sources.rows import Row, parse_date
from begrepp.sources.tables import read_table
from begrepp.sources.xlsx import read_xlsx
from loaders.declaration.source_toml import (
    join_names,
)
from loaders.table.options import NOTE_FIELDS, TableOptions


def read_rows(file: TableOptions, path: Path, *, counted: bool = True) -> Iterator[Row]:
    """Yield the rows of a file as its options describe it."""
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


def read_notations(file: TableOptions, paths: list[Path]) -> frozenset[str]:
    """Return all notations, needed if the form of notations gives the hierarchy."""
    column = file.columns.plain["notation"]
    return frozenset(
        _notation(row.take(column), file) for path in paths for row in read_rows(file, path, counted=False)
    )


def _notation(cell: str, file: TableOptions) -> str:
    for character in file.notation_strip:
        cell = cell.replace(character, "")
    return file.notation_template.replace("{notation}", cell) if cell else ""


def read_concept(
    row: Row,
    file: TableOptions,
    scheme_id: str,
    levels: Mapping[str, tuple[Level, re.Pattern[str] | None]],
    notations: frozenset[str],
    edition_start: date,
) -> Concept | Skipped:
    """Return the concept of a row. Raises `InputError` without a label, unless the options allow it."""
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
    pref = tuple(Text(_strip_endings(t.value, file.label_strip), t.lang) for t in words("pref_label"))
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
    alt = _without(words("alt_label", split=True), pref)
    valid_to = parse_date(cell("valid_to"), row.origin, file.columns.plain.get("valid_to", ""))
    return Concept(
        scheme=scheme_id,
        notation=notation,
        origin=row.origin,
        pref_labels=pref,
        alt_labels=alt,
        hidden_labels=_without(words("hidden_label", split=True), (*pref, *alt)),
        definitions=words("definition"),
        notes=tuple(Note(kind, text) for field, kind in NOTE_FIELDS.items() for text in words(field)),
        broader=_derived_parent(notation, notations, file) if file.broader_by else references("broader"),
        related=references("related"),
        level=_level(notation, cell("level"), levels, row.origin),
        status=_status(cell("status"), valid_to, edition_start, file, row.origin),
        valid_from=parse_date(cell("valid_from"), row.origin, file.columns.plain.get("valid_from", "")),
        valid_to=valid_to,
        accepted=parse_date(cell("accepted"), row.origin, file.columns.plain.get("accepted", "")),
        replaced_by=references("replaced_by"),
        domain=words("domain"),
        sources=several("source"),
        checked=parse_date(cell("checked"), row.origin, file.columns.plain.get("checked", "")),
    )


def _split(cell: str, separator: str) -> tuple[str, ...]:
    parts = cell.split(separator) if separator else [cell]
    return tuple(part.strip() for part in parts if part.strip())


def _strip_endings(label: str, endings: tuple[str, ...]) -> str:
    for ending in endings:
        label = label.removesuffix(ending).strip()
    return label


def _without(labels: tuple[Text, ...], taken: tuple[Text, ...]) -> tuple[Text, ...]:
    """Return the labels that are not in `taken`: SKOS labels are disjoint (S13)."""
    return tuple(label for label in labels if label not in taken)


def _derived_parent(notation: str, notations: frozenset[str], file: TableOptions) -> tuple[str, ...]:
    """Return the parent by the form of a notation: its longest known prefix, or a group of the pattern."""
    if file.broader_by == "prefix":
        candidates = [notation[:end] for end in range(len(notation) - 1, 0, -1)]
    else:
        match = file.broader_pattern.search(notation)
        candidates = [group for group in match.groups() if group] if match else []
    return next(((parent,) for parent in candidates if parent in notations and parent != notation), ())


def _level(
    notation: str, level: str, levels: Mapping[str, tuple[Level, re.Pattern[str] | None]], origin: Origin
) -> str:
    if level:
        if level not in levels:
            raise InputError(
                origin,
                f"the level '{level}' is not declared (there are: {join_names(list(levels))}).",
                "Add a [[level]] for it to the declaration.",
            )
        return level
    return next((id_ for id_, (_, pattern) in levels.items() if pattern and pattern.search(notation)), "")


def _status(cell: str, valid_to: date | None, edition_start: date, file: TableOptions, origin: Origin) -> Status:
    """Return the status of a row; without one, a concept is inactive if its last day is before the edition."""
    if not cell:
        return Status.INACTIVE if valid_to and valid_to < edition_start else Status.ACTIVE
    if cell not in file.statuses:
        raise InputError(
            origin,
            f"'{cell}' is not a status (there are: {', '.join(file.statuses)}).",
            'Say what it means under [file.options]: status.inactive = ["utgått"].',
        )
    return file.statuses[cell]
