"""Exception classes: each error states the reason and the next step, and its HTTP status and exit code.

The command line prints a `BegreppError` and exits with `exit_code`; the server renders it as a page or a
problem document (RFC 9457) with `status`.
"""

from __future__ import annotations

import errno
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Origin:
    """The place in a publisher's file that a record was read from: file name and 1-based row (0: the whole file)."""

    file: str
    row: int = 0

    def __str__(self) -> str:
        return f"{self.file} row {self.row}" if self.row else self.file


class BegreppError(Exception):
    """Base class. `status` is the HTTP status, `exit_code` that of the command line."""

    status = 500
    exit_code = 1

    def __init__(self, reason: str, next_step: str = "") -> None:
        super().__init__(reason)
        self.reason = _printable(reason)
        self.next_step = _printable(next_step)

    def __str__(self) -> str:
        return f"{self.reason} {self.next_step}".strip()


def _printable(text: str) -> str:
    """Return the text without lone surrogates, which cannot be written as UTF-8; escapes may make them."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


class InputError(BegreppError):
    """Raised for a file that cannot be used; names the file, the row, the reason and the next step."""

    status = 422

    def __init__(self, origin: Origin | Path | str, reason: str, next_step: str) -> None:
        super().__init__(reason, next_step)
        if isinstance(origin, Path):
            origin = Origin(origin.name)
        self.origin = origin if isinstance(origin, Origin) else Origin(origin)

    def __reduce__(self) -> tuple[type[InputError], tuple[Origin, str, str]]:
        return (type(self), (self.origin, self.reason, self.next_step))

    def __str__(self) -> str:
        return f"{self.origin}: {self.reason} {self.next_step}".strip()


class PersonalDataError(InputError):
    """Raised for input that contains data about a person; begrepp holds metadata only."""


class ValidationError(BegreppError):
    """Raised for a source that violates the shapes and is therefore not published."""

    status = 422


class UnexpectedError(BegreppError):
    """Raised for a fault of begrepp or of a library that it uses; `details` is the traceback, for the log only."""

    def __init__(self, reason: str, next_step: str, details: str) -> None:
        super().__init__(reason, next_step)
        self.details = details
        self.log: Path | None = None

    def __reduce__(self) -> tuple[type[UnexpectedError], tuple[str, str, str]]:
        return (type(self), (self.reason, self.next_step, self.details))

    def logged_in(self, log: Path) -> None:
        """Name the log that has the details."""
        self.log = log
        self.next_step = f"{self.next_step} The details are in {log}."


class UsageError(BegreppError):
    """Raised for an invalid command or request: an unknown source, a missing file, a bad parameter."""

    status = 400
    exit_code = 2


class NotFound(BegreppError):
    """Raised for a name or address that does not exist."""

    status = 404


class NoBuild(BegreppError):
    """Raised where there is no build yet."""

    status = 503


class DamagedBuild(BegreppError):
    """Raised where files of the published build are missing or damaged; names them relative to the build."""

    status = 503

    def __init__(self, reason: str) -> None:
        super().__init__(reason, "Run `begrepp build`: it builds again without the damaged files.")

    def __reduce__(self) -> tuple[type[DamagedBuild], tuple[str]]:
        return (type(self), (self.reason,))


class FolderNotWritable(BegreppError):
    """A folder that the server writes to is missing, read-only or full."""

    status = 503
    CAUSES = frozenset(
        {errno.EACCES, errno.EDQUOT, errno.ENOENT, errno.ENOSPC, errno.ENOTDIR, errno.EPERM, errno.EROFS}
    )
    """The `errno` values of an `OSError` that are reported as this error."""

    def __init__(self, what: str, error: OSError) -> None:
        super().__init__(
            f"The server cannot write {what}: {error.strerror}.",
            "Its operator gives it a folder that it can write to, in BEGREPP_SERVER_CACHE (docs/how-to/deploy.md).",
        )


class UnsuitableFormat(BegreppError):
    """Raised for an answer that the format cannot hold; `others` are the media types of formats that can."""

    status = 406

    def __init__(self, reason: str, next_step: str, others: tuple[str, ...]) -> None:
        super().__init__(reason, next_step)
        self.others = others

    def __reduce__(self) -> tuple[type[UnsuitableFormat], tuple[str, str, tuple[str, ...]]]:
        return (type(self), (self.reason, self.next_step, self.others))


class QueryError(BegreppError):
    """Raised for a SPARQL query that cannot be parsed or evaluated."""

    status = 400


class QueryRefused(BegreppError):
    """Raised for a SPARQL request that the read-only endpoint does not allow: updates, SERVICE elsewhere."""

    status = 403


class QueryTimeout(BegreppError):
    """Raised for a query that exceeded its time limit and was stopped."""

    status = 503


class QueryTooLarge(BegreppError):
    """Raised for a query whose result or working memory exceeded the limit."""

    status = 503


class QueryAbandoned(BegreppError):
    """Raised for a query whose client has disconnected."""

    status = 503


class ServerBusy(BegreppError):
    """Raised when no query worker is available."""

    status = 503


class TooManyQueries(BegreppError):
    """Raised when the query queue is full; `retry_after` is the time to wait in seconds."""

    status = 429

    def __init__(self, reason: str, next_step: str, *, retry_after: int) -> None:
        super().__init__(reason, next_step)
        self.retry_after = retry_after


def system_refusal(error: BaseException) -> tuple[str, str] | None:
    """Return reason and next step of an error of the machine: no space, no open files, no permission; else None."""
    if not isinstance(error, OSError):
        return None
    if "file descriptors" in str(error):  # the words of the store's engine, which has no errno
        reason, number = "Too many open files", errno.EMFILE
    elif error.errno in _ADVICE:
        where = f" ({error.filename})" if error.filename else ""
        reason, number = f"{error.strerror}{where}", error.errno
    else:
        return None
    next_step = f"{_ADVICE[number]}, and run the command again. What was published is unchanged."
    return f"The system refused: {reason}.", next_step


_ADVICE = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT, errno.EFBIG), "Free space on the disk"),
    **dict.fromkeys((errno.EMFILE, errno.ENFILE), "Allow more open files (`ulimit -n 4096`)"),
    **dict.fromkeys((errno.EROFS, errno.EACCES, errno.EPERM), "Make the folder writable, or set BEGREPP_DATA"),
    errno.ENOMEM: "Free memory",
}
"""Next step for each `errno` value that is about the machine, not about a file."""
