"""Spool of numbered byte strings: those of a large code system lie in a temporary file, not in memory."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from pathlib import Path
from tempfile import SpooledTemporaryFile

_MEMORY_BYTES = 1 << 22
"""So many bytes are held in memory: most code systems need no file."""


class ItemSpool:
    """Numbered byte strings, added in any order and read in the order of their numbers; those not added are empty."""

    def __init__(self, size: int, folder: Path | None = None) -> None:
        """Collect the items 0 to `size` - 1; the file has no name, and lies in `folder` or that for temporary files."""
        place = str(folder) if folder else None
        self._file = SpooledTemporaryFile(max_size=_MEMORY_BYTES, dir=place)  # noqa: SIM115  # closed when it is read
        self._starts, self._lengths = array("Q", bytes(8 * size)), array("I", bytes(4 * size))
        self._end = 0

    def add(self, number: int, item: bytes) -> None:
        """Add an item; an item that is added again replaces the first."""
        self._starts[number], self._lengths[number] = self._end, len(item)
        self._file.write(item)
        self._end += len(item)

    def __iter__(self) -> Iterator[bytes]:
        """Yield all items; none can be added after that."""
        for start, length in zip(self._starts, self._lengths, strict=True):
            self._file.seek(start)
            yield self._file.read(length)
        self._file.close()
