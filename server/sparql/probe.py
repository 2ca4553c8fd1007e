"""Queries that the server derives from a client's query, for advice on it or for its SERVICE clauses."""

from __future__ import annotations

import json
from typing import Any

from begrepp.store.worker import QueryRequest
from server.sparql.request import SparqlRequest, client_key
from server.state import app_state, served_build


def run_probe(text: str, query: SparqlRequest, *, seconds: float = 0) -> Any:
    """Run a SELECT or ASK query on the dataset of a client's query; return the result as parsed SPARQL JSON.

    It takes the client's place in the queue. `seconds` limits the processor time; 0 means no limit. Raises the errors
    of the query worker.
    """
    probe = QueryRequest(
        store=served_build().location,
        query=text,
        results_format="application/sparql-results+json",
        graph_format="text/turtle",
        default_graphs=query.default_graphs,
        named_graphs=query.named_graphs,
        base=served_build().manifest.base,
        seconds=seconds,
    )
    return json.loads(app_state().pool.run(probe, client_key()).read())
