"""Code lists of a dictionary: in a cell of the variable's row, or in a sheet or file of their own (`[[codes]]`)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from begrepp.errors import InputError, Origin
from begrepp.records import CodedValue, EditionFiles, Link, Skipped, Text, is_iri
from begrepp.sources.row_faults import Fault, RowScope, add_fault, add_remark
from loaders.declaration.column_check import check_columns
from loaders.declaration.declared_dates import check_partial_date, check_period, first_and_last_day
from loaders.declaration.field_mapping import FieldMapping, read_field_mapping, read_steps, read_texts
from loaders.declaration.mapped_rows import MappedRow, read_mapped_rows, texts_in_row
from loaders.declaration.row_source import RowSource, read_row_source
from loaders.declaration.toml_table import TomlTable

_DIFFERENT_CODES = "Give the values different codes in a copy of the file, or correct one of the labels."


@dataclass(frozen=True, slots=True, kw_only=True)
class InlineCodes:
    """Form of a code list in a cell, such as `1 = ja; 2 = nej` (`[variables.values]`)."""

    cell: FieldMapping
    pair: str
    language: str
    minimum_count: int
    missing: frozenset[str]

    def read(self, row: MappedRow, report: Collection[str]) -> tuple[tuple[CodedValue, ...], tuple[CodedValue, ...]]:
        """Return the values of the row's variable, and its codes for missing values; `report` are kinds of faults."""
        values_by_code: dict[str, CodedValue] = {}
        items = self._items(row)
        if self.pair and len(items) == 1 and self.pair not in items[0]:
            add_remark(row.origin, f"'{items[0]}' has no '{self.pair}', and is no list of values.")
            return (), ()
        for item in items:
            code, separator, label = item.partition(self.pair) if self.pair else (item, "", "")
            code, label = code.strip(), label.strip() if separator else item.strip()
            if not code or not label:
                add_remark(row.origin, f"the value '{item}' has no {'label' if code else 'code, and is left out'}.")
            coded = CodedValue(code=code, labels=(Text(label or code, self.language),))
            if code and values_by_code.setdefault(code, coded) != coded:
                earlier = values_by_code[code].labels[0].value
                reason = f"the code '{code}' occurs twice in the cell, as '{earlier}' and '{label or code}'."
                add_fault(
                    Fault.REPEATED, InputError(row.origin, f"{reason} The first is kept.", _DIFFERENT_CODES), report
                )
        if len(values_by_code) < self.minimum_count:
            return (), ()
        return split_missing(tuple(values_by_code.values()), self.missing)

    def _items(self, row: MappedRow) -> list[str]:
        """Return the values as written; one without `pair` among others that have it continues the one before."""
        items: list[str] = []
        for item in self.cell.values(row.cells, row.origin):
            if items and self.pair and self.pair not in item and self.pair in items[-1]:
                items[-1] += f"{self.cell.split}{item}"
                text = f"'{item}' has no '{self.pair}', and is read as part of the value before it."
                add_remark(row.origin, text)
            else:
                items.append(item)
        return items


def read_inline_codes(toml: TomlTable) -> InlineCodes:
    """Read `[variables.values]` of a declaration."""
    pair = toml.text("pair")
    language = toml.language("language") or "sv"
    minimum_count = toml.number("least") or 1
    missing = frozenset(toml.strings("missing"))
    cell = read_steps(toml)
    return InlineCodes(cell=cell, pair=pair, language=language, minimum_count=minimum_count, missing=missing)


def split_missing(
    values: tuple[CodedValue, ...], missing: frozenset[str]
) -> tuple[tuple[CodedValue, ...], tuple[CodedValue, ...]]:
    """Return the substantive values, and those whose code or label is in `missing`."""

    def is_missing(value: CodedValue) -> bool:
        return value.code in missing or any(label.value in missing for label in value.labels)

    return (
        tuple(value for value in values if not is_missing(value)),
        tuple(value for value in values if is_missing(value)),
    )


@dataclass(slots=True)
class DeclaredCodeList:
    """A code list from `[[codes]]`; `rules` describe unlisted members, `missing` are codes for missing values."""

    titles: tuple[Text, ...]
    origin: Origin
    values: dict[str, CodedValue] = field(default_factory=dict)
    rules: list[str] = field(default_factory=list)
    missing: frozenset[str] = frozenset()
    used: bool = False


@dataclass(slots=True)
class CodeListIndex:
    """All code lists of `[[codes]]`: by name, and by variable."""

    by_name: dict[str, DeclaredCodeList] = field(default_factory=dict)
    by_variable: dict[str, DeclaredCodeList] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CodesDeclaration:
    """One `[[codes]]`: the sheet, and the columns of its fields."""

    sheet: RowSource
    columns: dict[str, FieldMapping]
    label: tuple[tuple[str, FieldMapping], ...]
    definition: tuple[tuple[str, FieldMapping], ...]
    title: tuple[tuple[str, FieldMapping], ...]
    missing: frozenset[str]

    @property
    def cells(self) -> list[FieldMapping]:
        """All rules that are applied to a row."""
        return [
            *self.columns.values(),
            *(cell for pairs in (self.label, self.definition, self.title) for _, cell in pairs),
        ]


FIELDS = ("list", "variable", "code", "rule", "broader", "system", "system_code", "valid_from", "valid_to")


def read_codes(toml: TomlTable, edition: EditionFiles) -> CodesDeclaration:
    """Read a `[[codes]]` section of a declaration."""
    sheet = read_row_source(toml, edition)
    section = toml.table("columns", required=True)
    columns = {name: cell for name in FIELDS if (cell := read_field_mapping(section, name))}
    if ("list" in columns) is ("variable" in columns):
        section.add_problem(
            "list", "or variable is missing, or both are said.", "Say which list, or which variable, a row is for."
        )
    if "code" not in columns:
        section.add_problem("code", "is missing.", 'Say which column holds the code: code = "…"', is_missing=True)
    codes = CodesDeclaration(
        sheet=sheet,
        columns=columns,
        label=read_texts(section, "label"),
        definition=read_texts(section, "definition"),
        title=read_texts(section, "list_title"),
        missing=frozenset(toml.strings("missing")),
    )
    section.done()
    toml.done()
    check_columns(sheet, codes.cells, toml)
    return codes


def read_into_index(index: CodeListIndex, codes: CodesDeclaration) -> Iterator[Skipped]:
    """Read all rows into the index, and yield the skipped ones.

    Raises `InputError` for a code that a list holds twice with different labels.
    """
    scope = RowScope(report=codes.sheet.report)
    for row in read_mapped_rows(codes.sheet, codes.cells):
        code = ""
        with scope:
            code = row.read_code(codes.columns["code"])
        rule = codes.columns["rule"].value(row.cells, row.origin) if "rule" in codes.columns else ""
        if not (code or rule):
            yield Skipped(origin=row.origin, reason="the row has no code.")
            continue
        with scope:
            _add_row(index, codes, row, code)


def _add_row(index: CodeListIndex, codes: CodesDeclaration, row: MappedRow, code: str) -> None:
    def value(name: str) -> str:
        return codes.columns[name].value(row.cells, row.origin) if name in codes.columns else ""

    start, end = (check_partial_date(value(name), row.origin, name) for name in ("valid_from", "valid_to"))
    check_period(start, end, row.origin, code)
    first_day, last_day = first_and_last_day(start, end)
    coded = CodedValue(
        code=code,
        labels=texts_in_row(codes.label, row) or (Text(code, "zxx"),),
        definitions=texts_in_row(codes.definition, row),
        broader=value("broader"),
        valid_from=first_day,
        valid_to=last_day,
        matches=_match_links(value("system"), value("system_code") or code),
    )
    names = _list_names(codes, row)
    if not names:
        named = codes.columns.get("list") or codes.columns["variable"]
        column_names = " or ".join(named.source_columns)
        raise InputError(
            row.origin,
            f"the row has the code '{code}' and names no list: the column '{column_names}' is empty.",
            f'If the cell above is meant, write below the name of the file: fill_down = ["{column_names}"].',
        )
    lists = index.by_name if "list" in codes.columns else index.by_variable
    for name in names:
        code_list = lists.setdefault(
            name,
            DeclaredCodeList(titles=texts_in_row(codes.title, row), origin=row.origin, missing=codes.missing),
        )
        if not code:
            code_list.rules.append(value("rule"))
            continue
        first = code_list.values.setdefault(code, coded)
        if first.labels != coded.labels:
            reason = (
                f"the code '{code}' occurs twice in the list '{name}', as '{first.labels[0].value}' "
                f"and '{coded.labels[0].value}'."
            )
            error = InputError(row.origin, f"{reason} The first is kept.", "Correct one of the rows.")
            add_fault(Fault.REPEATED, error, codes.sheet.report)


def _list_names(codes: CodesDeclaration, row: MappedRow) -> tuple[str, ...]:
    mapping = codes.columns.get("list") or codes.columns["variable"]
    return mapping.values(row.cells, row.origin)


def _match_links(system: str, code: str) -> tuple[Link, ...]:
    """Return the link to a code of another system: the id of a scheme, or an IRI with `{code}`."""
    if not system:
        return ()
    return (Link(concept=system.replace("{code}", code) if is_iri(system) else f"{system}:{code}"),)
