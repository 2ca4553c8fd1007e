"""Publishers' tables, row by row: CSV, TSV, fixed header or none.

Every cell is taken by name or ignored by name; what is left over stops the load, so that what a
publisher adds tomorrow speaks up by itself. Cells are strings, stripped and NFC-normalised. Nothing
is read whole into memory, and no line may be longer than `MAX_LINE` characters.
"""

from __future__ import annotations

import codecs
import csv
import io
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path

from begrepp.errors import InputError, Origin
from begrepp.sources.meter import Meter, current_meter
from begrepp.sources.privacy import refuse_identity_numbers, refuse_person_rows
from begrepp.sources.rows import Row, cells_by_column, check_header

MAX_LINE = 1_000_000
_CHUNK = 1 << 16
csv.field_size_limit(MAX_LINE)


def read_table(
    path: Path,
    *,
    columns: Sequence[str] | None = None,
    required: Iterable[str] = (),
    delimiter: str = ",",
    quoted: bool = True,
    encoding: str = "utf-8",
    short_rows: bool = False,
    comment: str = "",
    counted: bool = True,
    identifiers: Iterable[str] = (),
    skip: int = 0,
    misaligned: Callable[[Origin, str], None] | None = None,
) -> Iterator[Row]:
    """Rows of a delimited text file.

    `columns` names the columns of a file without a header; otherwise the first line is the header and
    must hold all of `required`. `quoted=False` takes quotation marks as ordinary characters. A row with
    more or fewer cells than columns is an error: a truncated file, an unquoted delimiter or the wrong
    delimiter must not shift cells into other columns. `short_rows=True` fills up short rows, and drops
    empty cells beyond the last column. Lines at the top that begin with `comment` are passed over
    (`read_comments` has them), and so are the first `skip` lines.
    `counted=False` is for a first look at a file that will be read again. The columns `identifiers` hold
    nothing but identifiers of the publisher's own, which may by chance look like the number of a person:
    those cells are not searched for one. All others are. `misaligned` is told of a row of another length, which
    is then passed over, where a list is too useful to be refused for it.
    """
    own = frozenset(identifiers)
    counter = current_meter() if counted else Meter()
    lines, passed = _skip_comments(islice(_decoded_lines(path, encoding, counter), skip, None), comment)
    passed += skip
    reader = csv.reader(
        lines,
        delimiter=delimiter,
        quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE,
        strict=quoted,
    )
    counter.stage = "reading"
    header = list(columns) if columns is not None else None
    empty = True
    try:
        for cells in reader:
            empty = False
            origin = Origin(path.name, passed + reader.line_num)
            if header is None:
                header = [cell.strip() for cell in cells]
                check_header(header, required, delimiter, path)
                continue
            if not any(cells):
                continue
            counter.rows += 1
            try:
                found = cells_by_column(header, cells, origin, short_rows)
            except InputError as error:
                if misaligned is None:
                    raise
                misaligned(origin, error.reason)
                continue
            searched = (cell for column, cell in found.items() if column not in own) if own else cells
            refuse_identity_numbers("\t".join(searched), origin)
            refuse_person_rows(found, origin)
            yield Row(found, origin)
    except csv.Error as error:
        raise InputError(
            Origin(path.name, passed + reader.line_num),
            f"the file is not well-formed delimited text ({error}); it may be cut off in the middle of a quoted cell.",
            "Fetch the file again from its publisher and compare its size.",
        ) from None
    if empty:
        raise InputError(path, "the file is empty.", "Fetch the file again from its publisher.")


def read_exact(
    path: Path, columns: Sequence[str], *, texts: Iterable[str] = (), counted: bool = True
) -> Iterator[tuple[int, list[str]]]:
    """Rows of an unquoted tab-separated file of exactly these columns, with their numbers: for millions of rows.

    A column that is missing, added or moved is an error, and so is a row of another length; that is what
    `Row` would find, at a tenth of its cost. Cells are not stripped. Only the columns `texts` can hold
    words, and are searched for identity numbers; the others hold identifiers, dates and flags.
    """
    counter = current_meter() if counted else Meter()
    counter.stage = "reading"
    where = [columns.index(column) for column in texts]
    width = len(columns)
    lines = enumerate(_decoded_lines(path, "utf-8", counter), start=1)
    number, line = next(lines, (0, ""))
    if not number:
        raise InputError(path, "the file is empty.", "Fetch the file again from its publisher.")
    header = line.rstrip("\r\n").split("\t")
    if header != list(columns):
        check_header(header, columns, "\t", path)
        added = [name for name in header if name not in columns]
        raise InputError(
            Origin(path.name, 1),
            f"the loader does not know the column(s) {', '.join(map(repr, added))}."
            if added
            else "the columns stand in another order than the format's.",
            "Check that you added the right file; if the publisher changed it, change the loader.",
        )
    for number, line in lines:
        cells = line.rstrip("\r\n").split("\t")
        if len(cells) != width:
            if cells == [""]:
                continue
            cells_by_column(header, cells, Origin(path.name, number), short_rows=False)
        counter.rows += 1
        for position in where:
            if not cells[position].isalpha():
                refuse_identity_numbers(cells[position], Origin(path.name, number))
        yield number, cells


def read_comments(path: Path, comment: str) -> str:
    """The lines at the top that begin with `comment`, without it; no more than MAX_LINE characters."""
    found: list[str] = []
    for line in _decoded_lines(path, "utf-8", Meter()):
        if not line.startswith(comment):
            break
        found.append(line.removeprefix(comment))
        if sum(map(len, found)) > MAX_LINE:
            raise InputError(path, "the head of the file has no end.", "Check that you added the right file.")
    return "".join(found)


def read_lines(path: Path, encoding: str = "utf-8") -> Iterator[str]:
    """The lines of a text, decoded and NFC-normalised, no longer than `MAX_LINE`."""
    return _decoded_lines(path, encoding, Meter())


def _skip_comments(lines: Iterator[str], comment: str) -> tuple[Iterator[str], int]:
    passed = 0
    for line in lines:
        if not comment or not line.startswith(comment):
            return chain([line], lines), passed
        passed += 1
    return iter(()), passed


def _decoded_lines(path: Path, encoding: str, counter: Meter) -> Iterator[str]:
    """Decoded lines, a byte order mark removed, no line longer than MAX_LINE."""
    start = counter.bytes
    with path.open("rb") as raw:
        bom = raw.read(4)
        if bom.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            raise InputError(path, "the file is encoded in UTF-16.", "Save it as UTF-8 and add it again.")
        raw.seek(3 if bom.startswith(codecs.BOM_UTF8) else 0)
        for number, line in enumerate(_bounded_lines(raw, path), start=1):
            counter.bytes = start + raw.tell()
            try:
                text = line.decode(encoding)
            except UnicodeDecodeError as error:
                raise InputError(
                    Origin(path.name, number),
                    f"byte 0x{line[error.start]:02X} is not {encoding.upper()}; "
                    "the file looks like windows-1252 or ISO-8859-1.",
                    "Save it as UTF-8, or name its encoding in the mapping file.",
                ) from None
            if "\0" in text:
                raise InputError(
                    Origin(path.name, number),
                    "a NUL character: this is not a text file.",
                    "Check that you added the right file.",
                )
            yield (
                text if text.isascii() or unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)
            )


def _bounded_lines(raw: io.BufferedReader, path: Path) -> Iterator[bytes]:
    number = 0
    while line := raw.readline(MAX_LINE + 1):
        number += 1
        if len(line) > MAX_LINE:
            raise InputError(
                Origin(path.name, number),
                f"a line is longer than {MAX_LINE:,} bytes: this is not a table with line breaks.",
                "Check that you added the right file and that it was not converted on the way.",
            )
        yield line
