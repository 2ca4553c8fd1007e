"""Regular expressions of a source.toml, whose search in one text ends within five seconds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

from begrepp.errors import Origin
from begrepp.sources.rows import ColumnError
from loaders.declaration.toml_table import TomlTable

if TYPE_CHECKING:
    import regex

_SECONDS = 5.0
_SHOWN = 60
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class LimitedPattern:
    """A regular expression and the place that declares it; `^` and `$` match at line breaks too if `multiline`.

    A search that takes more than five seconds raises `ColumnError`: it would take as long in the next row.
    """

    pattern: str
    key: str = field(default="", compare=False)
    origin: Origin = field(default=Origin(""), compare=False)
    multiline: bool = False

    @property
    def groups(self) -> int:
        """The number of groups."""
        return int(self._compiled.groups)

    def search(self, text: str) -> regex.Match[str] | None:
        """Return the first match."""
        return self._limited(text, lambda: self._compiled.search(text, timeout=_SECONDS))

    def find_all(self, text: str) -> list[regex.Match[str]]:
        """Return every match."""
        return self._limited(text, lambda: [*self._compiled.finditer(text, timeout=_SECONDS)])

    @property
    def _compiled(self) -> regex.Pattern[str]:
        return _compile(self.pattern, self.multiline)

    def _limited(self, text: str, run: Callable[[], T]) -> T:
        try:
            return run()
        except TimeoutError:
            raise ColumnError(
                self.origin,
                f"the pattern '{self.pattern}' of {self.key} was stopped after {_SECONDS:.0f} seconds "
                f"in the text '{text[:_SHOWN]}'.",
                "Write it without a repetition within a repetition, such as (a+)+.",
            ) from None


def read_pattern(toml: TomlTable, key: str, *, multiline: bool = False) -> LimitedPattern:
    """Read a regular expression of a table, empty if the key is missing."""
    return LimitedPattern(toml.pattern(key), toml.key_shown(key), toml.origin, multiline)


@lru_cache(maxsize=1000)
def _compile(pattern: str, multiline: bool) -> regex.Pattern[str]:
    import regex  # noqa: PLC0415  # takes 60 ms, and few sources need it

    return regex.compile(pattern, regex.MULTILINE if multiline else 0)
