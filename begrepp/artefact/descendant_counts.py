"""Numbers of descendants in a hierarchy that is given as two columns of edges."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from pyroaring import BitMap


def descendant_counts(edges: Iterable[tuple[int, int]], minimum: int) -> dict[int, int]:
    """Return the number of descendants of each node that has at least `minimum`; edges are (child, parent).

    A node is counted once, however many ways lead to it. Nodes on or above a cycle are left out.
    """
    parents: dict[int, set[int]] = defaultdict(set)
    for child, parent in edges:
        parents[child].add(parent)
    missing = Counter(parent for above in parents.values() for parent in above)
    ready = [node for node in parents if node not in missing]
    below: dict[int, BitMap] = {}
    counts = {}
    while ready:
        node = ready.pop()
        descendants = below.pop(node, BitMap())
        if len(descendants) >= minimum:
            counts[node] = len(descendants)
        descendants.add(node)
        for parent in parents.get(node, ()):
            if parent in below:
                below[parent] |= descendants
            else:
                below[parent] = descendants.copy()
            missing[parent] -= 1
            if not missing[parent]:
                ready.append(parent)
    return counts
