"""Interface texts in each language, from one TOML file per language in `translations/`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from begrepp import settings

TRANSLATIONS_FOLDER = Path(__file__).parents[1] / "translations"
LANGUAGES = tuple(
    sorted(
        (path.stem for path in TRANSLATIONS_FOLDER.glob("*.toml")),
        key=lambda name: (name not in settings.LANGUAGES, name != "sv", name),
    )
)
"""Languages of the interface: Swedish, English, then every other language with a file."""


@cache
def translations(language: str) -> dict[str, str]:
    """Return all texts of a language by dotted key."""
    texts: dict[str, str] = {}

    def flatten(table: dict[str, object], prefix: str) -> None:
        for key, value in table.items():
            if isinstance(value, dict):
                flatten(value, f"{prefix}{key}.")
            else:
                texts[prefix + key] = str(value)

    flatten(tomllib.loads((TRANSLATIONS_FOLDER / f"{language}.toml").read_text(encoding="utf-8")), "")
    return texts


@dataclass(frozen=True, slots=True)
class Translator:
    """Translator of keys to texts in one language."""

    language: str

    def __call__(self, key: str, **values: object) -> str:
        """Return the text of a key, formatted with the values; whole numbers are grouped as the language does.

        Raises `KeyError` for an unknown key.
        """
        formatted = {name: self.number(v) if isinstance(v, int) else v for name, v in values.items()}
        return translations(self.language)[key].format(**formatted)

    def maybe(self, key: str, default: str = "") -> str:
        """Return the text of a key, or the default if the key is unknown."""
        return translations(self.language).get(key, default)

    def number(self, number: float) -> str:
        """Format a number: 12 345 and 0,95 in Swedish, 12,345 and 0.95 in English."""
        return f"{number:,}".replace(",", "\u00a0").replace(".", ",") if self.language == "sv" else f"{number:,}"

    @property
    def others(self) -> tuple[str, ...]:
        """The other languages of the interface."""
        return tuple(language for language in LANGUAGES if language != self.language)

    def own_name(self, language: str) -> str:
        """Return the name of a language in that language."""
        return translations(language)["site.language"]
