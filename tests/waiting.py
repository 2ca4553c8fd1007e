"""Waiting in tests for what another thread or process does."""

from __future__ import annotations

import time
from collections.abc import Callable

_PATIENCE = 20.0
"""Seconds after which what a test waits for counts as never happening."""


def wait_until(condition: Callable[[], object]) -> None:
    """Wait until a condition is true; raise AssertionError if it is not within 20 seconds."""
    deadline = time.monotonic() + _PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "The condition did not come true."
        time.sleep(0.01)
