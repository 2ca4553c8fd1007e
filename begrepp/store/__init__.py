"""Query access to the graph: one interface to Oxigraph on disk and to SPARQL endpoints, and the query worker process.

SPARQL text goes in; solutions, a boolean or triples come out.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from pyoxigraph import QueryBoolean, QuerySolutions, QueryTriples

QueryResults = QuerySolutions | QueryBoolean | QueryTriples


class Store(Protocol):
    """A queryable store of RDF."""

    def query(
        self,
        query: str,
        *,
        default_graphs: Iterable[str] = (),
        named_graphs: Iterable[str] = (),
        base: str | None = None,
    ) -> QueryResults:
        """Evaluate a SPARQL query; the project's prefixes are predefined.

        `default_graphs` and `named_graphs` are the dataset parameters of the SPARQL protocol: if either is given, the
        dataset consists of these graphs only. Relative IRIs are resolved against `base`.

        Raises `QueryError` if the query cannot be parsed or evaluated.
        """
