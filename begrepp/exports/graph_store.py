"""Client of the SPARQL 1.1 Graph Store HTTP Protocol, which uploads the graphs of a build to another server.

https://www.w3.org/TR/sparql11-http-rdf-update/. Error messages contain the status of a response, never its body.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from urllib.parse import quote
from urllib.request import HTTPDigestAuthHandler, HTTPPasswordMgrWithDefaultRealm, Request, parse_http_list
from urllib.request import parse_keqv_list as parse_key_values

from urllib3 import PoolManager, Retry, Timeout
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    LocationParseError,
    MaxRetryError,
    NewConnectionError,
    ReadTimeoutError,
    SSLError,
)
from urllib3.util import parse_url

from begrepp.artefact.manifest import read_manifest
from begrepp.errors import BegreppError, UsageError
from begrepp.rdf.iris import Iris
from begrepp.store.contents import DEFAULT_GRAPH, read_store_contents

LINES_PER_REQUEST = 20_000
"""Lines of N-Triples in one request; servers limit the size of a body."""
# Only requests that the server has not processed are repeated: no connection was made, or it answered 503.
_RETRIES = Retry(
    total=3,
    read=0,
    redirect=0,
    other=0,
    status_forcelist=(503,),
    allowed_methods=None,
    backoff_factor=0.2,
    raise_on_redirect=False,
    raise_on_status=False,
    retry_after_max=60,
)


_CHECK_LOG = "See the log of that server."
_CHECK_ADDRESS = "Check that the address is that of its Graph Store, such as http://host:7878/store."
_CHECK_RIGHTS = "Check that writing is allowed and that the credentials are correct."
_ADVICE = {401: _CHECK_RIGHTS, 403: _CHECK_RIGHTS, 404: _CHECK_ADDRESS, 405: _CHECK_ADDRESS, 400: _CHECK_ADDRESS}
_ADVICE |= dict.fromkeys((301, 302, 303, 307, 308), "Use the address that the server redirects to.")
_ADVICE |= {413: "Raise the limit of the size of a request in that server or in the proxy before it."}


class GraphStoreError(BegreppError):
    """The other server cannot be reached or did not accept a graph."""


class GraphStore:
    """A Graph Store of another server, written by HTTP Basic or Digest as the server requires.

    `url` is the address of the store, without credentials. Raises `UsageError` for another address.
    """

    def __init__(self, url: str, *, user: str = "", password: str = "", timeout_seconds: float = 300) -> None:
        try:
            parsed = parse_url(url)
        except LocationParseError:
            raise UsageError("The address of the store is not a URL.", "Write it as http://host:7878/store.") from None
        if parsed.scheme not in ("http", "https") or not parsed.host:
            raise UsageError(f"'{url}' is not an HTTP URL.", "Write it as http://host:7878/store.")
        if parsed.auth:
            raise UsageError(
                "The address of the store contains a user name.", "Use --user and BEGREPP_STORE_PASSWORD instead."
            )
        self.url = url
        self._timeout_seconds = timeout_seconds
        self._http = PoolManager(timeout=Timeout(connect=10, read=timeout_seconds), retries=_RETRIES)
        self._credentials = _Credentials(url, user, password) if user else None

    def replace_graph(self, graph: str, lines: Iterable[bytes]) -> None:
        """Replace a named graph by lines of N-Triples: the first request replaces, the others add.

        Raises `GraphStoreError`; then the graph may be incomplete, and the upload must be repeated from its start.
        """
        remaining = iter(lines)
        method = "PUT"
        while (body := b"".join(islice(remaining, LINES_PER_REQUEST))) or method == "PUT":
            self._send(method, graph, body)
            method = "POST"

    def _send(self, method: str, graph: str, body: bytes) -> None:
        status, challenges = self._request(method, graph, body)
        if status == 401 and self._credentials and self._credentials.accept_challenge(challenges):
            status, _ = self._request(method, graph, body)
        if not 200 <= status < 300:
            raise GraphStoreError(f"{self.url} did not accept {graph}: HTTP {status}.", _ADVICE.get(status, _CHECK_LOG))

    def _request(self, method: str, graph: str, body: bytes) -> tuple[int, list[str]]:
        """Send a request; return the status and the values of WWW-Authenticate."""
        url = f"{self.url}{'&' if '?' in self.url else '?'}graph={quote(graph, safe='')}"
        # A connection per request: on a reused one, a server that closes it leaves open whether it read the request.
        headers = {"Content-Type": "application/n-triples", "Connection": "close"}
        if self._credentials and (authorization := self._credentials.authorization(method, url)):
            headers["Authorization"] = authorization
        try:
            response = self._http.request(method, url, body=body, headers=headers, preload_content=False)
            response.close()
            return response.status, response.headers.getlist("WWW-Authenticate")
        except HTTPError as error:
            # The text of the exception is not shown: it may contain bytes that the server sent.
            reason = self._failure(error.reason if isinstance(error, MaxRetryError) else error)
            raise GraphStoreError(f"{self.url}: {reason}.", "Check the address and that the server runs.") from None

    def _failure(self, error: Exception | None) -> str:
        match error:
            case SSLError():
                return "the TLS certificate was not accepted"
            case ReadTimeoutError():
                return f"no response within {self._timeout_seconds:g} seconds"
            case ConnectTimeoutError() | NewConnectionError():
                return "the server cannot be reached"
            case _:
                return "the connection failed"


class _Credentials:
    """User and password, sent only after the server has asked for Basic or Digest authentication."""

    def __init__(self, url: str, user: str, password: str) -> None:
        passwords = HTTPPasswordMgrWithDefaultRealm()
        passwords.add_password(None, url, user, password)
        # The standard library's handler computes the response to a challenge (RFC 7616); urllib3 has none.
        self._digest = HTTPDigestAuthHandler(passwords)
        self._basic = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
        self._challenge: Mapping[str, str] | None = None
        self._use_basic = False

    def accept_challenge(self, challenges: Iterable[str]) -> bool:
        """Choose Digest before Basic; return whether the request should be repeated with credentials."""
        offered = {scheme.lower(): rest for scheme, _, rest in (each.strip().partition(" ") for each in challenges)}
        try:
            if "digest" in offered:
                # A challenge may follow an authorised request too, when its nonce has expired.
                self._challenge = parse_key_values([*filter(None, parse_http_list(offered["digest"]))])
                return True
        except ValueError:
            return False
        was_basic, self._use_basic = self._use_basic, "basic" in offered
        return self._use_basic and not was_basic

    def authorization(self, method: str, url: str) -> str:
        """Return the value of Authorization; empty before the first challenge, and for an unknown algorithm."""
        if self._challenge is not None:
            try:
                digest = self._digest.get_authorization(Request(url, method=method), self._challenge)
            except ValueError:
                return ""
            return f"Digest {digest}" if digest else ""
        return self._basic if self._use_basic else ""


def read_upload(build: Path) -> dict[str, list[Path]]:
    """Return the graphs of a build to upload, with their files: every named graph, and the current view.

    Raises `GraphStoreError` if the build has no list of its graphs.
    """
    contents = read_store_contents(build / "store")
    if contents is None:
        raise GraphStoreError("The build has no list of its graphs.", "Run `begrepp build` again.")
    folder = build / "graphs"
    graphs = {graph: [folder / file] for graph, file in contents.files.items() if graph != DEFAULT_GRAPH}
    current = Iris(read_manifest(build).base).graph("current")
    return graphs | {current: [folder / contents.files[graph] for graph in (DEFAULT_GRAPH, *contents.apart)]}


def read_lines(files: Iterable[Path]) -> Iterator[bytes]:
    """Yield the lines of files in order."""
    for file in files:
        with file.open("rb") as lines:
            yield from lines
