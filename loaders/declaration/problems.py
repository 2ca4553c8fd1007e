"""Problems of a declaration: collected while it is read, and reported together, each with its line."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from types import MappingProxyType

from begrepp.errors import InputError, Origin
from loaders.declaration.toml_lines import KeyPath

MANUAL = "See docs/how-to/source-toml.md."


@dataclass(slots=True)
class _Problem:
    path: KeyPath
    shown: str
    """The key with its table, such as `[scheme] id`."""
    reason: str
    next_step: str
    is_missing: bool = False
    error: InputError | None = None


@dataclass(slots=True)
class DeclarationProblems:
    """Collector of the problems of one declaration; `lines` has the line of each key in its file."""

    origin: Origin
    lines: Mapping[KeyPath, int] = field(default_factory=lambda: MappingProxyType({}))
    _problems: list[_Problem] = field(default_factory=list)
    _unknown: list[tuple[KeyPath, str, str]] = field(default_factory=list)
    _known: dict[str, set[str]] = field(default_factory=dict)

    def add(self, path: KeyPath, shown: str, reason: str, next_step: str, *, is_missing: bool = False) -> None:
        """Add the problem of a key."""
        self._problems.append(_Problem(path, shown, reason, next_step, is_missing))

    def add_error(self, path: KeyPath, error: InputError) -> None:
        """Add the error of a file that the declaration names."""
        # Its traceback would keep every frame alive, with the files that are open there.
        kept = error.with_traceback(None)
        self._problems.append(_Problem(path, f"{error.origin}:", error.reason, error.next_step, error=kept))

    def add_known(self, table: str, key: str) -> None:
        """Note a key that a table may have."""
        self._known.setdefault(table, set()).add(key)

    def add_unknown(self, path: KeyPath, table: str, shown: str) -> None:
        """Add a key that a table does not have; the message names the nearest key that it may have."""
        self._unknown.append((path, table, shown))

    def raise_all(self) -> None:
        """Raise one `InputError` for all problems by line; if there is only the error of a file, that one."""
        unknown = [self._unknown_problem(*each) for each in self._unknown]
        others = [*unknown, *(each for each in self._problems if not each.is_missing)]
        found = others + [each for each in self._problems if each.is_missing and not _follows(each, others)]
        if not found:
            return
        found.sort(key=lambda problem: self._line(problem.path) or 1_000_000)
        words = [f"{self._place(each)}{each.shown} {each.reason}".strip() for each in found]
        if len(found) == 1:
            raise found[0].error or InputError(self.origin, words[0], f"{found[0].next_step} {MANUAL}")
        told = dict.fromkeys(f"{text} {each.next_step}" for text, each in zip(words, found, strict=True))
        raise InputError(self.origin, f"{len(told)} problems:\n  " + "\n  ".join(told), f"\n{MANUAL}")

    def has_any(self, table: KeyPath) -> bool:
        """Return whether a key of a table, or of one within it, has a problem."""
        paths = [each.path for each in self._problems] + [path for path, _, _ in self._unknown]
        return any(path[: len(table)] == table for path in paths)

    def _unknown_problem(self, path: KeyPath, table: str, shown: str) -> _Problem:
        key = str(path[-1])
        known = self._known.get(table, set())
        if near := nearest(key, known):
            same_key = (*path[:-1], near)
            self._problems = [each for each in self._problems if not (each.is_missing and each.path == same_key)]
            return _Problem(path, shown, "is not a key that begrepp knows.", f"Did you mean {near}?")
        if elsewhere := [name for name, keys in self._known.items() if key in keys and name != table]:
            places = " or ".join(_header(name) or "the top, above the first [table]" for name in sorted(elsewhere))
            return _Problem(path, shown, "is not a key of this table.", f"Move it to {places}.")
        names = ", ".join(sorted(known))
        return _Problem(path, shown, "is not a key that begrepp knows.", f"Remove it; there are: {names}.")

    def _line(self, path: KeyPath) -> int:
        """Return the line of a key, or of the table that lacks it; 0 if there is none."""
        return next((self.lines[path[:end]] for end in range(len(path), 0, -1) if path[:end] in self.lines), 0)

    def _place(self, problem: _Problem) -> str:
        line = self._line(problem.path)
        return f"line {line}: " if line else ""


def nearest(word: str, known: Collection[str]) -> str:
    """Return the known word that is most like a word, ignoring case; empty if none is near."""
    by_folded = {each.casefold(): each for each in known}
    return next((by_folded[each] for each in get_close_matches(word.casefold(), by_folded, 1, 0.7)), "")


def _follows(missing: _Problem, others: Sequence[_Problem]) -> bool:
    """Return whether a key is missing because it, or its table, is there in a wrong form."""
    return any(
        missing.path[-1] in other.path or other.path == missing.path[: len(other.path)]
        for other in others
        if not other.error
    )


def _header(table: str) -> str:
    return f"[{table}]" if table else ""
