"""Paging of long lists by offset."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct


class Paged(Struct, frozen=True, kw_only=True):
    """A page of a list: `total` rows, starting at `offset`, `size` rows a page."""

    size: ClassVar[int]
    total: int
    offset: int

    @property
    def end(self) -> int:
        """Largest offset that can be reached."""
        return self.total

    @property
    def next(self) -> int | None:
        """Offset of the next page, if any."""
        return self.offset + self.size if self.offset + self.size < self.end else None

    @property
    def last(self) -> int:
        """Offset of the last page."""
        return max(0, self.end - 1) // self.size * self.size

    @property
    def previous(self) -> int | None:
        """Offset of the previous page, if any."""
        return max(0, self.offset - self.size) if self.offset else None
