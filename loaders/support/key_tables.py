"""Key tables of the regional cancer centres: CSV files with the columns `key` and `value`."""

from __future__ import annotations

from pathlib import Path

from begrepp.sources.table_forms import declared_form

_MAX_HEAD = 4096


def is_key_table(path: Path) -> bool:
    """Return whether the header of a file is `key,value`, with the delimiter and encoding that are declared."""
    form = declared_form(path)
    if form.column_names:
        return form.column_names == ("key", "value")
    with path.open("rb") as file:
        head = file.read(_MAX_HEAD).decode(form.encoding or "utf-8", "replace").removeprefix("\ufeff")
    header = next(iter(head.splitlines()[form.skip or 0 :]), "")
    return [cell.strip(' "') for cell in header.split(form.delimiter or ",")] == ["key", "value"]
