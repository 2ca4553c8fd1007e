"""polars, imported at its first use: it takes 0.1 s and 23 MB, and a server process may never need it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from polars import *  # noqa: F403
else:

    def __getattr__(name: str) -> object:
        import polars  # noqa: PLC0415

        return getattr(polars, name)
