"""LRU caches in memory, keyed by build.

The key of an answer holds the query, the format and the build, so entries never become stale. The least recently used
entries are evicted first.
"""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Callable
from copy import copy
from typing import Generic, TypeVar

from cachetools import LRUCache

from server.workers.stream import StoredResult

MAX_ANSWER_BYTES = 1 << 22

Value = TypeVar("Value")
_ENTRY_BYTES = 400
"""Approximate memory of an entry beside its value: the key, and the tables of the cache."""
_REPORT_BYTES = 1 << 16
"""Change of the size after which it is recorded again."""


class MemoryCache(Generic[Value]):
    """Thread-safe LRU cache by name and language, limited to this many bytes; `size_of` estimates those of a value.

    `on_change` is called with the bytes in use when they have changed by 64 kB.
    """

    def __init__(
        self,
        max_bytes: int,
        size_of: Callable[[Value], int],
        on_change: Callable[[int], None] = lambda size: None,
    ) -> None:
        self._lock = threading.Lock()
        self._on_change = on_change
        self._recorded = 0
        self._scope = ""
        self._values: LRUCache[tuple[str, str, str], Value] = LRUCache(
            max_bytes, lambda value: size_of(value) + _ENTRY_BYTES
        )

    def get(self, name: str, language: str = "") -> Value | None:
        """Return the value, or None if it is not cached."""
        with self._lock:
            return self._values.get((self._scope, name, language))

    def put(self, name: str, value: Value, language: str = "") -> None:
        """Store a value, unless it is larger than the whole cache."""
        with self._lock, contextlib.suppress(ValueError):
            self._values[self._scope, name, language] = value
        if abs(self.used_bytes - self._recorded) >= _REPORT_BYTES:
            self._recorded = self.used_bytes
            self._on_change(self._recorded)

    def within(self, scope: str) -> MemoryCache[Value]:
        """Return the same cache for names of their own: both share the limit."""
        view = copy(self)
        view._scope = scope
        return view

    @property
    def used_bytes(self) -> int:
        """Approximate memory use in bytes."""
        return int(self._values.currsize)


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
