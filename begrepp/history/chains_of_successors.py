"""The concepts that replace a retired concept, through others that are retired too."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import TypeVar

K = TypeVar("K", bound=Hashable)


def last_successors(concept: K, stated: Iterable[K], further: Callable[[K], Iterable[K]]) -> Iterator[K]:
    """Yield the concepts at the ends of the chains of successors that begin with those stated for a concept.

    `further` returns the successors to follow from a concept: none if it is in use. Cycles have no end.
    """
    queue, seen = [*stated], {concept}
    while queue:
        if (after := queue.pop()) in seen:
            continue
        seen.add(after)
        if steps := [*further(after)]:
            queue += steps
        else:
            yield after
