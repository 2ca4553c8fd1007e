"""Files mapped into memory for reading."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from mmap import ACCESS_READ, MADV_DONTNEED, mmap
from os import SEEK_END
from pathlib import Path

_BLOCK_BYTES = 1 << 24
"""A multiple of the size of a page."""


@contextmanager
def map_file(path: Path) -> Iterator[mmap | bytes]:
    """Map a file into memory; an empty file cannot be mapped and gives empty bytes."""
    with path.open("rb") as file:
        if not file.seek(0, SEEK_END):
            yield b""
            return
        with mmap(file.fileno(), 0, access=ACCESS_READ) as data:
            yield data


def release_blocks(data: mmap | bytes, start: int, end: int) -> None:
    """Release the memory of the blocks of a mapped file that end between two places; they can be read again."""
    first, last = start // _BLOCK_BYTES, end // _BLOCK_BYTES
    if first < last and isinstance(data, mmap):
        data.madvise(MADV_DONTNEED, first * _BLOCK_BYTES, (last - first) * _BLOCK_BYTES)
