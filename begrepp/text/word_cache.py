"""Caches of results by word or label, whose largest memory is known: entries are limited in number and in length.

Texts that are longer than the limit are computed anew each time, so that nobody fills a cache with long texts.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar

Result = TypeVar("Result")
Watcher = Callable[[str, int], None]

MAX_WORD, MAX_LABEL = 40, 300
"""The longest cached word and label, in characters."""
_REPORT_INTERVAL = 1_000
"""New entries between two reports of the size."""

_limits: dict[str, int] = {}
_watchers: list[Watcher] = []


def cached_by_text(
    entries: int, entry_bytes: int, longest: int = MAX_WORD
) -> Callable[[Callable[[str], Result]], Callable[[str], Result]]:
    """Cache the results of a function of a text, the latest `entries` of texts of up to `longest` characters.

    `entry_bytes` is the memory of the largest entry, with the text and the tables of the cache.
    """

    def decorate(function: Callable[[str], Result]) -> Callable[[str], Result]:
        name = function.__name__
        _limits[name] = entries * entry_bytes
        count = 0

        @lru_cache(maxsize=entries)
        def compute(text: str) -> Result:
            nonlocal count
            count += 1
            if count % _REPORT_INTERVAL == 0:
                for watcher in _watchers:
                    watcher(name, min(count, entries) * entry_bytes)
            return function(text)

        @wraps(function)
        def cached(text: str) -> Result:
            return compute(text) if len(text) <= longest else function(text)

        return cached

    return decorate


def cache_limits() -> dict[str, int]:
    """Return the bytes that each cache holds at most, by the name of its function."""
    return {**_limits}


def watch_caches(watcher: Watcher) -> None:
    """Call `watcher` with the name and the bytes of a cache, an upper limit, after every thousand new entries."""
    if watcher not in _watchers:
        _watchers.append(watcher)
