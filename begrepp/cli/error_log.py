"""Log of unexpected errors: the traceback goes to a file, never to the terminal."""

from __future__ import annotations

import errno
import tempfile
import traceback
from datetime import UTC, datetime
from pathlib import Path

from begrepp.errors import UnexpectedError
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


def _next_step(error: OSError) -> str:
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT | errno.EFBIG:
            advice = "Free space on the disk"
        case errno.EMFILE | errno.ENFILE:
            advice = "Allow more open files (`ulimit -n 4096`)"
        case errno.EROFS | errno.EACCES | errno.EPERM:
            advice = "Make the folder writable, or name another one in BEGREPP_DATA"
        case _:
            advice = "Check the file and the disk"
    return f"{advice}, and run the command again. What was published is unchanged."


def unexpected_error(error: BaseException) -> UnexpectedError:
    """Return an exception that nothing expected as an error with a reason and a next step."""
    words = " ".join(str(error).split())[:300]
    details = "".join(traceback.format_exception(error))
    if isinstance(error, OSError) and error.strerror:
        where = f" ({error.filename})" if error.filename else ""
        return UnexpectedError(f"The system refused: {error.strerror}{where}.", _next_step(error), details)
    return UnexpectedError(f"The command failed ({type(error).__name__}: {words}).", REPORT, details)
