"""Request bodies: read by the event loop, with a size limit, a minimum rate and a deadline, before a thread is used."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from io import BytesIO
from typing import IO, TYPE_CHECKING, Any, TypeVar

from begrepp.errors import BegreppError, FolderNotWritable

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Result = TypeVar("Result")

BODIES_EACH = 32
"""Bodies that one client may send at a time, per server process."""
_MEMORY_BYTES = 1 << 20
"""Bytes of a body that are held in memory; a larger one is written to a temporary file."""
_MAX_DIGITS = 15
GRACE_SECONDS = 10.0
"""Seconds in which a body may be slow, since a connection may stall for a moment."""
BODY_BYTES_PER_SECOND = 16 * 1024
"""Minimum rate of a body after the grace period."""
BODY_SECONDS = 300.0
"""Deadline of a whole body."""


class BodyTooSlow(BegreppError):
    """A client sent its request body more slowly than the minimum rate, or not within the deadline."""

    status = 408


class BodyInvalid(BegreppError):
    """A request body whose length is stated, or whose bytes are sent, in a form that HTTP does not allow."""

    status = 400


class TooManyBodies(BegreppError):
    """The client, or all clients together, send more request bodies than the server reads at a time."""

    status = 503
    retry_after = 5


class Pace:
    """Minimum rate of a transfer in bytes per second after a grace period, and its deadline; both in seconds."""

    def __init__(self, bytes_per_second: float, grace: float, deadline: float = float("inf")) -> None:
        self._rate, self._grace, self._deadline = bytes_per_second, grace, deadline
        self._started = time.monotonic()
        self._bytes = 0

    def add(self, size: int) -> None:
        """Count bytes that were transferred."""
        self._bytes += size

    async def exclude(self, work: Awaitable[Result]) -> Result:
        """Return the result of work of the server, whose time does not count."""
        started = time.monotonic()
        try:
            return await work
        finally:
            self._started += time.monotonic() - started

    def seconds_left(self) -> float:
        """Return the seconds until the next bytes must be transferred; 0 or less if that time has passed."""
        allowed = min(self._deadline, self._grace + self._bytes / self._rate)
        return self._started + allowed - time.monotonic()


class RequestBody:
    """The body of a request as a file, counted in the budget of its reader until it is closed.

    `length` is the number of its bytes, None if it is not known.
    """

    def __init__(self, reader: BodyReader, client: str, length: int | None) -> None:
        self._reader, self._client = reader, client
        self._size = 0
        is_small = length is not None and length <= _MEMORY_BYTES
        self.file: IO[bytes] = BytesIO() if is_small else tempfile.SpooledTemporaryFile(_MEMORY_BYTES)  # noqa: SIM115

    def write(self, chunk: bytes) -> None:
        """Append a chunk; raises `TooManyBodies` if all bodies exceed the budget, and `FolderNotWritable`."""
        self._reader.count(len(chunk))
        self._size += len(chunk)
        try:
            self.file.write(chunk)
        except OSError as error:
            raise FolderNotWritable("a large request to its temporary folder", error) from None

    def close(self) -> None:
        """Delete the body."""
        self.file.close()
        self._reader.forget(self._client, self._size)


class BodyReader:
    """Reads the bodies of all requests of a server process, in its event loop.

    `limit_of` returns the maximum bytes of a body by path. A body that is larger is not read: the application gets an
    empty one with its `CONTENT_LENGTH`, and refuses it in words (413).
    """

    def __init__(self, limit_of: Callable[[str], int], budget: int) -> None:
        self._limit_of, self._budget = limit_of, budget
        self._bytes = 0
        self._bodies: Counter[str] = Counter()

    async def read(self, environ: WSGIEnvironment, receive: Receive, client: str) -> RequestBody | None:
        """Return the whole body, or None if there is none; also set `CONTENT_LENGTH` for a body sent in chunks.

        Raises `BodyTooSlow`, `TooManyBodies`, and `BodyInvalid`, also if the client disconnects before its end.
        """
        length = str(environ.get("CONTENT_LENGTH", ""))
        is_chunked = environ.pop("HTTP_TRANSFER_ENCODING", None) is not None
        if length and not (length.isascii() and length.isdecimal()):
            raise BodyInvalid("The Content-Length is not a number.", "Send the number of bytes.")
        if not is_chunked and not length.strip("0"):
            return None
        limit = self._limit_of(environ["PATH_INFO"])
        if not is_chunked and (len(length) > _MAX_DIGITS or int(length) > limit):
            return None
        if self._bodies[client] >= BODIES_EACH:
            raise TooManyBodies(f"You send more than {BODIES_EACH} request bodies at a time.", "Send fewer at a time.")
        self._bodies[client] += 1
        body = RequestBody(self, client, None if is_chunked else int(length))
        try:
            await self._receive(body, receive, limit, environ)
        except BaseException:
            body.close()
            raise
        return body

    async def _receive(self, body: RequestBody, receive: Receive, limit: int, environ: WSGIEnvironment) -> None:
        pace = Pace(BODY_BYTES_PER_SECOND, GRACE_SECONDS, BODY_SECONDS)
        size, more_body = 0, True
        while more_body and size <= limit:
            try:
                async with asyncio.timeout(max(0.0, pace.seconds_left())):
                    message = await receive()
            except TimeoutError:
                raise BodyTooSlow(
                    f"The request body arrived at less than {BODY_BYTES_PER_SECOND // 1024} kB per second.",
                    "Send it again on a faster connection, or in smaller parts.",
                ) from None
            if message["type"] == "http.disconnect":
                raise BodyInvalid("The request body is incomplete, or not in chunks as HTTP defines.", "Send it again.")
            chunk = message.get("body", b"")
            body.write(chunk)
            pace.add(len(chunk))
            size += len(chunk)
            more_body = message.get("more_body", False)
        body.file.seek(0)
        environ["CONTENT_LENGTH"] = str(size)

    def count(self, size: int) -> None:
        """Add bytes to the budget; raises `TooManyBodies` if it is spent."""
        if self._bytes + size > self._budget:
            raise TooManyBodies("The server is receiving too much data at the moment.", "Retry in a few seconds.")
        self._bytes += size

    def forget(self, client: str, size: int) -> None:
        """Take a closed body off the budget."""
        self._bytes -= size
        self._bodies[client] -= 1
        if self._bodies[client] <= 0:
            del self._bodies[client]
