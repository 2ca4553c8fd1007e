"""Ledgers: CSV files that fix across builds what was published; each has fixed columns and is replaced as a whole."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from begrepp.errors import InputError, Origin


def read_rows(path: Path, columns: Sequence[str]) -> Iterator[list[str]]:
    """Yield the rows below the header; none if there is no file. Raises `InputError` if it is malformed."""
    if not path.exists():
        return
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        if next(rows, []) != [*columns]:
            raise InputError(path, f"the first row is not {','.join(columns)}.", "Restore the file from a backup.")
        for number, row in enumerate(rows, start=2):
            if len(row) != len(columns):
                reason = f"the row does not have {len(columns)} cells."
                raise InputError(Origin(path.name, number), reason, "Restore the file from a backup.")
            yield row


def write_rows(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Replace the file by the header and the rows."""
    temporary = path.with_suffix(".new")
    with temporary.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([columns, *rows])
    temporary.replace(path)
