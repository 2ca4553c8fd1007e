"""Child processes that end with the process that started them, even if that is killed."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading


def end_with_parent() -> None:
    """Kill this process when its parent process ends; for a process that `multiprocessing` started.

    A thread waits for the parent. The parent-death signal of Linux would not do: it is sent when the *thread* that
    started the process ends.
    """
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_wait_and_end, args=(parent,), name="parent", daemon=True).start()


def _wait_and_end(parent: multiprocessing.process.BaseProcess) -> None:
    parent.join()
    os.kill(os.getpid(), signal.SIGKILL)
