"""A SPARQL 1.1 endpoint somewhere else, asked over HTTP as if it were the store of a build.

Several addresses are replicas of one another: one that fails is passed over for a while, and the next is asked.
The current view is a named graph there (`…/id/graph/current`), since engines differ in what their default graph is;
it is sent along as the default graph of every query that does not choose for itself.
"""

from __future__ import annotations

import json
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
from SPARQLWrapper import BASIC, JSON, POST, URLENCODED, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import QueryBadFormed, SPARQLWrapperException

from begrepp.errors import BegreppError, QueryError
from begrepp.sparql.services import whole
from begrepp.sparql.tokens import after_prologue, tokens
from begrepp.store import Answer
from begrepp.store.disk import names_its_graphs

_TRIES = 2
_PASSED_OVER = 10.0
_OUTAGES = (urllib.error.URLError, HTTPException, OSError)
_RESULTS = "application/sparql-results+json"


class StoreUnreachable(BegreppError):
    """None of the addresses of a store answers."""

    status = 503


class RemoteStore:
    """A SPARQL endpoint, or several that hold the same; asked by SPARQLWrapper.

    `user` and `password` go with every request (HTTP Basic). `current` is the graph that holds the current view,
    `graphs` the others; without them the endpoint's own default graph is asked.
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
        self._failed: dict[str, float] = {}

    def query(
        self,
        query: str,
        *,
        default_graphs: Iterable[str] = (),
        named_graphs: Iterable[str] = (),
        base: str | None = None,
    ) -> Answer:
        """Ask, and read the answer into the engine's own kinds of results, so that nobody need know the difference."""
        text = whole(query)
        if base and not text.lstrip().upper().startswith("BASE"):
            text = f"BASE <{base}>\n{text}"
        default_graphs, named_graphs = [*default_graphs], [*named_graphs]
        if not (default_graphs or named_graphs or names_its_graphs(query)) and self._current:
            default_graphs, named_graphs = [self._current], self._graphs
        form = _form(query)
        media_type, body = self._ask(text, default_graphs, named_graphs, form in ("CONSTRUCT", "DESCRIBE"))
        try:
            if media_type == "application/n-triples":
                return _as_triples(body)
            answer = parse_query_results(body, format=QueryResultsFormat.JSON)
            if form == "ASK" and isinstance(answer, QuerySolutions):
                answer = _yes_or_no(answer)
        except (SyntaxError, ValueError) as error:
            raise QueryError(f"The store's answer cannot be read: {error}", "Look at its log.") from None
        assert isinstance(answer, QuerySolutions | QueryBoolean)
        return answer

    def query_json(self, query: str) -> dict[str, Any]:
        """The answer to a SELECT or ASK, as SPARQL 1.1 JSON results."""
        _, body = self._ask(whole(query), [], [], graph=False)
        answer = json.loads(body)
        if not isinstance(answer, dict):
            raise QueryError("The endpoint did not answer in JSON.", "Only SELECT and ASK can be sent to an endpoint.")
        return answer

    def healthy(self) -> dict[str, bool]:
        """Which addresses answer."""
        return {url: self._alive(url) for url in self._urls}

    def _alive(self, url: str) -> bool:
        try:
            self._send(url, "ASK {}", [], [], graph=False)
        except (*_OUTAGES, SPARQLWrapperException, BegreppError):
            return False
        return True

    def _ask(self, text: str, default: list[str], named: list[str], graph: bool) -> tuple[str, bytes]:
        """From the first address that answers; those that failed just now come last."""
        now = time.monotonic()
        urls = sorted(self._urls, key=lambda url: now - self._failed.get(url, -_PASSED_OVER) < _PASSED_OVER)
        said = ""
        for attempt in range(_TRIES):
            for url in urls:
                try:
                    return self._send(url, text, default, named, graph=graph)
                except QueryBadFormed as error:
                    raise QueryError(f"The query cannot be answered: {error}", "Correct it and ask again.") from None
                except urllib.error.HTTPError as error:
                    if error.code < 500:
                        raise QueryError(f"{url} answered {error.code}.", "Check the address and the query.") from None
                    said = f"{url}: {error}"
                except (*_OUTAGES, SPARQLWrapperException) as error:
                    said = f"{url}: {error}"
                self._failed[url] = time.monotonic()
            time.sleep(0.2 * (attempt + 1))
        raise StoreUnreachable(
            f"The store does not answer the query ({said}).", "Look whether it runs; try again later."
        )

    def _send(self, url: str, text: str, default: list[str], named: list[str], *, graph: bool) -> tuple[str, bytes]:
        wrapper = SPARQLWrapper(url)
        wrapper.setTimeout(int(self._timeout) or 1)
        wrapper.setMethod(POST)
        wrapper.setRequestMethod(URLENCODED)
        wrapper.setReturnFormat(JSON)
        wrapper.setOnlyConneg(True)
        wrapper.addCustomHttpHeader("Accept", "application/n-triples" if graph else _RESULTS)
        if self._credentials[0]:
            wrapper.setHTTPAuth(BASIC)
            wrapper.setCredentials(*self._credentials)
        for name, graphs in (("default-graph-uri", default), ("named-graph-uri", named)):
            for iri in graphs:
                wrapper.addParameter(name, iri)
        wrapper.setQuery(text)
        answer = wrapper.query()
        media_type = answer.info().get("content-type", "").partition(";")[0]
        return media_type, answer.response.read()


def _form(query: str) -> str:
    words = list(tokens(query))
    at = after_prologue(words)
    return words[at].text.upper() if at < len(words) else ""


def _yes_or_no(answer: QuerySolutions) -> QueryBoolean:
    """Virtuoso answers some ASKs with a table of one cell, 1 or 0, or of none."""
    yes = any(getattr(row[0], "value", "0") != "0" for row in answer)
    boolean = parse_query_results(json.dumps({"head": {}, "boolean": yes}).encode(), format=QueryResultsFormat.JSON)
    assert isinstance(boolean, QueryBoolean)
    return boolean


def _as_triples(body: bytes) -> QueryTriples:
    """N-Triples as the answer to a CONSTRUCT."""
    store = Store()
    store.extend(Quad(quad.subject, quad.predicate, quad.object) for quad in parse(body, format=RdfFormat.N_TRIPLES))
    answer = store.query("CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }")
    assert isinstance(answer, QueryTriples)
    return answer
