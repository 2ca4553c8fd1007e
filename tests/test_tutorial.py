"""The tutorial: every command of docs/tutorial.md runs and gives the output that the page shows."""

from __future__ import annotations

import gzip
import io
import re
import runpy
import shlex
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from urllib.parse import unquote, urlencode, urlsplit

import pytest
from flask.testing import FlaskClient

from begrepp.settings import ROOT, Settings
from server.app import create_app

PAGE = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
FOLDER = ROOT / "docs" / "tutorial"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One command of the page with the output lines shown below it."""

    command: str
    output: tuple[str, ...]


def steps(page: str = PAGE) -> Iterator[Step]:
    """All commands in the `console` blocks of the page, in order."""
    for block in re.findall(r"```console\n(.*?)```", page, re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, *output = part.splitlines()
            yield Step(command=command, output=tuple(line for line in output if line))


def normalise(text: str) -> str:
    """Replace what differs between two runs: times, seconds, hashes, large counts and the data folder."""
    text = re.sub(r"\d{4}-\d\d-\d\dT[\d:+]+|\d{8}T\d{12}|[0-9a-f]{12,}", "#", text)
    text = re.sub(r"\d+\.\d s\b|\b\d{1,3}(,\d{3})+\b", "#", text)
    return re.sub(r"\S*/(?=(data/)?raw/provtyper)", "…/", text).replace("…/data/raw", "…/raw")


def run(arguments: list[str]) -> str:
    """Run the command line in this process; returns standard output and standard error in order."""
    raw = io.BytesIO()
    words = io.TextIOWrapper(raw, encoding="utf-8", write_through=True)
    before, sys.argv = sys.argv, ["begrepp", *arguments]
    try:
        with redirect_stdout(words), redirect_stderr(words):
            runpy.run_module("begrepp", run_name="__main__")
    except SystemExit:
        pass
    finally:
        sys.argv = before
    return raw.getvalue().decode()


def curl(client: FlaskClient, arguments: list[str]) -> str:
    """Send the request of a curl command to the application; understands -s, -L, -H and --data-urlencode."""
    address = next(each for each in arguments if each.startswith("localhost"))
    headers = dict(re.split(r": *", arguments[n + 1], maxsplit=1) for n, each in enumerate(arguments) if each == "-H")
    fields = [arguments[n + 1].partition("=") for n, each in enumerate(arguments) if each == "--data-urlencode"]
    path = address.removeprefix("localhost:8080")
    if fields:
        form = urlencode([(name, value) for name, _, value in fields])
        response = client.post(path, data=form, headers=headers, content_type="application/x-www-form-urlencoded")
    else:
        response = client.get(path, headers=headers)
    if response.status_code in (301, 303):
        target = urlsplit(response.headers["Location"])
        response = client.get(unquote(target.path), query_string=target.query, headers=headers)
    assert response.status_code == 200, (address, response.status)
    body = response.data
    response.close()
    return (gzip.decompress(body) if "gunzip" in arguments else body).decode()


def missing_lines(step: Step, output: str) -> list[str]:
    """The lines of the page that the output does not contain in this order; a line may be cut with `…`."""
    rest, missing = normalise(output), []
    for line in map(normalise, step.output):
        place = rest.find(line.strip("…"))
        if place < 0:
            missing.append(line)
        else:
            rest = rest[place + len(line) :]
    return missing


def test_every_command_of_the_tutorial_gives_the_output_shown(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path_factory.mktemp("tutorial") / "data"
    monkeypatch.setenv("BEGREPP_DATA", str(data))
    monkeypatch.setenv("COLUMNS", "400")
    monkeypatch.chdir(ROOT)
    all_steps = list(steps())
    local = [step for step in all_steps if step.command.startswith("begrepp ")]
    remote = [step for step in all_steps if step.command.startswith("curl ")]
    assert len(local) >= 5 and len(remote) >= 4 and len(local) + len(remote) == len(all_steps)
    for step in local:
        output = run(shlex.split(step.command)[1:])
        assert not missing_lines(step, output), f"$ {step.command}\n{output}"
    app = create_app(Settings(data=data))
    try:
        for step in remote:
            output = curl(app.test_client(), shlex.split(step.command))
            assert not missing_lines(step, output), f"$ {step.command}\n{output}"
        client = app.test_client()
        for path in re.findall(r"<http://localhost:8080(/[^>]*)>", PAGE):
            assert client.get(path).status_code == 200, path
        for word in ("benmärg", "bone marrow"):
            assert "V12" in client.get("/search", query_string={"q": word}).text
    finally:
        app.extensions["begrepp"].pool.close()


def test_an_output_that_is_not_shown_is_found() -> None:
    step = Step(command="begrepp x", output=("first", "second"))
    assert missing_lines(step, "first\nother\nsecond\n") == []
    assert missing_lines(step, "second\nfirst\n") == ["second"]


def test_the_declaration_on_the_page_is_the_file() -> None:
    assert re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL) == [(FOLDER / "source.toml").read_text(encoding="utf-8")]


def test_the_list_is_as_swedish_excel_saves_it() -> None:
    data = (FOLDER / "provtyper.csv").read_bytes()
    with pytest.raises(UnicodeDecodeError):
        data.decode("utf-8")
    lines = data.decode("windows-1252").split("\r\n")
    assert len(lines) == 22 and lines[0] == "Kod;Benämning;Engelsk benämning;Överordnad;Anmärkning"
    shown = re.findall(r"```csv\n(.*?)```", PAGE, re.DOTALL)[0]
    assert all(line in lines for line in shown.splitlines() if line != "…")
