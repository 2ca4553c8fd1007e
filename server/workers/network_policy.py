"""Refusal to serve clients from elsewhere where worker processes cannot be cut off from the network."""

from __future__ import annotations

import ipaddress
import logging

from begrepp.errors import UsageError
from begrepp.settings import Settings
from begrepp.store.isolation import probe_isolation

_log = logging.getLogger("begrepp.server")


def require_isolation(settings: Settings, address: str) -> None:
    """Check that this machine can isolate worker processes.

    Raises `UsageError` if it cannot and the server has clients from elsewhere (`address` is no loopback address, or
    there are proxies in front), unless the operator has set `BEGREPP_WORKER_NETWORK=allow`.
    """
    if methods := probe_isolation():
        _log.info("Query and validation workers have no network: %s.", ", ".join(methods))
        return
    fact = "This machine can isolate no process from the network: no seccomp filter and no network namespace."
    public = not ipaddress.ip_address(address).is_loopback or settings.trusted_proxies > 0
    if public and not settings.worker_network:
        raise UsageError(
            f"{fact} The server does not serve other machines so.",
            "Serve on a Linux kernel with seccomp on x86_64 or aarch64, or block outgoing connections of this server"
            " yourself and set BEGREPP_WORKER_NETWORK=allow (docs/how-to/deploy.md).",
        )
    _log.warning("%s Queries and shapes are only checked as text.", fact)
