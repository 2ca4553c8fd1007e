"""Cache of responses shared by the processes of one server: a file that lives as long as the server.

Responses are written one after another, at the end of the file again from its beginning, over the oldest ones. An index
maps each key to the place of its response. A place may have been written over since, so that a reader compares the key
and the checksum; two keys may have one entry of the index, which then belongs to the last.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import struct
import threading
import weakref
from pathlib import Path
from zlib import crc32

_ENTRIES = 1 << 17
"""Entries of the index, of 8 bytes each; the first is the place where the next response is written."""
_INDEX_BYTES = 8 * _ENTRIES
_HEAD = struct.Struct("!32sII")
"""Beginning of a response in the file: its key, size and checksum."""
_READ_BYTES = 1 << 14
"""Bytes of the first read: more than most responses have."""


def create_cache_file(path: Path) -> None:
    """Create the empty file, before several processes open it at the same moment.

    The index is written, so that it has its place on the disk: a mapped page that has none ends the process.
    """
    path.write_bytes(bytes(_INDEX_BYTES))


class SharedCache:
    """Key-value cache of at most this many megabytes in a file; a key is a text of 32 ASCII characters at most."""

    def __init__(self, path: Path, megabytes: int) -> None:
        if not path.exists():
            create_cache_file(path)
        self._file, self._end = os.open(path, os.O_RDWR), _INDEX_BYTES + (megabytes << 20)
        self._index = memoryview(mmap.mmap(self._file, _INDEX_BYTES)).cast("Q")
        self._lock = threading.Lock()
        weakref.finalize(self, os.close, self._file)

    def get(self, key: str) -> bytes | None:
        """Return the value of a key, or None if it is not cached."""
        name = key.encode()
        if not (place := self._index[_entry(name)]):
            return None
        read = os.pread(self._file, _READ_BYTES, place)
        if len(read) < _HEAD.size:
            return None
        found, size, checksum = _HEAD.unpack_from(read)
        if found != name.ljust(32, b"\0") or place + size > self._end:
            return None
        value = read[_HEAD.size : _HEAD.size + size]
        if (missing := size - len(value)) > 0:
            value += os.pread(self._file, missing, place + len(read))
        return value if len(value) == size and crc32(value) == checksum else None

    def put(self, key: str, value: bytes) -> None:
        """Store a value, unless it is larger than the whole cache, the disk is full or another process is writing."""
        name, size = key.encode(), _HEAD.size + len(value)
        if _INDEX_BYTES + size > self._end:
            return
        record = _HEAD.pack(name, len(value), crc32(value)) + value
        with self._lock:
            try:
                fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                place = self._index[0] or _INDEX_BYTES
                if place + size > self._end:
                    place = _INDEX_BYTES
                if os.pwrite(self._file, record, place) == size:
                    self._index[_entry(name)], self._index[0] = place, place + size
            except OSError:
                return
            finally:
                fcntl.lockf(self._file, fcntl.LOCK_UN)


def _entry(name: bytes) -> int:
    """Return the number of the entry of a key in the index."""
    return 1 + crc32(name) % (_ENTRIES - 1)
