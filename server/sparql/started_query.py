"""Query of a request that was started on a query worker before the request has a thread."""

from __future__ import annotations

import asyncio

from begrepp.errors import BegreppError
from begrepp.store.worker import QueryRequest
from server.workers.cancellation import Cancellation
from server.workers.pool import QueryPool
from server.workers.query_run import QueryRun
from server.workers.stream import ResultStream, StoredResult

STARTED_QUERY = "begrepp.started-query"
"""WSGI environment variable with the `StartedQuery` of the request."""


class StartedQuery:
    """A query that runs on a worker while nothing waits for it but the event loop."""

    def __init__(self, run: QueryRun) -> None:
        self.request = run.request
        self._run = run
        self._outcome: StoredResult | BegreppError | None = None

    @classmethod
    def start(cls, pool: QueryPool, request: QueryRequest, client: str) -> StartedQuery | None:
        """Start a query if a worker and a slot are free at once."""
        try:
            run = pool.start(request, client)
        except BegreppError:  # the worker has ended; the query is sent again with a deadline of its own
            return None
        return cls(run) if run else None

    async def wait(self, seconds: float) -> StoredResult | None:
        """Return the result if it arrives whole within this time; an error is kept for `result`."""
        try:
            await _wait_readable(self._run.fileno(), seconds)
            self._outcome = self._run.poll()
        except BegreppError as error:
            self._outcome = error
        return self._outcome if isinstance(self._outcome, StoredResult) else None

    def result(self, cancellation: Cancellation | None = None) -> StoredResult | ResultStream:
        """Return the result as `QueryPool.run` does, and raise its errors."""
        if isinstance(self._outcome, BegreppError):
            raise self._outcome
        return self._outcome or self._run.result(cancellation)

    def close(self) -> None:
        """Stop the query if no result was taken."""
        self._run.close()


async def _wait_readable(descriptor: int, seconds: float) -> None:
    """Wait until a descriptor is readable, for at most this time."""
    loop = asyncio.get_running_loop()
    readable = loop.create_future()

    def finish() -> None:
        if not readable.done():
            readable.set_result(None)

    loop.add_reader(descriptor, finish)
    timer = loop.call_later(seconds, finish)
    try:
        await readable
    finally:
        timer.cancel()
        loop.remove_reader(descriptor)
