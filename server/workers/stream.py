"""An answer on its way: written by the query worker as it comes, read by the client as fast as the client can.

What is written lies in memory, past 4 MB in a file; a slow reader holds no worker.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from begrepp.errors import BegreppError, QueryAbandoned
from begrepp.store.worker import Form

HEAD = 1 << 19
"""So many bytes are awaited before an answer is begun: what fails before then fails with a status of its own."""
_CHUNK = 1 << 16
_SPOOL = 1 << 22


class ResultStream:
    """An answer: its form, and its bytes as they come."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=_SPOOL)  # noqa: SIM115 - `close` closes it
        self._changed = threading.Condition()
        self._form: Form | None = None
        self._error: BegreppError | None = None
        self._closed = False
        self.size = 0
        self.finished = False
        self.cut_off: Callable[[BegreppError], object] = lambda error: None
        """Told, where what is read ends before it is whole."""

    @property
    def form(self) -> Form:
        """Solutions, yes or no, or a graph."""
        assert self._form is not None
        return self._form

    def begin(self, form: Form) -> None:
        """The worker knows the form."""
        self._form = form

    def write(self, chunk: bytes) -> None:
        """The worker has more; raises `QueryAbandoned` where nobody reads any more."""
        with self._changed:
            if self._closed:
                raise QueryAbandoned("The client disconnected.", "Retry.")
            self._file.seek(0, 2)
            self._file.write(chunk)
            self.size += len(chunk)
            self._changed.notify_all()

    def finish(self, error: BegreppError | None = None) -> None:
        """That was all, or it went wrong."""
        with self._changed:
            self._error, self.finished = error, True
            self._changed.notify_all()

    def wait(self) -> None:
        """Wait until the answer is whole or well begun; raises what went wrong until then."""
        with self._changed:
            self._changed.wait_for(lambda: self.finished or self.size >= HEAD)
            if self._error:
                error = self._error
                self._close()
                raise error

    def chunks(self) -> Iterator[bytes]:
        """The bytes, as they come; raises what goes wrong on the way, so that a cut answer never looks whole."""
        at = 0
        try:
            while True:
                if not (chunk := self._next(at)):
                    return
                at += len(chunk)
                yield chunk
        except BegreppError as error:
            self.cut_off(error)
            raise
        finally:
            self.close()

    def _next(self, at: int) -> bytes:
        with self._changed:
            self._changed.wait_for(lambda: self.finished or self.size > at)
            if self._error and self.size <= at:
                raise self._error
            self._file.seek(at)
            return self._file.read(_CHUNK)

    def read(self) -> bytes:
        """All bytes, once they are there."""
        return b"".join(self.chunks())

    def close(self) -> None:
        """Nobody reads any more."""
        with self._changed:
            self._close()

    def _close(self) -> None:
        self._closed = True
        self._file.close()


@dataclass(frozen=True, slots=True)
class StoredResult:
    """A whole answer."""

    form: Form
    body: bytes

    def read(self) -> bytes:
        """All bytes."""
        return self.body
