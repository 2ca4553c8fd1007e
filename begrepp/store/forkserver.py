"""The process that query workers are born of, in milliseconds: `python -m begrepp.store.forkserver FD MB`.

For each pipe that the server sends through the socket FD, it forks a process which answers what comes through that
pipe, and tells its number. It has loaded the engine, and opens no store itself. A query that will not end, or eats
all memory, takes nothing else with it: each process has a memory limit of MB, and where the machine runs out of
memory the kernel takes these first. They end with the nursery, also while they are paused.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import socket
import struct
import sys
from multiprocessing.connection import Connection
from pathlib import Path

from begrepp.store.worker import serve_requests

NUMBER = struct.Struct("i")
"""How a process's number is told."""
_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG, prctl(2)


def main() -> None:
    """Fork a worker for each pipe, until the server hangs up."""
    control = socket.socket(fileno=int(sys.argv[1]))
    memory = int(sys.argv[2]) * 1024 * 1024
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # those that end leave nothing behind
    with contextlib.suppress(KeyboardInterrupt, ConnectionError):
        while True:
            said, (*pipes,), _, _ = socket.recv_fds(control, 1, 1)
            if not said:
                return
            if not (number := os.fork()):
                control.close()
                _work(pipes[0], memory)
            os.close(pipes[0])
            control.sendall(NUMBER.pack(number))


def _work(pipe: int, memory: int) -> None:
    """In the new process: take on the limits, and answer."""
    try:
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        with contextlib.suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
        serve_requests(Connection(pipe))
    finally:
        os._exit(0)


if __name__ == "__main__":
    main()
