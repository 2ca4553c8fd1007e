"""Which concepts are, step by step, above themselves? Found for a whole hierarchy at once, however deep it is."""

from __future__ import annotations

import numpy as np

from begrepp.validation.shacl.data.id_columns import IdColumn
from begrepp.validation.shacl.data.term_table import Ids, Mask


def nodes_on_cycles(sources: Ids, targets: Ids) -> Ids:
    """The nodes from which the steps `sources[i]` → `targets[i]` lead back to themselves, in order."""
    nodes, compact = np.unique(np.concatenate([sources, targets]), return_inverse=True)
    steps = IdColumn(compact[: len(sources)], compact[len(sources) :])
    alive = np.ones(len(nodes), dtype=np.bool_)
    _remove_sources(steps, alive)
    _remove_sources(steps.inverse, alive)
    rest = IdColumn(*_steps_between(steps, alive))
    return nodes[_nodes_in_cycles(rest)]


def _steps_between(steps: IdColumn, alive: Mask) -> tuple[Ids, Ids]:
    kept = alive[steps.subjects] & alive[steps.objects]
    return steps.subjects[kept], steps.objects[kept]


def _remove_sources(steps: IdColumn, alive: Mask) -> None:
    """Take away, again and again, the nodes that no step leads to: none of them is on a cycle."""
    sources, targets = _steps_between(steps, alive)
    within = IdColumn(sources, targets)
    incoming = np.bincount(targets, minlength=len(alive))
    front = np.flatnonzero((incoming == 0) & alive)
    while len(front):
        alive[front] = False
        reached, count = np.unique(within.objects_of(front)[1], return_counts=True)
        incoming[reached] -= count
        front = reached[incoming[reached] == 0]


def _nodes_in_cycles(steps: IdColumn) -> Ids:
    """The nodes of strongly connected components that have a cycle (Tarjan 1972, without recursion)."""
    found: set[int] = set(steps.subjects[steps.subjects == steps.objects].tolist())
    further: dict[int, list[int]] = {}
    for source, target in zip(steps.subjects.tolist(), steps.objects.tolist(), strict=True):
        further.setdefault(source, []).append(target)
    order: dict[int, int] = {}
    low: dict[int, int] = {}
    unfinished: dict[int, None] = {}  # in the order they were met
    for start in [*further]:
        trail = [] if start in order else [start]
        while trail:
            node = trail[-1]
            if node not in order:
                order[node] = low[node] = len(order)
                unfinished[node] = None
            ahead = further.get(node, [])
            while ahead and ahead[-1] in order:
                if (met := ahead.pop()) in unfinished:
                    low[node] = min(low[node], order[met])
            if ahead:
                trail.append(ahead[-1])
                continue
            trail.pop()
            if trail:
                low[trail[-1]] = min(low[trail[-1]], low[node])
            if low[node] == order[node]:
                component = [unfinished.popitem()[0]]
                while component[-1] != node:
                    component.append(unfinished.popitem()[0])
                if len(component) > 1:
                    found.update(component)
    return np.array(sorted(found), dtype=np.int64)
