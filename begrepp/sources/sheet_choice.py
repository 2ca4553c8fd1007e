"""Choice of the sheets of a workbook, with remarks about those that are hidden or not read."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from begrepp.errors import InputError, Origin
from begrepp.sources.row_faults import add_remark

_FIRST_ROWS = 20


def sheet_names(book: Workbook, path: Path, wanted: Sequence[str] = (), *, visible: bool = False) -> list[str]:
    """Return the names of the (visible) sheets that match `wanted`; the first visible sheet if it is empty."""
    shown = [str(page.title) for page in book.worksheets if page.sheet_state == "visible"]
    names = shown if visible else [str(page.title) for page in book.worksheets]
    if not wanted:
        return (shown or names)[:1]
    for pattern in wanted:
        if not any(fnmatchcase(name, pattern) or name == pattern for name in names):
            raise InputError(
                path,
                f"no sheet '{pattern}' (there are: {', '.join(names)}).",
                "If the publisher renamed it, change the loader or source.toml.",
            )
    return [name for name in names if any(fnmatchcase(name, each) or name == each for each in wanted)]


def remark_other_sheets(book: Workbook, path: Path, wanted: Sequence[str], read: Sequence[str]) -> None:
    """Add remarks about hidden sheets that are read, and about sheets that are not, since no sheet is named."""
    if not wanted:
        _remark_unread_sheets(book, path, read)
    _remark_hidden_sheets(book, path, wanted, read)


def _remark_hidden_sheets(book: Workbook, path: Path, wanted: Sequence[str], read: Sequence[str]) -> None:
    """Add a remark about hidden sheets before the first visible one, or about those that a pattern in `wanted` has."""
    for page in book.worksheets:
        name = str(page.title)
        if not wanted and name in read:
            return
        if page.sheet_state != "visible" and not wanted:
            add_remark(Origin(path.name), f"the sheet '{name}' is hidden and not read; to read it, name it: `sheet`.")
        elif page.sheet_state != "visible" and name in read and name not in wanted:
            add_remark(Origin(path.name), f"the sheet '{name}' is hidden in the workbook, and is read.")


def _remark_unread_sheets(book: Workbook, path: Path, read: Sequence[str]) -> None:
    """Add a remark about the visible sheets with a table that are not read, since no sheet is named."""
    unread = [
        f"'{page.title}'"
        for page in book.worksheets
        if page.sheet_state == "visible" and str(page.title) not in read and _holds_table(page)
    ]
    if unread:
        add_remark(
            Origin(path.name),
            f"of the sheets only the first, '{read[0]}', is read here, not {', '.join(unread)}; to read others, name "
            "them: `sheet`.",
        )


def _holds_table(page: Any) -> bool:
    """Return whether the first rows of a sheet hold two with several filled cells: a header and a row."""
    first = page.iter_rows(max_row=_FIRST_ROWS, values_only=True)
    return sum(sum(cell is not None for cell in row) > 1 for row in first) > 1
