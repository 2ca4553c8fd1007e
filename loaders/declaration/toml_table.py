"""TOML table whose keys are read once, by name and type; unread keys are an error.

A misspelt key is thus reported and not ignored, as with columns (`begrepp.sources.rows.Row`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from begrepp.errors import InputError, Origin, PersonalDataError
from begrepp.records import Text
from begrepp.sources.table_forms import quote_toml
from loaders.declaration.problems import MANUAL, DeclarationProblems, nearest
from loaders.declaration.toml_lines import KeyPath
from loaders.declaration.toml_values import ADDRESSES, written_as

_SLUG = re.compile(r"[a-z0-9][a-z0-9._-]*")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{1,8})*")
_LANGUAGE_ADVICE = "Use sv, en or another BCP 47 code."
_Choice = TypeVar("_Choice", bound=StrEnum)


class TomlTable:
    """One table of a TOML file. Reading a key removes it; what remains in `done` is unknown.

    A missing or wrong value is a problem: with a collector all are raised together by `done` of the outermost table,
    and the methods return a default; without, each raises `InputError`.
    """

    __slots__ = ("_problems", "_shown", "_values", "origin", "path", "prefix", "where")

    def __init__(
        self,
        values: Mapping[str, Any],
        origin: Origin,
        where: str = "",
        *,
        shown: str = "",
        path: KeyPath = (),
        prefix: str = "",
        problems: DeclarationProblems | None = None,
    ) -> None:
        self._values = dict(values)
        self.origin = origin
        self.where = where
        self.path = path
        self.prefix = prefix
        self._shown = shown or (f"[{where}]" if where else "")
        self._problems = problems

    def __contains__(self, key: str) -> bool:
        if self._problems:
            self._problems.add_known(self.where, key)
        return key in self._values

    def key_shown(self, key: str) -> str:
        """Return the key with its table, as shown in messages: `[scheme] id`."""
        return f"{self._shown} {self.prefix}{key}".strip()

    def add_problem(self, key: str, reason: str, next_step: str, *, is_missing: bool = False) -> None:
        """Add a problem of a key; `done` of the outermost table raises all. Raises it if the table has no collector."""
        if self._problems is None:
            raise InputError(self.origin, f"{self.key_shown(key)} {reason}", f"{next_step} {MANUAL}")
        self._problems.add((*self.path, key), self.key_shown(key), reason, next_step, is_missing=is_missing)

    def add_error(self, key: str, error: InputError) -> None:
        """Add the error of a file that a key names. Raises personal data, and all if the table has no collector."""
        if self._problems is None or isinstance(error, PersonalDataError):
            raise error
        self._problems.add_error((*self.path, key), error)

    def inner(self, key: str, values: Mapping[str, Any], place: int | None = None, shown: str = "") -> TomlTable:
        """Return a table within this one: the value of a key, or the one at a place of its list."""
        path = (*self.path, key) if place is None else (*self.path, key, place)
        where = f"{self.where}.{key}" if self.where else key
        return TomlTable(values, self.origin, where, shown=shown, path=path, problems=self._problems)

    def _take(self, key: str, kind: type | tuple[type, ...], description: str, required: bool) -> Any:
        """Remove and return a value; None if it is missing or of another type, which is a problem."""
        if key not in self:
            if required:
                self.add_problem(key, "is missing.", f"Add it; it is {description}.", is_missing=True)
            return None
        value = self._values.pop(key)
        # `bool` is a subclass of `int` in Python, not in TOML.
        if isinstance(value, kind) and not (isinstance(value, bool) and kind is not bool):
            return value
        written = f": {key} = {form}" if (form := written_as(value, kind)) else f" {description}."
        self.add_problem(key, f"is {value!r}, which is not {description}.", f"Write{written}")
        return None

    def text(self, key: str, *, required: bool = False, default: str = "") -> str:
        """Read a string."""
        value = self._take(key, str, "a text in quotation marks", required)
        if value == "" and required:
            self.add_problem(key, "is empty.", "Fill it in.")
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
            self.add_problem(key, f"is {value!r}, not whole numbers above 0.", "Write them as [5, 30].")
            return ()
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
            written = quote_toml([*map(str, values)])
            self.add_problem(key, f"is {value!r}, which is not a list of texts.", f"Write: {key} = {written}")
            return ()
        return tuple(values)

    def texts(self, key: str, *, required: bool = False) -> tuple[Text, ...]:
        """Read texts by language: `title.sv = "…"`, `title.en = "…"`; several in one language as a list."""
        if required and key not in self:
            self.add_problem(key, "is missing.", f'Add it with its language: {key}.sv = "…"', is_missing=True)
        is_given, texts = key in self, []
        for language, strings in self.texts_table(key).take_rest():
            if not _LANGUAGE.fullmatch(language):
                self.add_problem(f"{key}.{language}", "has no language code.", _LANGUAGE_ADVICE)
            for string in strings if isinstance(strings, list) else [strings]:
                if not isinstance(string, str):
                    name, text = f"{key}.{language}", f"Write: {key}.{language} = {quote_toml(str(string))}"
                    self.add_problem(name, f"is {string!r}, which is not a text.", text)
                elif string:
                    texts.append(Text(string, language))
        if is_given and not texts and required:
            self.add_problem(key, "is empty.", "Fill it in.")
        return tuple(texts)

    def language(self, key: str) -> str:
        """Read a BCP 47 language code; empty if the key is missing."""
        value = self.text(key)
        if value and not _LANGUAGE.fullmatch(value):
            self.add_problem(key, f"is '{value}', which is no language code.", _LANGUAGE_ADVICE)
        return value

    def iri(self, key: str, *, required: bool = False) -> str:
        """Read an IRI."""
        value = self.text(key, required=required)
        if value and (not re.match(r"[A-Za-z][A-Za-z0-9+.-]*:\S+$", value)):
            example = ADDRESSES.get(value.upper().replace("-", " "), "https://…")
            self.add_problem(key, f"is '{value}', which is not an address.", f'Write: {key} = "{example}"')
        return value

    def slug(self, key: str, *, required: bool = False, default: str = "") -> str:
        """Read an id that can be part of an IRI."""
        value = self.text(key, required=required, default=default)
        if value and not _SLUG.fullmatch(value):
            written = re.sub(r"[^a-z0-9._]+", "-", value.lower()).strip("-._") or "…"
            advice = "It becomes part of URIs: use a–z, 0–9, hyphen, dot and underscore"
            self.add_problem(key, f"is '{value}'.", f'{advice}: {key} = "{written}"')
        return value

    def choice(self, key: str, options: type[_Choice], default: _Choice) -> _Choice:
        """Read a member of an enumeration."""
        value = self.text(key, default=default.value)
        try:
            return options(value)
        except ValueError:
            self.add_choice_problem(key, value, [option.value for option in options])
            return default

    def add_choice_problem(self, key: str, value: str, options: Collection[str]) -> None:
        """Add the problem of a value that is none of the options; the message names the nearest one."""
        advice = f'Write: {key} = "{near}"; there are: ' if (near := nearest(value, options)) else "Use one of: "
        self.add_problem(key, f"is '{value}'.", f"{advice}{', '.join(options)}.")

    def character(self, key: str, *, default: str) -> str:
        """Read a single character, the delimiter of cells."""
        value = self.text(key, default=default)
        if len(value) == 1 and value not in '\r\n"\0':
            return value
        self.add_problem(key, f"is {value!r}.", 'It is one character, such as delimiter = ";" or "\\t".')
        return default

    def pattern(self, key: str) -> str:
        """Read a regular expression."""
        value = self.text(key)
        try:
            re.compile(value)
        except re.error as error:
            self.add_problem(key, f"is not a valid regular expression ({error}).", "Fix it.")
            return ""
        return value

    def table(self, key: str, *, required: bool = False) -> TomlTable:
        """Read a table; empty if the key is missing."""
        where = f"{self.where}.{key}" if self.where else key
        match self._values.get(key):
            case [dict() as first, *_]:
                self.add_problem(key, "is an array of tables, not one table.", f"Write: [{where}]")
                self._values[key] = first
        return self.inner(key, self._take(key, dict, f"a table: [{where}]", required) or {})

    def texts_table(self, key: str) -> TomlTable:
        """Read a table whose keys are languages; a text without a language is a problem."""
        value = self._values.get(key)
        if isinstance(value, (str, list)):
            written = quote_toml(value)
            self.add_problem(key, "has no language.", f"Write: {key}.sv = {written}")
            self._values[key] = {"sv": value}
        texts = self.table(key)
        texts._shown, texts.prefix = self._shown, f"{self.prefix}{key}."
        return texts

    def tables(self, key: str) -> list[TomlTable]:
        """Read an array of tables: each `[[file]]`."""
        where = f"{self.where}.{key}" if self.where else key
        if isinstance(one := self._values.get(key), dict):
            self.add_problem(key, "is one table, not an array of tables.", f"Write: [[{where}]]")
            self._values[key] = [one]
        value = self._take(key, list, f"an array of tables: [[{where}]]", False) or []
        if not all(isinstance(each, dict) for each in value):
            self.add_problem(key, "is not an array of tables.", f"Write: [[{where}]]")
            return []
        return [
            self.inner(key, each, place, f"[[{where}]]" + (f" number {place + 1}" if len(value) > 1 else ""))
            for place, each in enumerate(value)
        ]

    def text_or_table(self, key: str) -> str | TomlTable:
        """Read a string or a table."""
        value = self._take(key, (str, dict), "a text, or a table", True)
        return self.inner(key, value) if isinstance(value, dict) else value or ""

    def texts_or_tables(self, key: str) -> list[str | TomlTable]:
        """Read a string, a table, or a list of both."""
        value = self._take(key, (str, dict, list), "a text, a table, or a list of both", True)
        found: list[str | TomlTable] = []
        for place, each in enumerate(value) if isinstance(value, list) else ((None, value),):
            if isinstance(each, (str, dict)):
                found.append(each if isinstance(each, str) else self.inner(key, each, place))
            elif each is not None:
                self.add_problem(key, f"holds {each!r}, which is not a text.", f"Write: {quote_toml(str(each))}")
        return found

    def check_language(self, key: str) -> None:
        """Add a problem if a key is no BCP 47 language code."""
        if not _LANGUAGE.fullmatch(key):
            self.add_problem(key, "has no language code.", f'{_LANGUAGE_ADVICE} Write: {self.prefix}sv = "…"')

    def move_keys(self, source: TomlTable, *keys: str) -> None:
        """Move keys of another table to this one. Raises `InputError` for a key that both have."""
        for key in keys:
            if key in source:
                if key in self:
                    self.add_problem(key, f"is set, and {source.key_shown(key)} too.", "Keep one of them.")
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
            key = next(iter(self._values))
            yield key, self._values.pop(key)

    @property
    def has_problems(self) -> bool:
        """Whether a key of the table, or of one within it, has a problem."""
        return self._problems is not None and self._problems.has_any(self.path)

    def done(self) -> None:
        """Add a problem for each key that was not read. The outermost table raises `InputError` for all problems."""
        problems = self._problems or DeclarationProblems(self.origin)
        for key in self._values:
            problems.add_unknown((*self.path, key), self.where, self.key_shown(key))
        if problems is not self._problems or not self.path:
            problems.raise_all()
