"""Help texts of the commands in the language of the locale.

The texts are written in English in the commands; `server/translations/commands/` has them in other languages.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterable
from importlib.abc import InspectLoader
from importlib.util import find_spec

import click

from begrepp.cli.language import phrase

_NOTE = re.compile(r"  \[(?=default: |required\])")
"""Beginning of the note that click adds to the help of an option."""


class HelpFormatter(click.HelpFormatter):
    """Formatter that translates what click writes: usage, headings, paragraphs and lists."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write the usage line."""
        for words in ("[OPTIONS]", "COMMAND [ARGS]..."):
            args = args.replace(words, phrase(words))
        super().write_usage(prog, args, f"{phrase('Usage:')} ")

    def write_heading(self, heading: str) -> None:
        """Write the heading of a list."""
        super().write_heading(phrase(heading))

    def write_text(self, text: str) -> None:
        """Write the paragraphs of a help text."""
        super().write_text("\n\n".join(map(phrase, text.split("\n\n"))))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Write a list of options or commands."""
        super().write_dl([(term, _translate_option(text)) for term, text in rows], col_max, col_spacing)


def _translate_option(text: str) -> str:
    text, *notes = _NOTE.split(text)
    said = "".join(f"  [{note}" for note in notes)
    for words in ("default:", "required"):
        said = said.replace(f"[{words}", f"[{phrase(words)}")
    return phrase(text) + said


class HelpContext(click.Context):
    """Context whose help is written by `HelpFormatter`."""

    formatter_class = HelpFormatter


def help_in_source(module: str) -> str:
    """Return the help of the function `command` of a module, by its source: importing all commands takes a second."""
    spec = find_spec(module)
    assert spec and isinstance(spec.loader, InspectLoader)
    source = spec.loader.get_source(module) or ""
    functions = (each for each in ast.parse(source).body if isinstance(each, ast.FunctionDef))
    return next((ast.get_docstring(each) or "" for each in functions if each.name == "command"), "")


def first_sentence(help_: str) -> str:
    """Return the first sentence of the help of a command."""
    paragraph = phrase(inspect.cleandoc(help_).partition("\n\n")[0])
    return re.split(r"(?<=[.:]) (?=[A-ZÅÄÖ])", paragraph, maxsplit=1)[0]
