"""A dataset and its variables: a description in `source.toml`, and lists of variables and codes in any tabular form.

For registers, cohorts, common data sets and data models whose dictionary is a table, a JSON file or a folder of
texts. What its columns mean is declared, never programmed; docs/how-to/source-toml.md is the manual.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fnmatch import fnmatch
from typing import Any

from begrepp.errors import InputError, Origin
from begrepp.records import (
    CodeList,
    EditionFiles,
    Home,
    Record,
    Redistribution,
    Skipped,
    Source,
    Variable,
    is_iri,
)
from begrepp.sources.editions import data_files
from loaders.declaration.dataset import read_dataset
from loaders.declaration.source_toml import join_names, read_declaration
from loaders.declaration.table_assignment import DatasetTables, TableAssignment
from loaders.declaration.value_lists import CodeListIndex, DeclaredCodeList, read_codes, read_into_index, split_missing
from loaders.declaration.variables import DictionaryRow, VariablePlace, default_variable_lists, read_variable_list
from loaders.support.agencies import BEGREPP
from loaders.support.code_lists import CodeListRegistry

SOURCE = Source(
    id="variables",
    title="Datamängd med variabellista",
    publisher=BEGREPP,
    licence="",
    redistribution=Redistribution.NOT_ALLOWED,
    homepage="",
    reads="a source.toml that describes the dataset, and its list of variables in CSV, TSV, XLSX, JSON or Markdown",
)


def load(edition: EditionFiles, *, declared: Mapping[str, Any] | None = None) -> Iterator[Record]:
    """The dataset, its value lists, and every variable of its tables."""
    keys = read_declaration(edition, declared)
    tables = DatasetTables(keys)
    lists = [read_variable_list(each, edition) for each in keys.tables("variables")]
    lists = lists or default_variable_lists(tables.files, edition, keys.origin)
    sheets = [tables.read(each, edition) for each in keys.tables("tables")]
    codes = [read_codes(each, edition) for each in keys.tables("codes")]
    ignored = keys.strings("ignore_files")
    dataset = read_dataset(keys, edition)
    keys.done()
    sheets += [*(each.sheet for each in lists), *(each.sheet for each in codes)]
    used = {path for sheet in sheets for path in sheet.files}
    _refuse_unused(edition, keys.origin, {path.name for path in used}, ignored)
    book = CodeListIndex()
    skipped = [each for said in codes for each in read_into_index(book, said)]
    assignment = TableAssignment(tables)
    for each in lists:
        for row in each.rows(_report(skipped), counted=False):
            assignment.add_row(row)
    yield replace(dataset, tables=tables.read_all())
    yield from skipped
    home = CodeListRegistry(Home(dataset=dataset.id))
    for each in lists:
        for row in each.rows(_ignore):
            variable = row.variable(dataset.id, _place(row, *assignment.place_of(row), home, book))
            yield from home.take_new()
            yield variable
            yield from _without_list(row, variable)
    yield from _unused_lists(book, home)


def _refuse_unused(edition: EditionFiles, origin: Origin, used: set[str], ignored: tuple[str, ...]) -> None:
    left = [path.name for path in data_files(edition) if path.name not in used]
    left = [name for name in left if not any(fnmatch(name, pattern) for pattern in ignored)]
    if left:
        raise InputError(
            origin,
            f"nothing in the declaration reads {join_names(left)}.",
            'Name it as `file` of a [[variables]] or [[codes]], or say ignore_files = ["…"].',
        )


def _place(row: DictionaryRow, table: str, part: str, home: CodeListRegistry, book: CodeListIndex) -> VariablePlace:
    """The row's place, with the list that it holds or names, or that a row of `[[codes]]` gives it."""
    named = row.value("list")
    if listed := book.by_name.get(named) or book.by_variable.get(row.name):
        return _listed(row, listed, named, home, VariablePlace(table, part))
    if named and is_iri(named):
        return VariablePlace(table, part, value_set=named)
    values, missing = row.inline_values()
    titles, origin = row.titles(), row.origin
    return VariablePlace(
        table,
        part,
        code_list=home.add(row.name, values, origin, titles),
        missing_list=home.add(f"{row.name}-missing", missing, origin, titles, missing=True),
    )


def _listed(
    row: DictionaryRow, listed: DeclaredCodeList, named: str, home: CodeListRegistry, place: VariablePlace
) -> VariablePlace:
    listed.used = True
    values, missing = split_missing(tuple(listed.values.values()), listed.missing)
    name, titles, rules = named or row.name, listed.titles or row.titles(), tuple(listed.rules)
    return place._replace(
        code_list=home.add(name, values, listed.origin, titles, named=bool(named), intension=rules),
        missing_list=home.add(f"{name}-missing", missing, listed.origin, titles, missing=True),
    )


def _without_list(row: DictionaryRow, variable: Variable) -> Iterator[Skipped]:
    """A list that is named and is nowhere: neither among the files, nor a code system."""
    named = row.value("list")
    if named and not any((variable.code_list, variable.value_set, variable.code_systems, variable.value_list)):
        reason = f"the list '{named}' of '{row.name}' is in none of the files; the variable stands without it."
        yield Skipped(origin=row.origin, reason=reason)


def _unused_lists(book: CodeListIndex, home: CodeListRegistry) -> Iterator[CodeList | Skipped]:
    """Lists that the dictionary has and no variable uses; lists for variables that it has not."""
    for name, listed in book.by_name.items():
        if not listed.used:
            values = tuple(listed.values.values())
            home.add(name, values, listed.origin, listed.titles, named=True, intension=tuple(listed.rules))
    yield from home.take_new()
    for name, listed in book.by_variable.items():
        if not listed.used:
            yield Skipped(origin=listed.origin, reason=f"there is no variable '{name}' for its list.")


def _report(skipped: list[Skipped]) -> Any:
    return lambda origin, reason: skipped.append(Skipped(origin=origin, reason=reason))


def _ignore(origin: Origin, reason: str) -> None:
    """A misaligned row was reported when the rows were read the first time."""
