"""Reader of sorted N-Triples files in large blocks, as polars columns.

A vectorised operation on a block of lines costs little more than the same operation on one line.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path

from begrepp import lazy_polars as pl
from begrepp.rdf.ntriples import name
from begrepp.rdf.sorted_files import parse_literal

_BLOCK_BYTES = 8 << 20


def read_blocks(path: Path) -> Iterator[bytes]:
    """Yield the file in blocks of about 8 MB that end at a line end."""
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            yield block + file.readline()


def read_subject_blocks(path: Path) -> Iterator[bytes]:
    """Yield the file in blocks such that all lines of a subject are in one block."""
    remainder = b""
    for block in read_blocks(path):
        data = remainder + block
        start = data.rfind(b"\n", 0, -1) + 1
        subject = data[start : data.index(b" ", start) + 1]
        # Backwards, since most subjects have few lines.
        while start and data.startswith(subject, before := data.rfind(b"\n", 0, start - 1) + 1):
            start = before
        remainder = data[start:]
        if start:
            yield data[:start]
    if remainder:
        yield remainder


def parse_lines(block: bytes) -> pl.Series:
    """Split a block into lines.

    The CSV reader is used with a separator that no canonical N-Triples line contains, so it yields one column.
    """
    return pl.read_csv(
        io.BytesIO(block), separator="\x01", quote_char=None, has_header=False, schema={"line": pl.String}
    )["line"]


def parse_triples(block: bytes) -> pl.DataFrame:
    """Split each line into the columns subject, predicate and rest (object, space and full stop)."""
    return parse_lines(block).str.splitn(" ", 3).struct.rename_fields(["subject", "predicate", "rest"]).struct.unnest()


def select_properties(triples: pl.DataFrame, *properties: str) -> pl.DataFrame:
    """Select the columns subject and rest of the lines whose predicate is one of the prefixed names."""
    return select_with_predicate(triples, *properties).select("subject", "rest")


def select_with_predicate(triples: pl.DataFrame, *properties: str) -> pl.DataFrame:
    """Select the lines whose predicate is one of the prefixed names."""
    return triples.filter(pl.col("predicate").is_in([*map(name, properties)]))


class TripleBlock:
    """Triples of a block of a file, with all lines of a subject; what several readers select is held once.

    `lines` has the columns `subject`, `predicate`, `rest` (object and full stop), and `number` of the subject.
    """

    def __init__(self, lines: pl.DataFrame) -> None:
        self.lines = lines
        self._selected: dict[tuple[str, str], pl.DataFrame] = {}

    def select(self, prefixed: str) -> pl.DataFrame:
        """Return the columns subject and rest of the lines with a property."""
        return self._once("lines", prefixed, lambda: _copy_texts(select_properties(self.lines, prefixed)))

    def links(self, prefixed: str) -> pl.DataFrame:
        """Return the subjects and objects (terms) of a property, as the columns subject and object."""
        object_ = pl.col("rest").str.strip_suffix(" .")
        return self._once("links", prefixed, lambda: self.select(prefixed).select("subject", object=object_))

    def subjects(self, prefixed: str, value: str) -> pl.DataFrame:
        """Return the subjects that have a value (a prefixed name) of a property, as the column subject."""
        has_value = pl.col("rest") == f"{name(value)} ."
        return self._once(value, prefixed, lambda: self.select(prefixed).filter(has_value).select("subject"))

    def _once(self, what: str, prefixed: str, select: Callable[[], pl.DataFrame]) -> pl.DataFrame:
        if (what, prefixed) not in self._selected:
            self._selected[what, prefixed] = select()
        return self._selected[what, prefixed]


def _copy_texts(texts: pl.DataFrame) -> pl.DataFrame:
    """Return string columns with their own texts: those of a filtered one are in the memory of the whole block."""
    return texts.select(pl.concat_str(pl.col(column), pl.lit("")).alias(column) for column in texts.columns)


def empty_frame(*columns: str) -> pl.DataFrame:
    """Return a table of string columns without rows."""
    return pl.DataFrame(schema=dict.fromkeys(columns, pl.String))


def unescape_texts(texts: pl.Series) -> pl.Series:
    """Return N-Triples string contents unescaped; only those with a backslash are parsed."""
    escaped = texts.str.contains("\\", literal=True)
    unescaped = {text: parse_literal(f'"{text}"').value for text in texts.filter(escaped)}
    return texts.replace(unescaped) if unescaped else texts
