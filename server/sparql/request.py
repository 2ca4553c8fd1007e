"""SPARQL requests: the query and its dataset, read from the HTTP request as the SPARQL protocol defines."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from flask import request
from werkzeug.exceptions import UnsupportedMediaType

from begrepp.errors import QueryError, QueryRefused
from begrepp.sparql.checked_query import READ_ONLY
from begrepp.sparql.tokens import is_deterministic
from server.http import client_address

_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


@dataclass(frozen=True, slots=True, kw_only=True)
class SparqlRequest:
    """A query and the graphs of its dataset."""

    query: str
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()

    @property
    def deterministic(self) -> bool:
        """Whether the result is the same each time for the same build: no `RAND`, `NOW`, `SERVICE` and so on."""
        return is_deterministic(self.query)

    def fingerprint(self, *context: str) -> str:
        """Return a hash of the query, its dataset and what else the answer depends on, for example build and format."""
        parts = (self.query, *self.default_graphs, "|", *self.named_graphs, "|", *context)
        return hashlib.sha256("\0".join(parts).encode(errors="replace")).hexdigest()[:32]


def parse_request(query: str) -> SparqlRequest:
    """Return the query with the dataset that the request parameters select."""
    return SparqlRequest(
        query=query.removeprefix("\ufeff"),
        default_graphs=graph_names(request.values.getlist("default-graph-uri")),
        named_graphs=graph_names(request.values.getlist("named-graph-uri")),
    )


def graph_names(values: Iterable[str]) -> tuple[str, ...]:
    """Return the values of a parameter; forms of clients send an empty one where the user has written nothing."""
    return tuple(name for value in values if (name := value.strip()))


def read_query_text() -> str:
    """Return the query text sent by GET, by POST of a form, or as the body; empty if a GET request has none.

    Raises `QueryRefused` for an update, and `QueryError` if the request violates the protocol.
    """
    if "update" in request.values or request.mimetype == "application/sparql-update":
        raise QueryRefused(*READ_ONLY)
    if request.method == "POST" and request.mimetype == "application/sparql-query":
        if "query" in request.args:
            raise QueryError("There is a query in the address beside the one in the body.", "Send one query.")
        try:
            text = request.get_data().decode()
        except UnicodeDecodeError:
            raise QueryError("The query is not UTF-8.", "Send it as UTF-8.") from None
        return _required(text)
    if request.method == "POST" and request.mimetype not in _FORMS:
        raise UnsupportedMediaType("Send a form with `query`, or the query as application/sparql-query.")
    query = request.values.get("query")
    if request.method == "POST" and query is None:
        raise QueryError("The `query` parameter is missing.", "Send the query in `query`.")
    return _required(query or "") if request.method == "POST" else (query or "").strip()


def _required(text: str) -> str:
    if not text.strip():
        raise QueryError("The query is empty.", "Send the query in `query`, or as the body of the request.")
    return text.strip()


def client_key() -> str:
    """Return the key of the client in the fair queue: its IPv4 address or its IPv6 network; it is not stored."""
    return client_address.client_key(request.remote_addr or "")
