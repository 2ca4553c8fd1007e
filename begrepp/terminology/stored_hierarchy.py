"""Hierarchy of one edition in its file: steps as arrays, closures as roaring bitmaps."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from functools import cached_property

import msgspec
import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from begrepp.terminology.closure import closure
from begrepp.terminology.section_file import SectionFile, SectionWriter, decode_bitmap, encode_bitmap

Pairs = npt.NDArray[np.uint32]
"""Edges as an array of two columns: start and end; sorted, without repetition."""


def write_hierarchy(out: SectionWriter, size: int, broader: Pairs, relations: Mapping[str, Pairs]) -> None:
    """Write the hierarchy of a code system of `size` concepts: broader concepts, and attribute relations by IRI."""
    narrower = _inverse(broader)
    parents, children = _steps(size, broader), _steps(size, narrower)
    _write_edges(out, "parents", size, broader)
    _write_edges(out, "children", size, narrower)
    out.items("ancestors", (encode_bitmap(bitmap) for bitmap in closure(parents)))
    out.items("descendants", (encode_bitmap(bitmap) for bitmap in closure(children)))
    out.section("tops", encode_bitmap(BitMap(node for node, above in enumerate(parents) if not above)))
    out.section("leaves", encode_bitmap(BitMap(node for node, below in enumerate(children) if not below)))
    out.section("relations", msgspec.msgpack.encode(sorted(relations)))
    for number, relation in enumerate(sorted(relations)):
        _write_edges(out, f"targets{number}", size, relations[relation])
        _write_edges(out, f"sources{number}", size, _inverse(relations[relation]))


def edges(pairs: Sequence[tuple[int, int]] | array[int]) -> Pairs:
    """Return pairs, or a sequence of starts and ends by turns, as sorted edges without repetition."""
    return np.unique(np.array(pairs, dtype="<u4").reshape(-1, 2), axis=0)


def _inverse(pairs: Pairs) -> Pairs:
    turned = pairs[:, ::-1]
    return turned[np.lexsort((turned[:, 1], turned[:, 0]))]


def _steps(size: int, pairs: Pairs) -> list[list[int]]:
    steps: list[list[int]] = [[] for _ in range(size)]
    for start, end in pairs.tolist():
        steps[start].append(end)
    return steps


def _write_edges(out: SectionWriter, name: str, size: int, pairs: Pairs) -> None:
    out.array(name, pairs[:, 1])
    counts = np.bincount(pairs[:, 0], minlength=size)
    out.array(f"{name}.places", np.concatenate([[0], np.cumsum(counts)]))


class _StoredEdges:
    """Edges in a file."""

    __slots__ = ("_ends", "_places")

    def __init__(self, file: SectionFile, name: str) -> None:
        self._ends, self._places = file.array(name), file.array(f"{name}.places")

    def __getitem__(self, concept: int) -> Sequence[int]:
        ends: list[int] = self._ends[self._places[concept] : self._places[concept + 1]].tolist()
        return ends

    def count(self, concept: int) -> int:
        """Return the number of edges of a concept."""
        number: int = self._places[concept + 1] - self._places[concept]
        return number


class StoredHierarchy:
    """The hierarchy of one edition (`begrepp.terminology.interface.Hierarchy`). Bitmaps must not be changed."""

    def __init__(self, file: SectionFile, size: int) -> None:
        self._file, self._size = file, size
        self._parents, self._children = _StoredEdges(file, "parents"), _StoredEdges(file, "children")
        self._ancestors, self._descendants = file.items("ancestors"), file.items("descendants")

    @cached_property
    def all(self) -> BitMap:
        """All concepts."""
        return BitMap(range(self._size))

    @cached_property
    def tops(self) -> BitMap:
        """Concepts without a parent, retired ones included."""
        return self._file.bitmap("tops")

    @cached_property
    def leaves(self) -> BitMap:
        """Concepts without children."""
        return self._file.bitmap("leaves")

    def edges(self, *, down: bool) -> tuple[memoryview, memoryview]:
        """Return all steps: where those of each concept begin, and at the end, the end of all; and their ends."""
        name = "children" if down else "parents"
        return self._file.array(f"{name}.places"), self._file.array(name)

    def parents(self, concept: int) -> Sequence[int]:
        """Return the directly broader concepts, ascending."""
        return self._parents[concept]

    def children(self, concept: int) -> Sequence[int]:
        """Return the directly narrower concepts, ascending."""
        return self._children[concept]

    def child_count(self, concept: int) -> int:
        """Return the number of directly narrower concepts."""
        return self._children.count(concept)

    def ancestors(self, concept: int) -> BitMap:
        """Return all broader concepts, without the concept itself."""
        return decode_bitmap(self._ancestors[concept])

    def descendants(self, concept: int) -> BitMap:
        """Return all narrower concepts, without the concept itself."""
        return decode_bitmap(self._descendants[concept])

    def subsumes(self, ancestor: int, descendant: int) -> bool:
        """Return whether the first concept is broader than the second, at any height; False for the same concept."""
        return ancestor in self.ancestors(descendant)

    @cached_property
    def _relations(self) -> dict[str, tuple[_StoredEdges, _StoredEdges]]:
        names = msgspec.msgpack.decode(self._file.section("relations"), type=list[str])
        return {
            name: (_StoredEdges(self._file, f"targets{number}"), _StoredEdges(self._file, f"sources{number}"))
            for number, name in enumerate(names)
        }

    def relation_types(self) -> Sequence[str]:
        """Return the IRIs of the attribute relations between concepts of the system, sorted."""
        return [*self._relations]

    def targets(self, relation: str, concept: int) -> Sequence[int]:
        """Return the concepts that the concept has a relation to, ascending; empty for an unknown relation."""
        return self._relations[relation][0][concept] if relation in self._relations else ()

    def sources(self, relation: str, concept: int) -> Sequence[int]:
        """Return the concepts that have a relation to the concept, ascending; empty for an unknown relation."""
        return self._relations[relation][1][concept] if relation in self._relations else ()
