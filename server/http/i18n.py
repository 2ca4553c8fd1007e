"""Translations of the interface, from one TOML file per language in `server/translations/`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from begrepp import settings
from begrepp.text.plurals import format_number, plural_category

TRANSLATIONS_FOLDER = Path(__file__).parents[1] / "translations"
LANGUAGES = tuple(
    sorted(
        (path.stem for path in TRANSLATIONS_FOLDER.glob("*.toml")),
        key=lambda name: (name not in settings.LANGUAGES, name != "sv", name),
    )
)
"""The languages there are pages in: Swedish, English, then any other that has a file."""


@cache
def translations(language: str) -> dict[str, str]:
    """All words of a language by dotted key."""
    found: dict[str, str] = {}

    def walk(table: dict[str, object], prefix: str) -> None:
        for key, value in table.items():
            if isinstance(value, dict):
                walk(value, f"{prefix}{key}.")
            else:
                found[prefix + key] = str(value)

    walk(tomllib.loads((TRANSLATIONS_FOLDER / f"{language}.toml").read_text(encoding="utf-8")), "")
    return found


@cache
def messages(language: str) -> Mapping[str, str]:
    """Translations of the messages of errors, by the English text, with `{}` for each value.

    English has no file: errors are raised in English.
    """
    path = TRANSLATIONS_FOLDER / "messages" / f"{language}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def values_in(pattern: str, text: str) -> list[str] | None:
    """The values that stand in `text` for each `{}` of `pattern`; None where the text is another."""
    first, *others = pattern.split("{}")
    if not others:
        return [] if text == pattern else None
    if not text.startswith(first) or not text.endswith(others[-1]):
        return None
    end = len(text) - len(others[-1])
    values, at = [], len(first)
    for literal in others[:-1]:
        if (found := text.find(literal, at, end)) < 0:
            return None
        values.append(text[at:found])
        at = found + len(literal)
    return [*values, text[at:end]] if at <= end else None


@dataclass(frozen=True, slots=True)
class Translator:
    """Texts of the interface in one language."""

    language: str

    def __call__(self, key: str, **values: object) -> str:
        """The words under a key, with values put in; numbers are written as the language does.

        Words with the forms `one` and `other` take that of the number `n`.
        """
        words = translations(self.language)
        if key not in words and isinstance(n := values.get("n"), int | float):
            key = f"{key}.{plural_category(n)}"
        written = {name: self.number(v) if isinstance(v, int | float) else v for name, v in values.items()}
        return words[key].format(**written)

    def decimal(self, lexical: str) -> str:
        """A decimal number in its lexical form of XML Schema, with the decimal mark of the language."""
        return lexical.replace(".", ",") if self.language == "sv" and _DECIMAL.fullmatch(lexical) else lexical

    def message(self, text: str) -> str:
        """The message of an error in this language; in English where there is no translation.

        A message may begin with the name of a parameter and a colon, which is left as it is.
        """
        known = messages(self.language)
        if text in known:
            return known[text]
        for pattern in sorted(known, key=len, reverse=True):
            if "{}" in pattern and (values := values_in(pattern, text)) is not None:
                return _filled(known[pattern], values)
        name, colon, rest = text.partition(": ")
        return f"{name}{colon}{self.message(rest)}" if colon and name.isidentifier() else text

    def maybe(self, key: str, default: str = "") -> str:
        """The words under a key, or the default where there are none."""
        return translations(self.language).get(key, default)

    def number(self, number: float) -> str:
        """12 345 and 0,95 in Swedish, 12,345 and 0.95 in English."""
        return format_number(number, self.language)

    @property
    def others(self) -> tuple[str, ...]:
        """The other languages."""
        return tuple(language for language in LANGUAGES if language != self.language)

    def own_name(self, language: str) -> str:
        """What a language calls itself."""
        return translations(language)["site.language"]


_DECIMAL = re.compile(r"[+-]?\d*\.\d+")


def _filled(words: str, values: list[str]) -> str:
    """Each `{}` replaced by the next value, `{2}` by the second."""
    left = iter(values)
    return re.sub(r"\{(\d*)\}", lambda found: values[int(found[1]) - 1] if found[1] else next(left), words)
