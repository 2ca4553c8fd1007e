"""A long list is shown a page at a time: where the next page begins, and the one before."""

from __future__ import annotations

from typing import ClassVar


class Paged:
    """A page of a list of `total` rows that begins at row `offset`; a page has `size` rows."""

    __slots__ = ()
    size: ClassVar[int]
    total: int
    offset: int

    @property
    def end(self) -> int:
        """How far one can turn pages."""
        return self.total

    @property
    def next(self) -> int | None:
        """Where the next page begins, if there is one."""
        return self.offset + self.size if self.offset + self.size < self.end else None

    @property
    def previous(self) -> int | None:
        """Where the page before begins, if there is one."""
        return max(0, self.offset - self.size) if self.offset else None
