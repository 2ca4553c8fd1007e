"""A running query: its slot in a lane, its worker and its deadline, from the start until the result is complete."""

from __future__ import annotations

import math
import threading
import time
from typing import TYPE_CHECKING

from begrepp.errors import BegreppError, QueryAbandoned, QueryError, QueryTimeout, QueryTooLarge
from begrepp.store.worker import QueryRequest, ResultChunk
from server.telemetry import metrics
from server.workers.cancellation import Cancellation
from server.workers.processes import Worker, WorkerKilled
from server.workers.stream import ResultStream, StoredResult

if TYPE_CHECKING:
    from server.workers.pool import Lane, QueryPool

_MB = 1024 * 1024


class QueryRun:
    """A query of a client in the pool.

    With a `worker`, the query has a slot of its lane already and is sent at once; otherwise `result` waits for a slot.
    """

    def __init__(
        self, pool: QueryPool, request: QueryRequest, client: str, lane: int, worker: Worker | None = None
    ) -> None:
        self.request = request
        self._pool = pool
        self._client = client
        self._seconds = request.seconds or pool.settings.query_seconds
        self._deadline = math.inf
        self._lane_number = lane
        self._slot_acquired_at: float | None = None
        self._worker = worker
        self._was_repeated = self._is_detached = self._is_sent = self._is_streaming = False
        self._first: ResultChunk | None = None
        self._lock = threading.Lock()
        self._cancellation: Cancellation | None = None
        self._is_cancelled = False
        if worker:
            self._has_slot()
            with self:
                self._send()
                self._is_detached = True

    def __enter__(self) -> None: ...

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Release slot and worker, unless the query continues."""
        if self._is_detached and kind is None:
            self._is_detached = False
            return
        healthy = kind is None or issubclass(kind, QueryError)
        self._release_slot()
        if self._cancellation:
            self._cancellation.forget(self.cancel)
        with self._lock:
            worker, self._worker = self._worker, None
        if worker:
            self._pool.release_worker(worker, self._lane_number, reusable=healthy and not self._is_cancelled)
            if not healthy or self._is_cancelled:
                metrics.KILLED.inc()

    def fileno(self) -> int:
        """Return the file descriptor that becomes readable when the worker has sent something."""
        return self._worker.channel.fileno() if self._worker else -1

    def poll(self) -> StoredResult | None:
        """Return the result if it has arrived whole, without waiting; raises the errors of the worker.

        After None, the caller calls `result` in a thread.
        """
        with self:
            if not self._first:
                self._receive_first(0)
            if self._first and self._first.last:
                return StoredResult(self._first.form, self._first.chunk)
            self._is_detached = True
        return None

    def result(self, cancellation: Cancellation | None = None) -> StoredResult | ResultStream:
        """Return a small result that is ready within the time of the lane, or a stream that has started.

        Raises `TooManyQueries`, `ServerBusy`, `QueryTimeout`, `QueryTooLarge` or `QueryError`, and `QueryAbandoned` if
        the request is cancelled before.
        """
        with self:
            if cancellation:
                self._cancellation = cancellation
                cancellation.listen(self.cancel)
            if not self._is_sent:
                self._acquire_slot()
                self._send()
            if not self._first:
                self._receive_first(min(self._lane.seconds, self._seconds))
            if self._first and self._first.last:
                return StoredResult(self._first.form, self._first.chunk)
            self._is_detached = True
        self._is_streaming = True
        stream = ResultStream()
        self._pool.submit(self.stream_rest, self._first, stream)
        stream.wait()
        return stream

    def close(self) -> None:
        """Abandon the query: kill its worker if it still runs, and release the slot; a stream does so itself."""
        if self._worker and not self._is_streaming:
            self.__exit__(QueryAbandoned)

    def cancel(self) -> None:
        """Stop the query wherever it is: its worker is killed, and `result` or the stream raises `QueryAbandoned`."""
        with self._lock:
            self._is_cancelled = True
            if self._worker:
                self._worker.stop()

    def _check_cancelled(self) -> None:
        if self._is_cancelled:
            raise QueryAbandoned("The client disconnected.", "Retry.")

    def _send(self) -> None:
        """Send the query to a worker; the deadline begins."""
        self._check_cancelled()
        self._deadline = time.monotonic() + self._seconds
        self._is_sent = True
        try:
            self._worker = self._worker or self._pool.acquire_worker(self._lane_number)
            self._worker.send(self.request)
        except WorkerKilled:
            self._repeat()

    def _receive_first(self, seconds: float) -> None:
        """Receive the first part of the result if it arrives in time."""
        assert self._worker
        try:
            self._first = self._worker.receive(seconds)
        except WorkerKilled:
            self._check_cancelled()
            if self._was_repeated:
                raise
            self._repeat()

    def _repeat(self) -> None:
        """Run the query once more, on a new worker; the deadline stays."""
        self._check_cancelled()
        if self._worker:
            self._worker.kill()
        self._was_repeated = True
        self._worker = None
        self._worker = self._pool.acquire_worker(self._lane_number, new=True)
        self._worker.send(self.request)

    def stream_rest(self, part: ResultChunk | None, stream: ResultStream) -> None:
        """Write the rest of the result into the stream; runs in a thread and changes lanes."""
        try:
            with self:
                try:
                    self._write_parts(part, stream)
                except WorkerKilled:
                    self._check_cancelled()
                    if self._was_repeated or not stream.restart():
                        raise
                    self._repeat()
                    self._write_parts(None, stream)
            stream.finish()
        except BegreppError as error:
            stream.finish(error)
        except Exception as error:
            stream.finish(BegreppError(f"The query worker failed: {error}", "The error has been logged."))
            raise

    def _write_parts(self, part: ResultChunk | None, stream: ResultStream) -> None:
        part = part or self._next_part()
        stream.begin(part.form)
        while True:
            if stream.size + len(part.chunk) > self._pool.settings.query_result_mb * _MB:
                raise QueryTooLarge(
                    f"The answer is larger than {self._pool.settings.query_result_mb} MB.",
                    "Add LIMIT and OFFSET, or download the full data.",
                )
            stream.write(part.chunk)
            if part.last:
                return
            part = self._next_part()

    @property
    def _lane(self) -> Lane:
        return self._pool.lanes[self._lane_number]

    def _next_part(self) -> ResultChunk:
        """Return the next part; first move to the next lane if the time of this one is used up."""
        assert self._worker
        while True:
            remaining = self._deadline - time.monotonic()
            if remaining <= 0:
                raise QueryTimeout(
                    f"The query ran for {self._seconds:g} seconds and was stopped.",
                    "Bind a subject, narrow a pattern, or add LIMIT; search finds words faster than FILTER.",
                )
            in_lane = self._lane.seconds - self._worker.cpu_seconds
            if in_lane <= 0:
                self._change_lane()
            elif part := self._worker.receive(min(remaining, max(in_lane, 0.01))):
                return part

    def _change_lane(self) -> None:
        assert self._worker
        paused_at = time.monotonic()
        self._pool.pause(self._worker)
        self._release_slot()
        self._lane_number += 1
        self._pool.set_lane(self.request, self._lane_number)
        try:
            self._acquire_slot()
        finally:
            self._pool.unpause(self._worker)
        self._worker.resume(self._lane.niceness)
        self._deadline += time.monotonic() - paused_at

    def _acquire_slot(self) -> None:
        metrics.WAITING.labels(self._lane.name).inc()
        try:
            self._lane.queue.acquire(self._client)
        finally:
            metrics.WAITING.labels(self._lane.name).dec()
        self._has_slot()

    def _has_slot(self) -> None:
        metrics.RUNNING.labels(self._lane.name).inc()
        self._slot_acquired_at = time.monotonic()

    def _release_slot(self) -> None:
        if self._slot_acquired_at is not None:
            self._lane.queue.release(self._client, time.monotonic() - self._slot_acquired_at)
            metrics.RUNNING.labels(self._lane.name).dec()
            self._slot_acquired_at = None
