"""Messages of click about wrong command lines, in the language of the locale.

Click gets its texts through gettext, whose catalogues are compiled files; here they are one TOML file for each
language, as all other texts are.
"""

from __future__ import annotations

import click.core
import click.exceptions
import click.parser
import click.types

from begrepp.cli.language import translator
from server.http.i18n import translations_of_texts

_MODULES = (click.core, click.exceptions, click.parser, click.types)


def translate_usage_errors() -> None:
    """Let click take its texts from `server/translations/click/`; called before the commands are imported."""
    for module in _MODULES:
        for name, function in (("_", _translated), ("ngettext", _translated_plural)):
            if hasattr(module, name):
                setattr(module, name, function)


def _translated(text: str) -> str:
    """Return a text of click in the language of the locale, unchanged if it has no translation."""
    return translations_of_texts("click", translator().language).get(text, text)


def _translated_plural(singular: str, plural: str, number: int) -> str:
    return _translated(singular if number == 1 else plural)
