"""Which successors of retired concepts lead on to something in use: a dead end or a circle is no advice."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping
from typing import TypeVar

K = TypeVar("K", bound=Hashable)


def leading_on(steps: Mapping[K, Iterable[K]], active: Collection[K]) -> dict[K, tuple[K, ...]]:
    """The successors of each concept that reach one of the active ones, directly or by steps, and never come back."""

    def reached(start: K) -> set[K]:
        found: set[K] = set()
        stack = [start]
        while stack:
            if (here := stack.pop()) not in found:
                found.add(here)
                stack += steps.get(here, ())
        return found

    kept: dict[K, tuple[K, ...]] = {}
    for source, targets in steps.items():
        if source in active:
            continue
        ends = [(target, reached(target)) for target in dict.fromkeys(targets)]
        if good := tuple(t for t, found in ends if source not in found and any(one in active for one in found)):
            kept[source] = good
    return kept
