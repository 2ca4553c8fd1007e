"""Publishers' tables of millions of rows, read column by column: many rows cost little more than one."""

from __future__ import annotations

import codecs
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import compress
from pathlib import Path

from begrepp.privacy import find_identity_number
from begrepp.rows import MAX_LINE, Meter, meter, read_exact

_BATCH_BYTES = 1 << 21


@dataclass(frozen=True, slots=True)
class Batch:
    """Some thousand rows of a table, column by column, and the numbers of the rows."""

    numbers: Sequence[int]
    columns: Sequence[Sequence[str]]

    def row(self, place: int) -> Batch:
        """One of the rows alone."""
        return Batch(self.numbers[place : place + 1], [column[place : place + 1] for column in self.columns])

    def where(self, wanted: Sequence[bool]) -> Batch:
        """Only the rows that are wanted."""
        if all(wanted):
            return self
        return Batch([*compress(self.numbers, wanted)], [[*compress(column, wanted)] for column in self.columns])


def read_columns(
    path: Path, columns: Sequence[str], *, texts: Iterable[str] = (), counted: bool = True
) -> Iterator[Batch]:
    """The rows that `read_exact` reads, some thousand at a time and column by column: a third of its cost.

    What is wrong somewhere in a batch is told by `read_exact`, which names the row.
    """
    where = [columns.index(column) for column in texts]
    counter = meter() if counted else Meter()
    counter.stage = "reading"
    start, number = counter.bytes, 1
    with path.open("rb") as raw:
        header = raw.readline(MAX_LINE)
        if header.removeprefix(codecs.BOM_UTF8).rstrip(b"\r\n").split(b"\t") != [name.encode() for name in columns]:
            _told_row_by_row(path, columns, texts)
        while data := raw.read(_BATCH_BYTES):
            data += raw.readline(MAX_LINE)
            rows = _split(data, len(columns))
            if rows is None:
                _told_row_by_row(path, columns, texts)
                rows = [line.split("\t") for line in _normal(data.decode()).split("\n")]
            found = [*zip(*(row for row in rows if len(row) == len(columns)), strict=True)]
            numbers: Sequence[int] = range(number + 1, number + len(rows) + 1)
            if found and len(found[0]) < len(rows):
                numbers = [n for n, row in zip(numbers, rows, strict=True) if len(row) == len(columns)]
            number += len(rows)
            counter.rows += len(numbers)
            counter.bytes = start + raw.tell()
            if any(find_identity_number("\n".join(found[place])) for place in where if found):
                _told_row_by_row(path, columns, texts)
            if found:
                yield Batch(numbers, found)


def _split(data: bytes, width: int) -> list[list[str]] | None:
    """The cells of whole lines; None where anything about them is not as it should be."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    lines = _normal(text).removesuffix("\n").split("\n")
    rows = [line.split("\t") for line in lines]
    fits = set(map(len, rows)) == {width} and "\0" not in text and max(map(len, lines)) < MAX_LINE
    return rows if fits else None


def _normal(text: str) -> str:
    if not text.isascii() and not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    return text.replace("\r\n", "\n").removesuffix("\r")


def _told_row_by_row(path: Path, columns: Sequence[str], texts: Iterable[str]) -> None:
    """Raise what is wrong with the file, with its row. Empty lines are not wrong."""
    for _ in read_exact(path, columns, texts=texts, counted=False):
        pass
