"""Reader of the template's files: checked rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from begrepp.errors import InputError, Origin
from begrepp.records import (
    Text,
    texts,
)
from begrepp.sources.row_faults import Fault, RowScope, add_fault
from begrepp.sources.rows import Row
from begrepp.sources.table_forms import declared_form
from begrepp.sources.tables import read_table
from begrepp.sources.text_lines import read_lines
from loaders.declaration.declared_dates import check_partial_date

LABEL_COLUMNS = ("label_sv", "label_en", "definition_sv", "definition_en")
REGISTER, CONCEPTUAL, REPRESENTED = "register.csv", "conceptual_variables.csv", "represented_variables.csv"
INSTANCES, CODES = "instance_variables.csv", "codes.csv"
COLUMNS: dict[str, tuple[str, ...]] = {
    REGISTER: (
        "id",
        "part_of",
        *LABEL_COLUMNS,
        "purpose_sv",
        "purpose_en",
        "website",
        "reference_from",
        "reference_to",
    ),
    CONCEPTUAL: ("id", *LABEL_COLUMNS, "unit_type", "concept"),
    REPRESENTED: (
        *("id", "conceptual_variable", *LABEL_COLUMNS),
        *("datatype", "unit", "code_list", "value_list", "minimum", "maximum", "pattern"),
    ),
    INSTANCES: (
        *("register", "name", "represented_variable", *LABEL_COLUMNS),
        *("missing_codes", "valid_from", "valid_to", "quality_sv", "source", "checked"),
    ),
    CODES: ("code_list", "code", *LABEL_COLUMNS, "concept", "valid_from", "valid_to"),
}
"""The columns of each file of the template."""
_REQUIRED = {
    REGISTER: ("id", "label_sv", "definition_sv"),
    CONCEPTUAL: ("id", "label_sv"),
    REPRESENTED: ("id", "conceptual_variable", "label_sv", "datatype"),
    INSTANCES: ("register", "name", "represented_variable"),
    CODES: ("code_list", "code", "label_sv"),
}
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]*")


def read_template_rows(files: Mapping[str, Path], name: str) -> Iterator[TemplateRow]:
    """Yield the rows of a file; the delimiter is the most frequent of comma, semicolon and tab in the header."""
    if name not in files:
        return
    head = next(iter(read_lines(files[name], declared_form(files[name]).encoding or "utf-8")), "")
    delimiter = max(",;\t", key=head.count)
    scope = RowScope()
    for row in read_table(files[name], required=_REQUIRED[name], delimiter=delimiter, short_rows=True):
        with scope:
            yield TemplateRow.read(row, name)


@dataclass(frozen=True, slots=True)
class TemplateRow:
    """A row of the template."""

    cells: dict[str, str]
    origin: Origin

    @classmethod
    def read(cls, row: Row, name: str) -> TemplateRow:
        """Read a row of the file `name`. Raises `InputError` for an empty required cell or an invalid id."""
        template_row = cls({column: row.take_optional(column) for column in COLUMNS[name]}, row.origin)
        row.done()
        for column in _REQUIRED[name]:
            if not template_row[column]:
                raise InputError(template_row.origin, f"the column '{column}' is empty.", "Fill it in.")
        for column in ("id", "code_list") if name != REPRESENTED else ("id",):
            if (value := template_row[column]) and not _ID.fullmatch(value):
                raise InputError(
                    template_row.origin,
                    f"'{value}' in '{column}' is not a valid id.",
                    "Use a-z, 0-9, and after them . _ ~ -.",
                )
        return template_row

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    def texts(self, column: str) -> tuple[Text, ...]:
        """Return the Swedish and English texts of a field."""
        return texts(self[f"{column}_sv"], self[f"{column}_en"])

    def date(self, column: str) -> str:
        """Return a year, month or day."""
        return check_partial_date(self[column], self.origin, column)

    def new_error(self, reason: str, step: str) -> InputError:
        """Return an error about the row."""
        return InputError(self.origin, reason, step)


def rows_by_id(
    rows: Iterable[TemplateRow], *columns: str, step: str = "Remove one of the two."
) -> dict[tuple[str, ...], TemplateRow]:
    """Return the rows by the values of the columns; of a repeated combination the first one.

    Each further one is a fault, a repeated row, with `step` as what to do.
    """
    found: dict[tuple[str, ...], TemplateRow] = {}
    for row in rows:
        key = tuple(row[column] for column in columns)
        if key in found:
            words = " ".join(filter(None, key))
            add_fault(Fault.REPEATED, row.new_error(f"'{words}' already occurs in {found[key].origin}.", step))
        else:
            found[key] = row
    return found
