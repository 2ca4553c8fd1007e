"""Share of the request threads that one client may use at a time; its further requests wait without a thread."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class ThreadShare:
    """At most `each` threads per client, for use in one event loop."""

    def __init__(self, each: int) -> None:
        self._each = each
        self._clients: dict[str, tuple[asyncio.Semaphore, int]] = {}

    @asynccontextmanager
    async def of(self, client: str) -> AsyncIterator[None]:
        """Async context manager that waits until the client may use one more thread."""
        semaphore, users = self._clients.get(client) or (asyncio.Semaphore(self._each), 0)
        self._clients[client] = (semaphore, users + 1)
        try:
            async with semaphore:
                yield
        finally:
            users = self._clients[client][1] - 1
            if users:
                self._clients[client] = (semaphore, users)
            else:
                del self._clients[client]
