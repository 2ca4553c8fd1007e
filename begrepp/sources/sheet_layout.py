"""Layout of a sheet: its merged cells and hidden rows, which openpyxl does not give while it reads row by row.

Only the upper left cell of a merge holds the value (ECMA-376, 18.3.1.55 "mergeCells"; 18.3.1.73 "row").
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openpyxl.utils import range_boundaries

from begrepp.errors import Origin
from begrepp.sources.row_faults import add_remark
from begrepp.sources.xlsx_cells import EMPTY, CellText

_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=[\"']([A-Z]+\d+:[A-Z]+\d+)[\"']")
_HIDDEN = re.compile(
    rb"<(?:\w+:)?row\s(?=[^>]*?\bhidden=[\"'](?:1|true)[\"'])[^>]*?\br=[\"'](\d+)[\"']",
)
_CHUNK = 1 << 20
_OVERLAP = 200
_MAX_MERGED = 100_000


@dataclass(slots=True)
class MergedCells:
    """The columns of one cell that are merged over several rows, and the value of each merge that was begun."""

    spans: dict[int, dict[int, int]]
    """First row → column → last row."""
    _open: dict[int, tuple[int, CellText]] = field(default_factory=dict)

    def fill(self, cells: Sequence[CellText], origin: Origin, first_column: int) -> list[CellText]:
        """Return the cells of a row; one below the first of a vertical merge has its value, with a remark."""
        filled = list(cells)
        for column, (last, value) in list(self._open.items()):
            place = column - first_column
            if origin.row > last:
                del self._open[column]
            elif place >= 0:
                filled += [EMPTY] * (place + 1 - len(filled))
                filled[place] = filled[place] if filled[place].text else value
                add_remark(origin, "a merged cell is read as if each of its cells had the value.")
        for column, last in self.spans.get(origin.row, {}).items():
            place = column - first_column
            if 0 <= place < len(filled) and filled[place].text:
                self._open[column] = (last, filled[place])
        return filled


@dataclass(frozen=True, slots=True)
class SheetLayout:
    """The vertical merges of a sheet (None if there are none), and the numbers of its hidden rows."""

    merged: MergedCells | None
    hidden_rows: frozenset[int]


def read_layout(path: Path, sheet: Any) -> SheetLayout:
    """Return the layout of a sheet that openpyxl reads row by row."""
    spans: dict[int, dict[int, int]] = {}
    hidden: set[int] = set()
    count = 0
    with zipfile.ZipFile(path) as archive, archive.open(sheet._worksheet_path.lstrip("/")) as part:
        tail = b""
        while chunk := part.read(_CHUNK):
            for match in _MERGED.finditer(tail + chunk):
                left, top, right, bottom = range_boundaries(match[1].decode())
                if left == right and top and bottom and left and bottom > top and count < _MAX_MERGED:
                    count += 1
                    spans.setdefault(top, {})[left] = bottom
            hidden.update(int(match[1]) for match in _HIDDEN.finditer(tail + chunk))
            tail = chunk[-_OVERLAP:]
    return SheetLayout(MergedCells(spans) if spans else None, frozenset(hidden))
