"""Operators on the hierarchy, from a set of concepts: over stored closures for few concepts, over edges for many."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from begrepp.ecl.concept_sets import Integers, to_bitmap, to_integers
from begrepp.ecl.syntax_tree import HierarchyOperator
from begrepp.terminology.interface import CodeSystem
from begrepp.terminology.stored_hierarchy import StoredHierarchy

Places = npt.NDArray[np.int64]
FEW = 200
"""Up to so many concepts, their closures are united; for more, the edges are followed level by level."""

_DOWN = {
    HierarchyOperator.DESCENDANT_OF,
    HierarchyOperator.DESCENDANT_OR_SELF_OF,
    HierarchyOperator.CHILD_OF,
    HierarchyOperator.CHILD_OR_SELF_OF,
}
_ONE_STEP = {
    HierarchyOperator.CHILD_OF,
    HierarchyOperator.CHILD_OR_SELF_OF,
    HierarchyOperator.PARENT_OF,
    HierarchyOperator.PARENT_OR_SELF_OF,
}
_SELF = {
    HierarchyOperator.DESCENDANT_OR_SELF_OF,
    HierarchyOperator.CHILD_OR_SELF_OF,
    HierarchyOperator.ANCESTOR_OR_SELF_OF,
    HierarchyOperator.PARENT_OR_SELF_OF,
}


class EdgeTable:
    """Edges of a hierarchy in one direction: the ends of concept n lie from `starts[n]` to `starts[n + 1]`."""

    def __init__(self, starts: Places, ends: Integers) -> None:
        self._starts, self._ends = starts, ends
        self._counts = np.diff(starts)
        self._size = len(self._counts)

    def step(self, concepts: Integers) -> Integers:
        """Return the ends of the edges of the concepts, with repetition."""
        if len(concepts) > self._size // 16:  # then a pass over all edges costs less
            mask = np.zeros(self._size, dtype=np.bool_)
            mask[concepts] = True
            return self._ends[np.repeat(mask, self._counts)]
        counts = self._counts[concepts]
        offsets = np.repeat(self._starts[concepts] - np.concatenate(([0], np.cumsum(counts)[:-1])), counts)
        ends: Integers = self._ends[np.arange(int(counts.sum())) + offsets]
        return ends

    def reach(self, concepts: Integers) -> Integers:
        """Return all concepts at the end of a path of at least one edge."""
        reached = np.zeros(self._size, dtype=np.bool_)
        followed = np.zeros(self._size, dtype=np.bool_)
        frontier = concepts
        while len(frontier):
            followed[frontier] = True
            ends = self.step(frontier)
            reached[ends] = True
            frontier = self._different(ends[~followed[ends]])
        return np.flatnonzero(reached).astype(np.uint32)

    def _different(self, concepts: Integers) -> Integers:
        """Return the concepts without repetition: sorted if they are few, else found in a mask."""
        if len(concepts) < self._size // 16:
            return np.unique(concepts)
        mask = np.zeros(self._size, dtype=np.bool_)
        mask[concepts] = True
        return np.flatnonzero(mask).astype(np.uint32)


class HierarchySteps:
    """The operators of ECL on the hierarchy of one code system.

    A retired concept is found only where the edition itself still places it in its hierarchy. The current view also
    holds retired concepts of earlier editions; a history supplement finds those.
    """

    def __init__(self, system: CodeSystem, carried_over: BitMap) -> None:
        """`carried_over` holds the retired concepts of earlier editions."""
        self._system, self._hierarchy, self._carried_over = system, system.hierarchy, carried_over
        self._tables: dict[bool, EdgeTable] = {}

    def apply(self, operator: HierarchyOperator, concepts: BitMap) -> BitMap:
        """Return the concepts that the operator reaches from a set."""
        if operator is HierarchyOperator.TOP_OF:
            return concepts - self._reached(concepts, down=True, one_step=False)
        if operator is HierarchyOperator.BOTTOM_OF:
            return concepts - self._reached(concepts, down=False, one_step=False)
        found = self._reached(concepts, down=operator in _DOWN, one_step=operator in _ONE_STEP) - self._carried_over
        return found | concepts if operator in _SELF else found

    def cost(self, concepts: BitMap) -> int:
        """Return the work of an operator, in steps of about a microsecond."""
        if len(concepts) <= FEW:
            return 3 * len(concepts)
        return 20 if len(concepts) == len(self._system) else 500 + len(self._system) // 4

    def _reached(self, concepts: BitMap, *, down: bool, one_step: bool) -> BitMap:
        hierarchy = self._hierarchy
        if len(concepts) == len(self._system):
            return hierarchy.all - (hierarchy.tops if down else hierarchy.leaves)
        if len(concepts) <= FEW:
            if one_step:
                near = hierarchy.children if down else hierarchy.parents
                return BitMap([end for concept in concepts for end in near(concept)])
            closure = hierarchy.descendants if down else hierarchy.ancestors
            found = BitMap()
            for concept in concepts:
                if concept not in found:
                    found |= closure(concept)
            return found
        table = self._table(down)
        starts = to_integers(concepts)
        return to_bitmap(table.step(starts) if one_step else table.reach(starts))

    def _table(self, down: bool) -> EdgeTable:
        if down not in self._tables:
            self._tables[down] = EdgeTable(*self._edges(down))
        return self._tables[down]

    def _edges(self, down: bool) -> tuple[Places, Integers]:
        if isinstance(self._hierarchy, StoredHierarchy):
            starts, ends = self._hierarchy.edges(down=down)
            return np.asarray(starts, dtype=np.int64), np.asarray(ends, dtype=np.uint32)
        near = self._hierarchy.children if down else self._hierarchy.parents
        lists = [near(concept) for concept in range(len(self._system))]
        counts = np.cumsum(np.array([0, *map(len, lists)], dtype=np.int64))
        return counts, np.fromiter((end for each in lists for end in each), dtype=np.uint32, count=int(counts[-1]))
