"""Read-only access to the Oxigraph store of a build on disk.

The default graph of a query is the current view (docs/decisions/releases-as-graphs.md): the default graph of the
store, and the graphs of editions that are too large to be copied there (docs/decisions/store.md).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path

from pyoxigraph import BlankNode, DefaultGraph, NamedNode
from pyoxigraph import Store as Oxigraph

from begrepp.errors import DamagedBuild, NoBuild, QueryError
from begrepp.rdf.namespaces import prefixes
from begrepp.sparql.lookup_answers import Term
from begrepp.sparql.rejections import explain_rejection
from begrepp.sparql.scheme_orders import SchemeOrders, read_scheme_orders
from begrepp.sparql.select_star import expand_select_star
from begrepp.sparql.tokens import tokens
from begrepp.sparql.view_counts import ViewCounts, read_view_counts
from begrepp.store import QueryResults
from begrepp.store.contents import contents_file


class DiskStore:
    """The store of a build, opened read-only; any number of processes may open it at once."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            raise NoBuild("The build has no store.", "Run `begrepp build` first.")
        try:
            self._store = Oxigraph.read_only(str(path))
        except (OSError, RuntimeError):  # the words of the engine name files of this machine
            raise DamagedBuild("The published build is damaged: its store cannot be opened.") from None
        self._view_graphs = _read_view_graphs(path)
        self._current: list[NamedNode | DefaultGraph] = [DefaultGraph(), *self._view_graphs]
        self._statistics = path.parent / "statistics.json"

    @cached_property
    def counts(self) -> ViewCounts | None:
        """The counts of the current view, from the statistics beside the store; None if there are none."""
        return read_view_counts(self._statistics)

    @cached_property
    def orders(self) -> SchemeOrders | None:
        """The orders of the concepts of each scheme, from the files beside the store; None if there are none."""
        return read_scheme_orders(self._statistics.parent)

    def query(
        self,
        query: str,
        *,
        default_graphs: Iterable[str] = (),
        named_graphs: Iterable[str] = (),
        base: str | None = None,
    ) -> QueryResults:
        """Evaluate a query, as described in `begrepp.store.Store.query`."""
        default_graphs, named_graphs = [*default_graphs], [*named_graphs]
        default: list[NamedNode | BlankNode | DefaultGraph] | None = None
        named: list[NamedNode | BlankNode] | None = None
        if default_graphs or named_graphs:
            default = [NamedNode(graph) for graph in default_graphs]
            named = [NamedNode(graph) for graph in named_graphs]
        elif self._view_graphs and not has_dataset_clause(query):
            default = [DefaultGraph(), *self._view_graphs]
        try:
            return self._store.query(
                expand_select_star(query, base),
                base_iri=base,
                prefixes=_used_prefixes(query),
                default_graph=default,
                named_graphs=named,
            )
        except SyntaxError as error:
            raise explain_rejection(query, str(error)) from None
        except (ValueError, OSError, RuntimeError) as error:
            if str(error).startswith("Corruption"):
                raise DamagedBuild("The published build is damaged: its store cannot be read.") from None
            raise QueryError(f"The query cannot be answered: {error}", "Fix the query and retry.") from None

    def triples(
        self, subject: NamedNode | BlankNode | None, predicate: NamedNode | None, object_: Term | None
    ) -> Iterator[tuple[Term, Term, Term]]:
        """Yield the triples of the current view with these terms in the order in which queries read them."""
        for graph in self._current:
            for quad in self._store.quads_for_pattern(subject, predicate, object_, graph):
                yield quad.subject, quad.predicate, quad.object


def _used_prefixes(query: str) -> dict[str, str]:
    """Return the predefined prefixes that may occur in a query: the engine checks each that it gets, for each query."""
    return {prefix: namespace for prefix, namespace in prefixes().items() if f"{prefix}:" in query}


def _read_view_graphs(store: Path) -> list[NamedNode]:
    """Return the graphs that belong to the current view without being copied into the default graph."""
    file = contents_file(store)
    if not file.exists():
        return []
    return [NamedNode(graph) for graph in json.loads(file.read_text(encoding="utf-8"))["apart"]]


def has_dataset_clause(query: str) -> bool:
    """Return whether a query specifies its dataset by `FROM` or `FROM NAMED` (SPARQL 1.1, section 13.2)."""
    return "from" in query.lower() and any(token.is_word("FROM") for token in tokens(query))
