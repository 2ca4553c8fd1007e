"""Files of an edition of which no row became a record: such a load is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from begrepp.errors import InputError, Origin
from begrepp.records import LoadRemark, Record, Skipped


@dataclass(slots=True)
class UnreadFiles:
    """The rows of each file that were skipped, and the files that records come from: a number for each skipped row."""

    _skipped: dict[str, set[int]] = field(default_factory=dict)
    _first: dict[str, Skipped] = field(default_factory=dict)
    _used: set[str] = field(default_factory=set)

    def add(self, record: Record) -> None:
        """Add a record or a skipped row of the load."""
        origin: Origin | None = getattr(record, "origin", None)
        if origin is None or isinstance(record, LoadRemark):
            return
        if not isinstance(record, Skipped):
            self._used.add(origin.file)
        elif origin.row and origin.file not in self._used:
            self._skipped.setdefault(origin.file, set()).add(origin.row)
            self._first.setdefault(origin.file, record)

    def refuse(self, rows_by_file: Mapping[str, int]) -> None:
        """Raise `InputError` for a file whose rows were all skipped; `rows_by_file` has the number of rows read."""
        for file, rows in self._skipped.items():
            if file not in self._used and len(rows) >= rows_by_file.get(file, len(rows) + 1):
                first = self._first[file]
                raise InputError(
                    Origin(file),
                    f"none of its rows could be used ({len(rows):,}). The first of them, row {first.origin.row}: "
                    f"{first.reason}",
                    "Correct the rows, or leave the file out.",
                )
