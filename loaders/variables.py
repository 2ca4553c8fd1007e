"""Datasets with variables: a description in `source.toml`, and lists of variables and codes in tabular form.

For registers, cohorts, common data sets and data models whose dictionary is a table, a JSON file or a folder of
texts. The declaration maps its columns. Manual: docs/how-to/source-toml.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from begrepp.records import CodeList, EditionFiles, ListOwner, Record, Redistribution, Skipped, Source, Variable, is_iri
from begrepp.sources.row_faults import RowScope
from loaders.declaration.dataset import read_dataset
from loaders.declaration.row_source import check_unused_files
from loaders.declaration.source_toml import read_declaration
from loaders.declaration.table_assignment import DatasetTables, TableAssignment
from loaders.declaration.value_lists import CodeListIndex, DeclaredCodeList, read_codes, read_into_index, split_missing
from loaders.declaration.variables import DictionaryRow, VariableContext, default_variable_lists, read_variable_list
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
    """Yield the dataset, its code lists, and every variable of its tables."""
    declaration = read_declaration(edition, declared)
    tables = DatasetTables(declaration)
    lists = [read_variable_list(each, edition) for each in declaration.tables("variables")]
    lists = lists or default_variable_lists(tables.files, edition, declaration)
    sheets = [tables.read_section(each, edition) for each in declaration.tables("tables")]
    codes = [read_codes(each, edition) for each in declaration.tables("codes")]
    dataset = read_dataset(declaration, edition)
    sheets += [*(each.sheet for each in lists), *(each.sheet for each in codes)]
    check_unused_files(edition, declaration, sheets)
    declaration.done()
    tables.read_rows()
    index = CodeListIndex()
    skipped = [each for codes_declaration in codes for each in read_into_index(index, codes_declaration)]
    assignment = TableAssignment(tables)
    for each in lists:
        for row in each.rows(counted=False):
            assignment.add_row(row)
    yield replace(dataset, tables=tables.all_tables())
    yield from skipped
    registry = CodeListRegistry(ListOwner(dataset=dataset.id))
    for each in lists:
        scope = RowScope(report=each.sheet.report)
        for row in each.rows():
            if assignment.is_passed_over(row):
                continue
            with scope:
                variable = row.variable(dataset.id, _place(row, *assignment.table_and_part_of(row), registry, index))
                yield from registry.take_new()
                yield variable
                yield from _missing_list(row, variable)
    yield from _unused_lists(index, registry)


def _place(
    row: DictionaryRow, table: str, part: str, registry: CodeListRegistry, index: CodeListIndex
) -> VariableContext:
    """Return table and code lists of a row; the list is in `[[codes]]`, a value set by IRI, or in the row itself."""
    named = row.value("list")
    if code_list := index.by_name.get(named) or index.by_variable.get(row.name):
        return _place_with_list(row, code_list, named, registry, VariableContext(table, part))
    if named and is_iri(named):
        return VariableContext(table, part, value_set=named)
    values, missing = row.inline_values()
    titles, origin = row.titles(), row.origin
    return VariableContext(
        table,
        part,
        code_list=registry.add(row.name, values, origin, titles),
        missing_list=registry.add(f"{row.name}-missing", missing, origin, titles, missing=True),
    )


def _place_with_list(
    row: DictionaryRow, code_list: DeclaredCodeList, named: str, registry: CodeListRegistry, place: VariableContext
) -> VariableContext:
    code_list.used = True
    values, missing = split_missing(tuple(code_list.values.values()), code_list.missing)
    name, titles, rules = named or row.name, code_list.titles or row.titles(), tuple(code_list.rules)
    return place._replace(
        code_list=registry.add(name, values, code_list.origin, titles, named=bool(named), intension=rules),
        missing_list=registry.add(f"{name}-missing", missing, code_list.origin, titles, missing=True),
    )


def _missing_list(row: DictionaryRow, variable: Variable) -> Iterator[Skipped]:
    """Report a named list that is neither among the files nor a code system."""
    named = row.value("list")
    if named and not any((variable.code_list, variable.value_set, variable.code_systems, variable.value_list)):
        reason = f"the list '{named}' of '{row.name}' is in none of the files; the variable has no code list."
        yield Skipped(origin=row.origin, reason=reason)


def _unused_lists(index: CodeListIndex, registry: CodeListRegistry) -> Iterator[CodeList | Skipped]:
    """Yield unused named lists, and report lists of unknown variables."""
    for name, code_list in index.by_name.items():
        if not code_list.used:
            values = tuple(code_list.values.values())
            registry.add(name, values, code_list.origin, code_list.titles, named=True, intension=tuple(code_list.rules))
    yield from registry.take_new()
    for name, code_list in index.by_variable.items():
        if not code_list.used:
            yield Skipped(origin=code_list.origin, reason=f"there is no variable '{name}' for its list.")
