"""Client of a request: the address that a declared proxy states, or that of the connection, as one key for all limits.

An IPv6 host chooses its address freely within its /64 network (RFC 4291, 2.5.1), so that network is one client. An IPv4
address that is written as IPv6 (`::ffff:192.0.2.1`) is the IPv4 address.
"""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_NETWORK_BITS = 64
_MAX_LENGTH = 64
"""Characters of an address with zone and port; longer text is no address."""


@lru_cache(4096)
def client_key(address: str) -> str:
    """Return the key of an address for rates and limits: IPv4 as it is, IPv6 as its /64 network.

    Text that is no address, such as a name set by a proxy, has one key for all such texts.
    """
    text = address.strip()[:_MAX_LENGTH]
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        ip = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped:
            return str(ip.ipv4_mapped)
        return str(ipaddress.ip_network((ip, _NETWORK_BITS), strict=False))
    return str(ip)


def outermost_value(header: str, proxies: int) -> str:
    """Return the value that the outermost of so many proxies stated in an `X-Forwarded-…` header; empty if none."""
    values = header.split(",")
    return values[-proxies].strip() if 0 < proxies <= len(values) else ""


def connection_client(environ: WSGIEnvironment, proxies: int) -> str:
    """Return the client key of a request whose `REMOTE_ADDR` is still the address of the connection."""
    forwarded = outermost_value(str(environ.get("HTTP_X_FORWARDED_FOR", "")), proxies)
    return client_key(forwarded or str(environ.get("REMOTE_ADDR", "")))
