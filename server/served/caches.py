"""LRU caches in memory, keyed by build.

The key of an answer holds the query, the format and the build, so entries never become stale. The least recently used
entries are evicted first.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from cachetools import LRUCache

from server.workers.stream import StoredResult

MAX_ANSWER_BYTES = 1 << 22

Value = TypeVar("Value")


class LruCache(Generic[Value]):
    """Thread-safe LRU cache by IRI and language, limited by the total weight of its values."""

    def __init__(self, most: int, weight: Callable[[Value], float] | None = None) -> None:
        self._lock = threading.Lock()
        self._values: LRUCache[tuple[str, str], Value] = LRUCache(most, weight)

    def get(self, iri: str, language: str) -> Value | None:
        """Return the value, or None if it is not cached."""
        with self._lock:
            return self._values.get((iri, language))

    def put(self, iri: str, language: str, value: Value) -> None:
        """Store a value, unless it weighs more than the whole cache."""
        with self._lock, contextlib.suppress(ValueError):
            self._values[iri, language] = value


class AnswerCache:
    """Thread-safe LRU cache of query results, limited to this many megabytes."""

    def __init__(self, megabytes: int, on_change: Callable[[int], None] = lambda size: None) -> None:
        self._lock = threading.Lock()
        self._on_change = on_change
        self._results: LRUCache[str, StoredResult] = LRUCache(megabytes << 20, lambda result: len(result.body) + 512)

    def get(self, key: str) -> StoredResult | None:
        """Return the result, or None if it is not cached."""
        with self._lock:
            return self._results.get(key)

    def put(self, key: str, result: StoredResult) -> None:
        """Store a result, unless it is large."""
        if len(result.body) <= min(MAX_ANSWER_BYTES, self._results.maxsize // 2):
            with self._lock:
                self._results[key] = result
            self._on_change(int(self._results.currsize))
