"""Selection of the successors of retired concepts that lead to an active concept, and remarks about the others."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping
from typing import TypeVar

from begrepp.errors import Origin
from begrepp.sources.row_faults import add_remark

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


def report_other_successors(
    steps: Mapping[K, Iterable[K]],
    usable: Mapping[K, Collection[K]],
    active: Collection[K],
    places: Mapping[K, Origin],
    known: Collection[K] = (),
) -> None:
    """Add a remark about each stated successor that is not usable.

    `places` holds the place of each code; what replaces a code without a place is not reported. `known` are the codes
    of the edition, by default those with a place.
    """
    for source, targets in steps.items():
        if source in places:
            for target in {*targets} - {*usable.get(source, ())}:
                if source in active:
                    words = "a code is replaced by another, and in use."
                elif target not in (known or places):
                    words = "a code is replaced by one that the edition does not have."
                else:
                    words = "a code is replaced by one that is out of use, and that leads to none in use."
                add_remark(places[source], words)
