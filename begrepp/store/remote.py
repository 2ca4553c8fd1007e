"""Store client for SPARQL 1.1 endpoints over HTTP.

Several URLs are replicas: after a failure the next one is used, and the failed one is tried last for ten seconds.
The current view is a named graph of the endpoint (`…/id/graph/current`), since engines differ in their default graph;
it is sent as the default graph of every query that does not specify a dataset.
"""

from __future__ import annotations

import json
import logging
import time
import urllib.error
from collections.abc import Iterable
from http.client import HTTPException
from typing import Any

from pyoxigraph import (
    Quad,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Store,
    parse,
    parse_query_results,
)
from SPARQLWrapper import BASIC, JSON, POST, TURTLE, URLENCODED, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import QueryBadFormed, SPARQLWrapperException

from begrepp.errors import BegreppError, QueryError
from begrepp.sparql.services import add_prefixes
from begrepp.sparql.tokens import prologue_end, tokens
from begrepp.store import QueryResults
from begrepp.store.disk import has_dataset_clause

_log = logging.getLogger("begrepp.store")
_ATTEMPTS = 2
_RETRY_AFTER = 10.0
"""Seconds during which a failed URL is tried last."""
_OUTAGES = (urllib.error.URLError, HTTPException, OSError)
_RESULTS = "application/sparql-results+json"


class StoreUnreachable(BegreppError):
    """No URL of a store responds."""

    status = 503


class RemoteStore:
    """A SPARQL endpoint or several replicas, queried with SPARQLWrapper.

    `url` holds one or more URLs, separated by spaces or commas. `user` and `password` are sent with every request
    (HTTP Basic). `current` is the graph with the current view, `graphs` are the others; without them the default graph
    of the endpoint is queried.
    """

    def __init__(
        self,
        url: str,
        *,
        timeout_seconds: float = 60,
        user: str = "",
        password: str = "",
        current: str = "",
        graphs: Iterable[str] = (),
    ) -> None:
        self._urls = [part for part in url.replace(",", " ").split() if part]
        self._timeout = timeout_seconds
        self._credentials = (user, password)
        self._current, self._graphs = current, [*graphs]
        self._failed_at: dict[str, float] = {}

    def query(
        self,
        query: str,
        *,
        default_graphs: Iterable[str] = (),
        named_graphs: Iterable[str] = (),
        base: str | None = None,
    ) -> QueryResults:
        """Send a query and parse the response into pyoxigraph results; raises `QueryError` or `StoreUnreachable`."""
        text = add_prefixes(query)
        if base and not text.lstrip().upper().startswith("BASE"):
            text = f"BASE <{base}>\n{text}"
        default_graphs, named_graphs = [*default_graphs], [*named_graphs]
        if not (default_graphs or named_graphs or has_dataset_clause(query)) and self._current:
            default_graphs, named_graphs = [self._current], self._graphs
        form = _query_form(query)
        media_type, body = self._request(text, default_graphs, named_graphs, form in ("CONSTRUCT", "DESCRIBE"))
        try:
            if media_type == "application/n-triples":
                return _parse_triples(body)
            results = parse_query_results(body, format=QueryResultsFormat.JSON)
            if form == "ASK" and isinstance(results, QuerySolutions):
                results = _solutions_to_boolean(results)
        except (SyntaxError, ValueError) as error:
            raise QueryError(
                f"The response of the store cannot be read: {error}", "See the log of the store."
            ) from None
        assert isinstance(results, QuerySolutions | QueryBoolean)
        return results

    def query_json(self, query: str) -> dict[str, Any]:
        """Return the result of a SELECT or ASK as SPARQL 1.1 JSON results."""
        _, body = self._request(add_prefixes(query), [], [], graph=False)
        results = json.loads(body)
        if not isinstance(results, dict):
            raise QueryError("The endpoint did not return JSON.", "Only SELECT and ASK can be sent to an endpoint.")
        return results

    def check_health(self) -> dict[str, bool]:
        """Return for each URL whether it responds."""
        return {url: self._is_alive(url) for url in self._urls}

    def _is_alive(self, url: str) -> bool:
        try:
            self._send(url, "ASK {}", [], [], graph=False)
        except (*_OUTAGES, SPARQLWrapperException, BegreppError):
            return False
        return True

    def _request(self, text: str, default: list[str], named: list[str], graph: bool) -> tuple[str, bytes]:
        """Return the media type and body of the first URL that responds; recently failed URLs are tried last."""
        now = time.monotonic()
        urls = sorted(self._urls, key=lambda url: now - self._failed_at.get(url, -_RETRY_AFTER) < _RETRY_AFTER)
        for attempt in range(_ATTEMPTS):
            for url in urls:
                try:
                    return self._send(url, text, default, named, graph=graph)
                except QueryBadFormed as error:
                    raise QueryError(f"The query cannot be answered: {error}", "Fix the query and retry.") from None
                except urllib.error.HTTPError as error:
                    _log.warning("%s answered %s.", url, error.code)
                    if error.code < 500:
                        raise QueryError(
                            f"The store answered {error.code}.", "Check the query; see the log of the server."
                        ) from None
                except (*_OUTAGES, SPARQLWrapperException) as error:
                    _log.warning("%s: %s", url, error)
                self._failed_at[url] = time.monotonic()
            time.sleep(0.2 * (attempt + 1))
        raise StoreUnreachable("The store does not answer the query.", "Try again later; the log has the reason.")

    def _send(self, url: str, text: str, default: list[str], named: list[str], *, graph: bool) -> tuple[str, bytes]:
        wrapper = SPARQLWrapper(url)
        wrapper.setTimeout(int(self._timeout) or 1)
        wrapper.setMethod(POST)
        wrapper.setRequestMethod(URLENCODED)
        wrapper.setReturnFormat(TURTLE if graph else JSON)  # the Accept header below decides
        wrapper.setOnlyConneg(True)
        wrapper.addCustomHttpHeader("Accept", "application/n-triples" if graph else _RESULTS)
        if self._credentials[0]:
            wrapper.setHTTPAuth(BASIC)
            wrapper.setCredentials(*self._credentials)
        for name, graphs in (("default-graph-uri", default), ("named-graph-uri", named)):
            for iri in graphs:
                wrapper.addParameter(name, iri)
        wrapper.setQuery(text)
        response = wrapper.query()
        media_type = response.info().get("content-type", "").partition(";")[0]
        return media_type, response.response.read()


def _query_form(query: str) -> str:
    words = list(tokens(query))
    at = prologue_end(words)
    return words[at].text.upper() if at < len(words) else ""


def _solutions_to_boolean(results: QuerySolutions) -> QueryBoolean:
    """Convert solutions to a boolean: Virtuoso answers some ASK queries with one cell, 1 or 0, or with no rows."""
    is_true = any(getattr(row[0], "value", "0") != "0" for row in results)
    boolean = parse_query_results(json.dumps({"head": {}, "boolean": is_true}).encode(), format=QueryResultsFormat.JSON)
    assert isinstance(boolean, QueryBoolean)
    return boolean


def _parse_triples(body: bytes) -> QueryTriples:
    """Parse N-Triples into the result type of a CONSTRUCT."""
    store = Store()
    store.extend(Quad(quad.subject, quad.predicate, quad.object) for quad in parse(body, format=RdfFormat.N_TRIPLES))
    results = store.query("CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }")
    assert isinstance(results, QueryTriples)
    return results
