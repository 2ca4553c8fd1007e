"""Streaming readers for delimited text (CSV, TSV) and text in columns of fixed width, with or without a header.

Cells are strings, stripped and NFC-normalised.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing
from itertools import accumulate, chain, islice
from pathlib import Path

from begrepp.errors import InputError, Origin
from begrepp.sources.file_kinds import is_json
from begrepp.sources.meter import Meter, current_meter
from begrepp.sources.privacy import refuse_person_rows
from begrepp.sources.row_faults import Fault, add_fault, add_remark
from begrepp.sources.rows import DELIMITERS, Row, cells_by_column, check_delimiter, check_header
from begrepp.sources.table_forms import declared_form
from begrepp.sources.text_lines import MAX_LINE, decode_lines

# The first line that Excel writes and reads to name the delimiter.
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?\s*$', re.IGNORECASE)
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
    skip: int = 0,
    widths: Sequence[int] = (),
    expected: Iterable[str] = (),
    report: Collection[str] = (),
    may_be_empty: bool = False,
) -> Iterator[Row]:
    """Yield the rows of a delimited text file, or of a file whose columns have the `widths`, in characters.

    `columns` names the columns of a file without a header; otherwise the first line is the header and must contain
    all of `required`. With `quoted=False`, quotation marks are ordinary characters. A row with another number of
    cells than columns is a fault of the kind `misaligned` (`begrepp.sources.row_faults`), since a truncated file or a
    wrong delimiter would shift cells; `report` has the kinds that are reported. `short_rows=True` fills up short rows
    and drops empty cells beyond the last column. A table without rows is refused unless it `may_be_empty`. Leading
    lines that begin with `comment` (see `read_comments`) and the first `skip` lines are skipped. `counted=False`
    excludes a preliminary pass from the progress meter. If no `expected`
    column is in the header but another delimiter gives one, `InputError` names that delimiter. What `source.toml`
    declares of the file (`begrepp.sources.table_forms`) takes precedence. Raises `InputError`, and `PersonalDataError`
    for rows about persons.
    """
    form = declared_form(path)
    columns = form.column_names or columns
    delimiter, encoding = form.delimiter or delimiter, form.encoding or encoding
    quoted = quoted if form.quoted is None else form.quoted
    short_rows = short_rows if form.short_rows is None else form.short_rows
    skip = skip if form.skip is None else form.skip
    if is_json(path):
        raise InputError(path, "it is JSON, not a table in text.", "Give it a name that ends in .json.")
    counter = current_meter() if counted else Meter()
    decoded = decode_lines(path, encoding, counter)
    lines, skipped = _skip_separator_line(_skip_comments(islice(decoded, skip, None), comment), delimiter, path)
    skipped += skip
    reader = (
        _FixedWidthReader(lines, widths)
        if widths
        else csv.reader(
            _split_at_cr(lines) if quoted else lines,
            delimiter=delimiter,
            quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE,
            strict=quoted,
            skipinitialspace=quoted,
        )
    )
    counter.stage = "reading"
    header = list(columns) if columns is not None else None
    empty, rows, start = True, 0, 1
    ignored = form.ignored(header, Origin(path.name)) if header is not None else frozenset()
    try:
        for cells in reader:
            start = reader.line_num + 1
            if header is None and not any(map(str.strip, cells)):
                continue
            empty = False
            origin = Origin(path.name, skipped + reader.line_num)
            if header is None:
                header = [cell.strip() for cell in cells]
                origin = Origin(path.name, skipped + reader.line_num)
                check_delimiter(header, expected, delimiter, origin)
                check_header(header, required, delimiter, path, origin)
                ignored = form.ignored(header, origin)
                continue
            if not any(map(str.strip, cells)):
                continue
            if columns is None and [cell.strip() for cell in cells] == header:
                add_remark(origin, "the row repeats the header and is left out.")
                continue
            counter.begin_row(origin)
            rows += 1
            try:
                named = cells_by_column(header, cells, origin, short_rows)
            except InputError as error:
                add_fault(Fault.MISALIGNED, error, report)
                continue
            refuse_person_rows(named, origin)
            for column in ignored:
                del named[column]
            yield Row(named, origin)
    except csv.Error as error:
        raise _text_error(error, path, skipped + start, skipped + reader.line_num, delimiter, header is None) from None
    finally:
        decoded.close()
    if empty:
        raise InputError(path, "the file is empty.", "Download the file again from its publisher.")
    if not rows and not may_be_empty:
        raise InputError(
            path, "the table has a header and no rows; the file may be truncated.", "Download the file again."
        )


def _text_error(error: csv.Error, path: Path, first: int, last: int, delimiter: str, is_header: bool) -> InputError:
    """Return the error of a row on the lines `first` to `last` that the reader of delimited text refuses."""
    advice = (
        "If the file does not quote cells, and quotation marks are part of the texts, write in source.toml, below the "
        "name of the file: quoted = false. Otherwise download the file again from its publisher and compare its size; "
        "quotation marks within a quoted cell are doubled."
    )
    if "unexpected end" in str(error):
        reason = (
            "a quotation mark is opened in the row and not closed before the end of the file: it is truncated, or the "
            "quotation mark is part of the text."
        )
        return InputError(Origin(path.name, first), reason, advice)
    if "expected after" in str(error):
        reason = (
            "a cell begins with a quotation mark, and text follows the quotation mark that ends it (the cells are "
            f"delimited by {DELIMITERS.get(delimiter, repr(delimiter))})."
        )
        return InputError(Origin(path.name, last), reason, advice)
    if is_header:
        return InputError(
            Origin(path.name, last),
            f"the header is not well-formed text delimited by {delimiter!r} ({error}).",
            f'Name the delimiter in source.toml, such as delimiter = "{";" if delimiter != ";" else ","}"; if it is'
            " right, the file may be damaged: download it again.",
        )
    return InputError(
        Origin(path.name, last),
        f"the file is not well-formed delimited text ({error}).",
        "Fix the row, or download the file again from its publisher and compare its size.",
    )


def _split_at_cr(lines: Iterator[str]) -> Iterator[str]:
    """Yield the lines, split where a CR alone ends a row: programs mix the line ends of several systems."""
    for line in lines:
        if "\r" in line[:-2]:
            yield from line.replace("\r\n", "\n").replace("\r", "\n").splitlines(keepends=True)
        else:
            yield line


class _FixedWidthReader:
    """Reader of text in columns of fixed width, with the interface of `csv.reader`. The last column has no end."""

    def __init__(self, lines: Iterator[str], widths: Sequence[int]) -> None:
        self._lines = lines
        ends = list(accumulate(widths))
        self._spans = list(zip([0, *ends[:-1]], [*ends[:-1], None], strict=True))
        self.line_num = 0

    def __iter__(self) -> Iterator[list[str]]:
        for line in self._lines:
            self.line_num += 1
            text = line.rstrip("\r\n")
            if text.strip():
                yield [text[start:end].strip() for start, end in self._spans]


def read_exact(path: Path, columns: Sequence[str], *, counted: bool = True) -> Iterator[tuple[int, list[str]]]:
    """Yield row number and cells of an unquoted TSV file with exactly the given columns; for millions of rows.

    Ten times as fast as `read_table`. A missing, added or moved column and a row of another length raise
    `InputError`. Cells are not stripped.
    """
    counter = current_meter() if counted else Meter()
    counter.stage = "reading"
    with closing(decode_lines(path, "utf-8", counter)) as decoded:
        yield from _exact_rows(decoded, path, columns, counter)


def _exact_rows(
    decoded: Iterator[str], path: Path, columns: Sequence[str], counter: Meter
) -> Iterator[tuple[int, list[str]]]:
    width = len(columns)
    lines = enumerate(decoded, start=1)
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
        yield number, cells


def read_comments(path: Path, comment: str, delimiter: str = "\t", encoding: str = "utf-8") -> str:
    """Return the leading lines that begin with `comment`, without the prefix; at most `MAX_LINE` characters.

    A spreadsheet program puts a line with quotation marks in quotation marks, and fills it up with empty cells.
    """
    lines: list[str] = []
    with closing(decode_lines(path, encoding, Meter())) as decoded:
        for line in decoded:
            if not _is_comment(line, comment):
                break
            text = line.rstrip("\r\n")
            if not text.startswith(comment):
                text = next(csv.reader([text], delimiter=delimiter))[0]
            lines.append(text.removeprefix(comment).rstrip(delimiter) + "\n")
            if sum(map(len, lines)) > MAX_LINE:
                raise InputError(path, "the file header has no end.", "Check that you added the right file.")
    return "".join(lines)


def _is_comment(line: str, comment: str) -> bool:
    return line.startswith((comment, f'"{comment}'))


def _skip_comments(lines: Iterator[str], comment: str) -> tuple[Iterator[str], int]:
    skipped = 0
    for line in lines:
        if not comment or not _is_comment(line, comment):
            return chain([line], lines), skipped
        skipped += 1
    return iter(()), skipped


def _skip_separator_line(found: tuple[Iterator[str], int], delimiter: str, path: Path) -> tuple[Iterator[str], int]:
    """Skip a first line `sep=;`. Raises `InputError` if it names another delimiter."""
    lines, skipped = found
    first = next(lines, "")
    if not (match := _SEPARATOR_LINE.match(first)):
        return chain([first] if first else [], lines), skipped
    if match[1] != delimiter:
        written = {"\t": "\\t"}.get(match[1], match[1])
        raise InputError(
            Origin(path.name, skipped + 1),
            f"the line names the delimiter '{written}', but {delimiter!r} is used.",
            f'Write it in source.toml, below the name of the file: delimiter = "{written}".',
        )
    return lines, skipped + 1
