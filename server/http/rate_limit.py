"""How often one address may ask for something that costs much: so many a minute, some of them at once."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict

from begrepp.errors import BegreppError

_ADDRESSES = 10_000
"""Addresses remembered; whoever asked longest ago is forgotten first."""


class RateLimited(BegreppError):
    """One address asked more often than it may."""

    status = 429


class RateLimit:
    """A bucket per address, that fills with `per_minute` a minute; in each server process for itself."""

    def __init__(self, per_minute: int) -> None:
        self._size = float(per_minute)
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, address: str) -> None:
        """One more for the address. Raises `RateLimited` where there is none left."""
        now = time.monotonic()
        with self._lock:
            left, since = self._buckets.pop(address, (self._size, now))
            left = min(self._size, left + (now - since) * self._size / 60)
            allowed = left >= 1
            self._buckets[address] = (left - 1 if allowed else left, now)
            while len(self._buckets) > _ADDRESSES:
                self._buckets.popitem(last=False)
        if not allowed:
            raise RateLimited(
                f"You sent more than {self._size:g} requests in a minute.",
                "Wait a little; `begrepp validate` on your own machine has no limit.",
            )
