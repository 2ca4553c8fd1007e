"""Reader of REDCap data dictionaries: rows, datatypes and choices."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from begrepp.errors import InputError
from begrepp.records import (
    CodedValue,
    Text,
)
from begrepp.sources.rows import Row
from begrepp.sources.tables import read_table
from loaders.support.html_text import from_html

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
_YES_NO = {"yesno": (("1", "Yes"), ("0", "No")), "truefalse": (("1", "True"), ("0", "False"))}
ACTION = re.compile(r"@(CALCTEXT|CALCDATE)\((.*)\)", re.DOTALL)
NOT_IN_COLUMN = re.compile(r"[^a-z0-9_]")


def read_dictionary(path: Path, *, counted: bool = True) -> Iterator[tuple[dict[str, str], Row]]:
    """Yield the cells of each row by the API's column names, with the row."""
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


def read_choices(cells: dict[str, str], row: Row, language: str) -> tuple[CodedValue, ...]:
    """Parse choices such as `1, Yes | 2, No, never`: separated by bars, code and label by the first comma."""
    kind = cells["field_type"]
    if kind in _YES_NO:
        return tuple(CodedValue(code=code, labels=(Text(text, "en"),)) for code, text in _YES_NO[kind])
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
        text = from_html(label, paragraphs=True) or code
        found[code] = CodedValue(code=code, labels=(Text(text, language),))
    if not found:
        raise InputError(row.origin, f"'{cells['field_name']}' has no choices.", "Write them as `1, Yes | 0, No`.")
    return tuple(found.values())
