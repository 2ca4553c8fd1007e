"""Recursive shapes: shapes that refer to themselves, directly or through others (SHACL 3.4.3).

SHACL leaves their meaning to the engine. Here a node conforms to a recursive shape unless a violation shows that it
does not: the greatest fixed point, found by repeated evaluation that begins with every node conforming. That is
defined where the recursion has no negation; other recursive shapes are refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set

import numpy as np

from begrepp.errors import InputError
from begrepp.validation.shacl.data.data_graph import DataGraph
from begrepp.validation.shacl.data.id_columns import is_in, union_of
from begrepp.validation.shacl.data.term_table import Ids, Mask
from begrepp.validation.shacl.shapes import EXPECTING, EXPECTING_LISTS, Shapes
from begrepp.validation.shacl.vocabulary import SH, Term

_MONOTONE = ("node", "and", "or")


def child_shapes(shapes: Shapes) -> dict[Term, list[tuple[str, Term]]]:
    """Return the shapes that each shape refers to, each with the name of the parameter."""
    graph = shapes.graph
    children: dict[Term, list[tuple[str, Term]]] = {}
    for name in (*EXPECTING, *EXPECTING_LISTS):
        for subject in graph.subjects(SH + name):
            for value in graph.objects(subject, SH + name):
                members = graph.list_members(value) if name in EXPECTING_LISTS else [value]
                children.setdefault(subject, []).extend((name, member) for member in members)
    return children


def reachable_shapes(children: Mapping[Term, list[tuple[str, Term]]], start: Term) -> set[Term]:
    """Return the shapes that a shape refers to, at any depth."""
    seen: set[Term] = set()
    pending = [node for _, node in children.get(start, ())]
    while pending:
        node = pending.pop()
        if node not in seen:
            seen.add(node)
            pending += [other for _, other in children.get(node, ())]
    return seen


def recursive_shapes(shapes: Shapes) -> list[str]:
    """Return the names of the named recursive shapes, else of the anonymous ones."""
    recursive = recursive_nodes(shapes)
    named = {shapes.name(node) for node in recursive if shapes.is_named(node)}
    return sorted(named or {shapes.name(node) for node in recursive})


def recursive_nodes(shapes: Shapes) -> Set[Term]:
    """Return the recursive shapes. Raises `InputError` if a recursion has a negation or consists of `sh:property`."""
    children = child_shapes(shapes)
    reach = {node: reachable_shapes(children, node) for node in children}
    recursive = {node for node, reached in reach.items() if node in reached}
    evaluated = set[Term]()
    for node in recursive:
        for name, child in children[node]:
            if name == "property" or (node not in reach.get(child, ()) and node != child):
                continue
            monotone = name in _MONOTONE or (
                name == "qualifiedValueShape"
                and not shapes.graph.objects(node, SH + "qualifiedMaxCount")
                and not shapes.siblings(node)
            )
            if not monotone:
                raise InputError(
                    shapes.name(node),
                    f"refers to itself through sh:{name}, which has no meaning.",
                    "Remove the recursion.",
                )
            evaluated.add(child)
    only_properties = {
        node: [(name, child) for name, child in each if name == "property"] for node, each in children.items()
    }
    for node in recursive:
        if node in reachable_shapes(only_properties, node):
            raise InputError(
                shapes.name(node), "is a part of itself through sh:property alone.", "Refer to it with sh:node."
            )
    return evaluated


class Recursion:
    """Evaluates which nodes conform to a shape; `shapes` are the recursive ones, whose nodes are remembered."""

    def __init__(self, shapes: Set[Term], data: DataGraph, evaluate: Callable[[Term, Ids], Mask]) -> None:
        self._shapes = shapes
        self._data = data
        self._evaluate = evaluate
        self._known: dict[Term, Ids] = {}
        self._failed: dict[Term, Ids] = {}
        self._is_running = False

    def non_conforming(self, shape: Term, nodes: Ids) -> Mask:
        """Return which of the nodes, distinct and sorted, do not conform to the shape."""
        if shape not in self._shapes:
            return self._evaluate(shape, nodes)
        empty = np.zeros(0, dtype=np.int64)
        self._known[shape] = union_of(self._known.get(shape, empty), nodes)
        if not self._is_running:
            self._is_running = True
            try:
                while self._repeat():
                    pass
            finally:
                self._is_running = False
        return is_in(nodes, self._failed.get(shape, empty))

    def _repeat(self) -> bool:
        """Evaluate all known nodes once more; return whether more nodes are known or more of them failed."""
        before = {shape: len(nodes) for shape, nodes in self._known.items()}
        changed = False
        for shape, nodes in list(self._known.items()):
            failed = nodes[self._evaluate(shape, nodes)]
            changed |= len(failed) > len(self._failed.get(shape, ()))
            self._failed[shape] = failed
        return changed or before != {shape: len(nodes) for shape, nodes in self._known.items()}
