"""A TOML table, emptied as it is read: each key is taken by name and kind, and a key that nobody took is an error.

Like a row of a table, so that what somebody misspelled speaks up by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from enum import StrEnum
from typing import Any, NoReturn, TypeVar

from begrepp.errors import InputError, Origin
from begrepp.records import Text

MANUAL = "See docs/how-to/source-toml.md."
_SLUG = re.compile(r"[a-z0-9][a-z0-9._-]*")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{1,8})*")
_Choice = TypeVar("_Choice", bound=StrEnum)


class TomlTable:
    """One table of a TOML file: a mapping from key to value that is emptied as it is read."""

    __slots__ = ("_shown", "_values", "origin", "where")

    def __init__(self, values: Mapping[str, Any], origin: Origin, where: str = "", shown: str = "") -> None:
        self._values = dict(values)
        self.origin = origin
        self.where = where
        self._shown = shown or (f"[{where}]" if where else "")

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def path(self, key: str) -> str:
        """The key with the tables above it, as one would look for it: `[scheme] id`."""
        return f"{self._shown} {key}".strip()

    def fail(self, key: str, reason: str, next_step: str) -> NoReturn:
        """Raise `InputError` about a key."""
        raise InputError(self.origin, f"{self.path(key)} {reason}", f"{next_step} {MANUAL}")

    def _take(self, key: str, kind: type | tuple[type, ...], words: str, required: bool) -> Any:
        if key not in self._values:
            if required:
                self.fail(key, "is missing.", f"Add it; it is {words}.")
            return None
        value = self._values.pop(key)
        # In Python a truth value is a number; in TOML it is not.
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            self.fail(key, f"is {value!r}, which is not {words}.", f"Write {words}.")
        return value

    def text(self, key: str, *, required: bool = False, default: str = "") -> str:
        """A string."""
        value = self._take(key, str, "a text in quotation marks", required)
        if required and not value:
            self.fail(key, "is empty.", "Fill it in.")
        return default if value is None else str(value)

    def flag(self, key: str, *, default: bool) -> bool:
        """True or false."""
        value = self._take(key, bool, "true or false", False)
        return default if value is None else bool(value)

    def number(self, key: str, *, required: bool = False) -> int | None:
        """A whole number."""
        value = self._take(key, int, "a whole number", required)
        return None if value is None else int(value)

    def day(self, key: str, *, required: bool = False) -> date | None:
        """A date, which TOML writes without quotation marks."""
        value = self._take(key, date, "a date without quotation marks, such as 2026-01-01", required)
        return date(value.year, value.month, value.day) if value else None

    def strings(self, key: str) -> tuple[str, ...]:
        """A list of strings, or one string."""
        value = self._take(key, (str, list), "a list of texts", False)
        values = [value] if isinstance(value, str) else value or []
        if not all(isinstance(each, str) for each in values):
            self.fail(
                key, f"is {value!r}, which is not a list of texts.", 'Put every value in quotation marks: ["0", ""].'
            )
        return tuple(values)

    def words(self, key: str, *, required: bool = False) -> tuple[Text, ...]:
        """Words in languages: `title.sv = "…"`, `title.en = "…"`; several in one language as a list."""
        value = self._take(key, dict, f'words with their language, such as {key}.sv = "…"', required)
        found = []
        for language, said in (value or {}).items():
            if not _LANGUAGE.fullmatch(language):
                self.fail(f"{key}.{language}", "has no language code.", "Use sv, en or another BCP 47 code.")
            for each in said if isinstance(said, list) else [said]:
                if not isinstance(each, str):
                    self.fail(f"{key}.{language}", f"is {each!r}, which is not a text.", "Put it in quotation marks.")
                if each:
                    found.append(Text(each, language))
        if required and not found:
            self.fail(key, "is empty.", "Fill it in.")
        return tuple(found)

    def language(self, key: str) -> str:
        """A language; empty where it is not said."""
        value = self.text(key)
        if value and not _LANGUAGE.fullmatch(value):
            self.fail(key, f"is '{value}', which is no language code.", "Use sv, en or another BCP 47 code.")
        return value

    def iri(self, key: str, *, required: bool = False) -> str:
        """A web address or another IRI."""
        value = self.text(key, required=required)
        if value and (not re.match(r"[A-Za-z][A-Za-z0-9+.-]*:\S+$", value)):
            self.fail(key, f"is '{value}', which is not an address.", "Write the whole address: https://…")
        return value

    def slug(self, key: str, *, required: bool = False, default: str = "") -> str:
        """A name that can stand in an address."""
        value = self.text(key, required=required, default=default)
        if value and not _SLUG.fullmatch(value):
            self.fail(key, f"is '{value}'.", "It will stand in addresses: use a–z, 0–9, hyphen, dot and underscore.")
        return value

    def choice(self, key: str, options: type[_Choice], default: _Choice) -> _Choice:
        """One of the words of a list."""
        value = self.text(key, default=default.value)
        try:
            return options(value)
        except ValueError:
            self.fail(key, f"is '{value}'.", f"Use one of: {', '.join(option.value for option in options)}.")

    def character(self, key: str, *, default: str) -> str:
        """One character that can divide the cells of a row."""
        value = self.text(key, default=default)
        if len(value) != 1 or value in '\r\n"\0':
            self.fail(key, f"is {value!r}.", "It is one character, such as a comma, a semicolon or a tab.")
        return value

    def pattern(self, key: str) -> str:
        """A regular expression."""
        value = self.text(key)
        try:
            re.compile(value)
        except re.error as error:
            self.fail(key, f"is not a valid regular expression ({error}).", "Fix it.")
        return value

    def table(self, key: str, *, required: bool = False) -> TomlTable:
        """The table below the key, empty where there is none."""
        value = self._take(key, dict, f"a table: [{key}]", required)
        return TomlTable(value or {}, self.origin, f"{self.where}.{key}" if self.where else key)

    def tables(self, key: str) -> list[TomlTable]:
        """The tables of an array: each `[[file]]`."""
        value = self._take(key, list, f"an array of tables: [[{key}]]", False) or []
        if not all(isinstance(each, dict) for each in value):
            self.fail(key, "is not an array of tables.", f"Write [[{key}]].")
        where = f"{self.where}.{key}" if self.where else key
        shown = [f"[[{where}]]" + (f" number {n}" if len(value) > 1 else "") for n in range(1, len(value) + 1)]
        return [TomlTable(each, self.origin, where, words) for each, words in zip(value, shown, strict=True)]

    def either(self, key: str) -> str | TomlTable:
        """A string, or the table below the key."""
        value = self._take(key, (str, dict), "a text, or a table", True)
        if isinstance(value, str):
            return value
        return TomlTable(value, self.origin, f"{self.where}.{key}" if self.where else key)

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def suggest(self, key: str, values: Mapping[str, Any]) -> None:
        """What a file says itself, for what the table below the key leaves out."""
        said = self._values.get(key, {})
        if isinstance(said, dict):
            self._values[key] = {**values, **said}

    def rest(self) -> Iterator[tuple[str, Any]]:
        """All that is left, taken out."""
        while self._values:
            yield self._values.popitem()

    def done(self) -> None:
        """Check that every key was taken."""
        if self._values:
            unknown = ", ".join(self.path(key) for key in self._values)
            raise InputError(
                self.origin,
                f"the declaration does not know {unknown}.",
                f"Remove it, or correct its spelling. {MANUAL}",
            )
