"""Fetches data by address, where the operator allows it: from hosts on a list, and never from a private network.

The name of a host is looked up once, every address it has must be a public one, and the connection is made to the
address that was checked: a name that answers otherwise the second time gains nothing. Redirects are followed by the
same rules.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, urljoin, urlsplit

from begrepp.errors import BegreppError

_REDIRECTS = 3
_SECONDS = 20
_CHUNK = 1 << 16
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
"""Addresses that stand for one of IPv4 within them (RFC 6052)."""
_ACCEPT = "text/turtle, application/ld+json, application/rdf+xml, application/n-triples, */*;q=0.1"

Resolver = Callable[[str, int], Sequence[str]]


class FetchError(BegreppError):
    """An address is not fetched, or could not be."""

    status = 422


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What an address gave: the file, and what its sender calls its format."""

    path: Path
    media_type: str


def resolve_host(host: str, port: int) -> list[str]:
    """The addresses of a host."""
    return list(dict.fromkeys(str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))


def fetch(url: str, target: Path, allowed: Sequence[str], limit: int, resolve: Resolver = resolve_host) -> Fetched:
    """Fetch the address into a file of at most `limit` bytes. Raises `FetchError`."""
    if not allowed:
        raise FetchError("This server does not fetch data from URLs.", "Send the data in the request.")
    deadline = time.monotonic() + _SECONDS
    for _ in range(_REDIRECTS + 1):
        parts = _checked(url, allowed)
        connection = _Pinned(parts, _public_address(parts, resolve))
        try:
            connection.request("GET", _target(parts), headers={"Host": parts.netloc, "Accept": _ACCEPT})
            answer = connection.getresponse()
            if answer.status in (301, 302, 303, 307, 308):
                url = urljoin(url, answer.getheader("Location", ""))
                continue
            if answer.status != 200:
                raise FetchError(f"{url} answered {answer.status}.", "Check the address.")
            _store(answer, target, limit, deadline, url)
            return Fetched(path=target, media_type=answer.getheader("Content-Type", ""))
        except (OSError, http.client.HTTPException) as error:
            raise FetchError(f"{url} could not be fetched: {error}", "Check the address.") from error
        finally:
            connection.close()
    raise FetchError(f"{url} redirects more than {_REDIRECTS} times.", "Use the final URL.")


def _checked(url: str, allowed: Sequence[str]) -> SplitResult:
    """The parts of an address whose origin is on the list."""
    try:
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.hostname}:{parts.port or _port(parts.scheme)}"
    except ValueError as error:
        raise FetchError(f"{url} is not a valid URL: {error}", "Use a complete URL.") from error
    origins = set()
    for each in allowed:
        known = urlsplit(each)
        origins.add(f"{known.scheme}://{known.hostname}:{known.port or _port(known.scheme)}")
    if parts.scheme not in ("http", "https") or parts.username is not None or origin not in origins:
        raise FetchError(f"{url} is not on the list of allowed hosts.", "Send the data itself.")
    return parts


def _port(scheme: str) -> int:
    return 443 if scheme == "https" else 80


def _public_address(parts: SplitResult, resolve: Resolver) -> str:
    """An address of the host, when all of them are public."""
    host = parts.hostname or ""
    try:
        found = resolve(host, parts.port or _port(parts.scheme))
    except OSError as error:
        raise FetchError(f"{host} was not found: {error}", "Check the address.") from error
    for each in found:
        if not _is_public(each):
            raise FetchError(f"{host} resolves to a private network address.", "Send the data itself.")
    if not found:
        raise FetchError(f"{host} was not found.", "Check the address.")
    return found[0]


def _is_public(address: str) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None and not inner.is_global:
            return False
    return ip.is_global and not ip.is_multicast


def _target(parts: SplitResult) -> str:
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _store(answer: http.client.HTTPResponse, target: Path, limit: int, deadline: float, url: str) -> None:
    size = 0
    with target.open("wb") as file:
        while chunk := answer.read(_CHUNK):
            size += len(chunk)
            if size > limit:
                raise FetchError(f"{url} is larger than {limit // 1024 // 1024} MB.", "Send a smaller part.")
            if time.monotonic() > deadline:
                raise FetchError(f"{url} took more than {_SECONDS} seconds.", "Send the data itself.")
            file.write(chunk)


class _Pinned(http.client.HTTPConnection):
    """A connection to an address that was checked, speaking to the host by its name."""

    def __init__(self, parts: SplitResult, address: str) -> None:
        super().__init__(parts.hostname or "", parts.port or _port(parts.scheme), timeout=_SECONDS)
        self._address = address
        self._secure = parts.scheme == "https"

    def connect(self) -> None:
        """Connect to the pinned address; over TLS the certificate must be the host's."""
        self.sock = socket.create_connection((self._address, self.port), self.timeout)
        if self._secure:
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)
