"""Reports are kept for a day, in a folder that only the server may read; what was sent is gone when it is judged."""

from __future__ import annotations

import logging
import re
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from begrepp.errors import FolderNotWritable, NotFound
from server.validation.worker import report_file

_log = logging.getLogger("begrepp.server")
SECONDS = 24 * 60 * 60
_ID = re.compile(r"[A-Za-z0-9_-]{22}")
_MOST = 2000
"""Reports kept at the same time; the oldest go first."""


class ReportStore:
    """The reports in a folder, by names that cannot be guessed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def new_folder(self) -> Iterator[Path]:
        """A folder for what is sent and what is made of it, gone afterwards; raises `FolderNotWritable`."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix="job-", dir=self._folder) as place:
                yield Path(place)
        except OSError as error:
            if error.errno not in FolderNotWritable.CAUSES:
                raise
            _log.error("%s: %s", self._folder, error)
            raise FolderNotWritable("validation reports", error) from None

    def store(self, workplace: Path) -> str:
        """Keep the reports of a job, and nothing else of it; the name to find them by."""
        self._clear()
        name = secrets.token_urlsafe(16)
        target = self._folder / name
        target.mkdir(mode=0o700)
        for path in workplace.glob("report.*"):
            path.rename(target / path.name)
        return name

    def find(self, name: str, format_: str, language: str) -> Path:
        """A kept report. Raises `NotFound` where it never was or is gone."""
        path = report_file(self._folder / name, format_, language)
        if not _ID.fullmatch(name) or not path.is_file() or self._age(path.parent) > SECONDS:
            raise NotFound(
                "The report does not exist or has been deleted.", "Reports are kept for one day; validate again."
            )
        return path

    def hours_left(self, name: str) -> int:
        """How many hours a report is still kept, rounded."""
        return max(0, round((SECONDS - self._age(self._folder / name)) / 3600))

    def _age(self, folder: Path) -> float:
        return time.time() - folder.stat().st_mtime

    def _clear(self) -> None:
        """Remove what is too old, and the oldest where there is too much; also what a crash left behind."""
        kept = []
        for folder in self._folder.iterdir():
            with suppress(OSError):
                if self._age(folder) > SECONDS:
                    shutil.rmtree(folder, ignore_errors=True)
                elif _ID.fullmatch(folder.name):
                    kept.append((folder.stat().st_mtime, folder))
        for _, folder in sorted(kept)[: max(0, len(kept) - _MOST + 1)]:
            shutil.rmtree(folder, ignore_errors=True)
