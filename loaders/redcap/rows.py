"""Reader of REDCap data dictionaries: rows, datatypes and choices."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from begrepp.errors import InputError
from begrepp.records import (
    CodedValue,
    EditionFiles,
    Text,
)
from begrepp.sources.editions import data_files
from begrepp.sources.row_faults import RowScope, add_remark
from begrepp.sources.rows import DELIMITERS, Row
from begrepp.sources.text_lines import read_lines
from loaders.declaration.row_source import RowSource, read_row_source
from loaders.declaration.source_toml import join_names
from loaders.declaration.toml_table import TomlTable
from loaders.declaration.wildcards import matches_any
from loaders.support.html_text import from_html

_SUFFIXES = (".csv", ".tsv", ".tab", ".xlsx")
# Columns of the downloaded dictionary, and their names in the API.
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
FORM_STATUS = tuple(
    CodedValue(code=code, labels=(Text(words, "en"),))
    for code, words in (("0", "Incomplete"), ("1", "Unverified"), ("2", "Complete"))
)
_CODED_LINE = re.compile(r"\s*[\w.+-]+\s*,")
_CODED = ("radio", "dropdown", "checkbox")
_WHOLE = re.compile(r"integer|number|(date|time).*")
"""Validations that the datatype says whole: exports have dates in one form, whatever the form on the screen."""
_BOUNDS = {"text_validation_min": "Minimum", "text_validation_max": "Maximum"}
_COMPUTED = re.compile(r"today|now|\[.+\]", re.IGNORECASE)
_OTHER_COLUMNS = {
    "question_number": "Question number",
    "matrix_group_name": "Matrix group",
    "matrix_ranking": "Matrix ranking",
}
_YES_NO = {"yesno": (("1", "Yes"), ("0", "No")), "truefalse": (("1", "True"), ("0", "False"))}
ACTION = re.compile(r"@(CALCTEXT|CALCDATE)\((.*)\)", re.DOTALL)
NOT_IN_COLUMN = re.compile(r"[^a-z0-9_]")


def find_source(declaration: TomlTable, edition: EditionFiles) -> RowSource:
    """Return where the dictionary is, by `[[file]]` or as the only table. Its header tells the delimiter.

    Raises `InputError` if there is not one table.
    """
    sections = declaration.tables("file")
    if len(sections) > 1:
        declaration.add_problem("[[file]]", "occurs more than once.", "Add one data dictionary.")
    tables = [path.name for path in data_files(edition) if path.suffix.lower() in _SUFFIXES]
    section = sections[0] if sections else TomlTable({}, declaration.origin, "file", shown="[[file]]")
    if "name" not in section and len(tables) != 1:
        raise InputError(
            declaration.origin,
            f"there are {len(tables)} tables ({join_names(tables)}).",
            "Add one data dictionary, in CSV or .xlsx.",
        )
    source = read_row_source(section, edition, key="name", default=tables[0] if tables else "")
    is_declared = "delimiter" in section
    section.done()
    if is_declared or source.form not in ("csv", "tsv"):
        return source
    return replace(source, delimiter=_find_delimiter(source) or source.delimiter)


def _find_delimiter(source: RowSource) -> str:
    """Return the delimiter with which the header has most columns of REDCap; empty if it has none of them."""
    header = next(islice(read_lines(source.paths[0], source.encoding), source.skip, None), "")
    known = {*_COLUMNS, *_COLUMNS.values()}
    counts = {}
    for delimiter in DELIMITERS:
        cells = next(csv.reader([header.rstrip("\r\n")], delimiter=delimiter), [])
        counts[delimiter] = sum(cell.strip() in known for cell in cells)
    best = max(counts, key=lambda delimiter: counts[delimiter])
    return best if counts[best] else ""


def read_dictionary(source: RowSource, *, counted: bool = True) -> Iterator[tuple[dict[str, str], Row]]:
    """Yield the cells of each row by the API's column names, with the row."""
    scope = RowScope(report=source.report)
    for row in source.read(counted=counted):
        cells = {
            api: row.take_optional(column) if column in row else row.take_optional(api)
            for column, api in _COLUMNS.items()
        }
        row.ignore(*(column for column in row.remaining_columns() if matches_any(column, source.ignore)))
        row.done()
        with scope:
            _check_needed(cells, row)
            yield cells, row


def _check_needed(cells: dict[str, str], row: Row) -> None:
    for needed in ("field_name", "form_name", "field_type"):
        if not cells[needed]:
            raise InputError(
                row.origin,
                f"the field has no {needed}.",
                "Check that this is the project's data dictionary, exported whole.",
            )


def datatype_of(cells: dict[str, str], row: Row) -> str:
    """Return the CSVW datatype of a field. Raises `InputError` for an unknown field type."""
    kind = cells["field_type"]
    if kind not in _TYPES:
        raise InputError(
            row.origin, f"'{kind}' is not a REDCap field type.", f"REDCap has: {', '.join(_TYPES)}; correct the row."
        )
    validation = cells["text_validation_type_or_show_slider_number"]
    if kind != "text":
        return _TYPES[kind]
    return next((datatype for pattern, datatype in _VALIDATED if pattern.fullmatch(validation)), "string")


def bound_of(cells: dict[str, str], column: str) -> str:
    """Return the least or greatest value of a field; the decimals of `number_…_comma_decimal` are after a comma.

    A bound that REDCap computes for each record, such as `today` or `[birth_date]`, is none (see `other_notes`).
    """
    if _COMPUTED.fullmatch(cells[column]):
        return ""
    validation = cells["text_validation_type_or_show_slider_number"]
    has_comma = validation.startswith("number") and validation.endswith("comma_decimal")
    return cells[column].replace(",", ".") if has_comma else cells[column]


def other_notes(cells: dict[str, str], language: str) -> list[Text]:
    """Return what a row states in columns without a field in the record: `Validation: email`, labels of a slider.

    The alignment of a field on the screen is left out.
    """
    kind, validation = cells["field_type"], cells["text_validation_type_or_show_slider_number"]
    choices = cells["select_choices_or_calculations"]
    notes = []
    if kind not in (*_CODED, *_YES_NO, "calc") and choices and not choices.startswith("BIOPORTAL:"):
        notes.append(Text(from_html(choices), language) if kind == "slider" else Text(choices, "zxx"))
    if kind != "slider" and validation and not (kind == "text" and _WHOLE.fullmatch(validation)):
        notes.append(Text(f"Validation: {validation}", "en"))
    for column, words in _BOUNDS.items():
        if _COMPUTED.fullmatch(cells[column]):
            notes.append(Text(f"{words}: {cells[column]}", "en"))
    for column, words in _OTHER_COLUMNS.items():
        if cells[column]:
            notes.append(Text(f"{words}: {cells[column]}", "en"))
    return notes


def read_choices(cells: dict[str, str], row: Row, language: str) -> tuple[CodedValue, ...]:
    """Parse choices such as `1, Yes | 2, No, never`: separated by bars, code and label by the first comma.

    If no choice has a comma, each is its own code, as in REDCap. Without a bar, each choice may have a line, as in the
    Online Designer.
    """
    kind = cells["field_type"]
    if kind in _YES_NO:
        return tuple(CodedValue(code=code, labels=(Text(text, "en"),)) for code, text in _YES_NO[kind])
    if kind not in _CODED:
        return ()
    found: dict[str, CodedValue] = {}
    choices = _split_choices(cells, row)
    are_coded = any("," in choice for choice in choices)
    for choice in choices:
        code, comma, label = choice.partition(",")
        code = code.strip()
        if not code or (are_coded and not comma):
            raise InputError(
                row.origin,
                f"the choice '{choice.strip()}' of '{cells['field_name']}' has no comma between code and label.",
                "Write it as `1, Yes`.",
            )
        if code in found:
            raise InputError(
                row.origin, f"'{cells['field_name']}' has the code '{code}' twice.", "Give the choices different codes."
            )
        text = from_html(label, paragraphs=True) or code
        found[code] = CodedValue(code=code, labels=(Text(text, language),))
    if not found:
        raise InputError(row.origin, f"'{cells['field_name']}' has no choices.", "Write them as `1, Yes | 0, No`.")
    return tuple(found.values())


def _split_choices(cells: dict[str, str], row: Row) -> list[str]:
    text = cells["select_choices_or_calculations"]
    lines = [line for line in text.splitlines() if line.strip()]
    if "|" not in text and len(lines) > 1 and all(map(_CODED_LINE.match, lines)):
        add_remark(row.origin, "the choices are on lines, not separated by bars; each line is read as a choice.")
        return lines
    return [choice for choice in text.split("|") if choice.strip()]
