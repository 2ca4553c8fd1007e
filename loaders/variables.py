"""A dataset and its variables: a description in `source.toml`, and lists of variables and codes in any tabular form.

For registers, cohorts, common data sets and data models whose dictionary is a table, a JSON file or a folder of
texts. What its columns mean is declared, never programmed; docs/how-to/source-toml.md is the manual.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fnmatch import fnmatch
from typing import Any

from begrepp.editions import data_files
from begrepp.errors import InputError, Origin
from begrepp.lists import Lists
from begrepp.records import (
    CodeList,
    Edition,
    Home,
    Record,
    Redistribution,
    Skipped,
    Source,
    Table,
    Text,
    Variable,
    is_iri,
)
from loaders.agencies import BEGREPP
from loaders.cells import read_cell, read_words
from loaders.dataset_declaration import read_dataset
from loaders.declarations import Keys, file_list, read_declaration, slug
from loaders.gathering import gather, worded
from loaders.sheets import Sheet, read_sheet
from loaders.value_lists import CodeBook, ListOfCodes, fill, parted, read_codes
from loaders.variable_rows import VariableList, own_lists, read_variable_list

SOURCE = Source(
    id="variables",
    title="Datamängd med variabellista",
    publisher=BEGREPP,
    licence="",
    redistribution=Redistribution.NOT_ALLOWED,
    homepage="",
    reads="a source.toml that describes the dataset, and its list of variables in CSV, TSV, XLSX, JSON or Markdown",
)


def load(edition: Edition, *, declared: Mapping[str, Any] | None = None) -> Iterator[Record]:
    """The dataset, its value lists, and every variable of its tables."""
    keys = read_declaration(edition, declared)
    tables = _Tables(keys, edition)
    lists = [read_variable_list(each, edition) for each in keys.tables("variables")]
    lists = lists or own_lists(tables.files, edition, keys.origin)
    sheets = [tables.read(each, edition) for each in keys.tables("tables")]
    codes = [read_codes(each, edition) for each in keys.tables("codes")]
    ignored = keys.strings("ignore_files")
    dataset = read_dataset(keys, edition)
    keys.done()
    sheets += [*(each.sheet for each in lists), *(each.sheet for each in codes)]
    used = {path for sheet in sheets for path in sheet.paths}
    _refuse_unused(edition, keys.origin, {path.name for path in used}, ignored)
    book = CodeBook()
    skipped = [each for said in codes for each in fill(book, said)]
    names = _Names()
    for each in lists:
        for variable, table in each.read(dataset.id, _report(skipped), counted=False):
            tables.meet(variable, table)
            names.meet(variable)
    yield replace(dataset, tables=tables.all())
    yield from skipped
    home = Lists(Home(dataset=dataset.id))
    for each in lists:
        for variable, _ in each.read(dataset.id, _ignore):
            placed, missed = _with_values(tables.placed(names.dated(variable)), each, home, book)
            yield from home.new()
            yield placed
            yield from missed
    yield from _unused_lists(book, home)


def _refuse_unused(edition: Edition, origin: Origin, used: set[str], ignored: tuple[str, ...]) -> None:
    left = [path.name for path in data_files(edition) if path.name not in used]
    left = [name for name in left if not any(fnmatch(name, pattern) for pattern in ignored)]
    if left:
        raise InputError(
            origin,
            f"nothing in the declaration reads {file_list(left)}.",
            'Name it as `file` of a [[variables]] or [[codes]], or say ignore_files = ["…"].',
        )


class _Tables:
    """The tables of the dataset: those that are declared, and those that the rows name."""

    def __init__(self, keys: Keys, edition: Edition) -> None:
        self.files: list[str] = []
        self._tables: dict[str, Table] = {}
        self._by_words: dict[str, str] = {}
        self._fixed = False
        for said in keys.tables("table"):
            table = Table(
                id=said.slug("id", required=True),
                titles=said.words("title", required=True),
                descriptions=said.words("description"),
            )
            self._tables[table.id] = table
            self._by_words[said.text("called", default=table.id)] = table.id
            self.files.append(said.text("file", default="variables.csv"))
            said.done()
        self._fixed = bool(self._tables)
        self._origin = keys.origin

    def read(self, keys: Keys, edition: Edition) -> Sheet:
        """A `[[tables]]`: rows that tell the tables' names, titles and descriptions."""
        sheet = read_sheet(keys, edition)
        columns = keys.table("columns", required=True)
        name = read_cell(columns, "name")
        if name is None:
            columns.fail("name", "is missing.", "Say which column holds the table's name.")
        title, description = read_words(columns, "title"), read_words(columns, "description")
        columns.done()
        keys.done()
        cells = [name, *(cell for _, cell in (*title, *description))]
        for row in gather(sheet, cells, _refuse):
            called = name.value(row.cells, row.origin)
            self._by_words[called] = id_ = slug(called)
            titles = worded(title, row) or (Text(called, "zxx"),)
            self._tables[id_] = Table(id=id_, titles=titles, descriptions=worded(description, row))
        return sheet

    def meet(self, variable: Variable, table: Table) -> None:
        """Learn of the table that a row names."""
        if variable.table in self._by_words:
            return
        if self._fixed and (variable.table or len(self._tables) > 1):
            raise InputError(
                variable.origin,
                f"the table '{variable.table}' is not declared (there are: {file_list(sorted(self._by_words))}).",
                "Correct the row, or add a [[table]] to source.toml.",
            )
        if self._fixed:
            self._by_words[variable.table] = next(iter(self._tables))
            return
        id_ = slug(variable.table) or "table"
        self._by_words[variable.table] = id_
        self._tables.setdefault(id_, replace(table, id=id_))

    def placed(self, variable: Variable) -> Variable:
        """The variable in its table."""
        return replace(variable, table=self._by_words[variable.table])

    def all(self) -> tuple[Table, ...]:
        """All tables."""
        return tuple(self._tables.values())


class _Names:
    """Names that stand in several rows: what the column means changed, and its first day tells the rows apart."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str, str], Origin] = {}
        self._times: dict[tuple[str, str], int] = {}

    def meet(self, variable: Variable) -> None:
        """Learn of a row. Raises `InputError` where nothing tells it from another."""
        key = (variable.table, variable.name, variable.valid_from)
        if key in self._seen:
            raise InputError(
                variable.origin,
                f"the variable '{variable.name}' stands already in {self._seen[key]}, with no other valid_from.",
                "Give the rows different days, tables or names, or remove one of them.",
            )
        self._seen[key] = variable.origin
        self._times[key[:2]] = self._times.get(key[:2], 0) + 1

    def dated(self, variable: Variable) -> Variable:
        """The variable, with its first day as a part of its address where it needs one."""
        several = self._times[variable.table, variable.name] > 1
        return replace(variable, part=variable.valid_from) if several else variable


def _with_values(
    variable: Variable, each: VariableList, home: Lists, book: CodeBook
) -> tuple[Variable, tuple[Skipped, ...]]:
    """The variable with the lists that its row holds or names, or that a row of `[[codes]]` gives it."""
    named = each.list_named.pop((variable.origin, variable.name), "")
    values, missing = each.in_cell.pop((variable.origin, variable.name), ((), ()))
    if listed := book.by_name.get(named) or book.by_variable.get(variable.name):
        return _listed(variable, listed, named, home), ()
    if named and is_iri(named):
        return replace(variable, value_set=named), ()
    skipped: tuple[Skipped, ...] = ()
    if named and not (variable.code_systems or variable.value_list):
        reason = f"the list '{named}' of '{variable.name}' is in none of the files; the variable stands without it."
        skipped = (Skipped(origin=variable.origin, reason=reason),)
    titles, origin = variable.titles, variable.origin
    return replace(
        variable,
        code_list=home.add(variable.name, values, origin, titles),
        missing_list=home.add(f"{variable.name}-missing", missing, origin, titles, missing=True),
    ), skipped


def _listed(variable: Variable, listed: ListOfCodes, named: str, home: Lists) -> Variable:
    listed.used = True
    values, missing = parted(tuple(listed.values.values()), listed.missing)
    name, titles, rules = named or variable.name, listed.titles or variable.titles, tuple(listed.rules)
    return replace(
        variable,
        code_list=home.add(name, values, listed.origin, titles, named=bool(named), intension=rules),
        missing_list=home.add(f"{name}-missing", missing, listed.origin, titles, missing=True),
    )


def _unused_lists(book: CodeBook, home: Lists) -> Iterator[CodeList | Skipped]:
    """Lists that the dictionary has and no variable uses; lists for variables that it has not."""
    for name, listed in book.by_name.items():
        if not listed.used:
            values = tuple(listed.values.values())
            home.add(name, values, listed.origin, listed.titles, named=True, intension=tuple(listed.rules))
    yield from home.new()
    for name, listed in book.by_variable.items():
        if not listed.used:
            yield Skipped(origin=listed.origin, reason=f"there is no variable '{name}' for its list.")


def _report(skipped: list[Skipped]) -> Any:
    return lambda origin, reason: skipped.append(Skipped(origin=origin, reason=reason))


def _refuse(origin: Origin, reason: str) -> None:
    raise InputError(origin, reason, "Mend the row in a copy.")


def _ignore(origin: Origin, reason: str) -> None:
    """A misaligned row was reported when the rows were read the first time."""
