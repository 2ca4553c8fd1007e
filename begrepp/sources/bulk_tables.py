"""Publishers' tables of millions of rows, read and joined by DuckDB: many rows cost little more than one.

What does not fit into memory lies in a temporary folder, so that memory does not grow with the rows.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
from duckdb import DuckDBPyConnection

from begrepp.errors import InputError, Origin
from begrepp.sources.meter import Meter, current_meter
from begrepp.sources.privacy import SERIAL_PATTERN, find_identity_number
from begrepp.sources.tables import MAX_LINE, read_exact

STAGED_TABLE = "staged"
"""The table that `stage` fills: the columns of the file, as text, and `line`, the number of each row."""
_MEMORY_LIMIT = "600MB"
_FETCH_ROWS = 10_000
_BLOCK_BYTES = 1 << 24
# No cell is this, so that an empty cell stays an empty text.
_NULL_STRING = "\x01"

Values = tuple[Any, ...]


@contextmanager
def temporary_database() -> Iterator[DuckDBPyConnection]:
    """An empty database that is gone when it is left."""
    with TemporaryDirectory(prefix="begrepp-") as folder:
        joined = duckdb.connect(config={"threads": 1, "memory_limit": _MEMORY_LIMIT, "temp_directory": folder})
        try:
            yield joined
        finally:
            joined.close()


def stage_table(
    joined: DuckDBPyConnection, path: Path, columns: Sequence[str], *, texts: Iterable[str] = (), counted: bool = True
) -> None:
    """Read the rows that `read_exact` reads into the table `STAGED_TABLE`, at a thirtieth of its cost.

    What is wrong with the file is told by `read_exact`, which names the row. The columns `texts` hold words, which are
    looked through for identity numbers.
    """
    counter = current_meter() if counted else Meter()
    counter.stage = "reading"
    plain, lines = _scan_file(path, columns, counter)
    if not plain:
        _raise_row_error(path, columns, texts)
    named = ", ".join(f"'{column}': 'VARCHAR'" for column in columns)
    try:
        joined.execute(
            f"CREATE OR REPLACE TABLE {STAGED_TABLE} AS SELECT row_number() OVER () + 1 AS line, * FROM read_csv(?,"
            f" auto_detect=false, header=false, skip=1, delim='\t', quote='', escape='', nullstr='{_NULL_STRING}',"
            f" max_line_size={MAX_LINE}, columns={{{named}}})",
            [str(path)],
        )
    except duckdb.Error as error:
        _raise_row_error(path, columns, texts)
        raise InputError(path, f"it cannot be read: {str(error).splitlines()[0]}.", "Fetch the file again.") from None
    ((count,),) = fetch_rows(joined, f"SELECT count(*) FROM {STAGED_TABLE}")
    if count != lines:
        _refuse_empty_lines(path)
    for column in texts:
        found = fetch_rows(
            joined, f"SELECT {column} FROM {STAGED_TABLE} WHERE regexp_matches({column}, ?)", SERIAL_PATTERN.pattern
        )
        if any(find_identity_number(words) for (words,) in found):
            _raise_row_error(path, columns, texts)


def fetch_rows(joined: DuckDBPyConnection, query: str, *values: object) -> Iterator[Values]:
    """The rows of an answer, some thousand at a time; other questions may be asked meanwhile."""
    cursor = joined.cursor()
    cursor.execute(query, values)
    while found := cursor.fetchmany(_FETCH_ROWS):
        yield from found


def first_line(joined: DuckDBPyConnection, condition: str, *values: object) -> int | None:
    """The number of the first row in `STAGED_TABLE` of which the condition is true."""
    ((line,),) = fetch_rows(joined, f"SELECT min(line) FROM {STAGED_TABLE} WHERE {condition}", *values)
    return int(line) if line else None


def _scan_file(path: Path, columns: Sequence[str], counter: Meter) -> tuple[bool, int]:
    """Whether the file begins with the columns and holds no zero byte; how many lines come after them."""
    begun, lines, last = counter.rows, 0, b"\n"
    with path.open("rb") as file:
        header = file.readline(MAX_LINE).removeprefix(codecs.BOM_UTF8).rstrip(b"\r\n")
        plain = header.split(b"\t") == [column.encode() for column in columns]
        while block := file.read(_BLOCK_BYTES):
            plain = plain and b"\0" not in block
            lines += block.count(b"\n")
            last = block[-1:]
            counter.rows = begun + lines
            counter.bytes += len(block)
    return plain, lines + (last != b"\n")


def _refuse_empty_lines(path: Path) -> None:
    """Raise if an empty line is followed by others: the numbers of the rows would be wrong."""
    empty = 0
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if empty and line.strip():
                raise InputError(
                    Origin(path.name, empty), "the line is empty.", "Take it out, or fetch the file again."
                )
            if not line.strip():
                empty = empty or number


def _raise_row_error(path: Path, columns: Sequence[str], texts: Iterable[str]) -> None:
    """Raise what is wrong with the file, with its row."""
    for _ in read_exact(path, columns, texts=texts, counted=False):
        pass
