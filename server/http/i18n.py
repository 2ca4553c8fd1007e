"""The words of the pages in each language, from one TOML file per language in `translations/`."""

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


@dataclass(frozen=True, slots=True)
class Translator:
    """Says things in one language."""

    language: str

    def __call__(self, key: str, **values: object) -> str:
        """The words under a key, with values put in; numbers are grouped as the language does."""
        written = {name: self.number(v) if isinstance(v, int) else v for name, v in values.items()}
        return translations(self.language)[key].format(**written)

    def maybe(self, key: str, default: str = "") -> str:
        """The words under a key, or the default where there are none."""
        return translations(self.language).get(key, default)

    def number(self, number: float) -> str:
        """12 345 and 0,95 in Swedish, 12,345 and 0.95 in English."""
        return f"{number:,}".replace(",", "\u00a0").replace(".", ",") if self.language == "sv" else f"{number:,}"

    @property
    def others(self) -> tuple[str, ...]:
        """The other languages."""
        return tuple(language for language in LANGUAGES if language != self.language)

    def own_name(self, language: str) -> str:
        """What a language calls itself."""
        return translations(language)["site.language"]
