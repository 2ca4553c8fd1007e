"""Answers that were given lately, kept in memory: asked again of the same build, they cost nothing.

An answer is kept under a tag that holds the query, the format and the build, so a new build is a new world and
nothing grows old. The least used goes first.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

from cachetools import LRUCache

from begrepp.answering import Form

LARGEST = 1 << 22


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer."""

    form: Form
    body: bytes

    def read(self) -> bytes:
        """All bytes."""
        return self.body


class KeptAnswers:
    """So many megabytes of answers."""

    def __init__(self, megabytes: int) -> None:
        self._lock = threading.Lock()
        self._answers: LRUCache[str, Answer] = LRUCache(megabytes << 20, lambda answer: len(answer.body) + 256)

    def get(self, tag: str) -> Answer | None:
        """The answer, if it is kept."""
        with self._lock:
            return self._answers.get(tag)

    def keep(self, tag: str, answer: Answer) -> None:
        """Keep an answer, unless it is large."""
        if len(answer.body) <= min(LARGEST, self._answers.maxsize // 2):
            with self._lock:
                self._answers[tag] = answer
