"""Wrong command lines are answered in the language of the locale."""

from __future__ import annotations

import ast
import inspect
import string
from pathlib import Path
from types import ModuleType

import click.exceptions
import click.parser
import pytest
from click.testing import CliRunner

from begrepp.cli.main import main
from server.http.i18n import translations_of_texts


@pytest.mark.parametrize(
    ("arguments", "swedish", "english"),
    [
        (["build", "--nope"], "Fel: Flaggan '--nope' finns inte.", "Error: No such option '--nope'."),
        (["query"], "Fel: Argument saknas: 'QUERY'.", "Error: Missing argument 'QUERY'."),
        (["frobnicate"], "Fel: Kommandot 'frobnicate' finns inte.", "Error: No such command 'frobnicate'."),
        (["serve", "--port", "x"], "'x' är inget giltigt tal.", "'x' is not a valid integer range."),
        (["serve", "--port", "0"], "0 ligger inte i intervallet 1<=x<=65535.", "0 is not in the range"),
        (["new", "/there/is/none"], "'/there/is/none' finns inte.", "'/there/is/none' does not exist."),
        (["validate", "--severity", "x", "-"], "'x' är inget av 'violation'", "'x' is not one of 'violation'"),
        (["status", "more"], "Oväntat argument (more)", "Got unexpected extra argument (more)"),
    ],
)
def test_a_wrong_command_line_is_answered_in_the_language_of_the_locale(
    arguments: list[str], swedish: str, english: str
) -> None:
    for locale, words, start in (("sv_SE.UTF-8", swedish, "Användning:"), ("en_GB.UTF-8", english, "Usage:")):
        result = CliRunner().invoke(main, arguments, env={"LC_ALL": locale})
        assert result.exit_code == 2
        assert words in result.output and result.output.startswith(start)
    assert "Try '" not in CliRunner().invoke(main, arguments, env={"LC_ALL": "sv_SE.UTF-8"}).output


def _texts(module: ModuleType) -> set[str]:
    """Return the texts that a module of click passes to gettext."""
    calls = (node for node in ast.walk(ast.parse(inspect.getsource(module))) if isinstance(node, ast.Call))
    named = (call for call in calls if isinstance(call.func, ast.Name) and call.func.id in ("_", "ngettext"))
    return {each.value for call in named for each in call.args if isinstance(each, ast.Constant)}  # type: ignore[misc]


def test_the_messages_of_click_are_translated_with_their_values() -> None:
    swedish = translations_of_texts("click", "sv")
    texts = _texts(click.exceptions) | _texts(click.parser)
    assert len(texts) > 15
    assert not texts - swedish.keys() - {"Invalid start character for option ({option})"}
    for english, words in swedish.items():
        filled = {name for _, name, _, _ in string.Formatter().parse(words) if name}
        assert filled <= {name for _, name, _, _ in string.Formatter().parse(english) if name}, english


@pytest.mark.parametrize(
    "command", [["dump", "FILE"], ["feed", "dcat-ap-se", "FILE"], ["new", "k.csv", "--output", "FILE"]]
)
def test_a_file_that_cannot_be_written_is_told_before_the_work(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "k.csv").write_text("kod,namn\nA,ett\n", encoding="utf-8")
    (tmp_path / "a.ttl").mkdir()
    for name, words in (("gone/a.ttl", "There is no folder gone."), ("a.ttl", "is a directory")):
        arguments = [name if each == "FILE" else each for each in command]
        result = CliRunner().invoke(main, arguments, env={"LC_ALL": "en_GB.UTF-8", "BEGREPP_DATA": str(tmp_path)})
        assert (result.exit_code, words in result.output) == (2, True), result.output
    assert not list(tmp_path.glob("logs/*"))
