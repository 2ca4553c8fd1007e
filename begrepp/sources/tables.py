"""Streaming readers for delimited text (CSV, TSV), with or without a header.

Cells are strings, stripped and NFC-normalised. No line may be longer than `MAX_LINE` characters.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path

from begrepp.errors import InputError, Origin
from begrepp.sources.meter import Meter, current_meter
from begrepp.sources.privacy import refuse_identity_numbers, refuse_person_rows
from begrepp.sources.row_faults import Fault, add_fault, add_remark
from begrepp.sources.rows import Row, cells_by_column, check_header

MAX_LINE = 1_000_000
_CHUNK = 1 << 16
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
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
    report: Collection[str] = (),
    may_be_empty: bool = False,
) -> Iterator[Row]:
    """Yield the rows of a delimited text file.

    `columns` names the columns of a file without a header; otherwise the first line is the header and must contain
    all of `required`. With `quoted=False`, quotation marks are ordinary characters. A row with another number of
    cells than columns is a fault of the kind `misaligned` (`begrepp.sources.row_faults`), since a truncated file or a
    wrong delimiter would shift cells; `report` has the kinds that are reported. `short_rows=True` fills up short rows
    and drops empty cells beyond the last column. A table without rows is refused unless it `may_be_empty`. Leading
    lines that begin with `comment` (see `read_comments`) and the first `skip` lines are skipped. `counted=False`
    excludes a preliminary pass from the progress meter. The columns `identifiers` hold only identifiers of the
    publisher, which may look like identity numbers: they are not searched for such numbers. Raises `InputError`, and
    `PersonalDataError` for data about persons.
    """
    unsearched = frozenset(identifiers)
    counter = current_meter() if counted else Meter()
    lines, skipped = _skip_comments(islice(_decoded_lines(path, encoding, counter), skip, None), comment)
    skipped += skip
    reader = csv.reader(
        lines,
        delimiter=delimiter,
        quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE,
        strict=quoted,
    )
    counter.stage = "reading"
    header = list(columns) if columns is not None else None
    empty, rows = True, 0
    try:
        for cells in reader:
            empty = False
            origin = Origin(path.name, skipped + reader.line_num)
            if header is None:
                header = [cell.strip() for cell in cells]
                check_header(header, required, delimiter, path)
                continue
            if not any(cells):
                continue
            counter.rows += 1
            counter.place = origin
            rows += 1
            try:
                named = cells_by_column(header, cells, origin, short_rows)
            except InputError as error:
                add_fault(Fault.MISALIGNED, error, report)
                continue
            searched = (cell for column, cell in named.items() if column not in unsearched) if unsearched else cells
            refuse_identity_numbers("\t".join(searched), origin)
            refuse_person_rows(named, origin)
            yield Row(named, origin)
    except csv.Error as error:
        raise InputError(
            Origin(path.name, skipped + reader.line_num),
            f"the file is not well-formed delimited text ({error}); it may end in the middle of a quoted cell.",
            "Download the file again from its publisher and compare its size.",
        ) from None
    if empty:
        raise InputError(path, "the file is empty.", "Download the file again from its publisher.")
    if not rows and not may_be_empty:
        raise InputError(
            path, "the table has a header and no rows; the file may be truncated.", "Download the file again."
        )


def read_exact(
    path: Path, columns: Sequence[str], *, texts: Iterable[str] = (), counted: bool = True
) -> Iterator[tuple[int, list[str]]]:
    """Yield row number and cells of an unquoted TSV file with exactly the given columns; for millions of rows.

    Ten times as fast as `read_table`. A missing, added or moved column and a row of another length raise
    `InputError`. Cells are not stripped. Only the columns `texts` are searched for identity numbers; the others hold
    identifiers, dates and flags.
    """
    counter = current_meter() if counted else Meter()
    counter.stage = "reading"
    text_positions = [columns.index(column) for column in texts]
    width = len(columns)
    lines = enumerate(_decoded_lines(path, "utf-8", counter), start=1)
    number, line = next(lines, (0, ""))
    if not number:
        raise InputError(path, "the file is empty.", "Download the file again from its publisher.")
    header = line.rstrip("\r\n").split("\t")
    if header != list(columns):
        check_header(header, columns, "\t", path)
        added = [name for name in header if name not in columns]
        raise InputError(
            Origin(path.name, 1),
            f"the loader does not know the column(s) {', '.join(map(repr, added))}."
            if added
            else "the columns are not in the order of the format.",
            "Check that you added the right file; if the publisher changed it, change the loader.",
        )
    for number, line in lines:
        cells = line.rstrip("\r\n").split("\t")
        if len(cells) != width:
            if cells == [""]:
                continue
            cells_by_column(header, cells, Origin(path.name, number), short_rows=False)
        counter.rows += 1
        for position in text_positions:
            if not cells[position].isalpha():
                refuse_identity_numbers(cells[position], Origin(path.name, number))
        yield number, cells


def read_comments(path: Path, comment: str) -> str:
    """Return the leading lines that begin with `comment`, without the prefix; at most `MAX_LINE` characters."""
    lines: list[str] = []
    for line in _decoded_lines(path, "utf-8", Meter()):
        if not line.startswith(comment):
            break
        lines.append(line.removeprefix(comment))
        if sum(map(len, lines)) > MAX_LINE:
            raise InputError(path, "the file header has no end.", "Check that you added the right file.")
    return "".join(lines)


def read_lines(path: Path, encoding: str = "utf-8") -> Iterator[str]:
    """Yield the lines of a text file, decoded and NFC-normalised. Raises `InputError` beyond `MAX_LINE`."""
    return _decoded_lines(path, encoding, Meter())


def _skip_comments(lines: Iterator[str], comment: str) -> tuple[Iterator[str], int]:
    skipped = 0
    for line in lines:
        if not comment or not line.startswith(comment):
            return chain([line], lines), skipped
        skipped += 1
    return iter(()), skipped


def _decoded_lines(path: Path, encoding: str, counter: Meter) -> Iterator[str]:
    """Yield decoded, NFC-normalised lines without a byte order mark."""
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
                if _BINARY.search(line):
                    raise _not_text(Origin(path.name, number), "bytes that no text has") from None
                raise InputError(
                    Origin(path.name, number),
                    f"byte 0x{line[error.start]:02X} is not {encoding.upper()}; "
                    "the file looks like windows-1252 or ISO-8859-1.",
                    "Save it as UTF-8, or name its encoding in the mapping file.",
                ) from None
            if "\0" in text:
                raise _not_text(Origin(path.name, number), "a NUL character")
            yield (
                text if text.isascii() or unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)
            )


def _not_text(origin: Origin, what: str) -> InputError:
    return InputError(origin, f"{what}: this is not a text file.", "Check that you added the right file.")


def _bounded_lines(raw: io.BufferedReader, path: Path) -> Iterator[bytes]:
    """Yield lines of at most `MAX_LINE` bytes; in a file with CR only, as of old Mac programs, lines end in CR."""
    start = raw.tell()
    head = raw.read(_CHUNK)
    raw.seek(start)
    lines = _lines_by_cr(raw) if b"\r" in head and b"\n" not in head else iter(lambda: raw.readline(MAX_LINE + 1), b"")
    number, line = 0, b""
    for number, line in enumerate(lines, start=1):
        if len(line) > MAX_LINE:
            raise InputError(
                Origin(path.name, number),
                f"a line is longer than {MAX_LINE:,} bytes: this is not a table with line breaks.",
                "Check that you added the right file and that it was not converted.",
            )
        yield line
    if line and not line.endswith((b"\n", b"\r")):
        text = "the last line has no line break; if it ends too early, the file is truncated."
        add_remark(Origin(path.name, number), text)


def _lines_by_cr(raw: io.BufferedReader) -> Iterator[bytes]:
    rest = b""
    while chunk := raw.read(_CHUNK):
        *lines, rest = (rest + chunk).split(b"\r")
        yield from (line + b"\n" for line in lines)
        if len(rest) > MAX_LINE:
            break
    if rest:
        yield rest
