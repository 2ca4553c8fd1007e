"""A view of a store in which chosen graphs are the default graph: an edition, or the editions of a day."""

from __future__ import annotations

from collections.abc import Iterable

from begrepp.store import QueryResults, Store


class ChosenGraphs:
    """A store with chosen graphs as default graph."""

    def __init__(self, store: Store, default: Iterable[str], named: Iterable[str] = ()) -> None:
        self._store = store
        # Without any graph the result must be empty, but an empty list means all graphs.
        self._default, self._named = [*default] or ["urn:none"], [*named]

    def query(
        self,
        query: str,
        *,
        default_graphs: Iterable[str] = (),
        named_graphs: Iterable[str] = (),
        base: str | None = None,
    ) -> QueryResults:
        """Run a query over the chosen graphs."""
        return self._store.query(query, default_graphs=self._default, named_graphs=self._named, base=base)
