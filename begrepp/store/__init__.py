"""Stores of the graph behind one interface: Oxigraph on disk, or any SPARQL endpoint."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from pyoxigraph import QueryBoolean, QuerySolutions, QueryTriples

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
