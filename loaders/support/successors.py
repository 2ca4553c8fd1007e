"""Selection of the successors of retired concepts that lead to an active concept."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping
from typing import TypeVar

K = TypeVar("K", bound=Hashable)


def usable_successors(steps: Mapping[K, Iterable[K]], active: Collection[K]) -> dict[K, tuple[K, ...]]:
    """Return, for each retired concept, the successors that lead to an active concept and are not on a cycle."""

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
