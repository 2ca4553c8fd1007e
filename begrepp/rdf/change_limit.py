"""Limit of the changes between two builds: beyond it, writing a file anew takes less time than renewing it."""

from __future__ import annotations

from collections.abc import Iterable


class TooManyChanges(Exception):
    """More resources changed than are worth an update."""


def distinct_iris(iris: Iterable[str], most: int) -> set[str]:
    """Return the distinct IRIs. Raises `TooManyChanges` as soon as there are more than `most`."""
    distinct: set[str] = set()
    for iri in iris:
        distinct.add(iri)
        if len(distinct) > most:
            raise TooManyChanges
    return distinct
