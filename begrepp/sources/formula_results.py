"""Stored results of formulas that are the empty text.

`=IF(A2="A","","A")` is stored as `<c t="str"><f>…</f><v></v></c>`; a formula that was never calculated has no `v`
(ECMA-376, 18.3.1.4 "c", 18.3.1.96 "v", 18.18.11 "ST_CellType"). openpyxl gives both as cells without a value.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from openpyxl.utils import column_index_from_string
from openpyxl.utils.cell import coordinate_from_string

from begrepp.errors import Origin
from begrepp.sources.archives import iterate_xml, local_name


class EmptyResults:
    """The cells of a sheet with an empty text as result. Its part is read only if such a cell is asked for."""

    def __init__(self, path: Path, sheet: Any) -> None:
        self._rows = _rows_of_empty_results(path, sheet)
        self._number = 0
        self._columns: set[int] = set()

    def has(self, cell: Any) -> bool:
        """Return whether the result of a formula is the empty text. Cells must come in the order of their rows."""
        if cell.data_type != "str":
            return False
        while self._number < cell.row:
            self._number, self._columns = next(self._rows, (cell.row, set()))
        return self._number == cell.row and cell.column in self._columns


def _rows_of_empty_results(path: Path, sheet: Any) -> Iterator[tuple[int, set[int]]]:
    """Yield the number of each row with the columns of such cells; numbers may be left out, as places that follow."""
    number = 0
    with zipfile.ZipFile(path) as archive, archive.open(sheet._worksheet_path.lstrip("/")) as part:
        for row in iterate_xml(part, "row", Origin(path.name)):
            number = int(row.get("r") or number + 1)
            column, found = 0, set()
            for cell in row:
                place = cell.get("r")
                column = column_index_from_string(coordinate_from_string(place)[0]) if place else column + 1
                if cell.get("t") == "str" and any(local_name(each) == "v" and not each.text for each in cell):
                    found.add(column)
            yield number, found
