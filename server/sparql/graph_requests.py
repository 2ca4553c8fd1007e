"""Graphs by name: the read operations of the SPARQL 1.1 Graph Store HTTP Protocol, at the query endpoint.

`GET /sparql?graph=IRI` returns a named graph and `GET /sparql?default` the default graph (the protocol's sections 4.2
and 5.2).
"""

from __future__ import annotations

import json

from flask import request
from pyoxigraph import NamedNode

from begrepp.errors import NotFound, QueryRefused, UsageError
from begrepp.sparql.checked_query import READ_ONLY
from server.sparql.probe import run_probe
from server.sparql.request import SparqlRequest

_WHOLE_GRAPH = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"


def names_graph() -> bool:
    """Return whether the request is of the Graph Store protocol: it names a graph and has no query."""
    return ("graph" in request.args or "default" in request.args) and "query" not in request.values


def read_graph_request() -> SparqlRequest:
    """Return the query for the graph that the request names.

    Raises `QueryRefused` for a method that writes, `UsageError` for a name that is not an absolute IRI, and `NotFound`.
    """
    if request.method not in ("GET", "HEAD"):
        raise QueryRefused(*READ_ONLY)
    names = request.args.getlist("graph")
    if len(names) + ("default" in request.args) > 1:
        raise UsageError("The request names more than one graph.", "Send one `graph` parameter, or `default`.")
    if not names:
        return SparqlRequest(query=_WHOLE_GRAPH)
    try:
        graph = NamedNode(names[0])
    except ValueError:
        raise UsageError(f"'{names[0]}' is not an absolute IRI.", "Send the IRI of the graph in `graph`.") from None
    is_known = run_probe(f"ASK {{ GRAPH {graph} {{ ?s ?p ?o }} }}", SparqlRequest(query=_WHOLE_GRAPH))
    if not json.loads(is_known)["boolean"]:
        raise NotFound(f"There is no graph {graph.value}.", "See /downloads/manifest.json for the graphs.")
    return SparqlRequest(query=_WHOLE_GRAPH, default_graphs=(graph.value,))
