"""Who is asked next: queries of strangers wait in one line per client, and the clients take turns.

A client that sends a hundred queries waits for its own, and one that sends a single query is next.
"""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager

from begrepp.errors import ServerBusy, TooManyQueries


class FairQueue:
    """A number of places, given to clients in turn; at most so many wait, in all (`most`) and per client.

    A client never holds all places while it is not alone to want one.
    """

    def __init__(self, places: int, *, waiting: int, waiting_each: int, seconds: float) -> None:
        self.places = places
        self.most = waiting
        self._most_each = waiting_each
        self._seconds = seconds
        self._lock = threading.Lock()
        self._lines: dict[str, deque[threading.Event]] = {}
        self._running: Counter[str] = Counter()
        self._spent = 1.0

    @property
    def waiting(self) -> int:
        """How many wait."""
        return sum(len(line) for line in self._lines.values())

    @property
    def running(self) -> int:
        """How many places are taken."""
        return self._running.total()

    def acquire(self, client: str) -> None:
        """Wait for a place, to be given back with `leave`.

        Raises `TooManyQueries` at once where the line is full, and `ServerBusy` where the turn does not come in time.
        """
        with self._lock:
            line = self._lines.get(client, ())
            if len(line) >= self._most_each:
                raise TooManyQueries(
                    f"{len(line)} of your queries are already waiting.",
                    "Wait for a response before you send the next query.",
                    retry_after=self._expected(len(line)),
                )
            if self.waiting >= self.most:
                raise TooManyQueries(
                    "Too many queries are waiting.", "Try again in a moment.", retry_after=self._expected(self.waiting)
                )
            turn = threading.Event()
            self._lines.setdefault(client, deque()).append(turn)
            self._hand_out()
        if turn.wait(self._seconds):
            return
        with self._lock:
            if turn.is_set():
                return
            self._lines[client].remove(turn)
            if not self._lines[client]:
                del self._lines[client]
        raise ServerBusy(
            f"No query worker became available within {self._seconds:g} seconds.",
            "Try again in a moment, or run the query on your own build.",
        )

    def release(self, client: str, seconds: float) -> None:
        """Give a place back, held for so many seconds."""
        with self._lock:
            self._spent = 0.8 * self._spent + 0.2 * seconds
            self._running[client] -= 1
            self._running += Counter()
            self._hand_out()

    @contextmanager
    def turn(self, client: str) -> Iterator[None]:
        """A place for the length of a `with`."""
        self.acquire(client)
        started = time.monotonic()
        try:
            yield
        finally:
            self.release(client, time.monotonic() - started)

    def _hand_out(self) -> None:
        """Give free places to the clients in turn; who was served goes to the end of the circle."""
        while self.running < self.places and (client := self._next()) is not None:
            line = self._lines.pop(client)
            line.popleft().set()
            self._running[client] += 1
            if line:
                self._lines[client] = line

    def _next(self) -> str | None:
        """The first client in the circle that may have another place."""
        wanting = {*self._lines, *self._running}
        return next(
            (c for c in self._lines if wanting == {c} or self._running[c] < max(1, self.places - 1)),
            None,
        )

    def _expected(self, before: int) -> int:
        """Seconds until so many queries are done, as it went lately: 1 to 60."""
        return max(1, min(60, round(self._spent * (before + 1) / self.places)))
