"""Rate limit per client address: a token bucket in each server process."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict

from begrepp.errors import BegreppError

_MAX_ADDRESSES = 10_000
"""Addresses stored; the address with the oldest request is dropped first."""


class RateLimited(BegreppError):
    """A client address sent more requests than its limit."""

    status = 429


class RateLimit:
    """A token bucket per address, refilled at `per_minute` tokens a minute up to that number.

    `advice` is the next step of the error.
    """

    def __init__(self, per_minute: int, advice: str) -> None:
        self._advice = advice
        self._capacity = float(per_minute)
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def acquire(self, address: str) -> None:
        """Take one token of the address. Raises `RateLimited` if its bucket is empty."""
        now = time.monotonic()
        with self._lock:
            tokens, updated = self._buckets.pop(address, (self._capacity, now))
            tokens = min(self._capacity, tokens + (now - updated) * self._capacity / 60)
            allowed = tokens >= 1
            self._buckets[address] = (tokens - 1 if allowed else tokens, now)
            while len(self._buckets) > _MAX_ADDRESSES:
                self._buckets.popitem(last=False)
        if not allowed:
            raise RateLimited(
                f"You sent more than {self._capacity:g} requests in a minute.",
                self._advice,
            )
