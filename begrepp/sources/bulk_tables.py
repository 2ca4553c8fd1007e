"""DuckDB reader for tables of millions of rows.

DuckDB spills to a temporary folder, so memory does not grow with the number of rows.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
from duckdb import DuckDBPyConnection

from begrepp.errors import InputError, Origin
from begrepp.files import temporary_folder
from begrepp.sources.meter import Meter, current_meter
from begrepp.sources.row_faults import add_remark
from begrepp.sources.tables import read_exact
from begrepp.sources.text_lines import MAX_LINE, OPEN_END

STAGED_TABLE = "staged"
"""The table that `stage_table` fills: the columns of the file as text, and `line`, the row number."""
_MEMORY_LIMIT = "600MB"
_FETCH_ROWS = 10_000
_BLOCK_BYTES = 1 << 24
# A string that no cell contains, so that DuckDB reads empty cells as empty strings, not NULL.
_NULL_STRING = "\x01"

Values = tuple[Any, ...]


@contextmanager
def temporary_database() -> Iterator[DuckDBPyConnection]:
    """Yield a connection to an empty database that is deleted on exit."""
    with temporary_folder() as folder:
        connection = duckdb.connect(config={"threads": 1, "memory_limit": _MEMORY_LIMIT, "temp_directory": str(folder)})
        try:
            yield connection
        finally:
            connection.close()


def stage_table(
    connection: DuckDBPyConnection,
    path: Path,
    columns: Sequence[str],
    *,
    counted: bool = True,
) -> None:
    """Read a file into `STAGED_TABLE`: the rows of `read_exact`, in a thirtieth of its time.

    A faulty file is read again with `read_exact`, which raises `InputError` with the row.
    """
    counter = current_meter() if counted else Meter()
    counter.stage = "reading"
    is_valid, lines = _scan_file(path, columns, counter)
    if not is_valid:
        _raise_row_error(path, columns)
    column_types = ", ".join(f"'{column}': 'VARCHAR'" for column in columns)
    try:
        connection.execute(
            f"CREATE OR REPLACE TABLE {STAGED_TABLE} AS SELECT row_number() OVER () + 1 AS line, * FROM read_csv(?,"
            f" auto_detect=false, header=false, skip=1, delim='\t', quote='', escape='', nullstr='{_NULL_STRING}',"
            f" max_line_size={MAX_LINE}, columns={{{column_types}}})",
            [str(path)],
        )
    except duckdb.Error as error:
        _raise_row_error(path, columns)
        raise InputError(
            path, f"the file cannot be read: {str(error).splitlines()[0]}.", "Download the file again."
        ) from None
    ((count,),) = fetch_rows(connection, f"SELECT count(*) FROM {STAGED_TABLE}")
    if count != lines:
        _refuse_empty_lines(path)


def fetch_rows(connection: DuckDBPyConnection, query: str, *values: object) -> Iterator[Values]:
    """Yield the rows of a query result, fetched in batches; other queries may run in between."""
    cursor = connection.cursor()
    cursor.execute(query, values)
    while batch := cursor.fetchmany(_FETCH_ROWS):
        yield from batch


def first_line(connection: DuckDBPyConnection, condition: str, *values: object) -> int | None:
    """Return the number of the first row in `STAGED_TABLE` that satisfies an SQL condition, or None."""
    ((line,),) = fetch_rows(connection, f"SELECT min(line) FROM {STAGED_TABLE} WHERE {condition}", *values)
    return int(line) if line else None


def _scan_file(path: Path, columns: Sequence[str], counter: Meter) -> tuple[bool, int]:
    """Return whether the file has the expected header and no NUL byte, and the number of lines after the header."""
    rows_before, lines, last = counter.rows, 0, b"\n"
    with path.open("rb") as file:
        header = file.readline(MAX_LINE).removeprefix(codecs.BOM_UTF8).rstrip(b"\r\n")
        is_valid = header.split(b"\t") == [column.encode() for column in columns]
        while block := file.read(_BLOCK_BYTES):
            is_valid = is_valid and b"\0" not in block
            lines += block.count(b"\n")
            last = block[-1:]
            counter.rows = rows_before + lines
            counter.bytes += len(block)
    if last != b"\n":
        add_remark(Origin(path.name, lines + 2), OPEN_END)
        lines += 1
    return is_valid, lines


def _refuse_empty_lines(path: Path) -> None:
    """Raise `InputError` if an empty line precedes other lines: DuckDB skips it, and row numbers would be wrong."""
    empty = 0
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if empty and line.strip():
                raise InputError(
                    Origin(path.name, empty), "the line is empty.", "Remove it, or download the file again."
                )
            if not line.strip():
                empty = empty or number


def _raise_row_error(path: Path, columns: Sequence[str]) -> None:
    """Read the file row by row, which raises `InputError` with the row."""
    for _ in read_exact(path, columns, counted=False):
        pass
