"""Validation worker: a process that reads jobs from a pipe and writes their reports."""

from __future__ import annotations

import contextlib
import resource
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from begrepp.child_process import end_with_parent
from begrepp.errors import BegreppError, InputError
from begrepp.settings import LANGUAGES, Settings
from begrepp.validation.outcome import InputFile, RuleSet, ValidationOutcome
from begrepp.validation.reports.formats import FORMATS
from server.validation.shortened_texts import shorten_texts

RESULTS_PER_SHAPE = 200
"""Results per shape in a report on the web; the counts include all results."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationJob:
    """Data and rules; the worker writes a report into `folder` for each format and language."""

    folder: Path
    sources: tuple[InputFile, ...]
    rules: RuleSet
    leave_out_imports: bool = False
    formats: tuple[str, ...] = tuple(FORMATS)
    languages: tuple[str, ...] = LANGUAGES
    report_bytes: int = 1 << 26
    """Bytes of all reports of the job together."""


def run_worker(pipe: Connection, settings: Settings) -> None:
    """Validate jobs from a pipe until the server closes it."""
    end_with_parent()
    limit = settings.validation_memory_mb * 1024 * 1024
    # RLIMIT_DATA limits memory that is written, not memory that is mapped: libraries map far more than they use.
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    with contextlib.suppress(EOFError, KeyboardInterrupt, BrokenPipeError):
        pipe.send("ready")
        while True:
            job = pipe.recv()
            try:
                _write_reports(job, _validate_job(job, settings))
                pipe.send(None)
            except BegreppError as error:
                pipe.send(error)
            except MemoryError:
                return  # the server interprets the closed pipe as exceeded memory
            except (ValueError, OSError, RuntimeError) as error:
                pipe.send(InputError("data", f"cannot be validated: {error}", "Fix the data and send them again."))


def _validate_job(job: ValidationJob, settings: Settings) -> ValidationOutcome:
    # Imported here, because the server process imports this module too and must not load the SHACL engine.
    from begrepp.validation.validate_files import validate_files  # noqa: PLC0415

    return validate_files(
        job.sources, job.rules, settings, leave_out_imports=job.leave_out_imports, limit=RESULTS_PER_SHAPE
    )


def _write_reports(job: ValidationJob, outcome: ValidationOutcome) -> None:
    left = job.report_bytes
    short = shorten_texts(outcome)
    for name in job.formats:
        for language in job.languages:
            data = FORMATS[name].write(short, language).encode("utf-8", "replace")
            left -= len(data)
            if left < 0:
                raise InputError(
                    "report",
                    f"would be larger than {job.report_bytes >> 20} MB.",
                    "Send less data at a time; `begrepp validate` on your own machine has no limit.",
                )
            report_path(job.folder, name, language).write_bytes(data)


def report_path(folder: Path, name: str, language: str) -> Path:
    """Return the path of the report in a format and a language, in the folder of a job."""
    return folder / f"report.{language}.{FORMATS[name].suffix}"
