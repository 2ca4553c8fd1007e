"""Federation nodes: the operator's list of SPARQL endpoints (`data/nodes.toml`) and an HTTP client for them.

Queries are sent to these endpoints only. An address that is not public is refused unless its entry has
`private = true`, so that a host name cannot be redirected into the operator's own network.
"""

from __future__ import annotations

import ipaddress
import json
import socket
import time
import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from pyoxigraph import RdfFormat, parse
from urllib3 import PoolManager, Retry, Timeout
from urllib3.exceptions import HTTPError

from begrepp.errors import BegreppError, InputError
from begrepp.rdf.namespaces import expand
from begrepp.sparql.services import Solution

NODES_FILE = "nodes.toml"
HOP_HEADER = "Begrepp-Hop"
"""Request header that marks a query from another node; such a query is not passed on."""
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

    _http: PoolManager = field(default_factory=lambda: PoolManager(num_pools=20, maxsize=8))
    _properties: dict[str, tuple[float, frozenset[str]]] = field(default_factory=dict)

    def select(self, node: FederationNode, query: str) -> list[Solution]:
        """Return the solutions of a SELECT, with each term in SPARQL syntax.

        Raises `NodeError` if the node is down, slow or refuses, or if the response is too large.
        """
        body = self._post(node, query, "application/sparql-results+json")
        try:
            bindings = json.loads(body)["results"]["bindings"]
            return [{name: format_term(term) for name, term in row.items()} for row in bindings]
        except (ValueError, KeyError, TypeError):
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
        _refuse_private(node)
        deadline = time.monotonic() + node.seconds
        try:
            response = self._http.request(
                method, url, body=body or None, headers=headers, redirect=False, preload_content=False,
                timeout=Timeout(connect=min(3.0, node.seconds), read=node.seconds), retries=_RETRIES,
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
            raise NodeError(f"{node.name} answered {response.status}: {bytes(data[:200]).decode(errors='replace')}", "")
        return bytes(data)


def _refuse_private(node: FederationNode) -> None:
    """Raise `NodeError` if the endpoint's host has an address that is not public and the entry does not allow it."""
    parts = urlsplit(node.endpoint)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise NodeError(f"{node.name} has no web address.", "Correct its endpoint in nodes.toml.")
    if node.private:
        return
    try:
        addresses = {entry[4][0] for entry in socket.getaddrinfo(parts.hostname, parts.port, type=socket.SOCK_STREAM)}
    except OSError:
        raise NodeError(f"{node.name} cannot be reached: unknown host name.", "") from None
    if not all(ipaddress.ip_address(str(address).partition("%")[0]).is_global for address in addresses):
        raise NodeError(f"{node.name} resolves to a non-public address.", "Set private = true to allow it.")


def format_term(term: dict[str, Any]) -> str:
    """Convert a term of SPARQL JSON results to SPARQL syntax; a blank node becomes an IRI."""
    value = str(term["value"])
    if term["type"] == "uri":
        return f"<{value}>"
    if term["type"] == "bnode":
        return f"<urn:x-begrepp-blank:{value}>"
    text = json.dumps(value, ensure_ascii=False)
    if language := term.get("xml:lang"):
        return f"{text}@{language}"
    return f"{text}^^<{datatype}>" if (datatype := term.get("datatype")) else text
