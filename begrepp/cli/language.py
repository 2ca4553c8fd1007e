"""Language of the command line: Swedish or English by the locale."""

from __future__ import annotations

import os
from collections.abc import Mapping

from server.http.i18n import Translator, translations_of_texts

_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
"""The environment variables of the language of messages, in the order in which they count (POSIX, section 8.2)."""


def translator() -> Translator:
    """Return the translator for the locale: Swedish for `sv`, otherwise English."""
    locale = next((value for name in _VARIABLES if (value := os.environ.get(name, ""))), "")
    return Translator("sv" if locale.lower().startswith("sv") else "en")


def phrases(language: str) -> Mapping[str, str]:
    """Return the translations of help texts and headings by the English text."""
    return translations_of_texts("commands", language)


def phrase(text: str) -> str:
    r"""Return a help text or heading in the language of the locale, unchanged if it has no translation.

    White space counts as one space. `\b` in a translation begins a paragraph that is not wrapped, as in click.
    """
    key = " ".join(text.replace("\b", " ").split())
    return phrases(translator().language).get(key, text).strip().replace("\\b", "\b")


def headings(*names: str) -> list[str]:
    """Return the headings of a table in the language of the locale."""
    return [phrase(name) for name in names]
