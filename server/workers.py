"""Queries from outside run in processes of their own, each with a deadline and a memory limit.

A query that will not end cannot be stopped from within the engine, so its process is killed and a new
one takes its place at once; pages, which ask in the server process, never wait behind it.
"""

from __future__ import annotations

import queue
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing.connection import Connection

from begrepp.answering import Question
from begrepp.errors import BegreppError, QueryError, QueryTimeout, QueryTooLarge
from begrepp.settings import Settings
from server import metrics
from server.queueing import Turns
from server.replies import Reply

_MB = 1024 * 1024
_PROGRAM = "begrepp.answering"


class QueryPool:
    """A fixed number of worker processes, started when first needed, asked by the clients in turn."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._slots: queue.Queue[_Worker | None] = queue.Queue()
        for _ in range(settings.query_workers):
            self._slots.put(None)
        self._threads = ThreadPoolExecutor(settings.query_workers, thread_name_prefix="query")
        self.turns = Turns(
            settings.query_workers,
            waiting=settings.query_line,
            waiting_each=settings.query_line_each,
            seconds=settings.query_seconds,
        )

    def ask(self, question: Question, client: str = "") -> Reply:
        """The answer, whole or at least begun; what comes after its first part is read from the reply.

        Raises `TooManyQueries`, `ServerBusy`, `QueryTimeout`, `QueryTooLarge` or `QueryError`.
        """
        metrics.WAITING.inc()
        try:
            self.turns.take(client)
        finally:
            metrics.WAITING.dec()
        reply = Reply()
        self._threads.submit(self._answer, question, reply, client)
        reply.wait()
        return reply

    def _answer(self, question: Question, reply: Reply, client: str) -> None:
        """In a thread: let a worker answer, into the reply; a worker that failed is replaced."""
        started = time.monotonic()
        worker = self._slots.get()
        healthy = False
        metrics.RUNNING.inc()
        try:
            if worker is None or worker.process.poll() is not None:
                worker = _start(self._settings)
            self._converse(worker, question, reply)
            healthy = True
            reply.finish()
        except QueryError as error:
            healthy = True
            reply.finish(error)
        except BegreppError as error:
            reply.finish(error)
        except Exception as error:
            reply.finish(BegreppError(f"The query worker failed: {error}", "It is noted in the server's log."))
            raise
        finally:
            metrics.RUNNING.dec()
            if not healthy and worker is not None:
                worker.kill()
                metrics.KILLED.inc()
                worker = _start(self._settings)
            self._slots.put(worker)
            self.turns.leave(client, time.monotonic() - started)

    def _converse(self, worker: _Worker, question: Question, reply: Reply) -> None:
        """Send the question, read chunks until the empty one; past the deadline or the limit, give up."""
        seconds = question.seconds or self._settings.query_seconds
        deadline = time.monotonic() + seconds
        limit = self._settings.query_result_mb * _MB
        try:
            worker.pipe.send(question)
            self._wait(worker, deadline, seconds)
            first = worker.pipe.recv()
            if isinstance(first, BegreppError):
                raise first
            reply.begin(first)
            while True:
                self._wait(worker, deadline, seconds)
                if not (chunk := worker.receive()):
                    return
                if reply.size + len(chunk) > limit:
                    raise QueryTooLarge(
                        f"The answer is larger than {self._settings.query_result_mb} MB.",
                        "Add LIMIT and OFFSET, or take the dump.",
                    )
                reply.write(chunk)
        except (EOFError, BrokenPipeError, ConnectionResetError):
            raise QueryTooLarge(
                "The query needed more memory than it may have and was stopped.",
                "Narrow a pattern or take fewer variables; write long nested expressions otherwise.",
            ) from None

    @staticmethod
    def _wait(worker: _Worker, deadline: float, seconds: float) -> None:
        if not worker.pipe.poll(max(0.0, deadline - time.monotonic())):
            raise QueryTimeout(
                f"The query ran for {seconds:g} seconds and was stopped.",
                "Bind a subject, narrow a pattern, or add LIMIT; search finds words faster than FILTER.",
            )

    def close(self) -> None:
        """End all workers."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        while True:
            try:
                worker = self._slots.get_nowait()
            except queue.Empty:
                return
            if worker:
                worker.kill()


@dataclass(slots=True)
class _Worker:
    process: subprocess.Popen[bytes]
    pipe: Connection

    def receive(self) -> bytes:
        """A chunk; an error that comes in place of one is raised."""
        message = self.pipe.recv()
        if isinstance(message, BegreppError):
            raise message
        assert isinstance(message, bytes)
        return message

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self.pipe.close()


def _start(settings: Settings) -> _Worker:
    here, there = socket.socketpair()
    with there:
        process = subprocess.Popen(
            [sys.executable, "-m", _PROGRAM, str(there.fileno()), str(settings.query_memory_mb)],
            pass_fds=[there.fileno()],
            stdin=subprocess.DEVNULL,
        )
    pipe = Connection(here.detach())
    pipe.recv()  # it is ready, so the time of the first query begins with the query
    return _Worker(process, pipe)
