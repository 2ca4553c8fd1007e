"""Limit on requests that each take seconds of computing: a few at a time per process; others wait or are refused."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from begrepp.errors import ServerBusy

_WAIT_SECONDS = 10


class WorkLimit:
    """At most `most` requests at a time."""

    def __init__(self, most: int) -> None:
        self._slots = threading.BoundedSemaphore(most)

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Context manager of one request. Raises `ServerBusy` if none becomes free in `_WAIT_SECONDS`."""
        if not self._slots.acquire(timeout=_WAIT_SECONDS):
            raise ServerBusy("The server is busy with other requests of this kind.", "Retry in a few seconds.")
        try:
            yield
        finally:
            self._slots.release()


COMPARISONS = WorkLimit(4)
"""Checks of values and comparisons of datasets, which read whole code lists."""
DIAGNOSES = WorkLimit(1)
"""Diagnostics of queries, each of which may hold a query worker for seconds; the other workers remain free."""
WORKBOOKS = WorkLimit(2)
"""XLSX workbooks that a request writes, at 50 microseconds of computing for each row."""
