"""Which successors of retired concepts lead on to something in use: a dead end or a circle is no advice."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping
from typing import TypeVar

K = TypeVar("K", bound=Hashable)


def usable_successors(steps: Mapping[K, Iterable[K]], active: Collection[K]) -> dict[K, tuple[K, ...]]:
    """The successors of each concept that reach one of the active ones, directly or by steps, and never come back."""

    def reachable(start: K) -> set[K]:
        found: set[K] = set()
        stack = [start]
        while stack:
            if (node := stack.pop()) not in found:
                found.add(node)
                stack += steps.get(node, ())
        return found

    usable: dict[K, tuple[K, ...]] = {}
    for source, targets in steps.items():
        if source in active:
            continue
        ends = [(target, reachable(target)) for target in dict.fromkeys(targets)]
        if leading := tuple(t for t, found in ends if source not in found and any(node in active for node in found)):
            usable[source] = leading
    return usable
