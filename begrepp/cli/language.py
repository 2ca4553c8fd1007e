"""Language of the command line: Swedish or English by the locale; help texts are in English."""

from __future__ import annotations

import os

from server.http.i18n import Translator

_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
"""The environment variables of the language of messages, in the order in which they count (POSIX, section 8.2)."""


def translator() -> Translator:
    """Return the translator for the locale: Swedish for `sv`, otherwise English."""
    locale = next((value for name in _VARIABLES if (value := os.environ.get(name, ""))), "")
    return Translator("sv" if locale.lower().startswith("sv") else "en")
