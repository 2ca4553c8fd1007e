"""Other endpoints that queries may ask: the operator's list, `data/nodes.toml`, and how they are asked.

Nothing else is ever asked. An address that is not public is refused unless its entry says `private = true`, so
that a name which starts to lead into the operator's own network leads nowhere.
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
from begrepp.sparql.services import Row

FILE = "nodes.toml"
HOP = "Begrepp-Hop"
_LARGEST = 16 << 20
_FRESH = 600.0
_TRIES = Retry(total=2, read=0, redirect=0, status_forcelist=(429, 502, 503), backoff_factor=0.2, raise_on_status=False,
               allowed_methods=None, respect_retry_after_header=False)  # fmt: skip


class NodeError(BegreppError):
    """Another endpoint did not answer, or not as it should."""

    status = 502


@dataclass(frozen=True, slots=True, kw_only=True)
class FederationNode:
    """An endpoint: its short name, the IRI that queries call it by, where it answers, and how long it may take."""

    name: str
    iri: str
    endpoint: str
    private: bool = False
    seconds: float = 10


@cache
def read_nodes(path: Path) -> tuple[FederationNode, ...]:
    """The nodes in the operator's file; none where there is no file.

    Raises `InputError` where the file cannot be read as such.
    """
    if not path.exists():
        return ()
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8")).get("node", [])
        return tuple(FederationNode(**{"iri": entry.get("endpoint", ""), **entry}) for entry in entries)
    except (tomllib.TOMLDecodeError, TypeError, AttributeError) as error:
        raise InputError(path, f"Not a list of nodes: {error}.", "Write [[node]] with name and endpoint.") from None


@dataclass(slots=True)
class NodeClient:
    """Asks nodes, with a deadline and a size limit, and remembers what they hold."""

    _http: PoolManager = field(default_factory=lambda: PoolManager(num_pools=20, maxsize=8))
    _held: dict[str, tuple[float, frozenset[str]]] = field(default_factory=dict)

    def select(self, node: FederationNode, query: str) -> list[Row]:
        """The solutions of a SELECT, each term in SPARQL's own writing.

        Raises `NodeError` where the node is down, slow, refuses, or answers at too great length.
        """
        body = self._post(node, query, "application/sparql-results+json")
        try:
            bindings = json.loads(body)["results"]["bindings"]
            return [{name: term_text(term) for name, term in row.items()} for row in bindings]
        except (ValueError, KeyError, TypeError):
            raise NodeError(f"{node.name} did not answer with solutions.", "") from None

    def properties(self, node: FederationNode) -> frozenset[str]:
        """The properties that the node says it holds, by its VoID; asked for every ten minutes at the most."""
        then, held = self._held.get(node.iri, (0.0, frozenset()))
        if not then or time.monotonic() - then > _FRESH:
            text = self._request(node, "GET", node.endpoint, {"Accept": "text/turtle"})
            try:
                quads = parse(text, format=RdfFormat.TURTLE, base_iri=node.endpoint)
                held = frozenset(q.object.value for q in quads if q.predicate.value == expand("void:property"))
            except (SyntaxError, AttributeError):
                raise NodeError(f"{node.name} does not describe itself in Turtle.", "") from None
            self._held[node.iri] = (time.monotonic(), held)
        return held

    def _post(self, node: FederationNode, query: str, accept: str) -> bytes:
        headers = {"Accept": accept, "Content-Type": "application/x-www-form-urlencoded", HOP: "1"}
        return self._request(node, "POST", node.endpoint, headers, urlencode({"query": query}).encode())

    def _request(
        self, node: FederationNode, method: str, url: str, headers: dict[str, str], body: bytes = b""
    ) -> bytes:
        _refuse_private(node)
        deadline = time.monotonic() + node.seconds
        try:
            response = self._http.request(
                method, url, body=body or None, headers=headers, redirect=False, preload_content=False,
                timeout=Timeout(connect=min(3.0, node.seconds), read=node.seconds), retries=_TRIES,
            )  # fmt: skip
            read = bytearray()
            for chunk in response.stream(1 << 16):
                read += chunk
                if len(read) > _LARGEST:
                    raise NodeError(f"{node.name} answers with more than {_LARGEST >> 20} MB.", "Narrow the part.")
                if time.monotonic() > deadline:
                    raise NodeError(f"{node.name} did not finish within {node.seconds:g} seconds.", "")
        except HTTPError as error:
            raise NodeError(f"{node.name} cannot be reached: {type(error).__name__}.", "") from None
        if response.status != 200:
            raise NodeError(f"{node.name} answered {response.status}: {bytes(read[:200]).decode(errors='replace')}", "")
        return bytes(read)


def _refuse_private(node: FederationNode) -> None:
    parts = urlsplit(node.endpoint)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise NodeError(f"{node.name} has no web address.", "Correct its endpoint in nodes.toml.")
    if node.private:
        return
    try:
        found = {entry[4][0] for entry in socket.getaddrinfo(parts.hostname, parts.port, type=socket.SOCK_STREAM)}
    except OSError:
        raise NodeError(f"{node.name} cannot be reached: its name is not known.", "") from None
    if not all(ipaddress.ip_address(str(address).partition("%")[0]).is_global for address in found):
        raise NodeError(f"{node.name} leads to an address that is not public.", "Say private = true if it may.")


def term_text(term: dict[str, Any]) -> str:
    """A term of SPARQL JSON results in SPARQL's own writing; a blank node of another store becomes an IRI."""
    value = str(term["value"])
    if term["type"] == "uri":
        return f"<{value}>"
    if term["type"] == "bnode":
        return f"<urn:x-begrepp-blank:{value}>"
    text = json.dumps(value, ensure_ascii=False)
    if language := term.get("xml:lang"):
        return f"{text}@{language}"
    return f"{text}^^<{datatype}>" if (datatype := term.get("datatype")) else text
