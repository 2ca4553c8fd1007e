"""Who watches a build, and what is told: which edition is being read, what else is done, and how far it has come."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from begrepp.artefact.parts import LoadReport
from begrepp.errors import BegreppError
from begrepp.records import EditionFiles

ProgressCallback = Callable[[float], None]
"""Takes how much of a piece of work is done: from 0 to 1, which ends it."""


class Progress(Protocol):
    """Who watches a build."""

    def step(self, words: str) -> None:
        """A step begins; it is short, or nobody knows how long it takes."""

    def work(self, words: str) -> ProgressCallback:
        """A long piece of work begins, beside others, that tells how far it has come."""

    def start(self, edition: EditionFiles, bytes_total: int) -> None:
        """An edition begins to load."""

    def advance(self, key: str, rows: int, bytes_read: int, stage: str) -> None:
        """So many rows of an edition are read, and this is being done with it now."""

    def finish(self, key: str, report: LoadReport | None, error: BegreppError | None) -> None:
        """An edition is loaded, or is refused."""
