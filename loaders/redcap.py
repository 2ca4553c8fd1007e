"""REDCap: the data dictionary of a study as its CSV, downloaded or from the API, and the columns that its exports have.

A field of check boxes is one column for each box (`tissue___1`). https://project-redcap.org, "Data Dictionary"; the
names of the API are those of "Export Metadata".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from begrepp.editions import data_files
from begrepp.errors import InputError, Origin
from begrepp.lists import Lists
from begrepp.records import (
    CodedValue,
    Dataset,
    Edition,
    Home,
    Record,
    Redistribution,
    Skipped,
    Source,
    Table,
    Text,
    Variable,
)
from begrepp.rows import Row, read_table
from loaders.agencies import BEGREPP
from loaders.cells import plain_words
from loaders.dataset_declaration import read_dataset
from loaders.declarations import file_list, read_declaration, slug
from loaders.value_lists import parted

SOURCE = Source(
    id="redcap",
    title="REDCap, datakatalog",
    publisher=BEGREPP,
    licence="",
    redistribution=Redistribution.NOT_ALLOWED,
    homepage="https://project-redcap.org/",
    reads="the data dictionary as CSV (18 columns, or the API's names), and a source.toml",
)
# The column of the downloaded dictionary, and its name in the API.
_COLUMNS = {
    "Variable / Field Name": "field_name",
    "Form Name": "form_name",
    "Section Header": "section_header",
    "Field Type": "field_type",
    "Field Label": "field_label",
    "Choices, Calculations, OR Slider Labels": "select_choices_or_calculations",
    "Field Note": "field_note",
    "Text Validation Type OR Show Slider Number": "text_validation_type_or_show_slider_number",
    "Text Validation Min": "text_validation_min",
    "Text Validation Max": "text_validation_max",
    "Identifier?": "identifier",
    "Branching Logic (Show field only if...)": "branching_logic",
    "Required Field?": "required_field",
    "Custom Alignment": "custom_alignment",
    "Question Number (surveys only)": "question_number",
    "Matrix Group Name": "matrix_group_name",
    "Matrix Ranking?": "matrix_ranking",
    "Field Annotation": "field_annotation",
}
_TYPES = {
    "text": "string",
    "notes": "string",
    "radio": "string",
    "dropdown": "string",
    "checkbox": "integer",
    "yesno": "integer",
    "truefalse": "integer",
    "calc": "decimal",
    "slider": "integer",
    "sql": "string",
    "file": "string",
    "descriptive": "",
}
_VALIDATED = (
    (re.compile(r"date_(dmy|mdy|ymd)"), "date"),
    (re.compile(r"datetime(_seconds)?_(dmy|mdy|ymd)"), "dateTime"),
    (re.compile(r"time(_hh_mm_ss|_mm_ss)?"), "time"),
    (re.compile(r"integer"), "integer"),
    (re.compile(r"number(_\w+)?"), "decimal"),
)
_FORM_STATUS = tuple(
    CodedValue(code=code, labels=(Text(words, "en"),))
    for code, words in (("0", "Incomplete"), ("1", "Unverified"), ("2", "Complete"))
)
_YES_NO = {"yesno": (("1", "Yes"), ("0", "No")), "truefalse": (("1", "True"), ("0", "False"))}
# BioPortal's acronyms for the ontologies that begrepp holds.
_ONTOLOGIES = {
    "SNOMEDCT": "snomed-ct",
    "LOINC": "loinc",
    "ICD10": "icd-10",
    "HP": "hpo",
    "MONDO": "mondo",
    "ATC": "atc",
}
_ACTION = re.compile(r"@(CALCTEXT|CALCDATE)\((.*)\)", re.DOTALL)
_NOT_IN_COLUMN = re.compile(r"[^a-z0-9_]")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Study:
    """What the declaration says of the whole dictionary."""

    language: str
    missing: frozenset[str]


def load(edition: Edition) -> Iterator[Record]:
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
            f"there are {len(files)} CSV files ({file_list([path.name for path in files])}).",
            "Add one data dictionary.",
        )
    tables = {slug(row["form_name"]): row["form_name"] for row, _ in _rows(files[0], counted=False)}
    yield replace(dataset, tables=tuple(_table(id_, name) for id_, name in tables.items()))
    yield from _variables(files[0], dataset, study)


def _table(id_: str, form: str) -> Table:
    return Table(id=id_, titles=(Text(form, "zxx"),))


def _rows(path: Path, *, counted: bool = True) -> Iterator[tuple[dict[str, str], Row]]:
    """The rows by the API's names, whichever names the file has."""
    for row in read_table(path, counted=counted):
        cells = {
            api: row.take_optional(column) if column in row else row.take_optional(api)
            for column, api in _COLUMNS.items()
        }
        row.done()
        for needed in ("field_name", "form_name", "field_type"):
            if not cells[needed]:
                raise InputError(
                    row.origin,
                    f"the field has no {needed}.",
                    "Check that this is the project's data dictionary, exported whole.",
                )
        yield cells, row


def _variables(path: Path, dataset: Dataset, study: _Study) -> Iterator[Record]:
    lists = Lists(Home(dataset=dataset.id))
    seen: dict[str, Row] = {}
    forms: dict[str, Row] = {}
    form, section = "", ""
    for number, (cells, row) in enumerate(_rows(path), start=1):
        name = cells["field_name"]
        if name in seen:
            raise InputError(row.origin, f"the field '{name}' already occurs in {seen[name].origin}.", "Rename one.")
        seen[name] = row
        if cells["form_name"] != form:
            form, section = cells["form_name"], ""
            forms.setdefault(form, row)
        section = plain_words(cells["section_header"], "html") or section
        if cells["field_type"] == "descriptive":
            yield Skipped(origin=row.origin, reason=f"'{name}' is a text in the form and has no data.")
            continue
        variable = _variable(cells, row, dataset.id, section, number, study.language)
        choices = _choices(cells, row, study.language)
        if cells["field_type"] == "checkbox":
            found = list(_boxes(variable, choices, lists, study.language))
        else:
            found = [_with_choices(variable, choices, lists, study)]
        yield from lists.new()
        yield from found
    for number, (form, row) in enumerate(forms.items(), start=len(seen) + 1):
        status = _status(form, row.origin, dataset.id, number, lists)
        yield from lists.new()
        yield status


def _status(form: str, origin: Origin, dataset: str, number: int, lists: Lists) -> Variable:
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
        code_list=lists.add("form-status", _FORM_STATUS, origin, (Text("Form status", "en"),)),
        section=(Text("Form Status", "en"),),
        order=number,
    )


def _variable(cells: dict[str, str], row: Row, dataset: str, section: str, number: int, language: str) -> Variable:
    label = plain_words(cells["field_label"], "html")
    titles = (Text(label or cells["field_name"], language if label else "zxx"),)
    annotation = cells["field_annotation"]
    action = _ACTION.search(annotation)
    is_calculated = cells["field_type"] == "calc"
    ontology = cells["select_choices_or_calculations"].removeprefix("BIOPORTAL:")
    is_coded = ontology != cells["select_choices_or_calculations"]
    notes = [Text(words, language) for words in (plain_words(cells["field_note"], "html"),) if words]
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
        datatype=_datatype(cells, row),
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


def _datatype(cells: dict[str, str], row: Row) -> str:
    kind = cells["field_type"]
    if kind not in _TYPES:
        raise InputError(
            row.origin, f"'{kind}' is not a REDCap field type.", f"REDCap has: {', '.join(_TYPES)}; correct the row."
        )
    validation = cells["text_validation_type_or_show_slider_number"]
    if kind != "text":
        return _TYPES[kind]
    return next((datatype for pattern, datatype in _VALIDATED if pattern.fullmatch(validation)), "string")


def _choices(cells: dict[str, str], row: Row, language: str) -> tuple[CodedValue, ...]:
    """`1, Yes | 2, No, never`: divided at bars, and each at its first comma."""
    kind = cells["field_type"]
    if kind in _YES_NO:
        return tuple(CodedValue(code=code, labels=(Text(words, "en"),)) for code, words in _YES_NO[kind])
    if kind not in ("radio", "dropdown", "checkbox"):
        return ()
    found: dict[str, CodedValue] = {}
    for choice in cells["select_choices_or_calculations"].split("|"):
        if not choice.strip():
            continue
        code, comma, label = choice.partition(",")
        code = code.strip()
        if not comma or not code:
            raise InputError(
                row.origin,
                f"the choice '{choice.strip()}' of '{cells['field_name']}' has no comma between code and label.",
                "Write it as `1, Yes`.",
            )
        if code in found:
            raise InputError(
                row.origin, f"'{cells['field_name']}' has the code '{code}' twice.", "Give the choices different codes."
            )
        words = plain_words(label, "html") or code
        found[code] = CodedValue(code=code, labels=(Text(words, language),))
    if not found:
        raise InputError(row.origin, f"'{cells['field_name']}' has no choices.", "Write them as `1, Yes | 0, No`.")
    return tuple(found.values())


def _with_choices(variable: Variable, choices: tuple[CodedValue, ...], lists: Lists, study: _Study) -> Variable:
    values, missing = parted(choices, study.missing)
    return replace(
        variable,
        code_list=lists.add(variable.name, values, variable.origin, variable.titles),
        missing_list=lists.add(f"{variable.name}-missing", missing, variable.origin, variable.titles, missing=True),
    )


def _boxes(variable: Variable, choices: tuple[CodedValue, ...], lists: Lists, language: str) -> Iterator[Variable]:
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
            name=f"{variable.name}___{_NOT_IN_COLUMN.sub('_', choice.code.lower())}",
            titles=words,
            descriptions=words,
            code_list=lists.add(f"{variable.name}-box", ticked, variable.origin, (Text("Check box", "en"),)),
        )
