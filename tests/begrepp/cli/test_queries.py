"""The command line for readers: names before IRIs, advice on no rows, `open`, completion, colours and language."""

from __future__ import annotations

import os
import pty
import socket
import subprocess
import sys
import threading
import time
import webbrowser
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import click
import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner, Result
from rich.console import Console

from begrepp.cli import spinner
from begrepp.cli.main import main
from begrepp.settings import ROOT, Settings

_ESCAPE = "\x1b["


def _run(built: Settings, *arguments: str, locale: str = "C.UTF-8") -> Result:
    environment = {"BEGREPP_DATA": str(built.data), "LC_ALL": locale, "COLUMNS": "200"}
    return CliRunner().invoke(main, arguments, env=environment, prog_name="begrepp")


def test_a_table_shows_code_and_name_before_the_iri(built: Settings) -> None:
    query = "SELECT ?c { <https://w3id.org/begrepp/id/cs/onkologi/aggstockscancer> skos:exactMatch ?c }"
    done = _run(built, "query", query)
    assert "C56.9 cancer of ovary https://w3id.org/begrepp/id/cs/icd-10-se/C56.9" in done.stdout
    assert "C56.9 cancer i äggstocken" in _run(built, "query", query, locale="sv_SE.UTF-8").stdout
    csv = _run(built, "query", query, "--format", "csv").stdout
    assert csv.split() == ["c", "https://w3id.org/begrepp/id/cs/icd-10-se/C56.9"]


def test_a_notation_that_is_a_word_is_not_repeated(built: Settings) -> None:
    query = 'SELECT ?c { ?c skos:prefLabel "lung cancer"@en ; skos:inScheme ?s . ?s begrepp:schemeId "onkologi" }'
    assert " lung cancer https://w3id.org/begrepp/id/cs/onkologi/lungcancer" in _run(built, "query", query).stdout


def test_no_rows_are_explained(built: Settings) -> None:
    query = 'SELECT ?c { ?c skos:prefLabel "lungcancer" }'
    done = _run(built, "query", query)
    assert "0 rows" in done.stdout and '"lungcancer"@sv' in done.stderr
    swedish = _run(built, "query", query, locale="sv_SE.UTF-8")
    assert "0 rader" in swedish.stdout and "språket" in swedish.stderr
    assert _run(built, "query", "SELECT ?c { ?c a skos:Concept } LIMIT 1").stderr == ""


def test_open_finds_a_code_however_it_is_written(built: Settings) -> None:
    for written in ("C56.9", "c569", "C569"):
        done = _run(built, "open", written, "--print")
        assert done.exit_code == 0 and "http://127.0.0.1:8080/cs/icd-10-se/C56.9" in done.stdout, written
    both = _run(built, "open", "C34.9", "--print").stdout
    assert "/cs/icd-10-se/C34.9" in both and "/cs/icd-o-3/C34.9" in both
    one = _run(built, "open", "C34.9", "--system", "icd-o-3", "--print").stdout
    assert "icd-10-se" not in one and "/cs/icd-o-3/C34.9" in one
    words = _run(built, "open", "lung cancer", "--print").stdout
    assert "/cs/onkologi/lungcancer" in words and len(words.splitlines()) == 1


def test_open_opens_the_browser_if_a_server_answers(built: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(webbrowser, "open", opened.append)

    class Health(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Health) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        assert _run(built, "open", "C56.9", "--server", address).exit_code == 0
    assert opened == [f"{address}/cs/icd-10-se/C56.9"]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{free.getsockname()[1]}"
        done = _run(built, "open", "C56.9", "--server", nobody)
        assert done.exit_code == 1 and "begrepp serve" in done.stderr and len(opened) == 1


def test_errors_are_in_the_language_of_the_locale(built: Settings) -> None:
    for locale, words in (("C", "There is nothing called"), ("sv_SE.UTF-8", "Det finns inget som heter ”zzqq”")):
        done = _run(built, "open", "zzqq", locale=locale)
        assert words in done.stderr and done.exit_code == 1
    assert "Ingen server" not in _run(built, "open", "zzqq", locale="en_GB.UTF-8").stderr


def test_commands_and_names_are_completed(built: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BEGREPP_DATA", str(built.data))
    complete = ShellComplete(main, {}, "begrepp", "_BEGREPP_COMPLETE")

    def found(*arguments: str) -> set[str]:
        return {item.value for item in complete.get_completions(list(arguments[:-1]), arguments[-1])}

    assert {"query", "open", "completion"} <= found("")
    assert "who-measures-it-and-as-what" in found("query", "who")
    assert found("diff", "icd-10") == {"icd-10-se"} == found("open", "C34", "--system", "icd-10")
    assert {"icd10_se", "icd10_who"} <= found("add", "icd10")
    for shell in ("bash", "zsh", "fish"):
        script = CliRunner().invoke(main, ["completion", shell]).stdout
        assert "_BEGREPP_COMPLETE" in script and "%(" not in script


def _terminal(arguments: list[str], environment: dict[str, str]) -> str:
    """Run a command on a terminal; return what it writes there."""
    parent, child = pty.openpty()
    process = subprocess.Popen(arguments, stdout=child, stderr=child, env=environment, close_fds=True)
    os.close(child)
    written = b""
    try:
        while chunk := os.read(parent, 65536):
            written += chunk
    except OSError:  # the terminal is closed
        pass
    os.close(parent)
    process.wait(60)
    return written.decode(errors="replace")


def test_colours_are_for_terminals_only(built: Settings) -> None:
    command = [sys.executable, "-m", "begrepp", "query", "SELECT ?c { ?c a skos:Concept } LIMIT 1"]
    environment = os.environ | {"BEGREPP_DATA": str(built.data), "TERM": "xterm", "PYTHONPATH": str(ROOT)}
    environment.pop("NO_COLOR", None)
    piped = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert _ESCAPE not in piped.stdout + piped.stderr
    assert _ESCAPE in _terminal(command, environment)
    no_colour = _terminal(command, environment | {"NO_COLOR": "1"})
    assert not any(f"{_ESCAPE}3{colour}m" in no_colour for colour in range(1, 8))


def test_work_of_more_than_a_second_is_shown_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spinner, "_SECONDS", 0.05)
    for is_terminal in (True, False):
        with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
            screen = Console(file=nowhere, force_terminal=is_terminal, record=True, width=80)
            monkeypatch.setattr(spinner, "stderr", screen)
            with spinner.waiting("Comparing editions"):
                time.sleep(0.4)
            assert ("Comparing editions" in screen.export_text()) == is_terminal


def test_every_command_with_a_bare_wait_is_known() -> None:
    """A command that has no progress of its own shows one, or is quick."""
    quick = {"mcp", "sources", "new", "profiles", "status", "open", "completion", "serve", "publish", "add", "build"}
    for name in main.list_commands(click.Context(main)):
        module = Path(ROOT, "begrepp", "cli", f"{name.replace('-', '_')}.py").read_text(encoding="utf-8")
        assert name in quick or "with waiting(" in module, name
