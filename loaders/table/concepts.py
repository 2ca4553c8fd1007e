"""Conversion of the rows of a code to a concept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from begrepp.errors import InputError, Origin
from begrepp.records import Concept, Level, Note, Skipped, Status, Text, is_iri
from begrepp.sources.row_faults import Fault, add_fault, add_remark
from begrepp.sources.rows import parse_date
from loaders.declaration.limited_pattern import LimitedPattern
from loaders.declaration.source_toml import join_names
from loaders.support.editions import last_day_of_retired
from loaders.table.options import NOTE_FIELDS, TableOptions
from loaders.table.rows import CodeTableRow, format_notation

_SINGLE_FIELDS = ("level", "status", "valid_from", "valid_to", "accepted", "checked")
_EXCERPT = (
    'Correct the code, or download all files of the edition again; for an excerpt set [release] coverage = "partial".'
)
_SINGLE_TEXTS = ("pref_label", "definition", "domain")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListContext:
    """Scheme, levels, codes and first day of the edition that a concept belongs to."""

    scheme: str
    levels: Mapping[str, tuple[Level, LimitedPattern | None]]
    notations: Collection[str]
    edition_start: date
    is_complete: bool


def read_concept(rows: Sequence[CodeTableRow], context: ListContext) -> Iterator[Concept | Skipped]:
    """Yield the concept of the rows of a code, and the rows that are left out.

    Raises `InputError` for rows that contradict each other, and for a code without a label, unless the options allow
    them.
    """
    used = list(_distinct_rows(rows))
    first, notation = used[0], used[0].notation
    pref = _pref_labels(used)
    if not pref:
        reason = f"'{notation}' has no label."
        if any(row.file.skip_empty_labels for row in used):
            yield Skipped(origin=first.origin, reason=reason)
            return
        raise InputError(
            first.origin,
            reason,
            "Fill it in, or set under [file.options] skip_empty_labels = true to leave such rows out, "
            "or label_by_notation = true to call them by their code.",
        )
    alt = _without(_texts(used, "alt_label"), pref)
    valid_from, valid_to = _day(used, "valid_from"), _day(used, "valid_to")
    if valid_from and valid_to and valid_from > valid_to:
        raise InputError(
            first.origin, f"'{notation}' is valid from {valid_from} to {valid_to}.", "Correct one of the dates."
        )
    status = _status(_cell(used, "status"), valid_to, context.edition_start, first)
    if status is Status.INACTIVE and valid_to is None:
        valid_to = last_day_of_retired(context.edition_start, valid_from)
    replaced_by = _references(used, "replaced_by")
    if replaced_by and status is not Status.INACTIVE:
        add_remark(first.origin, "a code is replaced by another, and in use.")
    if context.is_complete:
        for code in [each for each in replaced_by if not is_iri(each) and each not in context.notations]:
            reason = f"the code '{notation}' is replaced by '{code}', which is not in the list."
            add_fault(Fault.DANGLING, InputError(first.origin, reason, _EXCERPT))
        replaced_by = tuple(each for each in replaced_by if is_iri(each) or each in context.notations)
    related = _references(used, "related")
    if notation in related:
        add_remark(first.origin, "a code is related to itself; the relation is left out.")
    broader_by = first.file.broader_by
    yield Concept(
        scheme=context.scheme,
        notation=notation,
        origin=first.origin,
        pref_labels=pref,
        alt_labels=alt,
        hidden_labels=_without(_texts(used, "hidden_label"), (*pref, *alt)),
        definitions=_texts(used, "definition"),
        notes=tuple(Note(kind, text) for name, kind in NOTE_FIELDS.items() for text in _texts(used, name)),
        broader=_derived_parent(notation, context.notations, first.file)
        if broader_by
        else _references(used, "broader"),
        related=tuple(code for code in related if code != notation),
        level=_level(notation, _cell(used, "level"), context.levels, first.origin),
        status=status,
        valid_from=valid_from,
        valid_to=valid_to,
        accepted=_day(used, "accepted"),
        replaced_by=replaced_by,
        domain=_texts(used, "domain"),
        sources=_values(used, "source"),
        checked=_day(used, "checked"),
    )


def _distinct_rows(rows: Sequence[CodeTableRow]) -> Iterator[CodeTableRow]:
    """Yield the rows that add to the earlier ones.

    Rows of a code may add synonyms, notes, parents and texts in other languages. One that repeats an earlier row is
    left out with a remark; one that contradicts an earlier row is a fault of the kind `repeated`.
    """
    used: list[CodeTableRow] = []
    for row in rows:
        if any(row.row.cells == other.row.cells and row.file is other.file for other in used):
            add_remark(row.origin, "the row repeats an earlier one and is left out.")
            continue
        if used and (difference := _find_difference([*used, row])):
            error = InputError(
                row.origin,
                f"the code '{row.notation}' already occurs in {used[0].origin}, with another {difference}.",
                "Remove one of the rows in a copy, or ask the publisher which is correct. If each row is a term of the "
                'code, say which is the label: pref_label.sv = { column = "…", when = { type = "…" } }.',
            )
            add_fault(Fault.REPEATED, error, row.file.source.report)
            continue
        if used:
            add_remark(row.origin, "the row adds to an earlier row of the same code.")
        used.append(row)
        yield row


def _find_difference(rows: Sequence[CodeTableRow]) -> str:
    """Return the field of which the rows have several values although a concept has one; empty if there is none."""
    for name in _SINGLE_FIELDS:
        if len(set(_values(rows, name))) > 1:
            return name
    for name in _SINGLE_TEXTS:
        by_language: dict[str, set[tuple[str, ...]]] = defaultdict(set)
        for row in rows:
            texts = _texts([row], name)
            for language in {text.lang for text in texts}:
                by_language[language].add(tuple(text.value for text in texts if text.lang == language))
        if any(len(values) > 1 for values in by_language.values()):
            return name
    return ""


def _pref_labels(rows: Sequence[CodeTableRow]) -> tuple[Text, ...]:
    labels = []
    for row in rows:
        for text in _texts([row], "pref_label"):
            value = text.value
            for ending in row.file.label_strip:
                value = value.removesuffix(ending).strip()
            labels.append(Text(value, text.lang))
    if not labels and (file := next((row.file for row in rows if row.file.label_by_notation), None)):
        return (Text(rows[0].notation, file.texts["pref_label"][0][0]),)
    return tuple(dict.fromkeys(labels))


def _texts(rows: Sequence[CodeTableRow], name: str) -> tuple[Text, ...]:
    """Return the texts of a field in all rows; synonyms are divided at the separator."""
    found: dict[Text, None] = {}
    for row in rows:
        for language, mapping in row.file.texts.get(name, ()):
            values = mapping.values(row.row.cells, row.origin)
            if name in ("alt_label", "hidden_label"):
                values = tuple(part for value in values for part in _split(value, row.file.separator))
            found |= {Text(value, language): None for value in values}
    return tuple(found)


def _values(rows: Sequence[CodeTableRow], name: str) -> tuple[str, ...]:
    """Return the distinct values of a field in all rows."""
    return tuple(
        dict.fromkeys(
            part
            for row in rows
            for mapping in row.file.plain.get(name, ())
            for value in mapping.values(row.row.cells, row.origin)
            for part in ((value,) if name in _SINGLE_FIELDS else _split(value, row.file.separator))
        )
    )


def _cell(rows: Sequence[CodeTableRow], name: str) -> str:
    return next(iter(_values(rows, name)), "")


def _day(rows: Sequence[CodeTableRow], name: str) -> date | None:
    columns = rows[0].file.plain.get(name, ())
    column = " or ".join(columns[0].source_columns) if columns else ""
    return parse_date(_cell(rows, name), rows[0].origin, column or name)


def _references(rows: Sequence[CodeTableRow], name: str) -> tuple[str, ...]:
    file = rows[0].file
    values = (value for value in _values(rows, name) if value not in file.root)
    return tuple(dict.fromkeys(value if is_iri(value) else format_notation(value, file) for value in values))


def _split(cell: str, separator: str) -> tuple[str, ...]:
    parts = cell.split(separator) if separator else [cell]
    return tuple(part.strip() for part in parts if part.strip())


def _without(labels: tuple[Text, ...], taken: tuple[Text, ...]) -> tuple[Text, ...]:
    """Return the labels that are not in `taken`: SKOS labels are disjoint (S13)."""
    return tuple(label for label in labels if label not in taken)


def _derived_parent(notation: str, notations: Collection[str], file: TableOptions) -> tuple[str, ...]:
    """Return the parent by the form of a notation: its longest known prefix, or a group of the pattern."""
    if file.broader_by == "prefix":
        candidates = [notation[:end] for end in range(len(notation) - 1, 0, -1)]
    else:
        match = file.broader_pattern.search(notation)
        candidates = [group for group in match.groups() if group] if match else []
    return next(((parent,) for parent in candidates if parent in notations and parent != notation), ())


def _level(notation: str, level: str, levels: Mapping[str, tuple[Level, LimitedPattern | None]], origin: Origin) -> str:
    if level:
        if level not in levels:
            raise InputError(
                origin,
                f"the level '{level}' is not declared (there are: {join_names(list(levels))}).",
                "Add a [[level]] for it to the declaration.",
            )
        return level
    return next((id_ for id_, (_, pattern) in levels.items() if pattern and pattern.search(notation)), "")


def _status(cell: str, valid_to: date | None, edition_start: date, row: CodeTableRow) -> Status:
    """Return the status of a code; without one, it is inactive if its last day is before the edition."""
    if not cell:
        return Status.INACTIVE if valid_to and valid_to < edition_start else Status.ACTIVE
    statuses = row.file.statuses
    if cell not in statuses:
        raise InputError(
            row.origin,
            f"'{cell}' is not a status (there are: {', '.join(statuses)}).",
            f'Say what it means under [file.options]: status.inactive = ["{cell}"].',
        )
    return statuses[cell]
