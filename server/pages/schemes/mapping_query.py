"""Query for the mappings of a mapping set."""

from __future__ import annotations

from pyoxigraph import NamedNode, QuerySolutions

from begrepp.queries.page_queries import bind_inputs
from server.served.build import ServedBuild


def select_mappings(build: ServedBuild, mapping_set: str, span: str = "") -> QuerySolutions:
    """Return the mappings of a set (IRI) in the order of the store; `span` as `LIMIT 200 OFFSET 0`, else all."""
    query = bind_inputs("mapping-set", set=NamedNode(mapping_set)).replace("LIMIT 200 OFFSET 0", span)
    mappings = build.store.query(query)
    assert isinstance(mappings, QuerySolutions)
    return mappings
