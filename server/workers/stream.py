"""Results of queries: streamed while the worker writes them, or stored whole.

A stream buffers in memory up to 4 MB and then in a file, so that a slow client does not hold a worker.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from begrepp.errors import BegreppError, FolderNotWritable, QueryAbandoned
from begrepp.store.worker import Form

BUFFERED_BYTES = 1 << 19
"""Bytes buffered before the response starts: an error before that gets an HTTP status of its own."""
_CHUNK = 1 << 16
_MAX_MEMORY_BYTES = 1 << 22


class ResultStream:
    """A result that a worker writes and a client reads at the same time."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=_MAX_MEMORY_BYTES)  # noqa: SIM115 - `close` closes it
        self._changed = threading.Condition()
        self._form: Form | None = None
        self._error: BegreppError | None = None
        self._closed = self._is_read = False
        self.size = 0
        self.finished = False
        self.on_truncated: Callable[[BegreppError], object] = lambda error: None
        """Called with the error if the result ends before it is complete."""

    @property
    def form(self) -> Form:
        """The form of the result: solutions, boolean or graph."""
        assert self._form is not None
        return self._form

    def begin(self, form: Form) -> None:
        """Set the form."""
        self._form = form

    def write(self, chunk: bytes) -> None:
        """Append a chunk; raises `QueryAbandoned` if the reader has closed the stream."""
        with self._changed:
            if self._closed:
                raise QueryAbandoned("The client disconnected.", "Retry.")
            try:
                self._file.seek(0, 2)
                self._file.write(chunk)
            except OSError as error:
                raise FolderNotWritable("a large answer to its temporary folder", error) from None
            self.size += len(chunk)
            self._changed.notify_all()

    def restart(self) -> bool:
        """Remove what was written and return True, unless a reader may have got some of it already."""
        with self._changed:
            if self._is_read or self._closed:
                return False
            self._file.seek(0)
            self._file.truncate()
            self.size = 0
            return True

    def finish(self, error: BegreppError | None = None) -> None:
        """Mark the end of the result, or the error that ended it."""
        with self._changed:
            self._error, self.finished = error, True
            self._changed.notify_all()

    def wait(self) -> None:
        """Wait until the result is complete or `BUFFERED_BYTES` are buffered; raises an error until then."""
        with self._changed:
            self._changed.wait_for(lambda: self.finished or self.size >= BUFFERED_BYTES)
            self._is_read = True
            if self._error:
                error = self._error
                self._close()
                raise error

    def chunks(self) -> Iterator[bytes]:
        """Yield the chunks; raises an error that occurs on the way, so that a truncated result never looks complete."""
        position = 0
        try:
            while True:
                if not (chunk := self._next(position)):
                    return
                position += len(chunk)
                yield chunk
        except BegreppError as error:
            self.on_truncated(error)
            raise
        finally:
            self.close()

    def _next(self, position: int) -> bytes:
        with self._changed:
            self._changed.wait_for(lambda: self.finished or self.size > position)
            if self._error and self.size <= position:
                raise self._error
            self._file.seek(position)
            return self._file.read(_CHUNK)

    def read(self) -> bytes:
        """Return the whole result once it is complete."""
        return b"".join(self.chunks())

    def close(self) -> None:
        """Close the stream; the worker stops writing."""
        with self._changed:
            self._close()

    def _close(self) -> None:
        self._closed = True
        self._file.close()


@dataclass(frozen=True, slots=True)
class StoredResult:
    """A complete result."""

    form: Form
    body: bytes

    def read(self) -> bytes:
        """Return the whole result."""
        return self.body
