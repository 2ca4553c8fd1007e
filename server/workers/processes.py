"""Worker processes as the server controls them: start, send, receive, pause, resume and kill."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable

import psutil

from begrepp.errors import BegreppError, QueryTooLarge, ServerBusy
from begrepp.store.forkserver import END_SIGNAL, FORK, PID
from begrepp.store.message_channel import MessageChannel
from begrepp.store.worker import QueryRequest, ResultChunk, decode_reply, encode_request

_PROGRAM = "begrepp.store.forkserver"
_MB = 1 << 20
_ENVIRONMENT = {"MALLOC_ARENA_MAX": "2"}
"""Environment of workers. glibc reserves 64 or 128 MB of address space, which is what is limited, for each arena: with
an arena per thread an opened store took 530 to 670 MB of it, and now and then the whole of a small limit."""


_FOREIGN_SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT)
"""Signals that no limit of a query sends: exceeding the memory is SIGABRT or an exit, the processor time SIGXCPU."""


class WorkerKilled(ServerBusy):
    """The worker was ended from outside, not by a limit of its query, which may therefore run on another worker."""


class Worker:
    """A SPARQL query worker process, connected by a channel; it runs one query at a time.

    `end_signal` returns the number of the signal that ended the process, or 0.
    """

    def __init__(self, pid: int, channel: MessageChannel, end_signal: Callable[[int], int]) -> None:
        self._pid = pid
        try:
            self._process = psutil.Process(pid)
        except psutil.NoSuchProcess:
            channel.close()
            raise _worker_killed() from None
        self.channel = channel
        self._end_signal = end_signal
        self._cpu_seconds_before = 0.0
        self.peak_mb = 0.0
        """Largest resident memory in megabytes when the last query ended."""

    def send(self, request: QueryRequest) -> None:
        """Send a query to the worker."""
        message = encode_request(request)
        try:
            self.channel.send(message)
        except (BrokenPipeError, ConnectionResetError):
            raise self._ended() from None

    def receive(self, seconds: float) -> ResultChunk | None:
        """Return the next part of the result, or None if none arrives in time; raises the error of the worker."""
        try:
            if not self.channel.wait(seconds):
                return None
            message = self.channel.receive()
        except (EOFError, BrokenPipeError, ConnectionResetError):
            raise self._ended() from None
        part = decode_reply(message)
        if part.last:
            self._cpu_seconds_before, self.peak_mb = part.cpu_seconds, part.peak_mb
        return part

    @property
    def cpu_seconds(self) -> float:
        """Seconds of processor time that the current query has used."""
        with contextlib.suppress(psutil.Error):
            times = self._process.cpu_times()
            return float(times.user + times.system - self._cpu_seconds_before)
        return 0.0

    @property
    def resident_mb(self) -> float:
        """Resident memory in megabytes."""
        with contextlib.suppress(psutil.Error):
            return float(self._process.memory_info().rss / _MB)
        return 0.0

    def pause(self) -> None:
        """Suspend the process."""
        with contextlib.suppress(psutil.Error):
            self._process.suspend()

    def resume(self, niceness: int) -> None:
        """Resume the process at a niceness; without privileges, niceness can only increase."""
        with contextlib.suppress(psutil.Error):
            self._process.nice(niceness)
            self._process.resume()

    def stop(self) -> None:
        """Kill the process; a thread that waits for its reply gets `WorkerKilled`."""
        with contextlib.suppress(psutil.Error):
            self._process.kill()

    def kill(self) -> None:
        """Kill the process and close its channel."""
        self.stop()
        self.channel.close()

    def _ended(self) -> BegreppError:
        if self._end_signal(self._pid) in _FOREIGN_SIGNALS:
            return _worker_killed()
        return QueryTooLarge(
            "The query exceeded its memory limit and was stopped.",
            "Narrow a pattern, select fewer variables, or simplify long nested expressions.",
        )


def _worker_killed() -> WorkerKilled:
    return WorkerKilled("The process that ran the query was killed.", "Retry in a few seconds.")


class ForkServer:
    """Starts query workers by forking a warm process; it is started on first use, and again if it has died.

    Workers for a store on disk (`local`) have no network; workers for another SPARQL endpoint need it.
    """

    def __init__(self, memory_mb: int, *, local: bool) -> None:
        self._memory_mb = memory_mb
        self._mode = "local" if local else "remote"
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._stop: weakref.finalize[..., ForkServer] | None = None

    def start_worker(self) -> Worker:
        """Return a new worker. Raises `WorkerKilled` if it ended at once."""
        server_end, worker_end = socket.socketpair()
        with self._lock, worker_end:
            try:
                pid = self._fork(worker_end)
            except OSError:  # not started yet, or it has died
                self._start()
                pid = self._fork(worker_end)
        return Worker(pid, MessageChannel(server_end), self.end_signal)

    def _fork(self, worker_end: socket.socket) -> int:
        if self._control is None:
            raise ConnectionResetError
        socket.send_fds(self._control, [FORK], [worker_end.fileno()])
        return self._receive_number(self._control)

    def end_signal(self, pid: int) -> int:
        """Return the number of the signal that ended a worker, 0 if it exited; SIGKILL if the fork server has ended."""
        with self._lock:
            try:
                if self._control is None:
                    return signal.SIGKILL
                self._control.sendall(END_SIGNAL + PID.pack(pid))
                return self._receive_number(self._control)
            except OSError:
                return signal.SIGKILL  # its workers are killed with it

    @staticmethod
    def _receive_number(control: socket.socket) -> int:
        reply = control.recv(PID.size, socket.MSG_WAITALL)
        if len(reply) < PID.size:
            raise ConnectionResetError
        return int(PID.unpack(reply)[0])

    def command(self, control: int) -> list[str]:
        """Return the command line of the fork server, which gets its requests from the socket `control`."""
        return [sys.executable, "-m", _PROGRAM, str(control), str(self._memory_mb), self._mode]

    def _start(self) -> None:
        self._end()
        self._control, fork_server_end = socket.socketpair()
        with fork_server_end:
            self._process = subprocess.Popen(
                self.command(fork_server_end.fileno()),
                pass_fds=[fork_server_end.fileno()],
                stdin=subprocess.DEVNULL,
                env={**os.environ, **_ENVIRONMENT},
            )
        self._stop = weakref.finalize(self, _stop_process, self._process, self._control)

    def _end(self) -> None:
        if self._stop:
            self._stop()

    def close(self) -> None:
        """Kill the fork server and all its workers; also done when nothing refers to it any more."""
        with self._lock:
            self._end()
            self._process = self._control = self._stop = None


def _stop_process(process: subprocess.Popen[bytes], control: socket.socket) -> None:
    control.close()
    process.kill()
    process.wait()
