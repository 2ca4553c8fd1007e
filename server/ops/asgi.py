"""ASGI bridge: serves a WSGI application, cached responses on the event loop and all others in threads.

It passes the path on as the client sent it (`RAW_URI`), reads a small request body before it uses a thread, and stops
the application when the client has disconnected.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from io import BufferedReader, BytesIO, RawIOBase
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

from begrepp.errors import BegreppError
from server.http.page_cache import CACHED_ONLY, NotCached

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_SMALL_BYTES = 1 << 20
"""Bytes of a request body that are read before a thread starts, and of a response that is sent as one message."""
_RECEIVE_SECONDS = 60
"""Seconds until the next message of the client must arrive."""
_BODILESS_METHODS = ("GET", "HEAD", "OPTIONS")


class ResponseTruncated(Exception):
    """Raised to close the connection of an incomplete response, so that the client detects the truncation."""


class AsgiBridge:
    """ASGI application that runs a WSGI application in this many threads, and its cached responses without a thread."""

    def __init__(self, app: WSGIApplication, threads: int) -> None:
        self._app = app
        self._threads = ThreadPoolExecutor(threads, "request")

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Handle one HTTP request."""
        connection = _Connection(receive, send)
        environ = _wsgi_environ(scope)
        try:
            body = await _read_body(environ, connection)
        except (TimeoutError, ConnectionError):
            return
        messages = self._respond_from_cache({**environ, CACHED_ONLY: True, "wsgi.input": BytesIO(body or b"")})
        if messages is None:
            environ["wsgi.input"] = BufferedReader(_RequestStream(connection)) if body is None else BytesIO(body)
            loop = asyncio.get_running_loop()
            try:
                messages = await loop.run_in_executor(self._threads, _run_app, self._app, environ, connection)
            except ConnectionError:
                return
            except BegreppError as error:
                raise ResponseTruncated(error.reason) from None
            finally:
                connection.stop_watching()
        for message in messages:
            await send(message)

    def _respond_from_cache(self, environ: WSGIEnvironment) -> list[Message] | None:
        response = _ResponseStart()
        try:
            body = self._app(environ, response.start)
        except NotCached:
            return None
        return [response.message(), _body_message(b"".join(body))]


class _ResponseStart:
    """Status and headers, as the application passes them to `start_response`."""

    def __init__(self) -> None:
        self._status = ""
        self._headers: list[tuple[str, str]] = []

    def start(self, status: str, headers: list[tuple[str, str]], *_: Any) -> Callable[[bytes], object]:
        """Store status and headers; WSGI's `start_response`."""
        self._status, self._headers = status, headers
        return _reject_write

    def message(self) -> Message:
        """Return the ASGI message `http.response.start`."""
        headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in self._headers]
        return {"type": "http.response.start", "status": int(self._status[:3]), "headers": headers}

    def is_small(self) -> bool:
        """Return whether the response has a Content-Length of at most `_SMALL_BYTES`."""
        length = next((value for name, value in self._headers if name.lower() == "content-length"), "")
        return length.isdecimal() and int(length) <= _SMALL_BYTES


class _Connection:
    """Connection to the client, for use in the thread that runs the application."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self.receive = receive
        self._send = send
        self._loop = asyncio.get_running_loop()
        self._watcher: asyncio.Task[None] | None = None

    def send(self, message: Message) -> None:
        """Send a message and wait until it is sent; raises `ConnectionError` if the client has disconnected."""
        asyncio.run_coroutine_threadsafe(self._send_message(message), self._loop).result()

    def receive_message(self) -> Message:
        """Return the next message of the client; raises `TimeoutError` if none arrives in time."""

        async def next_message() -> Message:
            return await asyncio.wait_for(self.receive(), _RECEIVE_SECONDS)

        return asyncio.run_coroutine_threadsafe(next_message(), self._loop).result()

    def stop_watching(self) -> None:
        """Stop watching for a disconnect of the client."""
        if self._watcher:
            self._watcher.cancel()

    async def _send_message(self, message: Message) -> None:
        if self._watcher is None:
            self._watcher = self._loop.create_task(self._watch_disconnect())
        await self._send(message)
        await asyncio.sleep(0)
        if self._watcher.done():
            raise ConnectionError("The client disconnected.")

    async def _watch_disconnect(self) -> None:
        while (await self.receive())["type"] != "http.disconnect":
            pass


class _RequestStream(RawIOBase):
    """Raw stream of a large request body, which reads messages of the client on demand."""

    def __init__(self, connection: _Connection) -> None:
        self._connection = connection
        self._chunk = b""
        self._more = True

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Read the next bytes; 0 at the end, after a disconnect, and if the client sends nothing in time."""
        while not self._chunk and self._more:
            try:
                message = self._connection.receive_message()
            except TimeoutError:
                message = {}
            self._chunk, self._more = message.get("body", b""), message.get("more_body", False)
        view = memoryview(buffer)
        size = min(len(view), len(self._chunk))
        view[:size], self._chunk = self._chunk[:size], self._chunk[size:]
        return size


def _run_app(app: WSGIApplication, environ: WSGIEnvironment, connection: _Connection) -> list[Message]:
    """Run the application in a thread; return the messages left to send after a large response is streamed."""
    response = _ResponseStart()
    body = app(environ, response.start)
    try:
        if response.is_small():
            return [response.message(), _body_message(b"".join(body))]
        connection.send(response.message())
        for chunk in body:
            connection.send(_body_message(chunk, more_body=True))
        return [_body_message(b"")]
    finally:
        _close(body)


def _close(body: Iterable[bytes]) -> None:
    if close := getattr(body, "close", None):
        close()


def _body_message(body: bytes, *, more_body: bool = False) -> Message:
    return {"type": "http.response.body", "body": body, "more_body": more_body}


def _reject_write(_: bytes) -> object:
    raise NotImplementedError("The application returns its response as an iterable; it cannot write.")


async def _read_body(environ: WSGIEnvironment, connection: _Connection) -> bytes | None:
    """Return the request body, or None if it is large or has no known length.

    Raises `TimeoutError` if the client is too slow, `ConnectionError` if it disconnects.
    """
    length = environ.get("CONTENT_LENGTH", "")
    if not length and (environ["REQUEST_METHOD"] in _BODILESS_METHODS or "HTTP_TRANSFER_ENCODING" not in environ):
        return b""
    if not length.isdecimal() or int(length) > _SMALL_BYTES:
        return None
    body, more_body = b"", True
    while more_body:
        message = await asyncio.wait_for(connection.receive(), _RECEIVE_SECONDS)
        if message["type"] == "http.disconnect":
            raise ConnectionError("The client has disconnected.")
        body += message.get("body", b"")
        more_body = message.get("more_body", False)
    return body


def _wsgi_environ(scope: dict[str, Any]) -> WSGIEnvironment:
    """Return the WSGI environment of an ASGI scope, with the address as the client sent it (`RAW_URI`)."""
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    query = scope["query_string"].decode("latin-1")
    path = raw.decode("latin-1")
    host, port = scope.get("server") or ("localhost", 80)
    environ: WSGIEnvironment = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(raw).decode("latin-1") if "%" in path else path,
        "QUERY_STRING": query,
        "RAW_URI": f"{path}?{query}" if query else path,
        "SERVER_NAME": host,
        "SERVER_PORT": str(port),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": (scope.get("client") or ("",))[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "wsgi.input_terminated": True,
    }
    for name, value in scope["headers"]:
        key = name.decode("latin-1").upper().replace("-", "_")
        if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            key = f"HTTP_{key}"
        text = value.decode("latin-1")
        environ[key] = f"{environ[key]},{text}" if key in environ else text
    return environ
