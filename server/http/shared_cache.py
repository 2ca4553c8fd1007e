"""Cache of responses shared by the processes of one server: an SQLite file that lives as long as the server.

A full file is emptied; frequent requests fill it again.
"""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

_PAGE_BYTES = 4096


def create_cache_file(path: Path) -> None:
    """Create the empty file, before several processes open it at the same moment."""
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        for statement in (
            f"PRAGMA page_size = {_PAGE_BYTES}",
            "PRAGMA journal_mode = WAL",
            "CREATE TABLE IF NOT EXISTS page (key TEXT PRIMARY KEY, answer BLOB NOT NULL) WITHOUT ROWID",
        ):
            database.execute(statement)


class SharedCache:
    """Key-value cache of at most this many megabytes in an SQLite file; each process opens its own connections."""

    def __init__(self, path: Path, megabytes: int) -> None:
        if not path.exists():
            create_cache_file(path)
        self._read_lock, self._write_lock = threading.Lock(), threading.Lock()
        self._writer = sqlite3.connect(path, timeout=1, isolation_level=None, check_same_thread=False)
        self._writer.execute("PRAGMA synchronous = OFF")  # the file need not survive a crash of the machine
        self._writer.execute(f"PRAGMA max_page_count = {(megabytes << 20) // _PAGE_BYTES}")
        # A connection of its own, so that reads do not wait for writes.
        self._reader = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)

    def get(self, key: str) -> bytes | None:
        """Return the value of a key, or None if it is not cached."""
        with self._read_lock:
            try:
                row = self._reader.execute("SELECT answer FROM page WHERE key = ?", (key,)).fetchone()
            except sqlite3.OperationalError:
                return None
        return bytes(row[0]) if row else None

    def put(self, key: str, value: bytes) -> None:
        """Store a value; if the file is full, delete all entries instead."""
        with self._write_lock:
            try:
                self._writer.execute("INSERT OR REPLACE INTO page VALUES (?, ?)", (key, value))
            except sqlite3.OperationalError as error:
                if error.sqlite_errorname == "SQLITE_FULL":
                    self._writer.execute("DELETE FROM page")
