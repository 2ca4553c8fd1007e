"""Value lists of a dictionary: in one cell of the variable's row, or in another sheet or file (`[[codes]]`)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from begrepp.errors import InputError, Origin
from begrepp.records import CodedValue, EditionFiles, Link, Skipped, Text, is_iri
from loaders.declaration.cell_steps import Cell, read_cell, read_texts
from loaders.declaration.dataset import check_partial_date
from loaders.declaration.declared_sheet import DeclaredSheet, read_sheet
from loaders.declaration.mapped_rows import MappedRow, read_mapped_rows, texts_in_row
from loaders.declaration.toml_table import TomlTable


@dataclass(frozen=True, slots=True, kw_only=True)
class InlineCodes:
    """`[variables.values]`: how a list stands in a cell, such as `1 = ja; 2 = nej`."""

    cell: Cell
    pair: str
    language: str
    least: int
    missing: frozenset[str]

    def read(self, gathered: MappedRow) -> tuple[tuple[CodedValue, ...], tuple[CodedValue, ...]]:
        """The values of the row's variable, and its codes for missing values."""
        found: dict[str, CodedValue] = {}
        for item in self.cell.values(gathered.cells, gathered.origin):
            code, divided, words = item.partition(self.pair) if self.pair else (item, "", "")
            code, words = code.strip(), words.strip() if divided else item.strip()
            if code:
                found.setdefault(code, CodedValue(code=code, labels=(Text(words or code, self.language),)))
        if len(found) < self.least:
            return (), ()
        return split_missing(tuple(found.values()), self.missing)


def read_inline_codes(keys: TomlTable) -> InlineCodes:
    """`[variables.values]` of a declaration."""
    pair = keys.text("pair")
    language = keys.text("language", default="sv")
    least = keys.number("least") or 1
    missing = frozenset(keys.strings("missing"))
    cell = read_cell(TomlTable({"values": dict(keys.rest())}, keys.origin, keys.where), "values")
    assert cell is not None
    return InlineCodes(cell=cell, pair=pair, language=language, least=least, missing=missing)


def split_missing(
    values: tuple[CodedValue, ...], missing: frozenset[str]
) -> tuple[tuple[CodedValue, ...], tuple[CodedValue, ...]]:
    """The values, and those whose code or words say that there is none."""

    def is_missing(value: CodedValue) -> bool:
        return value.code in missing or any(label.value in missing for label in value.labels)

    return (
        tuple(value for value in values if not is_missing(value)),
        tuple(value for value in values if is_missing(value)),
    )


@dataclass(slots=True)
class DeclaredCodeList:
    """One list: its name, title and values, and which of them mean that there is no value."""

    titles: tuple[Text, ...]
    origin: Origin
    values: dict[str, CodedValue] = field(default_factory=dict)
    rules: list[str] = field(default_factory=list)
    missing: frozenset[str] = frozenset()
    used: bool = False


@dataclass(slots=True)
class CodeListIndex:
    """All lists of the `[[codes]]`: by name, and by the variable that they are for."""

    by_name: dict[str, DeclaredCodeList] = field(default_factory=dict)
    by_variable: dict[str, DeclaredCodeList] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CodesDeclaration:
    sheet: DeclaredSheet
    plain: dict[str, Cell]
    label: tuple[tuple[str, Cell], ...]
    definition: tuple[tuple[str, Cell], ...]
    title: tuple[tuple[str, Cell], ...]
    leave_out: tuple[str, ...]
    missing: frozenset[str]

    @property
    def cells(self) -> list[Cell]:
        return [
            *self.plain.values(),
            *(cell for pairs in (self.label, self.definition, self.title) for _, cell in pairs),
        ]


_PLAIN = ("list", "variable", "code", "rule", "broader", "system", "system_code", "valid_from", "valid_to")


def read_codes(keys: TomlTable, edition: EditionFiles) -> CodesDeclaration:
    """One `[[codes]]` of a declaration."""
    sheet = read_sheet(keys, edition)
    columns = keys.table("columns", required=True)
    plain = {name: cell for name in _PLAIN if (cell := read_cell(columns, name))}
    if ("list" in plain) is ("variable" in plain):
        columns.fail(
            "list", "or variable is missing, or both are said.", "Say which list, or which variable, a row is for."
        )
    if "code" not in plain:
        columns.fail("code", "is missing.", "Say which column holds the code.")
    found = CodesDeclaration(
        sheet=sheet,
        plain=plain,
        label=read_texts(columns, "label"),
        definition=read_texts(columns, "definition"),
        title=read_texts(columns, "list_title"),
        leave_out=keys.strings("leave_out"),
        missing=frozenset(keys.strings("missing")),
    )
    columns.done()
    keys.done()
    return found


def read_into_index(book: CodeListIndex, codes: CodesDeclaration) -> Iterator[Skipped]:
    """Read all rows into the book. Raises `InputError` for a code that stands twice in a list with other words."""
    misaligned: list[Skipped] = []

    def report(origin: Origin, reason: str) -> None:
        misaligned.append(Skipped(origin=origin, reason=reason))

    for gathered in read_mapped_rows(codes.sheet, codes.cells, report):
        code = codes.plain["code"].value(gathered.cells, gathered.origin)
        rule = codes.plain["rule"].value(gathered.cells, gathered.origin) if "rule" in codes.plain else ""
        if not (code or rule) or code in codes.leave_out:
            said = f"'{code}' is left out, as the declaration says." if code else "the row has no code."
            yield Skipped(origin=gathered.origin, reason=said)
            continue
        yield from _put(book, codes, gathered, code)
    yield from misaligned


def _put(book: CodeListIndex, codes: CodesDeclaration, gathered: MappedRow, code: str) -> Iterator[Skipped]:
    def value(name: str) -> str:
        return codes.plain[name].value(gathered.cells, gathered.origin) if name in codes.plain else ""

    coded = CodedValue(
        code=code,
        labels=texts_in_row(codes.label, gathered) or (Text(code, "zxx"),),
        definitions=texts_in_row(codes.definition, gathered),
        broader=value("broader"),
        valid_from=check_partial_date(value("valid_from"), gathered.origin, "valid_from"),
        valid_to=check_partial_date(value("valid_to"), gathered.origin, "valid_to"),
        matches=_match(value("system"), value("system_code") or code),
    )
    shelf, which = (book.by_name, "list") if "list" in codes.plain else (book.by_variable, "variable")
    for name in codes.plain[which].values(gathered.cells, gathered.origin):
        listed = shelf.setdefault(
            name,
            DeclaredCodeList(titles=texts_in_row(codes.title, gathered), origin=gathered.origin, missing=codes.missing),
        )
        if not code:
            listed.rules.append(value("rule"))
            continue
        before = listed.values.setdefault(code, coded)
        if before.labels != coded.labels:
            reason = (
                f"the code '{code}' stands twice in the list '{name}', as '{before.labels[0].value}' "
                f"and '{coded.labels[0].value}'."
            )
            if "repeated" not in codes.sheet.report:
                raise InputError(gathered.origin, reason, 'Correct one of the rows, or say report = ["repeated"].')
            yield Skipped(origin=gathered.origin, reason=f"{reason} The first is kept.")


def _match(system: str, code: str) -> tuple[Link, ...]:
    """The concept that a code of another system is: `loinc`, or an address with {code} in it."""
    if not system:
        return ()
    return (Link(concept=system.replace("{code}", code) if is_iri(system) else f"{system}:{code}"),)
