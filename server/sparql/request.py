"""What a SPARQL request asks: the query and its dataset, taken from the request as the protocol says, or refused."""

from __future__ import annotations

import hashlib
import ipaddress
from dataclasses import dataclass
from itertools import islice

from flask import request
from werkzeug.exceptions import UnsupportedMediaType

from begrepp.errors import QueryError, QueryRefused
from begrepp.sparql.tokens import Token, depth, is_steady, is_update, tokens

_READ_ONLY = ("This endpoint is read-only.", "SPARQL Update is not supported; change the source files and rebuild.")
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
DEEPEST = 200
MOST_WORDS = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SparqlRequest:
    """A query, its words, and the graphs that the request chose."""

    query: str
    words: list[Token]
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()

    @property
    def steady(self) -> bool:
        """Whether the same build always gives the same answer."""
        return is_steady(self.words)

    def tag(self, *beside: str) -> str:
        """The same for the same question; `beside` is what else the answer depends on: build, format."""
        parts = (self.query, *self.default_graphs, "|", *self.named_graphs, "|", *beside)
        return hashlib.sha256("\0".join(parts).encode(errors="replace")).hexdigest()[:32]


def parse_request(query: str) -> SparqlRequest:
    """The query of the request, with the dataset that its parameters choose."""
    return parse_query(
        query,
        default_graphs=tuple(request.values.getlist("default-graph-uri")),
        named_graphs=tuple(request.values.getlist("named-graph-uri")),
    )


def parse_query(
    query: str, *, default_graphs: tuple[str, ...] = (), named_graphs: tuple[str, ...] = ()
) -> SparqlRequest:
    """A query, looked at before it is asked; raises `QueryRefused` or `QueryError` where it may not be."""
    words = list(islice(tokens(query), MOST_WORDS + 1))
    if len(words) > MOST_WORDS:
        raise QueryError(
            f"The query has more than {MOST_WORDS:,} tokens.", "Split the query, or run it on your own build."
        )
    if is_update(words):
        raise QueryRefused(*_READ_ONLY)
    if depth(words) > DEEPEST:
        raise QueryError(
            f"The query has brackets or operators nested more than {DEEPEST} deep.",
            "Reduce the nesting with UNION, IN or VALUES.",
        )
    return SparqlRequest(query=query, words=words, default_graphs=default_graphs, named_graphs=named_graphs)


def query_text() -> str:
    """The query that the request sends by GET, by POST of a form, or as its body; empty where there is none.

    Raises `QueryRefused` for updates and `QueryError` for what is no query by the protocol.
    """
    if "update" in request.values or request.mimetype == "application/sparql-update":
        raise QueryRefused(*_READ_ONLY)
    if request.method == "POST" and request.mimetype == "application/sparql-query":
        try:
            return request.get_data().decode()
        except UnicodeDecodeError:
            raise QueryError("The query is not UTF-8.", "Send it as UTF-8.") from None
    if request.method == "POST" and request.mimetype not in _FORMS:
        raise UnsupportedMediaType("Send a form with `query`, or the query as application/sparql-query.")
    given = request.values.getlist("query")
    if len(given) > 1:
        raise QueryError("There is more than one `query` parameter.", "Send one `query` parameter.")
    if request.method == "POST" and not given:
        raise QueryError("The `query` parameter is missing.", "Send the query in `query`.")
    return given[0].strip() if given else ""


def client() -> str:
    """Who asks, for taking turns only: the address, or the network of an IPv6 address. It is written nowhere."""
    address = request.remote_addr or ""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((parsed, 64), strict=False)) if parsed.version == 6 else address
