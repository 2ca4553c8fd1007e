"""Transitive closure of a hierarchy as roaring bitmaps."""

from __future__ import annotations

from collections.abc import Sequence

from pyroaring import BitMap


def closure(steps: Sequence[Sequence[int]]) -> list[BitMap]:
    """Return for each node all nodes that steps lead to, without the node itself; `steps` lists the next nodes of each.

    Nodes are finished after all their next ones (Kahn's algorithm, from the ends backwards). Nodes on or before a cycle
    are never finished in that way and are walked one by one.
    """
    before: list[list[int]] = [[] for _ in steps]
    for node, following in enumerate(steps):
        for next_node in following:
            before[next_node].append(node)
    waiting = [len(following) for following in steps]
    reached = [BitMap() for _ in steps]
    ready = [node for node, count in enumerate(waiting) if not count]
    while ready:
        node = ready.pop()
        found = BitMap(steps[node])
        for next_node in steps[node]:
            found |= reached[next_node]
        reached[node] = found
        for previous in before[node]:
            waiting[previous] -= 1
            if not waiting[previous]:
                ready.append(previous)
    for node in (node for node, count in enumerate(waiting) if count):
        reached[node] = _walk(node, steps)
    return reached


def _walk(start: int, steps: Sequence[Sequence[int]]) -> BitMap:
    found = BitMap()
    front = [start]
    while front:
        for next_node in steps[front.pop()]:
            if next_node not in found:
                found.add(next_node)
                front.append(next_node)
    found.discard(start)
    return found
