"""TOML table whose keys are read once, by name and type; unread keys are an error.

A misspelt key is thus reported and not ignored, as with columns (`begrepp.sources.rows.Row`).
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
    """One table of a TOML file. Reading a key removes it; `done` raises for what remains.

    All methods raise `InputError` with the key's path and a next step for a value of the wrong type.
    """

    __slots__ = ("_shown", "_values", "origin", "where")

    def __init__(self, values: Mapping[str, Any], origin: Origin, where: str = "", shown: str = "") -> None:
        self._values = dict(values)
        self.origin = origin
        self.where = where
        self._shown = shown or (f"[{where}]" if where else "")

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def path(self, key: str) -> str:
        """Return the key with its table, as shown in messages: `[scheme] id`."""
        return f"{self._shown} {key}".strip()

    def fail(self, key: str, reason: str, next_step: str) -> NoReturn:
        """Raise `InputError` about a key."""
        raise InputError(self.origin, f"{self.path(key)} {reason}", f"{next_step} {MANUAL}")

    def _take(self, key: str, kind: type | tuple[type, ...], description: str, required: bool) -> Any:
        if key not in self._values:
            if required:
                self.fail(key, "is missing.", f"Add it; it is {description}.")
            return None
        value = self._values.pop(key)
        # `bool` is a subclass of `int` in Python, not in TOML.
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            self.fail(key, f"is {value!r}, which is not {description}.", f"Write {description}.")
        return value

    def text(self, key: str, *, required: bool = False, default: str = "") -> str:
        """Read a string."""
        value = self._take(key, str, "a text in quotation marks", required)
        if required and not value:
            self.fail(key, "is empty.", "Fill it in.")
        return default if value is None else str(value)

    def flag(self, key: str, *, default: bool) -> bool:
        """Read a boolean."""
        value = self._take(key, bool, "true or false", False)
        return default if value is None else bool(value)

    def number(self, key: str, *, required: bool = False) -> int | None:
        """Read an integer."""
        value = self._take(key, int, "a whole number", required)
        return None if value is None else int(value)

    def numbers(self, key: str) -> tuple[int, ...]:
        """Read a list of positive integers."""
        value = self._take(key, list, "a list of whole numbers", False) or []
        if not all(isinstance(each, int) and not isinstance(each, bool) and each > 0 for each in value):
            self.fail(key, f"is {value!r}, which is not a list of whole numbers above 0.", "Write them as [5, 30].")
        return tuple(value)

    def day(self, key: str, *, required: bool = False) -> date | None:
        """Read a date, which TOML writes without quotation marks."""
        value = self._take(key, date, "a date without quotation marks, such as 2026-01-01", required)
        return date(value.year, value.month, value.day) if value else None

    def strings(self, key: str) -> tuple[str, ...]:
        """Read a list of strings, or one string."""
        value = self._take(key, (str, list), "a list of texts", False)
        values = [value] if isinstance(value, str) else value or []
        if not all(isinstance(each, str) for each in values):
            self.fail(
                key, f"is {value!r}, which is not a list of texts.", 'Put every value in quotation marks: ["0", ""].'
            )
        return tuple(values)

    def texts(self, key: str, *, required: bool = False) -> tuple[Text, ...]:
        """Read texts by language: `title.sv = "…"`, `title.en = "…"`; several in one language as a list."""
        value = self._take(key, dict, f'words with their language, such as {key}.sv = "…"', required)
        texts = []
        for language, strings in (value or {}).items():
            if not _LANGUAGE.fullmatch(language):
                self.fail(f"{key}.{language}", "has no language code.", "Use sv, en or another BCP 47 code.")
            for string in strings if isinstance(strings, list) else [strings]:
                if not isinstance(string, str):
                    self.fail(f"{key}.{language}", f"is {string!r}, which is not a text.", "Put it in quotation marks.")
                if string:
                    texts.append(Text(string, language))
        if required and not texts:
            self.fail(key, "is empty.", "Fill it in.")
        return tuple(texts)

    def language(self, key: str) -> str:
        """Read a BCP 47 language code; empty if the key is missing."""
        value = self.text(key)
        if value and not _LANGUAGE.fullmatch(value):
            self.fail(key, f"is '{value}', which is no language code.", "Use sv, en or another BCP 47 code.")
        return value

    def iri(self, key: str, *, required: bool = False) -> str:
        """Read an IRI."""
        value = self.text(key, required=required)
        if value and (not re.match(r"[A-Za-z][A-Za-z0-9+.-]*:\S+$", value)):
            self.fail(key, f"is '{value}', which is not an address.", "Write the whole address: https://…")
        return value

    def slug(self, key: str, *, required: bool = False, default: str = "") -> str:
        """Read an id that can be part of an IRI."""
        value = self.text(key, required=required, default=default)
        if value and not _SLUG.fullmatch(value):
            self.fail(key, f"is '{value}'.", "It becomes part of URIs: use a–z, 0–9, hyphen, dot and underscore.")
        return value

    def choice(self, key: str, options: type[_Choice], default: _Choice) -> _Choice:
        """Read a member of an enumeration."""
        value = self.text(key, default=default.value)
        try:
            return options(value)
        except ValueError:
            self.fail(key, f"is '{value}'.", f"Use one of: {', '.join(option.value for option in options)}.")

    def character(self, key: str, *, default: str) -> str:
        """Read a single character, the delimiter of cells."""
        value = self.text(key, default=default)
        if len(value) != 1 or value in '\r\n"\0':
            self.fail(key, f"is {value!r}.", "It is one character, such as a comma, a semicolon or a tab.")
        return value

    def pattern(self, key: str) -> str:
        """Read a regular expression."""
        value = self.text(key)
        try:
            re.compile(value)
        except re.error as error:
            self.fail(key, f"is not a valid regular expression ({error}).", "Fix it.")
        return value

    def table(self, key: str, *, required: bool = False) -> TomlTable:
        """Read a table; empty if the key is missing."""
        value = self._take(key, dict, f"a table: [{key}]", required)
        return TomlTable(value or {}, self.origin, f"{self.where}.{key}" if self.where else key)

    def tables(self, key: str) -> list[TomlTable]:
        """Read an array of tables: each `[[file]]`."""
        value = self._take(key, list, f"an array of tables: [[{key}]]", False) or []
        if not all(isinstance(each, dict) for each in value):
            self.fail(key, "is not an array of tables.", f"Write [[{key}]].")
        where = f"{self.where}.{key}" if self.where else key
        shown = [f"[[{where}]]" + (f" number {n}" if len(value) > 1 else "") for n in range(1, len(value) + 1)]
        return [TomlTable(each, self.origin, where, path) for each, path in zip(value, shown, strict=True)]

    def text_or_table(self, key: str) -> str | TomlTable:
        """Read a string or a table."""
        value = self._take(key, (str, dict), "a text, or a table", True)
        if isinstance(value, str):
            return value
        return TomlTable(value, self.origin, f"{self.where}.{key}" if self.where else key)

    def texts_or_tables(self, key: str) -> list[str | TomlTable]:
        """Read a string, a table, or a list of both."""
        value = self._take(key, (str, dict, list), "a text, a table, or a list of both", True)
        found: list[str | TomlTable] = []
        for each in value if isinstance(value, list) else [value]:
            if not isinstance(each, (str, dict)):
                self.fail(key, f"holds {each!r}, which is not a text.", "Put it in quotation marks.")
            where = f"{self.where}.{key}" if self.where else key
            found.append(each if isinstance(each, str) else TomlTable(each, self.origin, where))
        return found

    def check_language(self, key: str) -> None:
        """Raise `InputError` if a key is no BCP 47 language code."""
        if not _LANGUAGE.fullmatch(key):
            self.fail(key, "is no language code.", "Use sv, en or another BCP 47 code.")

    def move_keys(self, source: TomlTable, *keys: str) -> None:
        """Move keys of another table to this one. Raises `InputError` for a key that both have."""
        for key in keys:
            if key in source:
                if key in self:
                    self.fail(key, f"is set, and {source.path(key)} too.", "Keep one of them.")
                self._values[key] = source._values.pop(key)

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def set_defaults(self, key: str, values: Mapping[str, Any]) -> None:
        """Add values read from the data files for keys that the table does not set."""
        current = self._values.get(key, {})
        if isinstance(current, dict):
            self._values[key] = {**values, **current}

    def take_rest(self) -> Iterator[tuple[str, Any]]:
        """Remove and yield all remaining keys and values."""
        while self._values:
            yield self._values.popitem()

    def done(self) -> None:
        """Raise `InputError` if a key was not read."""
        if self._values:
            unknown = ", ".join(self.path(key) for key in self._values)
            raise InputError(
                self.origin,
                f"the declaration does not know {unknown}.",
                f"Remove it, or correct its spelling. {MANUAL}",
            )
