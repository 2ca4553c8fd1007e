"""One port to ask the graph by, and the engines behind it: Oxigraph on disk, or any SPARQL endpoint.

The default graph of a query is the current view, held materialised (docs/decisions/releases-as-graphs.md).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from pyoxigraph import (
    DefaultGraph,
    NamedNode,
    QueryBoolean,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
)
from pyoxigraph import (
    Store as Oxigraph,
)

from begrepp.errors import NoBuild, QueryError
from begrepp.namespaces import prefixes

Answer = QuerySolutions | QueryBoolean | QueryTriples


class Store(Protocol):
    """What can be asked."""

    def query(
        self,
        query: str,
        *,
        default_graphs: Iterable[str] = (),
        named_graphs: Iterable[str] = (),
        base: str | None = None,
    ) -> Answer:
        """The answer to a SPARQL query, the project's prefixes known.

        `default_graphs` and `named_graphs` are the protocol's dataset parameters: where either is given the
        dataset holds nothing else. Relative IRIs are read against `base`.

        Raises `QueryError` where the query cannot be parsed or evaluated.
        """


class DiskStore:
    """The store of a build, opened read-only; any number of processes may do so at once."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            raise NoBuild(f"There is no store at {path}.", "Run `begrepp build` first.")
        self._store = Oxigraph.read_only(str(path))

    def query(
        self,
        query: str,
        *,
        default_graphs: Iterable[str] = (),
        named_graphs: Iterable[str] = (),
        base: str | None = None,
    ) -> Answer:
        """Ask the engine."""
        default_graphs, named_graphs = [*default_graphs], [*named_graphs]
        chosen = bool(default_graphs or named_graphs)
        try:
            return self._store.query(
                query,
                base_iri=base,
                prefixes=prefixes(),
                default_graph=[NamedNode(graph) for graph in default_graphs] if chosen else None,
                named_graphs=[NamedNode(graph) for graph in named_graphs] if chosen else None,
            )
        except (SyntaxError, ValueError, OSError, RuntimeError) as error:
            raise QueryError(f"The query cannot be answered: {error}", "Correct it and ask again.") from None


def write_store(path: Path, graphs: Iterable[tuple[str, Path]], default: Path) -> None:
    """Write a new store: each file of N-Triples into its named graph, and one into the default graph."""
    store = Oxigraph(str(path))
    for graph, file in graphs:
        store.bulk_load(path=str(file), format=RdfFormat.N_TRIPLES, to_graph=NamedNode(graph))
    store.bulk_load(path=str(default), format=RdfFormat.N_TRIPLES, to_graph=DefaultGraph())
    store.optimize()
    store.flush()
