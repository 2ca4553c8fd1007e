"""Key tables of the regional cancer centres: CSV files with the columns `key` and `value`."""

from __future__ import annotations

from pathlib import Path

_MAX_HEADER = 100


def is_key_table(path: Path) -> bool:
    """Return whether the header of a file is `key,value`."""
    with path.open("rb") as file:
        header = file.readline(_MAX_HEADER).removeprefix(b"\xef\xbb\xbf")
    return header.strip().replace(b'"', b"") == b"key,value"
