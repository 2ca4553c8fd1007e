"""Skolem IRIs for blank nodes (https://www.w3.org/TR/rdf11-concepts/#section-skolemization)."""

from __future__ import annotations

import hashlib

from pyoxigraph import BlankNode, NamedNode

from begrepp.rdf.iris import Iris
from loaders.support.rdf_files import Graph, GraphNode, GraphTerm

_SKOLEM = f"{Iris().base}.well-known/genid/"


class Skolemizer:
    """Skolem IRIs for the blank nodes of a graph, derived from their content and therefore stable."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._names: dict[BlankNode, str | None] = {}

    def set_key(self, node: BlankNode, key: str) -> None:
        """Derive the IRI of a node from a key, such as its identifier at the publisher, instead of its content."""
        self._names[node] = f"{_SKOLEM}{hashlib.sha256(key.encode()).hexdigest()[:32]}"

    def iri_of(self, node: GraphNode) -> str | None:
        """Return the IRI of a node; a skolem IRI for a blank node, or None if it refers to itself."""
        if isinstance(node, NamedNode):
            return node.value
        if node not in self._names:
            self._skolemise(node)
        return self._names[node]

    def _skolemise(self, start: BlankNode) -> None:
        """Traverse depth-first without recursion, since lists may be long. A node on a cycle gets no IRI."""
        stack: list[tuple[BlankNode, bool]] = [(start, False)]
        on_path: set[BlankNode] = set()
        while stack:
            node, leaving = stack.pop()
            children = [o for _, o in self._graph.triples.get(node, ()) if isinstance(o, BlankNode)]
            if leaving:
                on_path.discard(node)
                names = [self._digest(predicate, object_) for predicate, object_ in self._graph.triples.get(node, ())]
                digest = None if None in names else hashlib.sha256("\n".join(sorted(n for n in names if n)).encode())
                self._names[node] = f"{_SKOLEM}{digest.hexdigest()[:32]}" if digest else None
            elif node in on_path:
                self._names[node] = None
            elif node not in self._names:
                on_path.add(node)
                stack.append((node, True))
                stack += [(child, False) for child in children if child not in self._names]

    def _digest(self, predicate: str, object_: GraphTerm) -> str | None:
        if isinstance(object_, BlankNode):
            iri = self._names.get(object_)
            return f"<{predicate}> <{iri}>" if iri else None
        return f"<{predicate}> {object_}"
