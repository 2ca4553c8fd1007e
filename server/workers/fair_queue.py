"""Fair queue: a fixed number of slots, granted round robin over clients.

Each client has a first-in, first-out queue of its own, so a client that sends a hundred queries waits for its own
queries, and a client that sends a single query is next.
"""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager

from begrepp.errors import ServerBusy, TooManyQueries


class FairQueue:
    """Slots granted to clients round robin, with limits on the waiting requests in all and per client.

    While other clients wait, a client holds at most all slots but one.
    """

    def __init__(self, slots: int, *, max_waiting: int, max_waiting_each: int, timeout: float) -> None:
        self.slots = slots
        self.max_waiting = max_waiting
        self._max_waiting_each = max_waiting_each
        self._timeout = timeout
        self._lock = threading.Lock()
        self._queues: dict[str, deque[threading.Event]] = {}
        self._running: Counter[str] = Counter()
        self._mean_seconds = 1.0

    @property
    def waiting(self) -> int:
        """The number of requests that wait for a slot."""
        return sum(len(queue) for queue in self._queues.values())

    @property
    def running(self) -> int:
        """The number of slots in use."""
        return self._running.total()

    def acquire(self, client: str) -> None:
        """Wait for a slot; the caller returns it with `release`.

        Raises `TooManyQueries` at once if a queue is full, and `ServerBusy` if no slot is granted before the timeout.
        """
        with self._lock:
            queue = self._queues.get(client, ())
            if len(queue) >= self._max_waiting_each:
                raise TooManyQueries(
                    f"{len(queue)} of your queries are already waiting.",
                    "Wait for a response before you send the next query.",
                    retry_after=self._expected_wait(len(queue)),
                )
            if self.waiting >= self.max_waiting:
                raise TooManyQueries(
                    "Too many queries are waiting.",
                    "Try again in a moment.",
                    retry_after=self._expected_wait(self.waiting),
                )
            granted = threading.Event()
            self._queues.setdefault(client, deque()).append(granted)
            self._grant_slots()
        if granted.wait(self._timeout):
            return
        with self._lock:
            if granted.is_set():
                return
            self._queues[client].remove(granted)
            if not self._queues[client]:
                del self._queues[client]
        raise ServerBusy(
            f"No query worker became available within {self._timeout:g} seconds.",
            "Try again in a moment, or run the query on your own build.",
        )

    def try_acquire(self, client: str) -> bool:
        """Acquire a slot and return True if one is free and no client waits."""
        with self._lock:
            if self._queues or self.running >= self.slots:
                return False
            self._running[client] += 1
            return True

    def release(self, client: str, seconds: float) -> None:
        """Return a slot that the client held for this many seconds."""
        with self._lock:
            self._mean_seconds = 0.8 * self._mean_seconds + 0.2 * seconds
            self._running[client] -= 1
            if not self._running[client]:
                del self._running[client]
            self._grant_slots()

    @contextmanager
    def slot(self, client: str) -> Iterator[None]:
        """Context manager that acquires and releases a slot."""
        self.acquire(client)
        started = time.monotonic()
        try:
            yield
        finally:
            self.release(client, time.monotonic() - started)

    def _grant_slots(self) -> None:
        """Grant free slots round robin: a client that gets a slot moves to the end."""
        while self.running < self.slots and (client := self._next_client()) is not None:
            queue = self._queues.pop(client)
            queue.popleft().set()
            self._running[client] += 1
            if queue:
                self._queues[client] = queue

    def _next_client(self) -> str | None:
        """Return the first waiting client that is below its limit: all slots if it waits alone, else all but one."""
        limit = self.slots if len(self._queues) == 1 else max(1, self.slots - 1)
        return next((client for client in self._queues if self._running[client] < limit), None)

    def _expected_wait(self, requests_before: int) -> int:
        """Return the expected wait in seconds, 1 to 60, from a moving average of the time that slots are held."""
        return max(1, min(60, round(self._mean_seconds * (requests_before + 1) / self.slots)))
