"""Balance of connections between the processes of a server.

The kernel gives each new connection to a process by a hash, and a client keeps it for many requests: of eight
connections of a proxy, seven may belong to one of two processes, whose requests then wait for each other. A process
that has more connections in use than another therefore closes one now and then after a response, and the client opens
a new one, which the hash may give to the other process.
"""

from __future__ import annotations

import fcntl
import math
import mmap
import os
import time
from collections import OrderedDict
from contextlib import suppress
from pathlib import Path

_RECENT_SECONDS = 0.5
"""Time since its last request in which a connection is in use."""
_DIFFERENCE = 2
"""Connections in use that a process has more than another from which it closes some."""
_PAUSE_SECONDS = 0.1
"""Shortest time between two comparisons with the other processes; each closes at most one connection."""
_PLACE_BYTES = 16
"""Bytes of the number of connections in use of a process, and of the time at which it was counted."""


class ConnectionBalance:
    """The connections in use of this process, and of the others through a file that all of them map.

    A process holds a lock on its place in the file, which is free again when the process ends. For one event loop.
    """

    def __init__(self, path: Path, processes: int) -> None:
        self._file, self._processes = os.open(path, os.O_RDWR | os.O_CREAT), processes
        os.truncate(self._file, processes * _PLACE_BYTES)
        self._counts = memoryview(mmap.mmap(self._file, processes * _PLACE_BYTES)).cast("d")
        self._place = self._take_place()
        self._used: OrderedDict[object, float] = OrderedDict()
        self._compared_at = -math.inf

    def should_close(self, client: object) -> bool:
        """Count a request on the connection of a client; return whether to close it after the response.

        `client` is the address and port of the client.
        """
        now, used = time.monotonic(), self._used
        used[client] = now
        used.move_to_end(client)
        while next(iter(used.values())) < now - _RECENT_SECONDS:
            used.popitem(last=False)
        if self._place is None:  # the process that this one replaces has not ended yet
            self._place = self._take_place()
        else:
            self._counts[2 * self._place], self._counts[2 * self._place + 1] = len(used), now
        if now - self._compared_at < _PAUSE_SECONDS:
            return False
        self._compared_at = now
        if len(used) < self._fewest(now) + _DIFFERENCE:
            return False
        del used[client]
        return True

    def _fewest(self, now: float) -> float:
        """Return the fewest connections in use of a process; none of one without requests."""
        places = zip(self._counts[::2], self._counts[1::2], strict=True)
        return min(count if counted > now - _RECENT_SECONDS else 0.0 for count, counted in places)

    def _take_place(self) -> int | None:
        """Return the first place in the file that no process holds, and hold it; None if there is none."""
        for place in range(self._processes):
            with suppress(OSError):
                fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, _PLACE_BYTES, place * _PLACE_BYTES)
                return place
        return None
