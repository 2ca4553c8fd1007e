"""Between the network and the application: kept answers are given at once, everything else is made in threads.

An ASGI application around one of WSGI. It hands on the path as it was sent; it reads what a client sends before a
thread is taken, unless that is large; it stops making an answer whose reader has gone.
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

_SMALL = 1 << 20
"""Bytes of a request that are read beforehand, and of an answer that is sent in one piece."""
_PATIENCE = 60
"""Seconds that a client may take to send its next piece."""
_BODILESS = ("GET", "HEAD", "OPTIONS")


class ResponseCutOff(Exception):
    """An answer ends before it is whole: the connection is broken, so that nobody takes it for all there is."""


class AsgiBridge:
    """An application in so many threads, and its kept answers without any."""

    def __init__(self, app: WSGIApplication, threads: int) -> None:
        self._app = app
        self._threads = ThreadPoolExecutor(threads, "request")

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request over HTTP."""
        line = _Line(receive, send)
        environ = _environ(scope)
        try:
            body = await _body(environ, line)
        except (TimeoutError, ConnectionError):
            return
        answer = self._kept({**environ, CACHED_ONLY: True, "wsgi.input": BytesIO(body or b"")})
        if answer is None:
            environ["wsgi.input"] = BufferedReader(_Arriving(line)) if body is None else BytesIO(body)
            loop = asyncio.get_running_loop()
            try:
                answer = await loop.run_in_executor(self._threads, _made, self._app, environ, line)
            except ConnectionError:
                return
            except BegreppError as error:
                raise ResponseCutOff(error.reason) from None
            finally:
                line.hang_up()
        for message in answer:
            await send(message)

    def _kept(self, environ: WSGIEnvironment) -> list[Message] | None:
        reply = _Reply()
        try:
            body = self._app(environ, reply.start)
        except NotCached:
            return None
        return [reply.begun(), _piece(b"".join(body))]


class _Reply:
    """What an application says at the beginning of its answer."""

    def __init__(self) -> None:
        self._status = ""
        self._headers: list[tuple[str, str]] = []

    def start(self, status: str, headers: list[tuple[str, str]], *_: Any) -> Callable[[bytes], object]:
        """WSGI's `start_response`."""
        self._status, self._headers = status, headers
        return _no_writing

    def begun(self) -> Message:
        """The same for ASGI."""
        headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in self._headers]
        return {"type": "http.response.start", "status": int(self._status[:3]), "headers": headers}

    def is_small(self) -> bool:
        """Whether its length is known, and little."""
        length = next((value for name, value in self._headers if name.lower() == "content-length"), "")
        return length.isdecimal() and int(length) <= _SMALL


class _Line:
    """A connection as the thread sees it that makes the answer."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self.receive = receive
        self._send = send
        self._loop = asyncio.get_running_loop()
        self._gone: asyncio.Task[None] | None = None

    def send(self, message: Message) -> None:
        """Send, and wait until it is taken; raises `ConnectionError` where the reader has gone."""
        asyncio.run_coroutine_threadsafe(self._sent(message), self._loop).result()

    def received(self) -> Message:
        """What comes next from the client; raises `TimeoutError` where nothing does."""

        async def next_piece() -> Message:
            return await asyncio.wait_for(self.receive(), _PATIENCE)

        return asyncio.run_coroutine_threadsafe(next_piece(), self._loop).result()

    def hang_up(self) -> None:
        """The answer is made: look no longer whether the reader is there."""
        if self._gone:
            self._gone.cancel()

    async def _sent(self, message: Message) -> None:
        if self._gone is None:
            self._gone = self._loop.create_task(self._until_gone())
        await self._send(message)
        await asyncio.sleep(0)
        if self._gone.done():
            raise ConnectionError("The client disconnected.")

    async def _until_gone(self) -> None:
        while (await self.receive())["type"] != "http.disconnect":
            pass


class _Arriving(RawIOBase):
    """A large request, read by the thread as it comes."""

    def __init__(self, line: _Line) -> None:
        self._line = line
        self._piece = b""
        self._more = True

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """The next bytes; none where there is no more, or the client has gone or sends nothing."""
        while not self._piece and self._more:
            try:
                message = self._line.received()
            except TimeoutError:
                message = {}
            self._piece, self._more = message.get("body", b""), message.get("more_body", False)
        view = memoryview(buffer)
        size = min(len(view), len(self._piece))
        view[:size], self._piece = self._piece[:size], self._piece[size:]
        return size


def _made(app: WSGIApplication, environ: WSGIEnvironment, line: _Line) -> list[Message]:
    """In a thread: what is left to send of the application's answer; what is long has been sent as it came."""
    reply = _Reply()
    body = app(environ, reply.start)
    try:
        if reply.is_small():
            return [reply.begun(), _piece(b"".join(body))]
        line.send(reply.begun())
        for piece in body:
            line.send(_piece(piece, more=True))
        return [_piece(b"")]
    finally:
        _close(body)


def _close(body: Iterable[bytes]) -> None:
    if close := getattr(body, "close", None):
        close()


def _piece(body: bytes, *, more: bool = False) -> Message:
    return {"type": "http.response.body", "body": body, "more_body": more}


def _no_writing(_: bytes) -> object:
    raise NotImplementedError("An answer is what the application returns.")


async def _body(environ: WSGIEnvironment, line: _Line) -> bytes | None:
    """What the client sends, or None where it is large or of no known length.

    Raises `TimeoutError` where the client is too slow, `ConnectionError` where it goes.
    """
    length = environ.get("CONTENT_LENGTH", "")
    if not length and (environ["REQUEST_METHOD"] in _BODILESS or "HTTP_TRANSFER_ENCODING" not in environ):
        return b""
    if not length.isdecimal() or int(length) > _SMALL:
        return None
    body, more = b"", True
    while more:
        message = await asyncio.wait_for(line.receive(), _PATIENCE)
        if message["type"] == "http.disconnect":
            raise ConnectionError("The client has gone.")
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


def _environ(scope: dict[str, Any]) -> WSGIEnvironment:
    """The request as WSGI has it, with its address as it was sent (`RAW_URI`)."""
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
        said = value.decode("latin-1")
        environ[key] = f"{environ[key]},{said}" if key in environ else said
    return environ
