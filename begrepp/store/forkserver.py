"""Fork server for SPARQL query workers: `python -m begrepp.store.forkserver FD MB [local|remote]`.

For each socket that is sent through the socket FD, the fork server forks a worker process that serves requests from it
(`begrepp.store.message_channel`), and returns its process id. For a process id that is sent, it returns the signal that
ended that worker, or 0. The engine is imported before the fork; no store is open. Each worker has an address space
limit of MB megabytes, is the first to be killed when the machine runs out of memory, and is killed by the kernel when
the fork server ends, even while it is paused.

Workers that query a store on disk (`local`) have no network (`begrepp.store.isolation`): the fork server isolates
itself, and its children inherit that. Workers that send queries to another SPARQL endpoint (`remote`) keep the network,
and therefore never open a store on disk, whose engine evaluates SERVICE itself.

The fork server of `multiprocessing` was measured and is slower: 18 to 40 ms from the start of a worker to its first
response against 11 to 18 ms here (medians of 20 starts, five runs), and it cannot be stopped by a public function.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import os
import resource
import signal
import socket
import struct
import sys
import time
from pathlib import Path

from begrepp.store.isolation import isolate_process
from begrepp.store.message_channel import MessageChannel
from begrepp.store.worker import serve_requests

PID = struct.Struct("i")
"""Binary format of a process id and of a signal number."""
FORK, END_SIGNAL = b"+", b"?"
"""Requests: to fork a worker for the socket that comes with it, and to return the signal that ended a worker."""
_MAX_ENDED = 1000
"""Ended workers whose signals are known."""
_SECONDS_TO_END = 1.0
_ANALYSIS = "begrepp.sparql.query_algebra"
"""Imported before the fork: in a worker its import would use up the processor time of the first lane."""
_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG, prctl(2)


def main() -> None:
    """Fork a worker for each socket that is sent, until the socket is closed."""
    control = socket.socket(fileno=int(sys.argv[1]))
    memory = int(sys.argv[2]) * 1024 * 1024
    if local := sys.argv[3] == "local":
        isolate_process()
    importlib.import_module(_ANALYSIS)
    ended: dict[int, int] = {}
    signal.signal(signal.SIGCHLD, lambda *_: _reap(ended))
    with contextlib.suppress(KeyboardInterrupt, ConnectionError):
        while True:
            data, (*sockets,), _, _ = socket.recv_fds(control, 1, 1)
            if data == FORK:
                if not (pid := os.fork()):
                    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                    control.close()
                    _run_worker(sockets[0], memory, local=local)
                os.close(sockets[0])
                control.sendall(PID.pack(pid))
            elif data == END_SIGNAL:
                (pid,) = PID.unpack(control.recv(PID.size, socket.MSG_WAITALL))
                control.sendall(PID.pack(_end_signal(pid, ended)))
            else:
                return


def _reap(ended: dict[int, int]) -> None:
    """Store the signals that ended workers, 0 for those that exited, so that no zombie processes remain."""
    with contextlib.suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return
            ended[pid] = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
            if len(ended) > _MAX_ENDED:
                del ended[next(iter(ended))]


def _end_signal(pid: int, ended: dict[int, int]) -> int:
    """Return the signal that ended a worker; its socket may be closed a moment before the process has ended."""
    deadline = time.monotonic() + _SECONDS_TO_END
    while pid not in ended and time.monotonic() < deadline:
        time.sleep(0.005)
    return ended.pop(pid, 0)


def _run_worker(connection: int, memory: int, *, local: bool) -> None:
    """Set the limits of the new process and serve requests."""
    try:
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        with contextlib.suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
        serve_requests(MessageChannel(socket.socket(fileno=connection)), local=local)
    finally:
        os._exit(0)


if __name__ == "__main__":
    main()
