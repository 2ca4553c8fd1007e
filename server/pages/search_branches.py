"""Hits of a search within one code system: their distribution over its branches, and the hits in its hierarchy."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct, field
from pyroaring import BitMap

from begrepp.search import Hit
from begrepp.terminology.stored_system import StoredSystem
from server.pages.pictures.branches import first_branches
from server.served.build import ServedBuild
from server.served.labels import find_refs
from server.served.refs import Ref

COUNTED = 500
"""Hits that are counted by branch, at most; the best ones."""
DRAWN = 200
"""Hits in the hierarchy, at most."""


class BranchHits(Struct, frozen=True, kw_only=True):
    """A branch with its number of hits; `share` is that of the branch with most, in per cent."""

    ref: Ref
    count: int
    share: float


class HitNode(Struct, kw_only=True):
    """A concept in the hierarchy of hits."""

    ref: Ref
    is_hit: bool
    children: list[HitNode] = field(default_factory=list)


class FoundWithin(Struct, frozen=True, kw_only=True):
    """Hits of a search within a code system: all that were given, or those under a concept."""

    hits: list[Hit]
    numbers: Sequence[int]
    """The hits that are concepts, by their numbers in the code system."""
    branches: Sequence[BranchHits]
    under: Ref | None


def find_within(build: ServedBuild, system: StoredSystem, hits: list[Hit], under: str, language: str) -> FoundWithin:
    """Return where the hits of a search are in a code system, or those below a code; an unknown code is ignored."""
    found = located_hits(system, hits)
    top = system.index(under) if under else None
    if top is not None:
        found = hits_under(system, found, top)
        hits = [*found.values()]
    return FoundWithin(
        hits=hits,
        numbers=[*found],
        branches=hits_by_branch(build, system, [*found], language, top),
        under=None if top is None else find_refs(build, [system.iri(top)], language)[system.iri(top)],
    )


def located_hits(system: StoredSystem, hits: Sequence[Hit]) -> dict[int, Hit]:
    """Return the hits that are concepts of a code system, by their number in it, in the same order."""
    located = ((system.index_of_iri(hit.iri), hit) for hit in hits)
    return {number: hit for number, hit in located if number is not None}


def hits_under(system: StoredSystem, found: dict[int, Hit], top: int) -> dict[int, Hit]:
    """Return the hits at and below a concept."""
    below = system.hierarchy.descendants(top) | BitMap([top])
    return {number: hit for number, hit in found.items() if number in below}


def hits_by_branch(
    build: ServedBuild, system: StoredSystem, numbers: Sequence[int], language: str, top: int | None = None
) -> list[BranchHits]:
    """Return the branches that have hits, most hits first; below the concept `top`, if it is given."""
    hits, hierarchy = BitMap(numbers), system.hierarchy
    tops = first_branches(system) if top is None else hierarchy.children(top)
    counts = {each: len((hierarchy.descendants(each) | BitMap([each])) & hits) for each in tops}
    counts = {each: count for each, count in counts.items() if count}
    known = find_refs(build, [system.iri(each) for each in counts], language)
    most = max(counts.values(), default=1)
    rows = [
        BranchHits(ref=known[system.iri(each)], count=count, share=round(100 * count / most, 1))
        for each, count in counts.items()
    ]
    return sorted(rows, key=lambda row: (-row.count, row.ref.sort_key))


def hit_tree(build: ServedBuild, system: StoredSystem, numbers: Sequence[int], language: str) -> list[HitNode]:
    """Return the hits with all concepts above them; a concept with several parents is below the first of them only."""
    hits = BitMap([*numbers][:DRAWN])
    shown = BitMap(hits)
    for number in hits:
        shown |= system.hierarchy.ancestors(number)
    known = find_refs(build, [system.iri(number) for number in shown], language)
    placed = BitMap()

    def node(number: int) -> HitNode:
        placed.add(number)
        below = [node(each) for each in system.hierarchy.children(number) if each in shown and each not in placed]
        children = sorted(below, key=lambda each: each.ref.sort_key)
        return HitNode(ref=known[system.iri(number)], is_hit=number in hits, children=children)

    tops = [node(number) for number in shown & system.hierarchy.tops]
    tops += [node(number) for number in shown if number not in placed]
    return sorted(tops, key=lambda each: each.ref.sort_key)
