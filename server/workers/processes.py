"""Query workers as the server sees them: processes that answer, can be paused, slowed down, and killed."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import threading
from multiprocessing.connection import Connection

import psutil

from begrepp.errors import BegreppError, QueryTooLarge
from begrepp.store.forkserver import PID
from begrepp.store.worker import QueryRequest, ResultChunk

_PROGRAM = "begrepp.store.forkserver"
_MB = 1 << 20


class Worker:
    """One process; it has answered all that it was asked, or is at it."""

    def __init__(self, number: int, pipe: Connection) -> None:
        self._process = psutil.Process(number)
        self._pipe = pipe
        self._spent_before = 0.0

    def send(self, question: QueryRequest) -> None:
        """Send it a question."""
        try:
            self._pipe.send(question)
        except (BrokenPipeError, ConnectionResetError):
            raise _gone() from None

    def receive(self, seconds: float) -> ResultChunk | None:
        """The next part of the answer, or None where none comes in time; an error that comes instead is raised."""
        try:
            if not self._pipe.poll(max(0.0, seconds)):
                return None
            message = self._pipe.recv()
        except (EOFError, BrokenPipeError, ConnectionResetError):
            raise _gone() from None
        if isinstance(message, BegreppError):
            raise message
        assert isinstance(message, ResultChunk)
        if message.last:
            self._spent_before = message.cpu_seconds
        return message

    @property
    def spent(self) -> float:
        """Seconds of processor that the question at hand has taken."""
        with contextlib.suppress(psutil.Error):
            times = self._process.cpu_times()
            return float(times.user + times.system - self._spent_before)
        return 0.0

    @property
    def resident(self) -> float:
        """Megabytes of memory in use."""
        with contextlib.suppress(psutil.Error):
            return float(self._process.memory_info().rss / _MB)
        return 0.0

    def pause(self) -> None:
        """Let it stand still."""
        with contextlib.suppress(psutil.Error):
            self._process.suspend()

    def resume(self, niceness: int) -> None:
        """Let it go on, at this niceness; without privileges a process never becomes less nice again."""
        with contextlib.suppress(psutil.Error):
            self._process.nice(niceness)
            self._process.resume()

    def kill(self) -> None:
        """End it."""
        with contextlib.suppress(psutil.Error):
            self._process.kill()
        self._pipe.close()


def _gone() -> BegreppError:
    return QueryTooLarge(
        "The query exceeded its memory limit and was stopped.",
        "Narrow a pattern, select fewer variables, or simplify long nested expressions.",
    )


class ForkServer:
    """Where workers come from; started when first needed, and again where it is gone."""

    def __init__(self, memory_mb: int) -> None:
        self._memory_mb = memory_mb
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    def worker(self) -> Worker:
        """A new one."""
        here, there = socket.socketpair()
        with self._lock, there:
            try:
                number = self._fork(there)
            except OSError:  # it is gone, or has never been
                self._start()
                number = self._fork(there)
        return Worker(number, Connection(here.detach()))

    def _fork(self, pipe: socket.socket) -> int:
        if self._control is None:
            raise ConnectionResetError
        socket.send_fds(self._control, [b"+"], [pipe.fileno()])
        said = self._control.recv(PID.size, socket.MSG_WAITALL)
        if len(said) < PID.size:
            raise ConnectionResetError
        return int(PID.unpack(said)[0])

    def _start(self) -> None:
        self._end()
        self._control, there = socket.socketpair()
        with there:
            self._process = subprocess.Popen(
                [sys.executable, "-m", _PROGRAM, str(there.fileno()), str(self._memory_mb)],
                pass_fds=[there.fileno()],
                stdin=subprocess.DEVNULL,
            )

    def _end(self) -> None:
        if self._control:
            self._control.close()
        if self._process:
            self._process.kill()
            self._process.wait()

    def close(self) -> None:
        """End it, and with it all workers."""
        with self._lock:
            self._end()
            self._process = self._control = None
