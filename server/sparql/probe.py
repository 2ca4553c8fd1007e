"""Queries that the server derives from a client's query, and analyses of it, run in query workers.

The server process itself does not parse a client's query: a parser may need much time for a short text.
"""

from __future__ import annotations

import json
from typing import Any

from begrepp.sparql.patterns import TriplePattern
from begrepp.sparql.tokens import Token
from begrepp.store.worker import QueryRequest, Task
from server.sparql.request import SparqlRequest, client_key
from server.state import app_state, served_build

_ANALYSIS_SECONDS = 5.0


def run_probe(text: str, query: SparqlRequest, *, seconds: float = 0) -> bytes:
    """Run a SELECT or ASK query on the dataset of a client's query; return the result as SPARQL JSON.

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
    return app_state().pool.run(probe, client_key()).read()


def read_tokens(text: str) -> list[Token]:
    """Return the tokens of a query as the grammar reads it; raises `QuerySyntaxError` and the errors of the worker."""
    return [Token(kind, text[start:end], start, end) for kind, start, end in _analyse(text, "tokens")]


def read_patterns(text: str) -> list[TriplePattern]:
    """Return the triple patterns of a query; raises `QueryError` and the errors of the worker."""
    return [TriplePattern(**pattern) for pattern in _analyse(text, "patterns")]


def _analyse(text: str, task: Task) -> Any:
    request = QueryRequest(
        store=served_build().location,
        query=text,
        results_format="",
        graph_format="",
        seconds=_ANALYSIS_SECONDS,
        task=task,
    )
    return json.loads(app_state().pool.run(request, client_key()).read())
