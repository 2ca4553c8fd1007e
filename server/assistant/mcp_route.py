"""Blueprint of `/mcp`: checks host, origin and rate, then passes the request to the SDK."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, request

from begrepp.errors import BegreppError
from begrepp.settings import Settings
from server.http.client_address import client_key
from server.http.rate_limit import RateLimit
from server.state import app_state

if TYPE_CHECKING:
    from server.assistant.mcp_transport import McpTransport

blueprint = Blueprint("assistant", __name__)
EXTENSION = "begrepp.assistant"
_LOOPBACK = frozenset(("localhost", "127.0.0.1", "::1"))
_PASSED = ("accept", "content-type")
"""Headers that the SDK reads, beside those of the protocol, which begin with `mcp-`."""
_ANSWERED = ("content-type", "mcp-session-id", "mcp-protocol-version")


class ForeignRequest(BegreppError):
    """A request whose Host or Origin is not one of this server: a page of another site may have sent it."""

    status = 403


class AssistantService:
    """The transport of the process, made on first use, and the limit of requests."""

    def __init__(self, settings: Settings) -> None:
        base = urlsplit(settings.base).hostname or ""
        self.hosts = _LOOPBACK | {host.lower() for host in settings.hosts} | {base}
        self.rate_limit = RateLimit(settings.mcp_rate, "Wait a little, or run `begrepp mcp` on your own machine.")
        self._transport: McpTransport | None = None
        self._lock = threading.Lock()

    def transport(self) -> McpTransport:
        """Return the transport; imports the SDK on first use."""
        with self._lock:
            if self._transport is None:
                from server.assistant.mcp_transport import McpTransport  # noqa: PLC0415

                self._transport = McpTransport(app_state())
            return self._transport


@blueprint.post("/mcp")
def mcp() -> Response:
    """Answer a request of the Model Context Protocol."""
    service = current_app.extensions[EXTENSION]
    assert isinstance(service, AssistantService)
    _refuse_foreign(service.hosts)
    service.rate_limit.acquire(client_key(request.remote_addr or ""))
    sent = ((name.lower(), value) for name, value in request.headers)
    headers = {name: value for name, value in sent if name in _PASSED or name.startswith("mcp-")}
    answer = service.transport().send(headers, request.get_data(cache=False))
    response = Response(answer.body, answer.status)
    for name in _ANSWERED:
        if name in answer.headers:
            response.headers[name] = answer.headers[name]
    response.cache_control.no_store = True
    return response


def _refuse_foreign(hosts: frozenset[str]) -> None:
    """Raise `ForeignRequest` unless Host, and Origin if there is one, name this server (DNS rebinding)."""
    for header in ("Host", "Origin"):
        text = request.headers.get(header, "")
        if not text and header == "Origin":
            continue
        try:
            name = urlsplit(text if header == "Origin" else f"//{text}").hostname
        except ValueError:
            name = None
        if name not in hosts:
            raise ForeignRequest(
                f"The header {header} does not name this server.", "The operator lists its names in BEGREPP_HOSTS."
            )
