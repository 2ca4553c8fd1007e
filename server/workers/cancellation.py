"""Cancellation of the queries of a request whose client has disconnected."""

from __future__ import annotations

import threading
from collections.abc import Callable

CANCELLATION = "begrepp.cancellation"
"""WSGI environment variable with the `Cancellation` of the request."""


class Cancellation:
    """Signal that nobody waits for a request any more; may be set and listened to from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: list[Callable[[], object]] = []
        self._is_cancelled = False

    def cancel(self) -> None:
        """Call all listeners, and each later one at once."""
        with self._lock:
            self._is_cancelled = True
            listeners, self._listeners = self._listeners, []
        for listener in listeners:
            listener()

    def listen(self, listener: Callable[[], object]) -> None:
        """Call a function when the request is cancelled."""
        with self._lock:
            if not self._is_cancelled:
                self._listeners.append(listener)
                return
        listener()

    def forget(self, listener: Callable[[], object]) -> None:
        """Stop calling a function, if it was not called yet."""
        with self._lock:
            if listener in self._listeners:
                self._listeners.remove(listener)
