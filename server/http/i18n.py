"""Translations of the interface, from one TOML file per language in `server/translations/`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from begrepp import settings
from begrepp.text.pieces import match_pieces
from begrepp.text.plurals import format_number, plural_category

TRANSLATIONS_FOLDER = Path(__file__).parents[1] / "translations"
LANGUAGES = tuple(
    sorted(
        (path.stem for path in TRANSLATIONS_FOLDER.glob("*.toml")),
        key=lambda name: (name not in settings.LANGUAGES, name != "sv", name),
    )
)
"""The languages of the pages: Swedish, English, then any other with a translation file."""


@cache
def translations(language: str) -> dict[str, str]:
    """Return the texts of a language by dotted key."""
    found: dict[str, str] = {}

    def walk(table: dict[str, object], prefix: str) -> None:
        for key, value in table.items():
            if isinstance(value, dict):
                walk(value, f"{prefix}{key}.")
            else:
                found[prefix + key] = str(value)

    walk(tomllib.loads((TRANSLATIONS_FOLDER / f"{language}.toml").read_text(encoding="utf-8")), "")
    return found


def messages(language: str) -> Mapping[str, str]:
    """Return the translations of error messages by the English text, with `{}` for each value."""
    return translations_of_texts("messages", language)


@cache
def translations_of_texts(folder: str, language: str) -> Mapping[str, str]:
    """Return the translations in a folder by the English text; English, in which the code has them, has no file."""
    path = TRANSLATIONS_FOLDER / folder / f"{language}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


@cache
def _patterns(language: str) -> list[str]:
    """Return the error messages with placeholders, the longest first."""
    return sorted((each for each in messages(language) if "{}" in each), key=len, reverse=True)


@dataclass(frozen=True, slots=True)
class Translator:
    """Texts of the interface in one language."""

    language: str

    def __call__(self, key: str, **values: object) -> str:
        """Return the text of a key with its placeholders filled; numbers are formatted for the language.

        A text with the plural forms `one` and `other` takes the form of the number `n`.
        """
        words = translations(self.language)
        if not values and (text := words.get(key)) is not None and "{" not in text and "}" not in text:
            return text
        if key not in words and isinstance(n := values.get("n"), int | float):
            key = f"{key}.{plural_category(n)}"
        written = {name: self.number(v) if isinstance(v, int | float) else v for name, v in values.items()}
        return words[key].format(**written)

    def decimal(self, lexical: str) -> str:
        """Format an xsd:decimal lexical form with the decimal separator of the language."""
        return lexical.replace(".", ",") if self.language == "sv" and _DECIMAL.fullmatch(lexical) else lexical

    def message(self, text: str) -> str:
        """Translate an error message; returns it unchanged if there is no translation.

        A parameter name and colon at the start of a message are not translated.
        """
        known = messages(self.language)
        if text in known:
            return known[text]
        for pattern in _patterns(self.language):
            if (values := match_pieces(text, pattern.split("{}"))) is not None:
                return self._fill_placeholders(known[pattern], values)
        name, colon, rest = text.partition(": ")
        return f"{name}{colon}{self.message(rest)}" if colon and name.isidentifier() else text

    def _fill_placeholders(self, words: str, values: list[str]) -> str:
        """Replace each `{}` by the next value, `{!}` by its translation, and `{2}` by the second."""
        left = iter(values)

        def fill(found: re.Match[str]) -> str:
            if found[1].isdigit():
                return values[int(found[1]) - 1]
            return self.message(next(left)) if found[1] else next(left)

        return re.sub(r"\{(\d*|!)\}", fill, words)

    def maybe(self, key: str, default: str = "") -> str:
        """Return the text of a key, or the default."""
        return translations(self.language).get(key, default)

    def number(self, number: float) -> str:
        """Format a number: 12 345 and 0,95 in Swedish, 12,345 and 0.95 in English."""
        return format_number(number, self.language)

    @property
    def others(self) -> tuple[str, ...]:
        """The other languages."""
        return tuple(language for language in LANGUAGES if language != self.language)

    def language_name(self, language: str) -> str:
        """Return the name of a language in that language."""
        return translations(language)["site.language"]


_DECIMAL = re.compile(r"[+-]?\d*\.\d+")
