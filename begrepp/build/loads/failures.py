"""Failures of a loading process: every exception becomes an error of its edition, with the place as far as known."""

from __future__ import annotations

import os
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from begrepp.errors import BegreppError, InputError, Origin, UnexpectedError, system_refusal
from begrepp.records import EditionFiles
from begrepp.sources.editions import data_files
from begrepp.sources.meter import Meter

_MAX_STDERR = 100_000
REPORT = "This is a fault in begrepp. Report it to those who maintain it, with the file if it may be shared."


@contextmanager
def failures_of(edition: EditionFiles, meter: Meter) -> Iterator[None]:
    """Convert every exception within the context to a `BegreppError` about the edition.

    The panic of a Rust library (`PanicException`) is no `Exception`, and cannot be sent between processes.
    """
    try:
        yield
    except (BegreppError, KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as error:
        raise _describe(error, edition, meter) from None


def _describe(error: BaseException, edition: EditionFiles, meter: Meter) -> BegreppError:
    place = meter.place or _only_file(edition)
    if isinstance(error, RecursionError):
        return InputError(place, "it is nested too deeply to be read.", "Check that you added the right file.")
    if refusal := system_refusal(error):
        return InputError(Origin(f"{edition.source}/{edition.version}"), *refusal)
    words = " ".join(str(error).split())[:300]
    return UnexpectedError(
        f"{edition.source}/{edition.version}: {place}: the loader failed ({type(error).__name__}: {words}).",
        f"The file may have a form that the loader does not foresee. {REPORT}",
        "".join(traceback.format_exception(error)) + _stderr_text(),
    )


_stderr_files: list[IO[bytes]] = []
"""In a loading process: the file that has stderr."""


def redirect_stderr() -> None:
    """Let stderr of this process go to a temporary file: a Rust library writes its panic there."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 open as long as the process
    os.dup2(file.fileno(), 2)
    _stderr_files.append(file)


def _stderr_text() -> str:
    for file in _stderr_files:
        file.seek(0)
        return file.read(_MAX_STDERR).decode(errors="replace")
    return ""


def lost_process(edition: EditionFiles) -> BegreppError:
    """Return the error of an edition whose loading process ended without an exception."""
    return InputError(
        _only_file(edition),
        "the process that read it ended without a message: it may have used up the memory.",
        f"Check that you added the right file. If it is right: {REPORT}",
    )


def _only_file(edition: EditionFiles) -> Origin:
    files = data_files(edition)
    return Origin(files[0].name if len(files) == 1 else f"{edition.source}/{edition.version}")
