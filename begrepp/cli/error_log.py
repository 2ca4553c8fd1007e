"""Log of unexpected errors: the traceback goes to a file, never to the terminal."""

from __future__ import annotations

import tempfile
import traceback
from datetime import UTC, datetime
from pathlib import Path

from begrepp.errors import UnexpectedError, system_refusal
from begrepp.settings import Settings

REPORT = "This is a fault in begrepp. Report it to those who maintain it, with the log."


def log_error(error: UnexpectedError) -> None:
    """Write the details of an error to a file in the folder of logs, and name the file in the error, once."""
    if error.log:
        return
    name = f"error-{datetime.now(UTC):%Y%m%dT%H%M%S%f}.log"
    for folder in (Settings().logs, Path(tempfile.gettempdir())):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(error.details, encoding="utf-8", errors="backslashreplace")
        except OSError:
            continue
        error.logged_in(folder / name)
        return


def unexpected_error(error: BaseException) -> UnexpectedError:
    """Return an exception that nothing expected as an error with a reason and a next step."""
    words = " ".join(str(error).split())[:300]
    details = "".join(traceback.format_exception(error))
    if refusal := system_refusal(error):
        return UnexpectedError(*refusal, details)
    return UnexpectedError(f"The command failed ({type(error).__name__}: {words}).", REPORT, details)
