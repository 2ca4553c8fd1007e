"""Fetches data from a URL: only from hosts on a list of the operator, and never from a private network.

The host name is resolved once, all its addresses must be public, and the connection uses the address that was checked,
so a name that resolves differently the second time (DNS rebinding) gains nothing. Redirects obey the same rules.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, urljoin, urlsplit

from begrepp.errors import BegreppError
from begrepp.store.host_addresses import is_public, resolve_host

_MAX_REDIRECTS = 3
_SECONDS = 20
_CHUNK = 1 << 16
_ACCEPT = "text/turtle, application/ld+json, application/rdf+xml, application/n-triples, */*;q=0.1"

Resolver = Callable[[str, int], Sequence[str]]


class FetchError(BegreppError):
    """A URL may not be fetched, or fetching it failed."""

    status = 422


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedFile:
    """A fetched file and the media type that its server states."""

    path: Path
    media_type: str


def fetch_url(
    url: str, target: Path, allowed: Sequence[str], limit: int, resolve: Resolver = resolve_host
) -> FetchedFile:
    """Fetch a URL into a file of at most `limit` bytes. Raises `FetchError`."""
    if not allowed:
        raise FetchError("This server does not fetch data from URLs.", "Send the data in the request.")
    deadline = time.monotonic() + _SECONDS
    for _ in range(_MAX_REDIRECTS + 1):
        parts = _check_url(url, allowed)
        connection = _PinnedConnection(parts, _public_address(parts, resolve))
        try:
            connection.request("GET", _target(parts), headers={"Host": parts.netloc, "Accept": _ACCEPT})
            response = connection.getresponse()
            if response.status in (301, 302, 303, 307, 308):
                url = urljoin(url, response.getheader("Location", ""))
                continue
            if response.status != 200:
                raise FetchError(f"{url} answered {response.status}.", "Check the address.")
            _store(response, target, limit, deadline, url)
            return FetchedFile(path=target, media_type=response.getheader("Content-Type", ""))
        except (OSError, http.client.HTTPException) as error:
            raise FetchError(f"{url} could not be fetched: {error}", "Check the address.") from error
        finally:
            connection.close()
    raise FetchError(f"{url} redirects more than {_MAX_REDIRECTS} times.", "Use the final URL.")


def _check_url(url: str, allowed: Sequence[str]) -> SplitResult:
    """Return the parts of a URL whose origin is on the list. Raises `FetchError`."""
    try:
        parts = urlsplit(url)
        origin = _origin(parts)
    except ValueError as error:
        raise FetchError(f"{url} is not a valid URL: {error}", "Use a complete URL.") from error
    origins = {_origin(urlsplit(entry)) for entry in allowed}
    if parts.scheme not in ("http", "https") or parts.username is not None or origin not in origins:
        raise FetchError(f"{url} is not on the list of allowed hosts.", "Send the data itself.")
    return parts


def _origin(parts: SplitResult) -> str:
    return f"{parts.scheme}://{parts.hostname}:{parts.port or _default_port(parts.scheme)}"


def _default_port(scheme: str) -> int:
    return 443 if scheme == "https" else 80


def _public_address(parts: SplitResult, resolve: Resolver) -> str:
    """Return an address of the host, if all of its addresses are public. Raises `FetchError`."""
    host = parts.hostname or ""
    try:
        addresses = resolve(host, parts.port or _default_port(parts.scheme))
    except OSError as error:
        raise FetchError(f"{host} was not found: {error}", "Check the address.") from error
    for address in addresses:
        if not is_public(address):
            raise FetchError(f"{host} resolves to a private network address.", "Send the data itself.")
    if not addresses:
        raise FetchError(f"{host} was not found.", "Check the address.")
    return addresses[0]


def _target(parts: SplitResult) -> str:
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _store(response: http.client.HTTPResponse, target: Path, limit: int, deadline: float, url: str) -> None:
    size = 0
    with target.open("wb") as file:
        while chunk := response.read(_CHUNK):
            size += len(chunk)
            if size > limit:
                raise FetchError(f"{url} is larger than {limit // 1024 // 1024} MB.", "Send a smaller part.")
            if time.monotonic() > deadline:
                raise FetchError(f"{url} took more than {_SECONDS} seconds.", "Send the data itself.")
            file.write(chunk)


class _PinnedConnection(http.client.HTTPConnection):
    """Connection to a checked address, with the host name in the request and in TLS."""

    def __init__(self, parts: SplitResult, address: str) -> None:
        super().__init__(parts.hostname or "", parts.port or _default_port(parts.scheme), timeout=_SECONDS)
        self._address = address
        self._secure = parts.scheme == "https"

    def connect(self) -> None:
        """Connect to the checked address; over TLS the certificate must be valid for the host name."""
        self.sock = socket.create_connection((self._address, self.port), self.timeout)
        if self._secure:
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)
