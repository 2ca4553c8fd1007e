"""REDCap data dictionaries as CSV, downloaded or from the API; variables are the columns of a data export.

A checkbox field becomes a column for each box (`tissue___1`). https://project-redcap.org, "Data Dictionary"; column
names of the API as in "Export Metadata".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from begrepp.errors import InputError, Origin
from begrepp.records import (
    CodedValue,
    Dataset,
    EditionFiles,
    ListOwner,
    Record,
    Redistribution,
    Skipped,
    Source,
    Table,
    Text,
    Variable,
)
from begrepp.sources.row_faults import RowScope
from begrepp.sources.rows import Row
from loaders.declaration.agents import slug
from loaders.declaration.dataset import read_dataset
from loaders.declaration.row_source import RowSource
from loaders.declaration.source_toml import read_declaration
from loaders.declaration.value_lists import split_missing
from loaders.redcap.rows import (
    ACTION,
    FORM_STATUS,
    NOT_IN_COLUMN,
    bound_of,
    datatype_of,
    find_source,
    other_notes,
    read_choices,
    read_dictionary,
)
from loaders.support.agencies import BEGREPP
from loaders.support.code_lists import CodeListRegistry
from loaders.support.html_text import from_html

SOURCE = Source(
    id="redcap",
    title="REDCap, datakatalog",
    publisher=BEGREPP,
    licence="",
    redistribution=Redistribution.NOT_ALLOWED,
    homepage="https://project-redcap.org/",
    reads="the data dictionary as CSV (18 columns, or the API's names), and a source.toml",
)
# BioPortal's acronyms of ontologies, and their schemes in begrepp.
_ONTOLOGIES = {
    "SNOMEDCT": "snomed-ct",
    "LOINC": "loinc",
    "ICD10": "icd-10",
    "HP": "hpo",
    "MONDO": "mondo",
    "ATC": "atc",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Options:
    """The `[redcap]` section of a declaration."""

    language: str
    missing: frozenset[str]


def load(edition: EditionFiles) -> Iterator[Record]:
    """Yield the study as a dataset with its forms as tables, and the columns of an export as variables."""
    declaration = read_declaration(edition, None)
    dataset = read_dataset(declaration, edition)
    section = declaration.table("redcap")
    options = _Options(language=section.language("language") or "en", missing=frozenset(section.strings("missing")))
    section.done()
    source = find_source(declaration, edition)
    declaration.done()
    tables = {slug(row["form_name"]): row["form_name"] for row, _ in read_dictionary(source, counted=False)}
    yield replace(dataset, tables=tuple(_table(id_, name) for id_, name in tables.items()))
    yield from _variables(source, dataset, options)


def _table(id_: str, form: str) -> Table:
    return Table(id=id_, titles=(Text(form, "zxx"),))


def _variables(source: RowSource, dataset: Dataset, options: _Options) -> Iterator[Record]:
    lists = CodeListRegistry(ListOwner(dataset=dataset.id))
    seen: dict[str, Row] = {}
    forms: dict[str, Row] = {}
    form, section = "", ""
    scope = RowScope()
    for number, (cells, row) in enumerate(read_dictionary(source), start=1):
        with scope:
            name = cells["field_name"]
            if name in seen:
                earlier = seen[name].origin
                raise InputError(row.origin, f"the field '{name}' already occurs in {earlier}.", "Rename one.")
            seen[name] = row
            if cells["form_name"] != form:
                form, section = cells["form_name"], ""
                forms.setdefault(form, row)
            section = from_html(cells["section_header"], paragraphs=True) or section
            if cells["field_type"] == "descriptive":
                yield Skipped(origin=row.origin, reason=f"'{name}' is a text in the form and has no data.")
                continue
            variable = _variable(cells, row, dataset.id, section, number, options.language)
            choices = read_choices(cells, row, options.language)
            if cells["field_type"] == "checkbox":
                variables = list(_checkbox_columns(variable, choices, lists, options.language))
            else:
                variables = [_with_code_list(variable, choices, lists, options)]
            yield from lists.take_new()
            yield from variables
    for number, (form, row) in enumerate(forms.items(), start=len(seen) + 1):
        status = _completion_status(form, row.origin, dataset.id, number, lists)
        yield from lists.take_new()
        yield status


def _completion_status(form: str, origin: Origin, dataset: str, number: int, lists: CodeListRegistry) -> Variable:
    """Return the completion status of a form, a column that every export has and no dictionary lists."""
    titles = (Text("Complete?", "en"),)
    return Variable(
        dataset=dataset,
        table=slug(form),
        name=f"{form}_complete",
        origin=origin,
        titles=titles,
        descriptions=(),
        datatype="string",
        code_list=lists.add("form-status", FORM_STATUS, origin, (Text("Form status", "en"),)),
        section=(Text("Form Status", "en"),),
        order=number,
    )


def _variable(cells: dict[str, str], row: Row, dataset: str, section: str, number: int, language: str) -> Variable:
    label = from_html(cells["field_label"], paragraphs=True)
    titles = (Text(label or cells["field_name"], language if label else "zxx"),)
    annotation = cells["field_annotation"]
    action = ACTION.search(annotation)
    is_calculated = cells["field_type"] == "calc"
    ontology = cells["select_choices_or_calculations"].removeprefix("BIOPORTAL:")
    is_coded = ontology != cells["select_choices_or_calculations"]
    notes = [Text(text, language) for text in (from_html(cells["field_note"], paragraphs=True),) if text]
    notes += [Text(text, "zxx") for text in (annotation,) if text]
    notes += [Text("Identifier", "en")] if cells["identifier"].casefold() == "y" else []
    notes += other_notes(cells, language)
    notes += [Text(f"BIOPORTAL:{ontology}", "zxx")] if is_coded and ontology not in _ONTOLOGIES else []
    return Variable(
        dataset=dataset,
        table=slug(cells["form_name"]),
        name=cells["field_name"],
        origin=row.origin,
        titles=titles,
        descriptions=(),
        datatype=datatype_of(cells, row),
        code_systems=(_ONTOLOGIES[ontology],) if is_coded and ontology in _ONTOLOGIES else (),
        questions=titles if label else (),
        notes=tuple(notes),
        section=(Text(section, language),) if section else (),
        minimum=bound_of(cells, "text_validation_min"),
        maximum=bound_of(cells, "text_validation_max"),
        required=cells["required_field"].casefold() == "y",
        condition=cells["branching_logic"],
        calculation=cells["select_choices_or_calculations"] if is_calculated else (action[2] if action else ""),
        order=number,
    )


def _with_code_list(
    variable: Variable, choices: tuple[CodedValue, ...], lists: CodeListRegistry, options: _Options
) -> Variable:
    values, missing = split_missing(choices, options.missing)
    return replace(
        variable,
        code_list=lists.add(variable.name, values, variable.origin, variable.titles),
        missing_list=lists.add(f"{variable.name}-missing", missing, variable.origin, variable.titles, missing=True),
    )


def _checkbox_columns(
    variable: Variable, choices: tuple[CodedValue, ...], lists: CodeListRegistry, language: str
) -> Iterator[Variable]:
    """Yield a column for each box, with its name in an export: `___` and the code in lower case, digits and `_`."""
    ticked = (
        CodedValue(code="1", labels=(Text("Checked", "en"),)),
        CodedValue(code="0", labels=(Text("Unchecked", "en"),)),
    )
    for choice in choices:
        label = choice.labels[0].value
        titles = tuple(Text(f"{title.value}: {label}", language) for title in variable.titles)
        yield replace(
            variable,
            name=f"{variable.name}___{NOT_IN_COLUMN.sub('_', choice.code.lower())}",
            titles=titles,
            code_list=lists.add(f"{variable.name}-box", ticked, variable.origin, (Text("Check box", "en"),)),
        )
