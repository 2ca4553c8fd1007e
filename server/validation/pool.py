"""Validation of what comes from outside, in processes of its own: each with a deadline and a memory limit.

Nobody's rules are trusted: a pattern may explode, a query may never end. Then the process is killed, and the next
validation gets a new one; the server itself never reads what was sent.
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
from server.validation.worker import ValidationJob, work

_START_SECONDS = 60


class ValidationTimeout(BegreppError):
    """A validation ran past its deadline and was stopped."""

    status = 503


class ValidationTooLarge(BegreppError):
    """A validation needed more memory than it may have."""

    status = 503


class ValidationPool:
    """A fixed number of worker processes, started when first needed."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._context = multiprocessing.get_context("spawn")
        self._slots: queue.Queue[_Worker | None] = queue.Queue()
        for _ in range(settings.validation_workers):
            self._slots.put(None)

    def validate(self, job: ValidationJob) -> None:
        """Write the reports. Raises what the validation raised, `ServerBusy`, or that it took too long or too much."""
        try:
            worker = self._slots.get(timeout=self._settings.validation_seconds / 4)
        except queue.Empty:
            raise ServerBusy("All validation workers are busy.", "Try again in a minute.") from None
        healthy: _Worker | None = None
        try:
            if worker is None or not worker.process.is_alive():
                worker = _start(self._context, self._settings)
            self._converse(worker, job)
            healthy = worker
        except InputError:
            healthy = worker
            raise
        finally:
            if healthy is None and worker is not None:
                worker.kill()
            self._slots.put(healthy)

    def _converse(self, worker: _Worker, job: ValidationJob) -> None:
        seconds = self._settings.validation_seconds
        deadline = time.monotonic() + seconds
        try:
            worker.pipe.send(job)
            if not worker.pipe.poll(max(0.0, deadline - time.monotonic())):
                raise ValidationTimeout(
                    f"The validation ran for {seconds:g} seconds and was stopped.",
                    "Send less data at a time, or simpler rules; `begrepp validate` on your own machine has no limit.",
                )
            answer = worker.pipe.recv()
        except (EOFError, BrokenPipeError, ConnectionResetError):
            raise ValidationTooLarge(
                f"The validation needed more than the {self._settings.validation_memory_mb} MB it may have.",
                "Send less data at a time; `begrepp validate` on your own machine has no limit.",
            ) from None
        if isinstance(answer, BegreppError):
            raise answer

    def close(self) -> None:
        """End all workers."""
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
    here, there = context.Pipe()
    process = context.Process(target=work, args=(there, settings), daemon=True)
    process.start()
    there.close()
    worker = _Worker(process, here)
    try:
        if here.poll(_START_SECONDS):
            here.recv()  # it is ready: the time of a validation does not count how long that took
            return worker
    except EOFError:
        pass
    worker.kill()
    raise ServerBusy("The server is too busy to start a validation.", "Try again in a minute.")
