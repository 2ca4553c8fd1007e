"""Pool of validation workers: processes with a time limit and a memory limit.

Shapes of clients are not trusted: a regular expression may backtrack and a query may not end. Then the process is
killed and the next validation starts a new one. The server process itself never parses what a client sent. A worker
has no network (`begrepp.store.isolation`), since shapes may contain SPARQL.
"""

from __future__ import annotations

import multiprocessing
import queue
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from begrepp.errors import BegreppError, InputError, ServerBusy
from begrepp.settings import Settings
from begrepp.store.isolation import run_isolated
from server.validation.worker import ValidationJob, run_worker

_START_SECONDS = 60


class ValidationTimeout(BegreppError):
    """A validation exceeded its time limit and was stopped."""

    status = 503


class ValidationTooLarge(BegreppError):
    """A validation exceeded its memory limit."""

    status = 503


class ValidationPool:
    """A fixed number of worker processes, started on first use."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._context = multiprocessing.get_context("spawn")
        self._slots: queue.Queue[_Worker | None] = queue.Queue()
        for _ in range(settings.validation_workers):
            self._slots.put(None)

    def validate(self, job: ValidationJob) -> None:
        """Write the reports of a job.

        Raises the error of the validation, `ServerBusy`, `ValidationTimeout` or `ValidationTooLarge`.
        """
        try:
            worker = self._slots.get(timeout=self._settings.validation_seconds / 4)
        except queue.Empty:
            raise ServerBusy("All validation workers are busy.", "Try again in a minute.") from None
        healthy: _Worker | None = None
        try:
            if worker is None or not worker.process.is_alive():
                worker = _start(self._context, self._settings)
            self._run_job(worker, job)
            healthy = worker
        except InputError:
            healthy = worker
            raise
        finally:
            if healthy is None and worker is not None:
                worker.kill()
            self._slots.put(healthy)

    def _run_job(self, worker: _Worker, job: ValidationJob) -> None:
        seconds = self._settings.validation_seconds
        deadline = time.monotonic() + seconds
        try:
            worker.pipe.send(job)
            if not worker.pipe.poll(max(0.0, deadline - time.monotonic())):
                raise ValidationTimeout(
                    f"The validation ran for {seconds:g} seconds and was stopped.",
                    "Send less data at a time, or simpler rules; `begrepp validate` on your own machine has no limit.",
                )
            reply = worker.pipe.recv()
        except (EOFError, BrokenPipeError, ConnectionResetError):
            raise ValidationTooLarge(
                f"The validation needed more than the {self._settings.validation_memory_mb} MB it may have.",
                "Send less data at a time; `begrepp validate` on your own machine has no limit.",
            ) from None
        if isinstance(reply, BegreppError):
            raise reply

    def close(self) -> None:
        """Kill all workers."""
        while True:
            try:
                worker = self._slots.get_nowait()
            except queue.Empty:
                return
            if worker:
                worker.kill()


@dataclass(slots=True)
class _Worker:
    process: BaseProcess
    pipe: Connection

    def kill(self) -> None:
        self.process.kill()
        self.process.join()
        self.pipe.close()


def _start(context: multiprocessing.context.SpawnContext, settings: Settings) -> _Worker:
    server_end, worker_end = context.Pipe()
    worker = f"{run_worker.__module__}:{run_worker.__name__}"
    process = context.Process(target=run_isolated, args=(worker, worker_end, settings), daemon=True)
    process.start()
    worker_end.close()
    started = _Worker(process, server_end)
    try:
        if server_end.poll(_START_SECONDS):
            server_end.recv()  # ready: the start-up time does not count towards the time limit of the validation
            return started
    except EOFError:
        pass
    started.kill()
    raise ServerBusy("The server is too busy to start a validation.", "Try again in a minute.")
