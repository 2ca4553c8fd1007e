"""Files mapped into memory for reading."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from mmap import ACCESS_READ, mmap
from os import SEEK_END
from pathlib import Path


@contextmanager
def map_file(path: Path) -> Iterator[mmap | bytes]:
    """Map a file into memory; an empty file cannot be mapped and gives empty bytes."""
    with path.open("rb") as file:
        if not file.seek(0, SEEK_END):
            yield b""
            return
        with mmap(file.fileno(), 0, access=ACCESS_READ) as data:
            yield data
