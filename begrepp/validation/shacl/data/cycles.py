"""Cycle detection in a directed graph given as two columns of node ids."""

from __future__ import annotations

import numpy as np

from begrepp.validation.shacl.data.id_columns import IdColumn
from begrepp.validation.shacl.data.term_table import Ids, Mask


def nodes_on_cycles(sources: Ids, targets: Ids) -> Ids:
    """Return the nodes on a cycle of the edges `sources[i]` → `targets[i]`, sorted."""
    nodes, compact = np.unique(np.concatenate([sources, targets]), return_inverse=True)
    edges = IdColumn(compact[: len(sources)], compact[len(sources) :])
    alive = np.ones(len(nodes), dtype=np.bool_)
    _remove_sources(edges, alive)
    _remove_sources(edges.inverse, alive)
    return nodes[_nodes_in_cycles(IdColumn(*_edges_between(edges, alive)))]


def _edges_between(edges: IdColumn, alive: Mask) -> tuple[Ids, Ids]:
    mask = alive[edges.subjects] & alive[edges.objects]
    return edges.subjects[mask], edges.objects[mask]


def _remove_sources(edges: IdColumn, alive: Mask) -> None:
    """Clear `alive` for nodes without an incoming edge, repeatedly; none of them is on a cycle."""
    sources, targets = _edges_between(edges, alive)
    remaining = IdColumn(sources, targets)
    incoming = np.bincount(targets, minlength=len(alive))
    frontier = np.flatnonzero((incoming == 0) & alive)
    while len(frontier):
        alive[frontier] = False
        reached, count = np.unique(remaining.objects_of(frontier)[1], return_counts=True)
        incoming[reached] -= count
        frontier = reached[incoming[reached] == 0]


def _nodes_in_cycles(edges: IdColumn) -> Ids:
    """Return the nodes of strongly connected components that have a cycle (Tarjan 1972, without recursion)."""
    cyclic: set[int] = set(edges.subjects[edges.subjects == edges.objects].tolist())
    successors: dict[int, list[int]] = {}
    for source, target in zip(edges.subjects.tolist(), edges.objects.tolist(), strict=True):
        successors.setdefault(source, []).append(target)
    order: dict[int, int] = {}
    low: dict[int, int] = {}
    stack: dict[int, None] = {}  # in insertion order
    for start in [*successors]:
        path = [] if start in order else [start]
        while path:
            node = path[-1]
            if node not in order:
                order[node] = low[node] = len(order)
                stack[node] = None
            pending = successors.get(node, [])
            while pending and pending[-1] in order:
                if (successor := pending.pop()) in stack:
                    low[node] = min(low[node], order[successor])
            if pending:
                path.append(pending[-1])
                continue
            path.pop()
            if path:
                low[path[-1]] = min(low[path[-1]], low[node])
            if low[node] == order[node]:
                component = [stack.popitem()[0]]
                while component[-1] != node:
                    component.append(stack.popitem()[0])
                if len(component) > 1:
                    cyclic.update(component)
    return np.array(sorted(cyclic), dtype=np.int64)
