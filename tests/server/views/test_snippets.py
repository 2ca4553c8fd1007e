"""The code snippets of example queries, run unchanged against a real server."""

from __future__ import annotations

import html
import importlib.util
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from urllib.request import Request, urlopen

import pytest

from begrepp.queries.query_files import Query, read_queries
from begrepp.settings import Settings
from server.app import create_app
from tests.support.serving import serve_in_thread

pytestmark = pytest.mark.slow
_SNIPPET = re.compile(r'aria-labelledby="s-(\w+)">(.*?)</pre>', re.DOTALL)
R = shutil.which("Rscript")


@pytest.fixture(scope="module")
def address(built: Settings) -> Iterator[str]:
    application = create_app(replace(built, query_seconds=60))
    with serve_in_thread(application) as address:
        yield address
    application.extensions["begrepp"].pool.close()


def snippets(address: str, query: Query) -> dict[str, str]:
    page = Request(f"{address}/queries/{query.name}?lang=en", headers={"Accept": "text/html"})
    with urlopen(page, timeout=90) as answer:
        return {name: html.unescape(text) for name, text in _SNIPPET.findall(answer.read().decode())}


def ran(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=90).stdout


@pytest.mark.parametrize("query", read_queries("examples"), ids=lambda query: query.name)
def test_curl_python_and_r_give_the_same_rows(address: str, query: Query) -> None:
    said = snippets(address, query)
    assert {"curl", "python", "r", "begrepp"} <= said.keys()
    count = "import csv, sys; print(sum(1 for _ in csv.reader(sys.stdin)) - 1)"
    rows = int(ran("bash", "-c", f"{said['curl']} | {sys.executable} -c '{count}'"))
    with urlopen(f"{address}/queries/{query.name}?format=json", timeout=90) as answer:
        assert rows == len(json.load(answer)["results"]["bindings"]) > 0
    if importlib.util.find_spec("pandas"):
        assert int(ran(sys.executable, "-c", f"{said['python']}\nprint(len(rows))")) == rows
    if R:
        assert int(ran(R, "-e", f"{said['r']}\ncat(nrow(rows))")) == rows
