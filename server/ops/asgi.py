"""ASGI bridge: serves a WSGI application, cached responses on the event loop and all others in threads.

It passes the path on as the client sent it (`RAW_URI`), reads a request body before it uses a thread, holds no thread
while a client reads its response, and stops the application and its query when the client has disconnected.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from functools import lru_cache, partial
from io import BytesIO
from typing import IO, TYPE_CHECKING, Any

from begrepp.errors import BegreppError
from server.http.client_address import connection_client
from server.http.page_cache import CACHE_KEY, CACHED_ONLY, NotCached
from server.ops.connection_balance import ConnectionBalance
from server.ops.direct_answers import DirectAnswers
from server.ops.request_body import BodyReader, Message, Pace, Receive
from server.ops.thread_share import ThreadShare
from server.ops.wsgi_environ import wsgi_environ
from server.telemetry.access_log import STARTED
from server.workers.cancellation import CANCELLATION, Cancellation

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

Send = Callable[[Message], Awaitable[None]]

_SLICE = 1 << 16
"""Bytes of a response that are sent as one message."""
_SMALL_BYTES = 1 << 20
"""Bytes of a response that a thread returns whole, and not in parts."""
READ_GRACE_SECONDS = 30.0
"""Seconds in which a client may read its response slowly."""
READ_BYTES_PER_SECOND = 8 * 1024
"""Minimum rate at which a client reads its response after the grace period."""
LIVENESS_PATH = "/health"
READINESS_PATH = "/ready"


class ResponseTruncated(Exception):
    """Raised to close the connection of an incomplete response, so that the client detects the truncation."""


class LibraryPanic(Exception):
    """A panic of a library in Rust, which is no `Exception`; the server, in Rust too, would end the process for it."""


class AsgiBridge:
    """ASGI application that runs a WSGI application in `threads` threads, and its cached responses without a thread.

    Liveness is answered by the event loop and readiness by a thread of its own, so that neither waits for requests.
    `proxies` is the number of proxies in front that state the address of the client.
    """

    def __init__(
        self,
        app: WSGIApplication,
        threads: int,
        bodies: BodyReader,
        proxies: int = 0,
        direct: DirectAnswers | None = None,
        balance: ConnectionBalance | None = None,
    ) -> None:
        self._direct, self._balance = direct, balance
        self._app = app
        self._threads = ThreadPoolExecutor(threads, "request")
        self._probe = ThreadPoolExecutor(1, "probe")
        self._bodies = bodies
        self._share = ThreadShare(max(1, threads // 2))
        self._proxies = proxies

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Handle one HTTP request."""
        if self._balance and self._balance.should_close(scope.get("client")):
            send = _closing(send)
        started = time.perf_counter()
        environ = wsgi_environ(scope)
        environ[STARTED] = started
        client = connection_client(environ, self._proxies)
        try:
            body = await self._bodies.read(environ, receive, client)
        except BegreppError as error:
            await _Connection(receive, send).send_all(*_refusal(error))
            return
        try:
            await self._respond(environ, body.file if body else BytesIO(), client, _Connection(receive, send))
        except (Exception, asyncio.CancelledError, GeneratorExit, KeyboardInterrupt, SystemExit):
            raise
        except BaseException as panic:
            raise LibraryPanic(str(panic)) from None
        finally:
            if body:
                body.close()

    async def _respond(self, environ: WSGIEnvironment, body: IO[bytes], client: str, connection: _Connection) -> None:
        response = _ResponseStart()
        path = environ["PATH_INFO"]
        if path == LIVENESS_PATH:
            content = b"".join(self._app({**environ, "wsgi.input": body}, response.start))
            await connection.send_all(response.message(), content)
            return
        try:
            environ |= {CACHED_ONLY: True, "wsgi.input": body}
            content = b"".join(self._app(environ, response.start))
        except NotCached as miss:
            body.seek(0)
            del environ[CACHED_ONLY]
            environ |= {CACHE_KEY: miss.key, "wsgi.input": body}
        else:
            await connection.send_all(response.message(), content)
            return
        try:
            if self._direct and (answer := await self._direct.prepare(environ, client)):
                answer.respond(response.start)
                await connection.send_all(response.message(), answer.body)
                # The middleware around it logs, counts and caches the response.
                b"".join(self._app(environ, response.start))
            else:
                with connection.watched():
                    await self._respond_in_thread(environ, response, client, connection)
        finally:
            DirectAnswers.finish(environ)

    async def _respond_in_thread(
        self, environ: WSGIEnvironment, response: _ResponseStart, client: str, connection: _Connection
    ) -> None:
        path = environ["PATH_INFO"]
        context, loop = copy_context(), asyncio.get_running_loop()
        pool, holder = (self._probe, path) if path == READINESS_PATH else (self._threads, client)

        async def run(function: Callable[..., Any], *arguments: Any) -> Any:
            async with self._share.of(holder):
                return await loop.run_in_executor(pool, context.run, function, *arguments)

        cancellation = environ[CANCELLATION] = Cancellation()
        work = loop.create_task(run(_run_app, self._app, environ, response))
        if not await connection.outlasts(work):
            cancellation.cancel()
        chunks = await work
        if isinstance(chunks, bytes):
            await connection.send_all(response.message(), chunks)
            return
        try:
            await connection.stream(response.message(), partial(run, next, iter(chunks), None))
        except BegreppError as error:
            raise ResponseTruncated(error.reason) from None
        finally:
            await run(_close, chunks)


def _closing(send: Send) -> Send:
    """Return a function that sends messages, and that the connection is closed after the response."""

    async def send_and_close(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], (b"connection", b"close")]}
        await send(message)

    return send_and_close


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
        headers = [*map(_encode_header, self._headers)]
        return {"type": "http.response.start", "status": int(self._status[:3]), "headers": headers}

    def is_small(self) -> bool:
        """Return whether the response has a Content-Length of at most `_SMALL_BYTES`."""
        length = next((value for name, value in self._headers if name.lower() == "content-length"), "")
        return length.isdecimal() and int(length) <= _SMALL_BYTES


@lru_cache(512)
def _encode_header(header: tuple[str, str]) -> tuple[bytes, bytes]:
    """Return the name, in lower case, and the value of a header as bytes; most headers are those of other responses."""
    name, value = header
    return name.lower().encode("latin-1"), value.encode("latin-1")


class _Connection:
    """Connection to the client: sends responses no faster than it reads them, and gives a stalled client up."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive, self._send = receive, send
        self._watcher: asyncio.Task[None] | None = None

    async def send_all(self, start: Message, content: bytes) -> None:
        """Send a response whose content is in memory; a larger one in parts, so that a slow client buffers only one."""
        await self._send(start)
        if len(content) <= _SLICE:
            await self._send(_body_message(content))
            return
        pace = Pace(READ_BYTES_PER_SECOND, READ_GRACE_SECONDS)
        for part in _slices(content):
            await self._send_part(part, pace)
        await self._send(_body_message(b""))

    async def stream(self, start: Message, next_chunk: Callable[[], Awaitable[bytes | None]]) -> None:
        """Send chunks as they are made, until the client disconnects."""
        pace = Pace(READ_BYTES_PER_SECOND, READ_GRACE_SECONDS)
        await self._send(start)
        while (chunk := await pace.exclude(next_chunk())) is not None:
            for part in _slices(chunk):
                await self._send_part(part, pace)
                await asyncio.sleep(0)
                if self._watcher and self._watcher.done():
                    return
        await self._send(_body_message(b""))

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Context manager in which it is noticed that the client disconnects."""
        self._watcher = watcher = asyncio.get_running_loop().create_task(self._watch_disconnect())
        try:
            yield
        finally:
            watcher.cancel()

    async def outlasts(self, work: asyncio.Task[Any]) -> bool:
        """Wait until work is done or the client disconnects; return whether the work was done before that."""
        awaited = {work, self._watcher} if self._watcher else {work}
        await asyncio.wait(awaited, return_when=asyncio.FIRST_COMPLETED)
        return work.done()

    async def _send_part(self, part: bytes, pace: Pace) -> None:
        pace.add(len(part))
        try:
            async with asyncio.timeout(max(0.0, pace.seconds_left())):
                await self._send(_body_message(part, more_body=True))
        except TimeoutError:
            raise ResponseTruncated("The client reads its response too slowly.") from None

    async def _watch_disconnect(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass


def _slices(content: bytes) -> Iterable[bytes]:
    return (content[at : at + _SLICE] for at in range(0, len(content), _SLICE))


def _run_app(app: WSGIApplication, environ: WSGIEnvironment, response: _ResponseStart) -> bytes | Iterable[bytes]:
    """Run the application in a thread; return the content of a small response, and the chunks of another."""
    chunks = app(environ, response.start)
    if not response.is_small():
        return chunks
    try:
        return b"".join(chunks)
    finally:
        _close(chunks)


def _refusal(error: BegreppError) -> tuple[Message, bytes]:
    """Return a response to a request whose body was not read, and close its connection: the body may still come."""
    content = json.dumps({"title": error.reason, "status": error.status, "detail": error.next_step}).encode() + b"\n"
    headers = [
        (b"content-type", b"application/problem+json"),
        (b"content-length", str(len(content)).encode()),
        (b"connection", b"close"),
        (b"cache-control", b"no-store"),
    ]
    if retry_after := getattr(error, "retry_after", 0):
        headers.append((b"retry-after", str(retry_after).encode()))
    return {"type": "http.response.start", "status": error.status, "headers": headers}, content


def _close(body: Iterable[bytes]) -> None:
    if close := getattr(body, "close", None):
        close()


def _body_message(body: bytes, *, more_body: bool = False) -> Message:
    return {"type": "http.response.body", "body": body, "more_body": more_body}


def _reject_write(_: bytes) -> object:
    raise NotImplementedError("The application returns its response as an iterable; it cannot write.")
