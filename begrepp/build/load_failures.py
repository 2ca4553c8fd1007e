"""Editions that could not be loaded, and the error of a build that is not published because of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from begrepp.errors import BegreppError


@dataclass(frozen=True, slots=True)
class LoadFailure:
    """An edition that could not be loaded, and the error."""

    key: str
    error: BegreppError


class BuildFailed(BegreppError):
    """Raised if some editions cannot be loaded; nothing is published."""

    def __init__(self, failures: Sequence[LoadFailure]) -> None:
        self.failures = tuple(failures)
        super().__init__(
            "\n".join(f"{failure.error}" for failure in failures),
            "\nNothing was published; the build before this one goes on as it was.",
        )
