"""Validation worker: a process that reads jobs from a pipe and writes their reports."""

from __future__ import annotations

import contextlib
import resource
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from begrepp.errors import BegreppError, InputError
from begrepp.settings import LANGUAGES, Settings
from begrepp.validation.outcome import InputFile, RuleSet, ValidationOutcome
from begrepp.validation.reports.formats import FORMATS

RESULTS_PER_SHAPE = 200
"""Results kept for each shape of a report on the web; all are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationJob:
    """What to judge by what; the report is written into `folder` in every format, in the languages asked for."""

    folder: Path
    sources: tuple[InputFile, ...]
    rules: RuleSet
    leave_out_imports: bool = False
    formats: tuple[str, ...] = tuple(FORMATS)
    languages: tuple[str, ...] = LANGUAGES


def work(pipe: Connection, settings: Settings) -> None:
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


def _judged(job: ValidationJob, settings: Settings) -> ValidationOutcome:
    # Imported here: the server process imports this module too, and needs no SHACL engine.
    from begrepp.validation.validate_files import validate_files  # noqa: PLC0415

    return validate_files(
        job.sources, job.rules, settings, leave_out_imports=job.leave_out_imports, limit=RESULTS_PER_SHAPE
    )


def _write(job: ValidationJob, judgement: ValidationOutcome) -> None:
    for name in job.formats:
        for language in job.languages:
            text = FORMATS[name].write(judgement, language)
            report_file(job.folder, name, language).write_text(text, encoding="utf-8", newline="")


def report_file(folder: Path, name: str, language: str) -> Path:
    """Where the report in a format and a language lies in the folder of a job."""
    return folder / f"report.{language}.{FORMATS[name].suffix}"
