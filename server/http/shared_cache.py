"""Answers that the processes of one server keep together, in a file that lives as long as the server does.

What one process has made the others need not make again. A file that is full is emptied: what is asked for often is
soon there again.
"""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

_PAGE_BYTES = 4096


def create_cache_file(path: Path) -> None:
    """Make the empty file, before the processes that are to open it at the same moment."""
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        for words in (
            f"PRAGMA page_size = {_PAGE_BYTES}",
            "PRAGMA journal_mode = WAL",
            "CREATE TABLE IF NOT EXISTS page (key TEXT PRIMARY KEY, answer BLOB NOT NULL) WITHOUT ROWID",
        ):
            file.execute(words)


class SharedCache:
    """So many megabytes of answers, by key; every process opens the file for itself."""

    def __init__(self, path: Path, megabytes: int) -> None:
        if not path.exists():
            create_cache_file(path)
        self._reading, self._writing = threading.Lock(), threading.Lock()
        self._file = sqlite3.connect(path, timeout=1, isolation_level=None, check_same_thread=False)
        self._file.execute("PRAGMA synchronous = OFF")  # lost with the machine, and no loss
        self._file.execute(f"PRAGMA max_page_count = {(megabytes << 20) // _PAGE_BYTES}")
        # Of its own, so that nobody who reads waits for what is being written.
        self._read = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)

    def get(self, key: str) -> bytes | None:
        """The answer, if it is kept."""
        with self._reading:
            try:
                row = self._read.execute("SELECT answer FROM page WHERE key = ?", (key,)).fetchone()
            except sqlite3.OperationalError:
                return None
        return bytes(row[0]) if row else None

    def put(self, key: str, answer: bytes) -> None:
        """Keep an answer; where there is no more room, everything else goes."""
        with self._writing:
            try:
                self._file.execute("INSERT OR REPLACE INTO page VALUES (?, ?)", (key, answer))
            except sqlite3.OperationalError as error:
                if error.sqlite_errorname == "SQLITE_FULL":
                    self._file.execute("DELETE FROM page")
