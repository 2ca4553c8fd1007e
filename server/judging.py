"""Validation of what comes from outside, in processes of its own: each with a deadline and a memory limit.

Nobody's rules are trusted: a pattern may explode, a query may never end. Then the process is killed, and the next
validation gets a new one; the server itself never reads what was sent.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import queue
import resource
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from begrepp.errors import BegreppError, InputError, ServerBusy
from begrepp.profiles.judge import Judgement, Rules, Source, judge
from begrepp.reports.formats import FORMATS
from begrepp.settings import LANGUAGES, Settings

_START_SECONDS = 60

KEPT_PER_SHAPE = 200
"""Results kept for each shape of a report on the web; all are counted."""


class ValidationTimeout(BegreppError):
    """A validation ran past its deadline and was stopped."""

    status = 503


class ValidationTooLarge(BegreppError):
    """A validation needed more memory than it may have."""

    status = 503


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What to judge by what; the report is written into `folder` in every format, in the languages asked for."""

    folder: Path
    sources: tuple[Source, ...]
    rules: Rules
    leave_out_imports: bool = False
    formats: tuple[str, ...] = tuple(FORMATS)
    languages: tuple[str, ...] = LANGUAGES


class JudgingPool:
    """A fixed number of worker processes, started when first needed."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._context = multiprocessing.get_context("spawn")
        self._slots: queue.Queue[_Worker | None] = queue.Queue()
        for _ in range(settings.validation_workers):
            self._slots.put(None)

    def judge(self, job: Job) -> None:
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

    def _converse(self, worker: _Worker, job: Job) -> None:
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
    process = context.Process(target=_work, args=(there, settings), daemon=True)
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


def _work(pipe: Connection, settings: Settings) -> None:
    """The worker: judges until the server hangs up."""
    limit = settings.validation_memory_mb * 1024 * 1024
    # What is written to, not what is mapped: libraries map far more than they use.
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    with contextlib.suppress(EOFError, KeyboardInterrupt, BrokenPipeError):
        pipe.send("ready")
        while True:
            job = pipe.recv()
            try:
                _write(job, _judged(job, settings))
                pipe.send(None)
            except BegreppError as error:
                pipe.send(error)
            except MemoryError:
                return  # the server takes the silence for what it is
            except (ValueError, OSError, RuntimeError) as error:
                pipe.send(InputError("data", f"cannot be validated: {error}", "Fix the data and send them again."))


def _judged(job: Job, settings: Settings) -> Judgement:
    return judge(job.sources, job.rules, settings, leave_out_imports=job.leave_out_imports, limit=KEPT_PER_SHAPE)


def _write(job: Job, judgement: Judgement) -> None:
    for name in job.formats:
        for language in job.languages:
            text = FORMATS[name].write(judgement, language)
            report_file(job.folder, name, language).write_text(text, encoding="utf-8", newline="")


def report_file(folder: Path, name: str, language: str) -> Path:
    """Where the report in a format and a language lies in the folder of a job."""
    return folder / f"report.{language}.{FORMATS[name].suffix}"
