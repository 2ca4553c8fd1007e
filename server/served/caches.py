"""What was found lately, kept in memory: asked again of the same build, it costs nothing.

An answer is kept under a tag that holds the query, the format and the build, so a new build is a new world and
nothing grows old. The least used goes first.
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
    """Things of so much weight in all, under an IRI and a language, for all threads."""

    def __init__(self, most: int, weight: Callable[[Value], float] | None = None) -> None:
        self._lock = threading.Lock()
        self._things: LRUCache[tuple[str, str], Value] = LRUCache(most, weight)

    def get(self, iri: str, language: str) -> Value | None:
        """The thing, if it is kept."""
        with self._lock:
            return self._things.get((iri, language))

    def put(self, iri: str, language: str, thing: Value) -> None:
        """Keep a thing, unless it weighs more than there is room for."""
        with self._lock, contextlib.suppress(ValueError):
            self._things[iri, language] = thing


class AnswerCache:
    """So many megabytes of answers."""

    def __init__(self, megabytes: int) -> None:
        self._lock = threading.Lock()
        self._answers: LRUCache[str, StoredResult] = LRUCache(megabytes << 20, lambda answer: len(answer.body) + 256)

    def get(self, tag: str) -> StoredResult | None:
        """The answer, if it is kept."""
        with self._lock:
            return self._answers.get(tag)

    def put(self, tag: str, answer: StoredResult) -> None:
        """Keep an answer, unless it is large."""
        if len(answer.body) <= min(MAX_ANSWER_BYTES, self._answers.maxsize // 2):
            with self._lock:
                self._answers[tag] = answer
