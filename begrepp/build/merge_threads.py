"""Scheduling of the threads in which the engine of the store merges its tables in the background (Linux).

The engine merges tables as soon as two of a level overlap, and all earlier ones of that level with them, so that a
store which is written in pieces is merged again and again. While it is being written, these threads get only the time
that no other thread wants; `Store.optimize` then merges each statement once.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

_MERGING_THREADS = "rocksdb:low"


def defer_merges() -> None:
    """Let the merging threads of this process run only where a processor would be idle."""
    if sys.platform == "linux":
        _schedule(os.SCHED_IDLE)


def resume_merges() -> None:
    """Let the merging threads of this process run as other threads do."""
    if sys.platform == "linux":
        _schedule(os.SCHED_OTHER)


if sys.platform == "linux":

    def _schedule(policy: int) -> None:
        for thread in Path("/proc/self/task").iterdir():
            with suppress(OSError):  # the thread has ended, or the system forbids it
                if (thread / "comm").read_text(encoding="utf-8").strip() == _MERGING_THREADS:
                    os.sched_setscheduler(int(thread.name), policy, os.sched_param(0))
