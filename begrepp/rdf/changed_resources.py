"""Resources that have changed between two builds, up to a limit: beyond it, writing a file anew takes less time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from begrepp.rdf.sorted_files import changed_lines


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


def changed_subjects(old: Path, new: Path) -> Iterator[str]:
    """Yield the IRI of the subject of each line that only one of two sorted files has; blank nodes are left out."""
    return (line[1 : line.index("> ")] for _, line in changed_lines(old, new) if line[0] == "<")
