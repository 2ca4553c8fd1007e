"""Concept tree: the path to a concept, its siblings and its children."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from msgspec import Struct

from server.served.build import ServedBuild
from server.served.concept_source import NarrowerConcept
from server.served.labels import find_refs, name_ref
from server.served.refs import Ref, TreeNode, code_sort_key
from server.served.schemes import SchemeFacts

SHOWN = 200
AROUND = 12
MAX_PATHS = 5


class Branch(Struct, frozen=True, kw_only=True):
    """One page of the children of a concept, and their total number."""

    nodes: Sequence[TreeNode]
    total: int

    @property
    def hidden(self) -> int:
        """Number of nodes not shown."""
        return self.total - len(self.nodes)


def children(build: ServedBuild, concept: str, language: str) -> list[TreeNode]:
    """Return the nodes of the directly narrower concepts, active ones first, then by code, label and IRI."""
    cached = build.children_cache.get(concept, language)
    if cached is None:
        cached = _ordered_nodes(build, build.concepts.children(concept), language)
        build.children_cache.put(concept, cached, language)
    return cached


def top_concepts(build: ServedBuild, scheme: SchemeFacts, language: str, *, everything: bool = False) -> Branch | None:
    """Return the top concepts of a scheme by code, active ones first; labels only for those shown."""
    order = build.concepts.top_concepts(scheme.iri)
    if not order:
        return None
    shown = order if everything else order[:SHOWN]
    names = build.concepts.names(shown)
    concepts = [NarrowerConcept(names[iri], below) for iri, below in build.concepts.below(shown).items()]
    return Branch(nodes=_ordered_nodes(build, concepts, language), total=len(order))


def _ordered_nodes(build: ServedBuild, concepts: Iterable[NarrowerConcept], language: str) -> list[TreeNode]:
    """Return the nodes of concepts, without those below them."""
    nodes = [TreeNode(name_ref(build, name, language), below) for name, below in concepts]
    # The concepts of a code system come by code, and of distinct codes the labels do not count.
    codes = [(not node.ref.active, code_sort_key(node.ref.notation)) for node in nodes]
    if not all(before < after for before, after in pairwise(codes)):
        nodes.sort(key=lambda node: (not node.ref.active, *node.ref.sort_key))
    return nodes


def first_nodes(nodes: Sequence[TreeNode], *, everything: bool) -> Branch:
    """Return the first nodes, or all of them."""
    return Branch(nodes=nodes if everything else nodes[:SHOWN], total=len(nodes))


def paths_to(build: ServedBuild, iri: str, language: str) -> list[list[Ref]]:
    """Return the shortest paths from the top to a concept, without the concept, at most `MAX_PATHS`."""
    above = build.concepts.parents_above(iri)
    found: list[list[str]] = []
    waiting: list[list[str]] = [[iri]]
    while waiting and len(found) < MAX_PATHS:
        path = waiting.pop(0)
        parents = sorted(set(above.get(path[0], ())).difference(path))
        if not parents and len(path) > 1:
            found.append(path[:-1])
        waiting += [[parent, *path] for parent in parents]
        waiting = waiting[:100]
    known = find_refs(build, {step for path in found for step in path}, language)
    return [[known[step] for step in path] for path in found]


def tree_around(build: ServedBuild, here: Ref, path: Sequence[Ref], language: str, *, everything: bool) -> TreeNode:
    """Return the tree along one path: the concept with its siblings and children."""
    mine = children(build, here.iri, language)
    shown = mine if everything else mine[:SHOWN]
    node = TreeNode(here, len(mine), True, shown, len(mine) - len(shown))
    if not path:
        return node
    siblings = children(build, path[-1].iri, language)
    place = next((n for n, sibling in enumerate(siblings) if sibling.ref.iri == here.iri), 0)
    around = siblings[max(0, place - AROUND) : place + AROUND + 1]
    window = [node if sibling.ref.iri == here.iri else sibling for sibling in around]
    tree = TreeNode(path[-1], len(siblings), False, window, len(siblings) - len(window))
    for step in reversed(path[:-1]):
        tree = TreeNode(step, 0, False, [tree])
    return tree
