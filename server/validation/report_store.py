"""Store of validation reports for 24 hours, in a folder that only the server may read; uploads are not stored.

All reports together have a budget of bytes: the oldest are removed first. Expired ones are removed by a timer.
"""

from __future__ import annotations

import logging
import re
import secrets
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from begrepp.errors import FolderNotWritable, NotFound
from server.validation.worker import report_path

_log = logging.getLogger("begrepp.server")
RETENTION_SECONDS = 24 * 60 * 60
_ID = re.compile(r"[A-Za-z0-9_-]{22}")
_MAX_REPORTS = 2000
"""Maximum number of stored reports; the oldest are removed first."""
_EXPIRY_SECONDS = 600
"""Seconds between two removals of expired reports."""


class ReportStore:
    """Reports of at most this many megabytes in a folder, under random names that cannot be guessed."""

    def __init__(self, folder: Path, megabytes: int) -> None:
        self._folder = folder
        self._budget = megabytes << 20

    @property
    def largest_report(self) -> int:
        """Maximum bytes of one report in all formats and languages: an eighth of the budget."""
        return self._budget // 8

    def start_timer(self) -> None:
        """Remove expired reports now and from then on every ten minutes, in a thread of its own."""
        threading.Thread(target=self._expire_forever, name="reports", daemon=True).start()

    def _expire_forever(self) -> None:
        while True:
            with suppress(OSError):
                self.remove_expired()
            time.sleep(_EXPIRY_SECONDS)

    @contextmanager
    def new_folder(self) -> Iterator[Path]:
        """Yield a temporary folder for the uploads and reports of one job. Raises `FolderNotWritable`."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix="job-", dir=self._folder) as folder:
                yield Path(folder)
        except OSError as error:
            if error.errno not in FolderNotWritable.CAUSES:
                raise
            _log.error("%s: %s", self._folder, error)
            raise FolderNotWritable("validation reports", error) from None

    def store(self, job_folder: Path) -> str:
        """Move the reports of a job into the store and return their name."""
        self.remove_expired(making_room=_size(job_folder))
        name = secrets.token_urlsafe(16)
        target = self._folder / name
        target.mkdir(mode=0o700)
        for path in job_folder.glob("report.*"):
            path.rename(target / path.name)
        return name

    def find(self, name: str, format_: str, language: str) -> Path:
        """Return the path of a report. Raises `NotFound` if there is none or it has expired."""
        path = report_path(self._folder / name, format_, language)
        if not _ID.fullmatch(name) or not path.is_file() or self._age(path.parent) > RETENTION_SECONDS:
            raise NotFound(
                "The report does not exist or has been deleted.", "Reports are kept for one day; validate again."
            )
        return path

    def hours_left(self, name: str) -> int:
        """Return the hours until a report expires, rounded."""
        return max(0, round((RETENTION_SECONDS - self._age(self._folder / name)) / 3600))

    def _age(self, folder: Path) -> float:
        return time.time() - folder.stat().st_mtime

    def remove_expired(self, making_room: int = 0) -> None:
        """Remove expired reports, the oldest above the limits, and the folders of interrupted jobs."""
        reports: list[tuple[float, Path, int]] = []
        for folder in self._folder.iterdir():
            with suppress(OSError):
                if self._age(folder) > RETENTION_SECONDS:
                    shutil.rmtree(folder, ignore_errors=True)
                elif _ID.fullmatch(folder.name):
                    reports.append((folder.stat().st_mtime, folder, _size(folder)))
        left, count = self._budget - making_room, 0
        for _, folder, size in sorted(reports, reverse=True):
            left, count = left - size, count + 1
            if left < 0 or count >= _MAX_REPORTS:
                shutil.rmtree(folder, ignore_errors=True)


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.glob("report.*"))
