"""Concept tree: the path to a concept, its siblings and its children."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from pyoxigraph import NamedNode

from begrepp.queries.page_queries import named_nodes, select, value
from begrepp.rdf.namespaces import expand
from begrepp.text.swedish import sort_key
from server.served.build import ServedBuild
from server.served.labels import find_refs
from server.served.refs import Ref, TreeNode
from server.served.schemes import SchemeFacts

SHOWN = 200
AROUND = 12
MAX_PATHS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """One page of the children of a concept, and their total number."""

    nodes: Sequence[TreeNode]
    total: int

    @property
    def hidden(self) -> int:
        """Number of nodes not shown."""
        return self.total - len(self.nodes)


def children(build: ServedBuild, concepts: Sequence[str], language: str) -> dict[str, list[TreeNode]]:
    """Return the children of each concept, sorted by code and label."""
    found = {iri: kept for iri in concepts if (kept := build.children_cache.get(iri, language)) is not None}
    below: dict[str, dict[str, int]] = {iri: {} for iri in concepts if iri not in found}
    if below:
        for row in select(build.store, "concept-children", concept=named_nodes(below)):
            if value(row, "child"):
                below[value(row, "concept")][value(row, "child")] = int(value(row, "below") or 0)
    known = find_refs(build, {iri for counts in below.values() for iri in counts}, language)
    for parent, counts in below.items():
        found[parent] = _nodes(counts, known)
        build.children_cache.put(parent, found[parent], language)
    return found


def top_concepts(build: ServedBuild, scheme: SchemeFacts, language: str, *, everything: bool = False) -> Branch | None:
    """Return the top concepts of a scheme by code, active ones first; labels only for those shown."""
    order = build.top_concepts_cache.get(scheme.iri)
    if order is None:
        rows = select(build.scheme_store(scheme.id), "scheme-top", scheme=NamedNode(scheme.iri))
        inactive = expand("begrepp:inactive")
        found = {
            value(row, "child"): (value(row, "status") == inactive, sort_key(value(row, "notation"))) for row in rows
        }
        order = sorted(found, key=lambda iri: (*found[iri], iri))
        build.top_concepts_cache.put(scheme.iri, order)
    if not order:
        return None
    shown = dict.fromkeys(order if everything else order[:SHOWN], 0)
    nodes = named_nodes(shown)
    for row in select(build.scheme_store(scheme.id), "concept-below", concept=nodes):
        shown[value(row, "concept")] = int(value(row, "below"))
    return Branch(nodes=_nodes(shown, find_refs(build, shown, language)), total=len(order))


def _nodes(counts: dict[str, int], known: dict[str, Ref]) -> list[TreeNode]:
    nodes = [TreeNode(known[iri], below) for iri, below in counts.items()]
    return sorted(nodes, key=lambda node: (not node.ref.active, *node.ref.sort_key))


def first_nodes(nodes: list[TreeNode], *, everything: bool) -> Branch:
    """Return the first nodes, or all of them."""
    return Branch(nodes=nodes if everything else nodes[:SHOWN], total=len(nodes))


def paths_to(build: ServedBuild, iri: str, language: str) -> list[list[Ref]]:
    """Return the shortest paths from the top to a concept, without the concept, at most `MAX_PATHS`."""
    above: dict[str, set[str]] = defaultdict(set)
    for row in select(build.store, "concept-ancestors", concept=NamedNode(iri)):
        above[value(row, "child")].add(value(row, "parent"))
    known = find_refs(build, {parent for parents in above.values() for parent in parents}, language)
    found: list[list[str]] = []
    waiting: list[list[str]] = [[iri]]
    while waiting and len(found) < MAX_PATHS:
        path = waiting.pop(0)
        parents = sorted(above.get(path[0], set()) - set(path))
        if not parents and len(path) > 1:
            found.append(path[:-1])
        waiting += [[parent, *path] for parent in parents]
        waiting = waiting[:100]
    return [[known[step] for step in path] for path in found]


def tree_around(build: ServedBuild, here: Ref, path: Sequence[Ref], language: str, *, everything: bool) -> TreeNode:
    """Return the tree along one path: the concept with its siblings and children."""
    wanted = [here.iri, *([path[-1].iri] if path else [])]
    below = children(build, wanted, language)
    mine = below.get(here.iri, [])
    shown = mine if everything else mine[:SHOWN]
    node = TreeNode(here, len(mine), True, shown, len(mine) - len(shown))
    if not path:
        return node
    siblings = below.get(path[-1].iri, [])
    place = next((n for n, sibling in enumerate(siblings) if sibling.ref.iri == here.iri), 0)
    first = max(0, place - AROUND)
    window = [node if s.ref.iri == here.iri else s for s in siblings[first : place + AROUND + 1]]
    tree = TreeNode(path[-1], len(siblings), False, window, len(siblings) - len(window))
    for step in reversed(path[:-1]):
        tree = TreeNode(step, 0, False, [tree])
    return tree
