"""Help texts and headings of the command line, in the language of the locale."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from begrepp.cli.help_text import help_in_source
from begrepp.cli.language import phrase, phrases
from begrepp.cli.main import COMMANDS, main
from begrepp.settings import ROOT


def _paragraphs(command: click.Command) -> set[str]:
    """Return the paragraphs of the help of a command and the help of its options, white space as one space."""
    texts = inspect.cleandoc(command.help or "").split("\n\n")
    texts += [option.help for option in command.params if isinstance(option, click.Option) and option.help]
    return {" ".join(text.replace("\b", " ").split()) for text in texts}


def _help_texts() -> set[str]:
    """Return the paragraphs of the help of all commands."""
    context = click.Context(main)
    commands = [main, *(main.get_command(context, name) for name in COMMANDS)]
    return set().union(*(_paragraphs(command) for command in commands if command))


def _headings() -> set[str]:
    """Return the headings of all tables of the command line."""
    found = set()
    for path in (ROOT / "begrepp/cli").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "headings":
                found |= {each.value for each in ast.walk(node) if isinstance(each, ast.Constant) and each.value}
    return {str(each) for each in found}


def test_every_help_text_and_heading_has_a_swedish_translation() -> None:
    texts = _help_texts()
    assert len(texts) > 60 and len(_headings()) > 30
    assert not (texts | _headings()) - phrases("sv").keys()


def test_no_translation_is_of_a_text_that_is_no_longer_there() -> None:
    texts = _help_texts() | _headings()
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "begrepp/cli").glob("*.py"))
    of_click = {"Options", "Show this message and exit.", "Show the version and exit."}
    unused = [
        key for key in phrases("sv").keys() - texts - of_click if f'"{key}"' not in source and f"'{key}'" not in source
    ]
    assert not unused


@pytest.mark.parametrize(("locale", "words"), [("sv_SE.UTF-8", "Utelämna texter"), ("en_GB.UTF-8", "Leave out texts")])
def test_the_locale_decides(locale: str, words: str) -> None:
    for _ in range(2):  # the language of one call does not stay for the next
        text = CliRunner().invoke(main, ["build", "--help"], env={"LC_ALL": locale}).stdout
        assert words in text
        assert ("Användning:" in text) == locale.startswith("sv")
        assert ("Flaggor:" in text) == locale.startswith("sv")


def test_notes_of_options_are_translated(monkeypatch: pytest.MonkeyPatch) -> None:
    text = CliRunner().invoke(main, ["suggest", "--help"], env={"LC_ALL": "sv_SE.UTF-8"}).stdout
    assert "[förval: " in text and "[default: " not in text
    monkeypatch.setenv("LC_ALL", "sv_SE.UTF-8")
    assert phrase("triples") == "tripplar" and phrase("no such phrase") == "no such phrase"


def test_each_command_is_listed_with_its_first_sentence() -> None:
    text = " ".join(CliRunner().invoke(main, ["--help"], env={"LC_ALL": "C"}).stdout.split())
    assert "status Show the contents of the current build: editions, counts, triples, hash, date and files." in text
    assert "..." not in text.partition("Commands:")[2]


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_in_the_source_of_a_command_is_its_help(name: str) -> None:
    command = main.get_command(click.Context(main), name)
    assert command and inspect.cleandoc(command.help or "")
    assert help_in_source(f"begrepp.cli.{name.replace('-', '_')}") == inspect.cleandoc(command.help or "")


def test_the_list_of_commands_imports_none_of_them() -> None:
    code = (
        "import sys; from click.testing import CliRunner; from begrepp.cli.main import COMMANDS, main;"
        "assert CliRunner().invoke(main, ['--help']).exit_code == 0;"
        "print([each for each in ('polars', 'begrepp.cli.build', 'begrepp.cli.serve') if each in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
