"""What can go wrong, said so that a person knows where it happened and what to do next.

One family, rendered once: the command line turns a `BegreppError` into words and an exit code, the
server turns it into a page or a problem document with `status`.
"""

from __future__ import annotations

import errno
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Origin:
    """Where in a publisher's file a record was read: file name and 1-based row (0: the whole file)."""

    file: str
    row: int = 0

    def __str__(self) -> str:
        return f"{self.file} row {self.row}" if self.row else self.file


class BegreppError(Exception):
    """The family. `status` is the HTTP status, `exit_code` that of the command line."""

    status = 500
    exit_code = 1

    def __init__(self, reason: str, next_step: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.next_step = next_step

    def __str__(self) -> str:
        return f"{self.reason} {self.next_step}".strip()


class InputError(BegreppError):
    """A publisher's file cannot be used: names the file, the row, the reason and the next step."""

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
    """The input carries data about a person; begrepp holds metadata only and refuses it."""


class ValidationError(BegreppError):
    """A source breaks the shapes, so it is not published."""

    status = 422


class UsageError(BegreppError):
    """The command or request is wrong in itself: an unknown source, a missing file, a bad parameter."""

    status = 400
    exit_code = 2


class NotFound(BegreppError):
    """Nothing here has that name."""

    status = 404


class NoBuild(BegreppError):
    """There is no build to serve or ask yet."""

    status = 503


class FolderNotWritable(BegreppError):
    """A folder that the server writes to is missing, read-only or full."""

    status = 503
    CAUSES = frozenset(
        {errno.EACCES, errno.EDQUOT, errno.ENOENT, errno.ENOSPC, errno.ENOTDIR, errno.EPERM, errno.EROFS}
    )
    """The numbers of an `OSError` that mean this."""

    def __init__(self, what: str, error: OSError) -> None:
        super().__init__(
            f"The server cannot write {what}: {error.strerror}.",
            "Its operator gives it a folder that it can write to, in BEGREPP_SERVER_CACHE (docs/how-to/deploy.md).",
        )


class QueryError(BegreppError):
    """A SPARQL query that cannot be parsed or evaluated."""

    status = 400


class QueryRefused(BegreppError):
    """A SPARQL request that a read-only endpoint does not take: updates, SERVICE to where it may not go."""

    status = 403


class QueryTimeout(BegreppError):
    """A query that ran past its deadline and was stopped."""

    status = 503


class QueryTooLarge(BegreppError):
    """A query whose answer, or whose working memory, went past the limit."""

    status = 503


class QueryAbandoned(BegreppError):
    """A query whose reader has gone."""

    status = 503


class ServerBusy(BegreppError):
    """All query workers are taken."""

    status = 503


class TooManyQueries(BegreppError):
    """More queries wait than may; `retry_after` says in how many seconds another is welcome."""

    status = 429

    def __init__(self, reason: str, next_step: str, *, retry_after: int) -> None:
        super().__init__(reason, next_step)
        self.retry_after = retry_after
