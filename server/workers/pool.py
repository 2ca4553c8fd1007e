"""Pool of SPARQL query workers with three lanes, so that short queries do not wait for long ones.

A query starts in the quick lane. When it has used the processor time of the lane, its worker is paused and waits for a
slot in the next lane, which runs at a lower priority; no cost estimate is needed. The lane where a query ended is
remembered, and the same query starts there the next time. Queries of pages run in the server process and do not wait.
If a worker is killed from outside before the client got anything of the result, the query runs once more.
"""

from __future__ import annotations

import hashlib
import math
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from cachetools import LRUCache

from begrepp.errors import BegreppError, QueryError, QueryTimeout, QueryTooLarge, ServerBusy
from begrepp.settings import Settings
from begrepp.store.worker import QueryRequest, ResultChunk
from server.telemetry import metrics
from server.workers.fair_queue import FairQueue
from server.workers.processes import ForkServer, Worker, WorkerKilled
from server.workers.stream import ResultStream, StoredResult

_MB = 1024 * 1024
_LANES = (("quick", 0.1, 2, 2), ("middle", 1.0, 1, 9), ("long", math.inf, 1, 16))
"""Name, seconds of processor time in the lane, slots as a multiple of `query_workers`, and niceness."""
_LARGE_MB = 512
"""Resident memory above which a worker is not reused."""
_MAX_KNOWN_LANES = 10_000


@dataclass(frozen=True, slots=True)
class Lane:
    """A lane: queries of similar cost. A query moves to the next lane after `seconds` of processor time."""

    name: str
    seconds: float
    niceness: int
    queue: FairQueue


class QueryPool:
    """Lanes of worker processes; in each lane, clients get slots round robin."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.lanes = [
            Lane(name, seconds, niceness, _lane_queue(settings, settings.query_workers * slots_factor, first=n == 0))
            for n, (name, seconds, slots_factor, niceness) in enumerate(_LANES)
        ]
        self._fork_server = ForkServer(settings.query_memory_mb, local=not settings.store_url)
        self._idle: list[list[Worker]] = [[] for _ in self.lanes]
        self._lock = threading.Lock()
        self._known_lanes: LRUCache[bytes, int] = LRUCache(_MAX_KNOWN_LANES)
        self._paused: dict[Worker, float] = {}
        max_threads = sum(lane.queue.slots + lane.queue.max_waiting for lane in self.lanes)
        self._threads = ThreadPoolExecutor(max_threads, thread_name_prefix="query")

    def run(self, request: QueryRequest, client: str = "") -> StoredResult | ResultStream:
        """Return a small result that is ready within the time of the lane, or a stream that has started.

        Raises `TooManyQueries`, `ServerBusy`, `QueryTimeout`, `QueryTooLarge` or `QueryError`.
        """
        query_run = _QueryRun(self, request, client)
        with query_run:
            first = query_run.begin()
            if first and first.last:
                return StoredResult(first.form, first.chunk)
            query_run.detached = True
        stream = ResultStream()
        self._threads.submit(query_run.stream_rest, first, stream)
        stream.wait()
        return stream

    def get_lane(self, request: QueryRequest) -> int:
        """Return the number of the lane where the query ended the last time, or 0."""
        with self._lock:
            return self._known_lanes.get(_key(request), 0)

    def set_lane(self, request: QueryRequest, lane: int) -> None:
        """Store the lane where the query starts the next time."""
        with self._lock:
            self._known_lanes[_key(request)] = lane

    def acquire_worker(self, lane: int, *, new: bool = False) -> Worker:
        """Return a worker for a lane: the one used last, whose caches are warm, or a new one."""
        with self._lock:
            if self._idle[lane] and not new:
                return self._idle[lane].pop()
        worker = self._fork_server.start_worker()
        worker.resume(self.lanes[lane].niceness)
        return worker

    def release_worker(self, worker: Worker, lane: int, *, reusable: bool) -> None:
        """Return a worker to the idle workers of its lane, or kill it if it is not reusable."""
        reusable = reusable and worker.resident_mb < _LARGE_MB
        with self._lock:
            if reusable and len(self._idle[lane]) < self.lanes[lane].queue.slots:
                self._idle[lane].append(worker)
                return
        worker.kill()

    def pause(self, worker: Worker) -> None:
        """Pause a worker. Raises `ServerBusy` if all paused workers hold more memory than one query may use."""
        worker.pause()
        with self._lock:
            resident_mb = worker.resident_mb
            if sum(self._paused.values()) + resident_mb > self.settings.query_memory_mb:
                raise ServerBusy(
                    "Too many long-running queries are waiting.", "Try again in a moment, or narrow a pattern."
                )
            self._paused[worker] = resident_mb

    def unpause(self, worker: Worker) -> None:
        """Remove a worker from the paused ones."""
        with self._lock:
            self._paused.pop(worker, None)

    def close(self) -> None:
        """Kill all workers."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        with self._lock:
            for idle in self._idle:
                while idle:
                    idle.pop().kill()
        self._fork_server.close()


def _lane_queue(settings: Settings, slots: int, *, first: bool) -> FairQueue:
    """Return the queue of a lane; in the slower lanes only a fourth may wait, as each waiting query holds a worker."""
    fraction = 1 if first else 4
    return FairQueue(
        slots,
        max_waiting=max(1, settings.query_queue // fraction),
        max_waiting_each=max(1, settings.query_queue_each // fraction),
        timeout=settings.query_seconds,
    )


def _key(request: QueryRequest) -> bytes:
    parts = (str(request.store), request.task, request.query, *request.default_graphs, "|", *request.named_graphs)
    return hashlib.sha256("\0".join(parts).encode(errors="replace")).digest()


class _QueryRun:
    """A running query: its lane, its worker and its deadline."""

    def __init__(self, pool: QueryPool, request: QueryRequest, client: str) -> None:
        self.detached = False
        self._pool = pool
        self._request = request
        self._client = client
        self._seconds = request.seconds or pool.settings.query_seconds
        self._deadline = math.inf
        self._lane_number = pool.get_lane(request)
        self._slot_acquired_at: float | None = None
        self._worker: Worker | None = None
        self._was_repeated = False

    def __enter__(self) -> None: ...

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Release slot and worker, unless the query continues in a thread."""
        if self.detached and kind is None:
            self.detached = False
            return
        healthy = kind is None or issubclass(kind, QueryError)
        self._release_slot()
        if self._worker:
            self._pool.release_worker(self._worker, self._lane_number, reusable=healthy)
            if not healthy:
                metrics.KILLED.inc()

    def begin(self) -> ResultChunk | None:
        """Start the query; return the first part of the result if ready within the time of the lane, else None."""
        self._acquire_slot()
        self._deadline = time.monotonic() + self._seconds
        try:
            self._worker = self._pool.acquire_worker(self._lane_number)
            self._worker.send(self._request)
            return self._worker.receive(min(self._lane.seconds, self._seconds))
        except WorkerKilled:
            self._repeat()
            return None

    def _repeat(self) -> None:
        """Run the query once more, on a new worker; the deadline stays."""
        if self._worker:
            self._worker.kill()
        self._was_repeated = True
        self._worker = None
        self._worker = self._pool.acquire_worker(self._lane_number, new=True)
        self._worker.send(self._request)

    def stream_rest(self, part: ResultChunk | None, stream: ResultStream) -> None:
        """Write the rest of the result into the stream; runs in a thread and changes lanes."""
        try:
            with self:
                try:
                    self._write_parts(part, stream)
                except WorkerKilled:
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
        self._pool.set_lane(self._request, self._lane_number)
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
        metrics.RUNNING.labels(self._lane.name).inc()
        self._slot_acquired_at = time.monotonic()

    def _release_slot(self) -> None:
        if self._slot_acquired_at is not None:
            self._lane.queue.release(self._client, time.monotonic() - self._slot_acquired_at)
            metrics.RUNNING.labels(self._lane.name).dec()
            self._slot_acquired_at = None
