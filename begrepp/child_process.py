"""Child processes that end with the process that started them, even if that is killed."""

from __future__ import annotations

import multiprocessing
import os
import select
import signal
import sys
import threading
import time

_SECONDS_TO_END = 5


def end_with_parent() -> None:
    """Kill this process when its parent process ends; for a process that `multiprocessing` started.

    A thread waits for the parent. The parent-death signal of Linux would not do: it is sent when the *thread* that
    started the process ends.
    """
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_wait_and_end, args=(parent,), name="parent", daemon=True).start()


def end_with_standard_input() -> None:
    """End this process when its standard input ends: when the process at the other end of the pipe ends.

    The process exits as by an error, so that its temporary files are removed, and at once if its input has ended; it
    is killed if that takes too long.
    """
    if select.select([0], [], [], 0)[0] and not os.read(0, 1):
        sys.exit(1)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    threading.Thread(target=_read_and_end, name="parent", daemon=True).start()


def _read_and_end() -> None:
    while os.read(0, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_SECONDS_TO_END)
    os.kill(os.getpid(), signal.SIGKILL)


def _wait_and_end(parent: multiprocessing.process.BaseProcess) -> None:
    parent.join()
    os.kill(os.getpid(), signal.SIGKILL)
