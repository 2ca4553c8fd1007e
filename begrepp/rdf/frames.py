"""Sorted files of N-Triples, some millions of lines at a time and as columns: many lines cost little more than one."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from begrepp.rdf.ntriples import name

_BLOCK = 32 << 20


def blocks(path: Path) -> Iterator[bytes]:
    """The file, some millions of bytes of whole lines at a time."""
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            yield block + file.readline()


def subject_blocks(path: Path) -> Iterator[bytes]:
    """The same, where all lines of a subject are in one block."""
    left = b""
    for block in blocks(path):
        found = left + block
        last = found[found.rfind(b"\n", 0, -1) + 1 :]
        head = last[: last.index(b" ") + 1]
        begins = 0 if found.startswith(head) else found.find(b"\n" + head) + 1
        left = found[begins:]
        if begins:
            yield found[:begins]
    if left:
        yield left


def lines(block: bytes) -> pl.Series:
    """The lines; read as a table of one column, whose separator no canonical line contains."""
    return pl.read_csv(
        io.BytesIO(block), separator="\x01", quote_char=None, has_header=False, schema={"line": pl.String}
    )["line"]


def terms(block: bytes) -> pl.DataFrame:
    """The subject, the predicate and the rest of each line."""
    return lines(block).str.splitn(" ", 3).struct.rename_fields(["subject", "predicate", "rest"]).struct.unnest()


def about(said: pl.DataFrame, *properties: str) -> pl.DataFrame:
    """The subject and the rest of the lines with one of the properties."""
    return said.filter(pl.col("predicate").is_in([name(each) for each in properties])).select("subject", "rest")


def nothing(*columns: str) -> pl.DataFrame:
    """A table without rows."""
    return pl.DataFrame(schema=dict.fromkeys(columns, pl.String))
