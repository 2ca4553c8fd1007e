"""REDCap: the data dictionary of a study as its CSV, downloaded or from the API, and the columns that its exports have.

A field of check boxes is one column for each box (`tissue___1`). https://project-redcap.org, "Data Dictionary"; the
names of the API are those of "Export Metadata".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from begrepp.errors import InputError, Origin
from begrepp.records import (
    CodedValue,
    Dataset,
    EditionFiles,
    Home,
    Record,
    Redistribution,
    Skipped,
    Source,
    Table,
    Text,
    Variable,
)
from begrepp.sources.editions import data_files
from begrepp.sources.tables import Row
from loaders.declaration.dataset import read_dataset
from loaders.declaration.source_toml import join_names, read_declaration, slug
from loaders.declaration.value_lists import split_missing
from loaders.redcap.rows import ACTION, FORM_STATUS, NOT_IN_COLUMN, datatype_of, read_choices, read_dictionary
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
# BioPortal's acronyms for the ontologies that begrepp holds.
_ONTOLOGIES = {
    "SNOMEDCT": "snomed-ct",
    "LOINC": "loinc",
    "ICD10": "icd-10",
    "HP": "hpo",
    "MONDO": "mondo",
    "ATC": "atc",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Study:
    """What the declaration says of the whole dictionary."""

    language: str
    missing: frozenset[str]


def load(edition: EditionFiles) -> Iterator[Record]:
    """The study as a dataset, its forms as tables, its fields as the columns that an export has."""
    keys = read_declaration(edition, None)
    dataset = read_dataset(keys, edition)
    said = keys.table("redcap")
    study = _Study(language=said.text("language", default="en"), missing=frozenset(said.strings("missing")))
    said.done()
    keys.done()
    files = [path for path in data_files(edition) if path.suffix.lower() == ".csv"]
    if len(files) != 1:
        raise InputError(
            keys.origin,
            f"there are {len(files)} CSV files ({join_names([path.name for path in files])}).",
            "Add one data dictionary.",
        )
    tables = {slug(row["form_name"]): row["form_name"] for row, _ in read_dictionary(files[0], counted=False)}
    yield replace(dataset, tables=tuple(_table(id_, name) for id_, name in tables.items()))
    yield from _variables(files[0], dataset, study)


def _table(id_: str, form: str) -> Table:
    return Table(id=id_, titles=(Text(form, "zxx"),))


def _variables(path: Path, dataset: Dataset, study: _Study) -> Iterator[Record]:
    lists = CodeListRegistry(Home(dataset=dataset.id))
    seen: dict[str, Row] = {}
    forms: dict[str, Row] = {}
    form, section = "", ""
    for number, (cells, row) in enumerate(read_dictionary(path), start=1):
        name = cells["field_name"]
        if name in seen:
            raise InputError(row.origin, f"the field '{name}' stands already in {seen[name].origin}.", "Rename one.")
        seen[name] = row
        if cells["form_name"] != form:
            form, section = cells["form_name"], ""
            forms.setdefault(form, row)
        section = from_html(cells["section_header"], paragraphs=True) or section
        if cells["field_type"] == "descriptive":
            yield Skipped(origin=row.origin, reason=f"'{name}' is a text in the form, and has no data.")
            continue
        variable = _variable(cells, row, dataset.id, section, number, study.language)
        choices = read_choices(cells, row, study.language)
        if cells["field_type"] == "checkbox":
            found = list(_boxes(variable, choices, lists, study.language))
        else:
            found = [_with_choices(variable, choices, lists, study)]
        yield from lists.take_new()
        yield from found
    for number, (form, row) in enumerate(forms.items(), start=len(seen) + 1):
        status = _status(form, row.origin, dataset.id, number, lists)
        yield from lists.take_new()
        yield status


def _status(form: str, origin: Origin, dataset: str, number: int, lists: CodeListRegistry) -> Variable:
    """How far a form is filled in: a column that REDCap adds to every form, in no dictionary and in every export."""
    words = (Text("Complete?", "en"),)
    return Variable(
        dataset=dataset,
        table=slug(form),
        name=f"{form}_complete",
        origin=origin,
        titles=words,
        descriptions=words,
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
    notes = [Text(words, language) for words in (from_html(cells["field_note"], paragraphs=True),) if words]
    notes += [Text(words, "zxx") for words in (annotation,) if words]
    notes += [Text("Identifier", "en")] if cells["identifier"].casefold() == "y" else []
    notes += [Text(f"BIOPORTAL:{ontology}", "zxx")] if is_coded and ontology not in _ONTOLOGIES else []
    return Variable(
        dataset=dataset,
        table=slug(cells["form_name"]),
        name=cells["field_name"],
        origin=row.origin,
        titles=titles,
        descriptions=titles,
        datatype=datatype_of(cells, row),
        code_systems=(_ONTOLOGIES[ontology],) if is_coded and ontology in _ONTOLOGIES else (),
        questions=titles if label else (),
        notes=tuple(notes),
        section=(Text(section, language),) if section else (),
        minimum=cells["text_validation_min"],
        maximum=cells["text_validation_max"],
        required=cells["required_field"].casefold() == "y",
        condition=cells["branching_logic"],
        calculation=cells["select_choices_or_calculations"] if is_calculated else (action[2] if action else ""),
        order=number,
    )


def _with_choices(
    variable: Variable, choices: tuple[CodedValue, ...], lists: CodeListRegistry, study: _Study
) -> Variable:
    values, missing = split_missing(choices, study.missing)
    return replace(
        variable,
        code_list=lists.add(variable.name, values, variable.origin, variable.titles),
        missing_list=lists.add(f"{variable.name}-missing", missing, variable.origin, variable.titles, missing=True),
    )


def _boxes(
    variable: Variable, choices: tuple[CodedValue, ...], lists: CodeListRegistry, language: str
) -> Iterator[Variable]:
    """A column for each box, named as the export names it: `___`, and the code in small letters, digits and `_`."""
    ticked = (
        CodedValue(code="1", labels=(Text("Checked", "en"),)),
        CodedValue(code="0", labels=(Text("Unchecked", "en"),)),
    )
    for choice in choices:
        label = choice.labels[0].value
        words = tuple(Text(f"{title.value}: {label}", language) for title in variable.titles)
        yield replace(
            variable,
            name=f"{variable.name}___{NOT_IN_COLUMN.sub('_', choice.code.lower())}",
            titles=words,
            descriptions=words,
            code_list=lists.add(f"{variable.name}-box", ticked, variable.origin, (Text("Check box", "en"),)),
        )
