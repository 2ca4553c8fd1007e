"""LRU caches in memory, keyed by build.

The key of an answer holds the query, the format and the build, so entries never become stale. The least recently used
entries are evicted first.
"""

from __future__ import annotations

import sys
import threading
from collections import OrderedDict
from collections.abc import Callable
from copy import copy
from typing import Generic, TypeVar

from server.workers.stream import StoredResult

MAX_ANSWER_BYTES = 1 << 22

Value = TypeVar("Value")
_ENTRY_BYTES = 400
"""Approximate memory of an entry beside its value: the key, and the tables of the cache."""


class MemoryCache(Generic[Value]):
    """Thread-safe LRU cache by name and language, limited to this many bytes; `size_of` estimates those of a value.

    `on_change` is called with the bytes in use when a value is stored.
    """

    def __init__(
        self,
        max_bytes: int,
        size_of: Callable[[Value], int],
        on_change: Callable[[int], None] = lambda size: None,
    ) -> None:
        self._lock = threading.Lock()
        self._on_change = on_change
        self._scope = ""
        self._size_of = size_of
        self._entries: _Entries[Value] = _Entries(max_bytes)

    def get(self, name: str, language: str = "") -> Value | None:
        """Return the value, or None if it is not cached."""
        key = (self._scope, name, language)
        entries = self._entries.by_key
        with self._lock:
            if (entry := entries.get(key)) is None:
                return None
            entries.move_to_end(key)
        return entry[0]

    def put(self, name: str, value: Value, language: str = "") -> None:
        """Store a value, unless it is larger than the whole cache."""
        with self._lock:
            self._entries.put((self._scope, name, language), value, self._size_of(value) + _ENTRY_BYTES)
        self._on_change(self._entries.used_bytes)

    def within(self, scope: str) -> MemoryCache[Value]:
        """Return the same cache for names of their own: both share the limit."""
        view = copy(self)
        view._scope = scope
        return view

    @property
    def used_bytes(self) -> int:
        """Approximate memory use in bytes."""
        return self._entries.used_bytes

    @property
    def max_bytes(self) -> int:
        """Largest memory use in bytes."""
        return self._entries.max_bytes


class _Entries(Generic[Value]):
    """Values with their sizes in bytes by key, the least recently used first."""

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes, self.used_bytes = max_bytes, 0
        self.by_key: OrderedDict[tuple[str, str, str], tuple[Value, int]] = OrderedDict()

    def put(self, key: tuple[str, str, str], value: Value, size: int) -> None:
        """Store a value as the most recently used; evict others until all sizes are within the limit."""
        if size > self.max_bytes:
            return
        if replaced := self.by_key.pop(key, None):
            self.used_bytes -= replaced[1]
        self.used_bytes += size
        while self.used_bytes > self.max_bytes:
            self.used_bytes -= self.by_key.popitem(last=False)[1][1]
        self.by_key[key] = value, size


def text_bytes(*texts: str) -> int:
    """Return the memory of strings in bytes."""
    return sum(map(sys.getsizeof, texts))


class AnswerCache:
    """Thread-safe LRU cache of query results, limited to this many megabytes."""

    def __init__(self, megabytes: int, on_change: Callable[[int], None] = lambda size: None) -> None:
        max_bytes = megabytes << 20
        self._max_entry = min(MAX_ANSWER_BYTES, max_bytes // 2)
        self._results: MemoryCache[StoredResult] = MemoryCache(max_bytes, lambda result: len(result.body), on_change)

    def get(self, key: str) -> StoredResult | None:
        """Return the result, or None if it is not cached."""
        return self._results.get(key)

    def put(self, key: str, result: StoredResult) -> None:
        """Store a result, unless it is large."""
        if len(result.body) <= self._max_entry:
            self._results.put(key, result)
