"""Rows of a code list, gathered by code: a code may have a row for each synonym, language or parent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from begrepp.errors import Origin
from begrepp.sources.row_faults import RowScope
from loaders.declaration.mapped_rows import MappedRow, read_mapped_rows
from loaders.table.options import REFERENCE_FIELDS, TableOptions


@dataclass(frozen=True, slots=True)
class CodeTableRow:
    """A row of a code list, with the options of its file and its code."""

    notation: str
    row: MappedRow
    file: TableOptions

    @property
    def origin(self) -> Origin:
        """File and number of the row."""
        return self.row.origin


@dataclass(slots=True)
class CodeTable:
    """All rows of the files of a list. They are read twice: to count the rows of each code, and to gather them."""

    files: Sequence[TableOptions]
    counts: Counter[str] = field(default_factory=Counter)

    def count(self) -> None:
        """Count the rows of each code."""
        for row in self._read(counted=False):
            self.counts[row.notation] += 1

    def groups(self) -> Iterator[list[CodeTableRow]]:
        """Yield the rows of each code, in the order of their last row. A row without a code is a group of its own."""
        waiting: dict[str, list[CodeTableRow]] = {}
        for row in self._read(counted=True):
            count = self.counts[row.notation] if row.notation else 1
            if count == 1:
                yield [row]
                continue
            group = waiting.setdefault(row.notation, [])
            group.append(row)
            if len(group) == count:
                yield waiting.pop(row.notation)

    def _read(self, *, counted: bool) -> Iterator[CodeTableRow]:
        for file in self.files:
            (notation,) = file.plain["notation"][:1]
            coded = [mapping for name in REFERENCE_FIELDS for mapping in file.plain.get(name, ())]
            scope = RowScope(report=file.source.report)
            for row in read_mapped_rows(file.source, file.cells, counted=counted):
                code = None
                with scope:
                    for mapping in coded:
                        row.check_code(mapping)
                    code = format_notation(row.read_code(notation), file)
                if code is not None:
                    yield CodeTableRow(code, row, file)


def format_notation(cell: str, file: TableOptions) -> str:
    """Return a code in the form that the options give it."""
    for character in file.notation_strip:
        cell = cell.replace(character, "")
    return file.notation_template.replace("{notation}", cell) if cell else ""
