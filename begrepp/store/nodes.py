"""Federation nodes: the operator's list of SPARQL endpoints (`data/nodes.toml`) and an HTTP client for them.

Queries are sent to these endpoints only. An address that is not public is refused unless its entry has
`private = true`. A host name is resolved once for a request, and the connection uses the address that was checked, so a
name that resolves differently the second time (DNS rebinding) gains nothing. Redirects are not followed. Clients see
that a node failed, but nothing of what it sent.
"""

from __future__ import annotations

import threading
import time
import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from urllib.parse import SplitResult, urlencode, urlsplit

from cachetools import LRUCache
from pyoxigraph import (
    BlankNode,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    parse,
    parse_query_results,
)
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, Retry, Timeout
from urllib3.exceptions import HTTPError

from begrepp.errors import BegreppError, InputError
from begrepp.rdf.namespaces import expand
from begrepp.sparql.services import Solution
from begrepp.store.host_addresses import is_public, resolve_host

NODES_FILE = "nodes.toml"
HOP_HEADER = "Begrepp-Hop"
"""Request header that marks a query from another node; such a query is not passed on."""
BLANK_PREFIX = "<urn:x-begrepp-blank:"
"""Beginning of the IRI in SPARQL syntax that stands for a blank node."""
_MAX_RESPONSE = 16 << 20
"""Bytes."""
_PROPERTIES_TTL = 600.0
"""Seconds."""
_RETRIES = Retry(
    total=2,
    read=0,
    redirect=0,
    status_forcelist=(429, 502, 503),
    backoff_factor=0.2,
    raise_on_status=False,
    allowed_methods=None,
    respect_retry_after_header=False,
)


class NodeError(BegreppError):
    """Error of another endpoint: no response, or an invalid one."""

    status = 502


@dataclass(frozen=True, slots=True, kw_only=True)
class FederationNode:
    """An endpoint: its short name, the IRI in `SERVICE <iri>`, its URL, and a time limit in seconds."""

    name: str
    iri: str
    endpoint: str
    private: bool = False
    seconds: float = 10


@cache
def read_nodes(path: Path) -> tuple[FederationNode, ...]:
    """Read the nodes in the operator's file; returns none if there is no file.

    Raises `InputError` if the file is not a list of nodes.
    """
    if not path.exists():
        return ()
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8")).get("node", [])
        return tuple(FederationNode(**{"iri": entry.get("endpoint", ""), **entry}) for entry in entries)
    except (tomllib.TOMLDecodeError, TypeError, AttributeError) as error:
        raise InputError(path, f"Invalid list of nodes: {error}.", "Write [[node]] with name and endpoint.") from None


@dataclass(slots=True)
class NodeClient:
    """HTTP client with a time limit and a size limit; caches the properties of each node."""

    _pools: LRUCache[tuple[str, str, int | None, str], HTTPConnectionPool] = field(default_factory=lambda: LRUCache(20))
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _properties: dict[str, tuple[float, frozenset[str]]] = field(default_factory=dict)

    def select(self, node: FederationNode, query: str) -> list[Solution]:
        """Return the solutions of a SELECT, with each term in SPARQL syntax.

        Raises `NodeError` if the node is down, slow or refuses, or if the response is too large.
        """
        body = self._post(node, query, "application/sparql-results+json")
        try:
            return parse_solutions(body)
        except (SyntaxError, ValueError, OSError):
            raise NodeError(f"{node.name} did not return query solutions.", "") from None

    def properties(self, node: FederationNode) -> frozenset[str]:
        """Return the properties in the node's VoID description; cached for ten minutes.

        Raises `NodeError` if the node cannot be reached or the description is not Turtle.
        """
        fetched_at, properties = self._properties.get(node.iri, (0.0, frozenset()))
        if not fetched_at or time.monotonic() - fetched_at > _PROPERTIES_TTL:
            text = self._request(node, "GET", node.endpoint, {"Accept": "text/turtle"})
            try:
                quads = parse(text, format=RdfFormat.TURTLE, base_iri=node.endpoint)
                properties = frozenset(q.object.value for q in quads if q.predicate.value == expand("void:property"))
            except (SyntaxError, AttributeError):
                raise NodeError(f"{node.name} has no description in Turtle.", "") from None
            self._properties[node.iri] = (time.monotonic(), properties)
        return properties

    def _post(self, node: FederationNode, query: str, accept: str) -> bytes:
        headers = {"Accept": accept, "Content-Type": "application/x-www-form-urlencoded", HOP_HEADER: "1"}
        return self._request(node, "POST", node.endpoint, headers, urlencode({"query": query}).encode())

    def _request(
        self, node: FederationNode, method: str, url: str, headers: dict[str, str], body: bytes = b""
    ) -> bytes:
        pool, host = self._pool(node)
        deadline = time.monotonic() + node.seconds
        try:
            response = pool.urlopen(
                method, _path(url), body=body or None, headers={**headers, "Host": host}, redirect=False,
                preload_content=False, timeout=Timeout(connect=min(3.0, node.seconds), read=node.seconds),
                retries=_RETRIES,
            )  # fmt: skip
            data = bytearray()
            for chunk in response.stream(1 << 16):
                data += chunk
                if len(data) > _MAX_RESPONSE:
                    raise NodeError(
                        f"{node.name} answers with more than {_MAX_RESPONSE >> 20} MB.", "Narrow the SERVICE pattern."
                    )
                if time.monotonic() > deadline:
                    raise NodeError(f"{node.name} did not finish within {node.seconds:g} seconds.", "")
        except HTTPError as error:
            raise NodeError(f"{node.name} cannot be reached: {type(error).__name__}.", "") from None
        if response.status != 200:
            raise NodeError(f"{node.name} answered {response.status}.", "")
        return bytes(data)

    def _pool(self, node: FederationNode) -> tuple[HTTPConnectionPool, str]:
        """Return connections to an address of the node that was checked, and the value of the Host header."""
        parts = urlsplit(node.endpoint)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise NodeError(f"{node.name} has no web address.", "Correct its endpoint in nodes.toml.")
        key = (parts.scheme, parts.hostname, parts.port, _checked_address(node, parts))
        with self._lock:
            if key not in self._pools:
                if parts.scheme == "https":
                    self._pools[key] = HTTPSConnectionPool(
                        key[3], parts.port, maxsize=8, server_hostname=parts.hostname, assert_hostname=parts.hostname
                    )
                else:
                    self._pools[key] = HTTPConnectionPool(key[3], parts.port, maxsize=8)
            return self._pools[key], parts.netloc.rpartition("@")[2]


def _checked_address(node: FederationNode, parts: SplitResult) -> str:
    """Return an address of the node's host; all must be public, unless the entry allows private ones."""
    try:
        addresses = resolve_host(parts.hostname or "", parts.port)
    except OSError:
        raise NodeError(f"{node.name} cannot be reached: unknown host name.", "") from None
    if not node.private and not all(map(is_public, addresses)):
        raise NodeError(f"{node.name} resolves to a non-public address.", "Set private = true to allow it.")
    return addresses[0]


def _path(url: str) -> str:
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def parse_solutions(body: bytes) -> list[Solution]:
    """Return the solutions in SPARQL JSON results, with each term in SPARQL syntax; a blank node becomes an IRI.

    Raises `SyntaxError` if the JSON or a term is not valid, and `ValueError` for a boolean: the terms become part of a
    query, so an IRI or a language tag must not contain anything else.
    """
    results = parse_query_results(body, format=QueryResultsFormat.JSON)
    if not isinstance(results, QuerySolutions):
        raise ValueError("no solutions")
    names = [variable.value for variable in results.variables]
    return [{name: _format_term(row[name]) for name in names if row[name] is not None} for row in results]


def _format_term(term: object) -> str:
    return f"{BLANK_PREFIX}{term.value}>" if isinstance(term, BlankNode) else str(term)
