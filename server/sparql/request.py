"""SPARQL requests: the query and its dataset, read from the HTTP request as the SPARQL protocol defines."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from itertools import islice

from flask import request
from werkzeug.exceptions import UnsupportedMediaType

from begrepp.errors import QueryError, QueryRefused
from begrepp.sparql.tokens import Token, depth, is_deterministic, is_update, tokens
from server.http import client_address

READ_ONLY = ("This endpoint is read-only.", "SPARQL Update is not supported; change the source files and rebuild.")
"""Reason and next step of the error for a request that would write."""
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
MAX_DEPTH = 200
MAX_TOKENS = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SparqlRequest:
    """A query, its tokens, and the graphs of its dataset."""

    query: str
    tokens: list[Token]
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()

    @property
    def deterministic(self) -> bool:
        """Whether the result is the same each time for the same build: no `RAND`, `NOW`, `SERVICE` and so on."""
        return is_deterministic(self.tokens)

    def fingerprint(self, *context: str) -> str:
        """Return a hash of the query, its dataset and what else the answer depends on, for example build and format."""
        parts = (self.query, *self.default_graphs, "|", *self.named_graphs, "|", *context)
        return hashlib.sha256("\0".join(parts).encode(errors="replace")).hexdigest()[:32]


def parse_request(query: str) -> SparqlRequest:
    """Return the query with the dataset that the request parameters select."""
    return parse_query(
        query,
        default_graphs=_graph_names("default-graph-uri"),
        named_graphs=_graph_names("named-graph-uri"),
    )


def _graph_names(parameter: str) -> tuple[str, ...]:
    """Return the values of a parameter; forms of clients send an empty one where the user has written nothing."""
    return tuple(name for value in request.values.getlist(parameter) if (name := value.strip()))


def parse_query(
    query: str, *, default_graphs: tuple[str, ...] = (), named_graphs: tuple[str, ...] = ()
) -> SparqlRequest:
    """Return a parsed query; raises `QueryRefused` for an update and `QueryError` if it exceeds a limit."""
    query = query.removeprefix("\ufeff")
    token_list = list(islice(tokens(query), MAX_TOKENS + 1))
    if len(token_list) > MAX_TOKENS:
        raise QueryError(
            f"The query has more than {MAX_TOKENS:,} tokens.", "Split the query, or run it on your own build."
        )
    if is_update(token_list):
        raise QueryRefused(*READ_ONLY)
    if depth(token_list) > MAX_DEPTH:
        raise QueryError(
            f"The query has brackets or operators nested more than {MAX_DEPTH} deep.",
            "Reduce the nesting with UNION, IN or VALUES.",
        )
    return SparqlRequest(query=query, tokens=token_list, default_graphs=default_graphs, named_graphs=named_graphs)


def read_query_text() -> str:
    """Return the query text sent by GET, by POST of a form, or as the body; empty if a GET request has none.

    Raises `QueryRefused` for an update, and `QueryError` if the request violates the protocol.
    """
    if "update" in request.values or request.mimetype == "application/sparql-update":
        raise QueryRefused(*READ_ONLY)
    if request.method == "POST" and request.mimetype == "application/sparql-query":
        try:
            text = request.get_data().decode()
        except UnicodeDecodeError:
            raise QueryError("The query is not UTF-8.", "Send it as UTF-8.") from None
        return _required(text)
    if request.method == "POST" and request.mimetype not in _FORMS:
        raise UnsupportedMediaType("Send a form with `query`, or the query as application/sparql-query.")
    queries = request.values.getlist("query")
    if len(queries) > 1:
        raise QueryError("There is more than one `query` parameter.", "Send one `query` parameter.")
    if request.method == "POST" and not queries:
        raise QueryError("The `query` parameter is missing.", "Send the query in `query`.")
    return _required(queries[0]) if request.method == "POST" else "".join(queries).strip()


def _required(text: str) -> str:
    if not text.strip():
        raise QueryError("The query is empty.", "Send the query in `query`, or as the body of the request.")
    return text.strip()


def client_key() -> str:
    """Return the key of the client in the fair queue: its IPv4 address or its IPv6 network; it is not stored."""
    return client_address.client_key(request.remote_addr or "")
