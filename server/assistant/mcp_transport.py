"""Bridge from a request thread to the SDK's asynchronous HTTP application, which runs in an event loop of its own.

Stateless and with JSON responses, each request has one finite response, so the rest of the server treats `/mcp` as any
other route: the same host check, limits, log and threads.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mcp.server.transport_security import TransportSecuritySettings
from starlette.types import ASGIApp

from begrepp.errors import ServerBusy
from server.assistant.tool_server import SECONDS, create_tool_server
from server.state import AppState

_START_SECONDS = 30
_GRACE_SECONDS = 5


@dataclass(slots=True)
class TransportResponse:
    """Status, headers and body of a response."""

    status: int = 500
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


class McpTransport:
    """The SDK's application with its event loop, which starts with the first request of a process."""

    def __init__(self, state: AppState) -> None:
        self._server = create_tool_server(state)
        self._app: ASGIApp = self._server.streamable_http_app(
            json_response=True,
            stateless_http=True,
            # The route has checked Host and Origin against the settings of the server.
            transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
        )
        self._loop = asyncio.new_event_loop()
        self._started = threading.Event()
        threading.Thread(target=self._run, name="mcp", daemon=True).start()
        if not self._started.wait(_START_SECONDS):
            raise ServerBusy("The assistant service has not started.", "Retry in a few seconds.")

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())

    async def _serve(self) -> None:
        async with self._server.session_manager.run():
            self._started.set()
            await asyncio.Event().wait()

    def send(self, headers: Mapping[str, str], body: bytes) -> TransportResponse:
        """Send a POST request and return the response. Raises `ServerBusy` if there is none in time."""
        running = asyncio.run_coroutine_threadsafe(self._request(headers, body), self._loop)
        try:
            return running.result(SECONDS + _GRACE_SECONDS)
        except TimeoutError:
            running.cancel()
            raise ServerBusy("The request took too long.", "Ask for less at a time.") from None

    async def _request(self, headers: Mapping[str, str], body: bytes) -> TransportResponse:
        response, parts = TransportResponse(), [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> Any:
            if not parts:
                await asyncio.Event().wait()  # the client stays connected until the response is complete
            return parts.pop()

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                response.status = message["status"]
                response.headers = {
                    name.decode("latin-1"): value.decode("latin-1") for name, value in message["headers"]
                }
            elif message["type"] == "http.response.body":
                response.body += message.get("body", b"")

        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "POST",
            "scheme": "http",
            "path": "/mcp",
            "raw_path": b"/mcp",
            "root_path": "",
            "query_string": b"",
            "headers": [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()],
            "client": None,
            "server": None,
        }
        await self._app(scope, receive, send)
        return response
