"""Check of tables, delimited text or sheets, for rows about persons."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import chain, islice

from begrepp.errors import Origin
from begrepp.sources.identity_numbers import BareNumbers, is_identity_number
from begrepp.sources.privacy import is_person_column, refuse_person_rows

MAX_ROWS = 200_000
"""Number of rows of each table in which columns are compared; all rows are searched for numbers in running text."""
_HEADER_ROWS = 20
"""Number of rows among which the header of a table is searched: the one with most cells."""
_TABLE_SUFFIXES = (".csv", ".tsv", ".tab", ".txt")
_DELIMITERS = "\t;,|"
_BIRTH_DATE = re.compile(r"(?:1[89]|20)?\d\d-?[01]\d-?[0-36-9]\d")
_DIGIT = re.compile(r"\d")
_LAST_FOUR = re.compile(r"[-+]?(?!19|20)\d{4}")
_RF2_HEADER = ("id", "effectiveTime", "active", "moduleId")
"""First columns of all files of Snomed CT; `id` and the columns that end with `Id` hold identifiers by definition."""


class PersonTable:
    """The rows of one table, compared with its header and column by column."""

    def __init__(self) -> None:
        self._header: Sequence[str] = ()
        self._has_person_column = False
        self.rows = 0
        self._identifiers: frozenset[int] = frozenset()
        self._columns: defaultdict[int, BareNumbers] = defaultdict(BareNumbers)
        self._pairs: defaultdict[int, BareNumbers] = defaultdict(BareNumbers)

    def check_row(self, cells: Sequence[str], origin: Origin) -> None:
        """Raise `PersonalDataError` if the row is about a person; count its bare numbers."""
        self.rows += 1
        for position, cell in enumerate(cells):
            if len(cell) >= 10 and position not in self._identifiers:
                # No form of a number is without a digit, and only in other scripts are there other digits.
                if not cell.isascii() or _DIGIT.search(cell):
                    self._columns[position].search(cell.replace("\n", " "), origin)
            elif position and 4 <= len(cell) <= 5 and _LAST_FOUR.fullmatch(cell):
                self._check_pair(cells[position - 1], cell, position, origin)
        if self.rows <= _HEADER_ROWS and sum(map(bool, cells)) > max(1, sum(map(bool, self._header))):
            self._header = cells
            if tuple(cells[:4]) == _RF2_HEADER:
                self._identifiers = frozenset(i for i, name in enumerate(cells) if name == "id" or name.endswith("Id"))
            self._has_person_column = any(map(is_person_column, cells))
        elif self._has_person_column:
            refuse_person_rows(dict(zip(self._header, cells, strict=False)), origin)

    def finish(self) -> None:
        """Raise `PersonalDataError` if a column, or two neighbouring ones, consist of identity numbers."""
        for numbers in (*self._columns.values(), *self._pairs.values()):
            numbers.refuse()

    def _check_pair(self, date: str, last_four: str, position: int, origin: Origin) -> None:
        """Compare a date of birth and the last four digits in neighbouring columns."""
        if _BIRTH_DATE.fullmatch(date):
            digits = date.replace("-", "") + last_four.lstrip("-+")
            self._pairs[position].count(digits, is_identity_number(digits), origin)


def is_delimited(name: str, text: str) -> bool:
    """Return whether a text is a table, by its name or by a delimiter that its first lines have in common."""
    if name.lower().endswith(_TABLE_SUFFIXES):
        return True
    lines = [line for line in islice(text.splitlines(), 5) if line.strip()]
    return len(lines) > 1 and any(
        lines[0].count(delimiter) > 1 and len({line.count(delimiter) for line in lines}) == 1
        for delimiter in _DELIMITERS
    )


def check_delimited(name: str, lines: Iterable[str]) -> None:
    """Raise `PersonalDataError` for a delimited text with rows about persons, or columns of identity numbers."""
    table = PersonTable()
    lines = iter(lines)
    first = list(islice(lines, _HEADER_ROWS))
    delimiter = max(_DELIMITERS, key=lambda each: sum(line.count(each) for line in first))
    reader = csv.reader((line.replace("\r", "\n") for line in chain(first, lines)), delimiter=delimiter)
    while table.rows < MAX_ROWS:
        try:
            cells = next(reader)
        except StopIteration:
            break
        except csv.Error:
            continue
        table.check_row([cell.strip(' "') for cell in cells], Origin(name, reader.line_num))
    table.finish()
