"""One port to ask the graph by, and the engines behind it: Oxigraph on disk, or any SPARQL endpoint.

The default graph of a query is the current view (docs/decisions/releases-as-graphs.md): what the store holds in its
default graph, and the releases that are too large to be copied there (docs/decisions/store.md).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    NamedNode,
)
from pyoxigraph import (
    Store as Oxigraph,
)

from begrepp.errors import NoBuild, QueryError
from begrepp.rdf.namespaces import prefixes
from begrepp.sparql.select_star import columns_as_written
from begrepp.sparql.tokens import tokens
from begrepp.store import Answer
from begrepp.store.contents import contents_file


class DiskStore:
    """The store of a build, opened read-only; any number of processes may do so at once."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            raise NoBuild(f"There is no store at {path}.", "Run `begrepp build` first.")
        self._store = Oxigraph.read_only(str(path))
        self._apart = _read_apart(path)

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
        default: list[NamedNode | BlankNode | DefaultGraph] | None = None
        named: list[NamedNode | BlankNode] | None = None
        if default_graphs or named_graphs:
            default = [NamedNode(graph) for graph in default_graphs]
            named = [NamedNode(graph) for graph in named_graphs]
        elif self._apart and not names_its_graphs(query):
            default = [DefaultGraph(), *self._apart]
        try:
            return self._store.query(
                columns_as_written(query, base),
                base_iri=base,
                prefixes=prefixes(),
                default_graph=default,
                named_graphs=named,
            )
        except (SyntaxError, ValueError, OSError, RuntimeError) as error:
            raise QueryError(f"The query cannot be answered: {error}", "Correct it and ask again.") from None


def _read_apart(store: Path) -> list[NamedNode]:
    """The graphs that belong to the current view without being copied into the default graph."""
    said = contents_file(store)
    return (
        [NamedNode(graph) for graph in json.loads(said.read_text(encoding="utf-8"))["apart"]] if said.exists() else []
    )


def names_its_graphs(query: str) -> bool:
    """Whether a query chooses its dataset itself, by `FROM` or `FROM NAMED` (SPARQL 1.1, 13.2)."""
    return any(token.is_word("FROM") for token in tokens(query))
