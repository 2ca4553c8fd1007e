"""Progress reports of a build: the protocol that the command line implements."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from begrepp.artefact.load_report import LoadReport
from begrepp.errors import BegreppError
from begrepp.records import EditionFiles

ProgressCallback = Callable[[float], None]
"""Called with the share of a task that is done, from 0 to 1; 1 ends the task."""


class Progress(Protocol):
    """Receives progress reports of a build."""

    def step(self, words: str) -> None:
        """Report the start of a step that is short or of unknown length."""

    def work(self, words: str) -> ProgressCallback:
        """Report the start of a long task, which may run beside others; it calls the returned function."""

    def start(self, edition: EditionFiles, bytes_total: int) -> None:
        """Report that an edition begins to load."""

    def advance(self, key: str, rows: int, bytes_read: int, stage: str) -> None:
        """Report rows and bytes read so far of the edition with a key, and its present stage."""

    def finish(self, key: str, report: LoadReport | None, error: BegreppError | None) -> None:
        """Report that an edition is loaded, or that it failed."""
