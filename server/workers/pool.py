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
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from cachetools import LRUCache

from begrepp.errors import ServerBusy
from begrepp.settings import Settings
from begrepp.store.worker import QueryRequest
from server.workers.cancellation import Cancellation
from server.workers.fair_queue import FairQueue
from server.workers.processes import ForkServer, Worker
from server.workers.query_run import QueryRun
from server.workers.stream import ResultStream, StoredResult

_LANES = (("quick", 0.1, 2, 0), ("middle", 1.0, 1, 9), ("long", math.inf, 1, 16))
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

    def run(
        self, request: QueryRequest, client: str = "", cancellation: Cancellation | None = None
    ) -> StoredResult | ResultStream:
        """Return a small result that is ready within the time of the lane, or a stream that has started.

        Raises `TooManyQueries`, `ServerBusy`, `QueryTimeout`, `QueryTooLarge`, `QueryError` or `QueryAbandoned`.
        """
        return QueryRun(self, request, client, self.get_lane(request)).result(cancellation)

    def start(self, request: QueryRequest, client: str) -> QueryRun | None:
        """Start a query on an idle worker without waiting; None if no slot is free or no worker is idle.

        The caller calls `poll`, `result` or `close` of the query. Raises what `QueryRun` does when the query is sent.
        """
        lane = self.get_lane(request)
        with self._lock:
            worker = self._idle[lane].pop() if self._idle[lane] else None
        if worker is None:
            return None
        if not self.lanes[lane].queue.try_acquire(client):
            self.release_worker(worker, lane, reusable=True)
            return None
        return QueryRun(self, request, client, lane, worker)

    def submit(self, function: Callable[..., object], *arguments: object) -> None:
        """Call a function in a thread of the pool."""
        self._threads.submit(function, *arguments)

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
        reusable = reusable and (worker.peak_mb < _LARGE_MB or worker.resident_mb < _LARGE_MB)
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
