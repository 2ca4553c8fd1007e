"""Queries from outside: answered by worker processes, the short ones first, however many long ones there are.

A query begins in the quick lane. Where its time there is up its worker is paused, and goes on when it is its turn in
the next lane, which runs at a lower priority. So nobody needs to guess what a query will cost. What was seen of a
query is remembered: asked again, it begins in the lane where it ended. Pages ask in the server process and never wait.
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
from server.workers.processes import ForkServer, Worker
from server.workers.stream import ResultStream, StoredResult

_MB = 1024 * 1024
_LANES = (("quick", 0.1, 2, 2), ("middle", 1.0, 1, 9), ("long", math.inf, 1, 16))
"""Name, seconds of processor until a query must leave, places as a multiple of the setting, and niceness."""
_LARGE_MB = 512
"""A worker that has grown beyond this does not go on to the next query."""
_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Lane:
    """Queries that have taken about as much; `seconds` of processor is when they must leave for the next one."""

    name: str
    seconds: float
    niceness: int
    turns: FairQueue


class QueryPool:
    """Lanes of worker processes, in each of which the clients take turns."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.lanes = [
            Lane(name, seconds, niceness, _turns(settings, settings.query_workers * places, first=n == 0))
            for n, (name, seconds, places, niceness) in enumerate(_LANES)
        ]
        self._nursery = ForkServer(settings.query_memory_mb)
        self._idle: list[list[Worker]] = [[] for _ in self.lanes]
        self._lock = threading.Lock()
        self._known: LRUCache[bytes, int] = LRUCache(_REMEMBERED)
        self._paused: dict[Worker, float] = {}
        most = sum(lane.turns.places + lane.turns.most for lane in self.lanes)
        self._threads = ThreadPoolExecutor(most, thread_name_prefix="query")

    def run(self, question: QueryRequest, client: str = "") -> StoredResult | ResultStream:
        """The answer where it comes quickly and whole; else one that has begun, and is read as it comes.

        Raises `TooManyQueries`, `ServerBusy`, `QueryTimeout`, `QueryTooLarge` or `QueryError`.
        """
        run = _Run(self, question, client)
        with run:
            first = run.begin()
            if first and first.last:
                return StoredResult(first.form, first.chunk)
            run.handed_on = True
        reply = ResultStream()
        self._threads.submit(run.stream_rest, first, reply)
        reply.wait()
        return reply

    def known_lane(self, question: QueryRequest) -> int:
        """The lane in which a query ended when it was asked before."""
        with self._lock:
            return self._known.get(_key(question), 0)

    def remember_lane(self, question: QueryRequest, lane: int) -> None:
        """Remember it."""
        with self._lock:
            self._known[_key(question)] = lane

    def acquire_worker(self, lane: int) -> Worker:
        """A worker for a lane: the one that was busy there last, whose caches are warm, or a new one."""
        with self._lock:
            if self._idle[lane]:
                return self._idle[lane].pop()
        worker = self._nursery.worker()
        worker.resume(self.lanes[lane].niceness)
        return worker

    def release_worker(self, worker: Worker, lane: int, *, again: bool) -> None:
        """It has done its work; it is kept for the next query of the lane, or ended."""
        again = again and worker.resident < _LARGE_MB
        with self._lock:
            if again and len(self._idle[lane]) < self.lanes[lane].turns.places:
                self._idle[lane].append(worker)
                return
        worker.kill()

    def pause(self, worker: Worker) -> None:
        """Pause a worker. All that are paused may hold as much memory as one that runs; else `ServerBusy`."""
        worker.pause()
        with self._lock:
            held = worker.resident
            if sum(self._paused.values()) + held > self.settings.query_memory_mb:
                raise ServerBusy(
                    "Too many long-running queries are waiting.", "Try again in a moment, or narrow a pattern."
                )
            self._paused[worker] = held

    def unpause(self, worker: Worker) -> None:
        """It waits no longer."""
        with self._lock:
            self._paused.pop(worker, None)

    def close(self) -> None:
        """End all workers."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        with self._lock:
            for idle in self._idle:
                while idle:
                    idle.pop().kill()
        self._nursery.close()


def _turns(settings: Settings, places: int, *, first: bool) -> FairQueue:
    """Many may wait where queries are quick; a few that hold a worker each, where they are long."""
    share = 1 if first else 4
    return FairQueue(
        places,
        waiting=max(1, settings.query_line // share),
        waiting_each=max(1, settings.query_line_each // share),
        seconds=settings.query_seconds,
    )


def _key(question: QueryRequest) -> bytes:
    parts = (str(question.store), question.query, *question.default_graphs, "|", *question.named_graphs)
    return hashlib.sha256("\0".join(parts).encode(errors="replace")).digest()


class _Run:
    """A query on its way: the lane it is in, the worker that is at it, and until when it may run."""

    def __init__(self, pool: QueryPool, question: QueryRequest, client: str) -> None:
        self.handed_on = False
        self._pool = pool
        self._question = question
        self._client = client
        self._seconds = question.seconds or pool.settings.query_seconds
        self._deadline = math.inf
        self._at = pool.known_lane(question)
        self._entered: float | None = None
        self._worker: Worker | None = None

    def __enter__(self) -> None: ...

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """The query is done, unless it was handed on to be done in a thread."""
        if self.handed_on and kind is None:
            self.handed_on = False
            return
        healthy = kind is None or issubclass(kind, QueryError)
        self._leave()
        if self._worker:
            self._pool.release_worker(self._worker, self._at, again=healthy)
            if not healthy:
                metrics.KILLED.inc()

    def begin(self) -> ResultChunk | None:
        """Ask; the first part of the answer, if it comes within the time of the lane."""
        self._enter()
        self._worker = self._pool.acquire_worker(self._at)
        self._deadline = time.monotonic() + self._seconds
        self._worker.send(self._question)
        return self._worker.receive(min(self._lane.seconds, self._seconds))

    def stream_rest(self, part: ResultChunk | None, reply: ResultStream) -> None:
        """In a thread: read the rest of the answer into the reply, from lane to lane."""
        try:
            with self:
                part = part or self._next()
                reply.begin(part.form)
                while True:
                    if reply.size + len(part.chunk) > self._pool.settings.query_result_mb * _MB:
                        raise QueryTooLarge(
                            f"The answer is larger than {self._pool.settings.query_result_mb} MB.",
                            "Add LIMIT and OFFSET, or download the full data.",
                        )
                    reply.write(part.chunk)
                    if part.last:
                        break
                    part = self._next()
            reply.finish()
        except BegreppError as error:
            reply.finish(error)
        except Exception as error:
            reply.finish(BegreppError(f"The query worker failed: {error}", "The error has been logged."))
            raise

    @property
    def _lane(self) -> Lane:
        return self._pool.lanes[self._at]

    def _next(self) -> ResultChunk:
        """The next part; where the time of the lane is up, the query goes to the next lane first."""
        assert self._worker
        while True:
            left = self._deadline - time.monotonic()
            if left <= 0:
                raise QueryTimeout(
                    f"The query ran for {self._seconds:g} seconds and was stopped.",
                    "Bind a subject, narrow a pattern, or add LIMIT; search finds words faster than FILTER.",
                )
            in_lane = self._lane.seconds - self._worker.spent
            if in_lane <= 0:
                self._change_lane()
            elif part := self._worker.receive(min(left, max(in_lane, 0.01))):
                return part

    def _change_lane(self) -> None:
        assert self._worker
        waits = time.monotonic()
        self._pool.pause(self._worker)
        self._leave()
        self._at += 1
        self._pool.remember_lane(self._question, self._at)
        try:
            self._enter()
        finally:
            self._pool.unpause(self._worker)
        self._worker.resume(self._lane.niceness)
        self._deadline += time.monotonic() - waits

    def _enter(self) -> None:
        metrics.WAITING.labels(self._lane.name).inc()
        try:
            self._lane.turns.acquire(self._client)
        finally:
            metrics.WAITING.labels(self._lane.name).dec()
        metrics.RUNNING.labels(self._lane.name).inc()
        self._entered = time.monotonic()

    def _leave(self) -> None:
        if self._entered is not None:
            self._lane.turns.release(self._client, time.monotonic() - self._entered)
            metrics.RUNNING.labels(self._lane.name).dec()
            self._entered = None
