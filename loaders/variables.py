"""A dataset and its variables: a description in `source.toml`, and the list of variables in CSV beside it.

For registers, cohorts and other collections whose holder has no machine-readable catalogue. Each fact
carries its source and the day somebody looked; docs/how-to/source-toml.md is the manual.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from begrepp.editions import data_files, file_named
from begrepp.errors import InputError, Origin
from begrepp.records import (
    Dataset,
    Edition,
    Evidence,
    Legislation,
    Record,
    Redistribution,
    Source,
    Table,
    Variable,
    is_iri,
    links,
    texts,
)
from begrepp.rows import Row, parse_date, read_table
from loaders.agencies import BEGREPP
from loaders.declarations import Keys, agent_named, agents, file_list, read_declaration, release_dates, rights

SOURCE = Source(
    id="variables",
    title="Datamängd med variabellista",
    publisher=BEGREPP,
    licence="",
    redistribution=Redistribution.NOT_ALLOWED,
    homepage="",
    reads="a source.toml that describes the dataset, and variables.csv",
)
COLUMNS = (
    "table",
    "name",
    "label_sv",
    "label_en",
    "description_sv",
    "description_en",
    "datatype",
    "unit",
    "concept",
    "code_system",
    "value_list",
    "valid_from",
    "valid_to",
    "at_event",
    "linkage_key",
    "source",
    "checked",
    "certainty",
)
_OPTIONAL = frozenset(COLUMNS) - {"name", "label_sv", "datatype"}
_CONCEPTS = "onkologi"
_SEPARATOR = " | "
# A year, a month or a day: what a register can say of when a variable was introduced.
_WHEN = re.compile(r"\d{4}(-\d\d(-\d\d)?)?")
# The datatypes of CSVW that the shapes allow (shapes/variable.ttl S19).
_DATATYPES = frozenset(
    (
        "string",
        "integer",
        "nonNegativeInteger",
        "decimal",
        "double",
        "boolean",
        "date",
        "dateTime",
        "time",
        "gYear",
        "gYearMonth",
        "duration",
        "anyURI",
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sheet:
    """One `[[table]]`: a table of the dataset, and where its variables are listed under which column names."""

    table: Table
    path: Path
    columns: Mapping[str, str]
    ignore: tuple[str, ...]
    delimiter: str


def load(edition: Edition, *, declared: Mapping[str, Any] | None = None) -> Iterator[Record]:
    """The dataset, and every variable of its tables."""
    keys = read_declaration(edition, declared)
    sheets = [_read_sheet(said, edition) for said in keys.tables("table")]
    dataset = _read_dataset(keys, edition, tuple(sheet.table for sheet in sheets))
    keys.done()
    if not sheets:
        raise InputError(keys.origin, "[[table]] is missing.", "Name the dataset's table(s) and the file of each.")
    unused = [p.name for p in data_files(edition) if p not in {sheet.path for sheet in sheets}]
    if unused:
        raise InputError(keys.origin, f"no [[table]] names {file_list(unused)}.", "Name it as `file`, or remove it.")
    yield dataset
    rows = list(_variables(sheets, dataset))
    times = Counter((variable.table, variable.name) for variable in rows)
    for variable in rows:
        yield variable if times[variable.table, variable.name] == 1 else _dated(variable)


# The description.


def _read_dataset(keys: Keys, edition: Edition, tables: tuple[Table, ...]) -> Dataset:
    known = rights(keys)
    dates = release_dates(keys, edition)
    known_agents = agents(keys)
    said = keys.table("dataset", required=True)
    contact = said.table("contact")
    age = said.table("typical_age")
    publisher = agent_named(said, "publisher", known=known_agents)
    dataset = Dataset(
        id=said.slug("id", default=edition.source),
        version=dates.version,
        origin=keys.origin,
        titles=said.words("title", required=True),
        descriptions=said.words("description", required=True),
        publisher=publisher,
        custodian=agent_named(said, "custodian", default=publisher.id, known={**known_agents, publisher.id: publisher}),
        catalogue_publisher=known.publisher,
        licence=known.licence,
        tables=tables,
        valid_from=dates.valid_from,
        redistribution=known.redistribution,
        keywords=said.words("keyword"),
        contact_names=contact.words("name"),
        contact_url=contact.iri("url"),
        contact_email=contact.text("email"),
        landing_page=said.iri("landing_page"),
        access_rights=said.iri("access_rights"),
        access_procedure=said.words("access_procedure"),
        access_url=said.iri("access_url"),
        legislation=tuple(_read_law(law) for law in said.tables("applicable_legislation")),
        temporal_from=_when(said, "temporal_from"),
        temporal_to=_when(said, "temporal_to"),
        spatial=said.iri("spatial"),
        health_categories=said.strings("health_category"),
        population=said.words("population"),
        coverage_excludes=said.words("coverage_excludes"),
        specimen_types=_concepts(said.strings("specimen_types")),
        subjects=_concepts(said.strings("subjects")),
        file_formats=said.strings("file_formats"),
        min_age=age.number("min"),
        max_age=age.number("max"),
        individuals=said.number("individuals"),
        evidence=tuple(_read_evidence(each) for each in keys.tables("evidence")),
    )
    for part in (contact, age, said):
        part.done()
    return dataset


def _read_law(keys: Keys) -> Legislation:
    law = Legislation(titles=keys.words("title", required=True), url=keys.iri("url"))
    keys.done()
    return law


def _read_evidence(keys: Keys) -> Evidence:
    checked = keys.day("checked", required=True)
    assert checked is not None
    evidence = Evidence(
        about=keys.text("about", required=True),
        source=keys.text("source", required=True),
        checked=checked,
        certainty=keys.text("certainty", required=True),
    )
    keys.done()
    return evidence


def _when(keys: Keys, key: str) -> str:
    value = keys.text(key)
    if value and not _WHEN.fullmatch(value):
        keys.fail(key, f"is '{value}'.", 'Write a year, a month or a day: "1958", "2008-01", "2008-01-01".')
    return value


def _read_sheet(keys: Keys, edition: Edition) -> _Sheet:
    renamed = keys.table("columns")
    sheet = _Sheet(
        table=Table(id=keys.slug("id", required=True), titles=keys.words("title", required=True)),
        path=file_named(edition, keys.text("file", default="variables.csv")),
        columns={column: renamed.text(column, default=column) for column in COLUMNS},
        ignore=keys.strings("ignore"),
        delimiter=keys.character("delimiter", default=","),
    )
    renamed.done()
    keys.done()
    return sheet


# The variables.


def _variables(sheets: list[_Sheet], dataset: Dataset) -> Iterator[Variable]:
    """Tables may share a file, whose column `table` then tells which table a row belongs to."""
    ids = {sheet.table.id for sheet in sheets}
    for path in dict.fromkeys(sheet.path for sheet in sheets):
        here = [sheet for sheet in sheets if sheet.path == path]
        sheet = here[0]
        required = [sheet.columns[column] for column in COLUMNS if column not in _OPTIONAL]
        for row in read_table(path, required=required, delimiter=sheet.delimiter):
            variable = _read_row(row, sheet, dataset.id, default_table=here[0].table.id if len(here) == 1 else "")
            if variable.table not in ids:
                raise InputError(
                    row.origin,
                    f"the table '{variable.table}' is not declared (there are: {file_list(sorted(ids))}).",
                    "Correct the row, or add a [[table]] to source.toml.",
                )
            yield variable


def _read_row(row: Row, sheet: _Sheet, dataset: str, default_table: str) -> Variable:
    def take(column: str) -> str:
        name = sheet.columns[column]
        return row.take_optional(name) if column in _OPTIONAL else row.take(name)

    label = texts(take("label_sv"), take("label_en"))
    variable = Variable(
        dataset=dataset,
        table=take("table") or default_table,
        name=take("name"),
        origin=row.origin,
        titles=label,
        # HealthDCAT-AP demands a description of every column; where the list has none, the label is one.
        descriptions=texts(take("description_sv"), take("description_en")) or label,
        datatype=take("datatype"),
        unit=take("unit"),
        measures=links(*_concepts(_split(take("concept")))),
        code_systems=_split(take("code_system")),
        value_list=take("value_list"),
        valid_from=_row_when(take("valid_from"), row.origin, "valid_from"),
        valid_to=_row_when(take("valid_to"), row.origin, "valid_to"),
        at_event=take("at_event"),
        linkage_key=next(iter(_concepts(_split(take("linkage_key")))), ""),
        source=take("source"),
        checked=parse_date(take("checked"), row.origin, sheet.columns["checked"]),
        certainty=take("certainty"),
    )
    row.ignore(*sheet.ignore)
    row.done()
    for what, value in (("name", variable.name), ("label_sv", label)):
        if not value:
            raise InputError(row.origin, f"the column '{sheet.columns[what]}' is empty.", "Fill it in.")
    if variable.datatype not in _DATATYPES:
        raise InputError(
            row.origin,
            f"'{variable.datatype}' is no datatype of CSVW.",
            f"Use one of: {', '.join(sorted(_DATATYPES))}.",
        )
    return variable


def _row_when(value: str, origin: Origin, column: str) -> str:
    if value and not _WHEN.fullmatch(value):
        raise InputError(
            origin, f"'{value}' in column '{column}' is no year, month or day.", "Write 2004, 2004-01 or 2004-01-01."
        )
    return value


def _dated(variable: Variable) -> Variable:
    """The name stands in several rows: what the column means changed, and its first day tells the rows apart."""
    return replace(variable, part=variable.valid_from)


def _split(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(_SEPARATOR) if part.strip())


def _concepts(references: tuple[str, ...]) -> tuple[str, ...]:
    """A key alone is one of our own concepts; `scheme:key` and IRIs are as they are."""
    return tuple(each if is_iri(each) or ":" in each else f"{_CONCEPTS}:{each}" for each in references)
