"""Direct concept pages: the same response as Flask's, and the usual way for everything else."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import zstandard
from flask import Flask
from werkzeug.test import EnvironBuilder

from begrepp.settings import Settings
from server.app import create_app
from server.ops import direct_pages
from server.ops.asgi import AsgiBridge
from server.ops.direct_pages import answer_page
from server.ops.request_body import BodyReader
from server.served.build import ServedBuild
from server.served.resolver import Resolved
from server.views.resource import document_page
from tests.support.direct import Answer, compare

CONCEPT = "/cs/onkologi/lungcancer"


@pytest.fixture(scope="module")
def app(built: Settings) -> Iterator[Flask]:
    made = create_app(replace(built, page_cache_mb=0))
    yield made
    made.extensions["begrepp"].pool.close()


def _both(
    app: Flask, path: str, headers: dict[str, str], query: str = "", method: str = "GET", prefix: str = ""
) -> tuple[Answer | None, Answer]:
    """The direct response, or None, and Flask's."""
    builder = EnvironBuilder(path=path, query_string=query, headers=[*headers.items()], method=method)
    environ = {**builder.get_environ(), "SCRIPT_NAME": prefix, "RAW_URI": f"{path}?{query}" if query else path}
    return compare(app, environ, answer_page(app, environ, app.extensions["begrepp"].current_build()))


@pytest.mark.parametrize("headers", [
    {}, {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}, {"Accept-Language": "en"}, {"Cookie": "lang=en; a=b"},
    {"Accept-Encoding": "gzip"}, {"Accept-Encoding": "gzip, deflate, br, zstd"}, {"Accept-Encoding": "identity"},
    {"Accept-Encoding": "gzip;q=0.5, zstd;q=0.4"}, {"Accept-Language": "fi, en;q=0.5", "Host": "begrepp.example:8080"},
])  # fmt: skip
@pytest.mark.parametrize(("path", "query"), [
    (CONCEPT, ""), (CONCEPT, "lang=en"), ("/cs/icd-10-se/A00.9", "lang=sv"), ("/cs/icd-10-se/A00", ""),
    ("/cs/icd-10-se/A00.0", ""),
])  # fmt: skip
def test_a_plain_page_is_answered_as_by_flask(app: Flask, path: str, query: str, headers: dict[str, str]) -> None:
    direct, usual = _both(app, path, {"Accept": "text/html", **headers}, query)
    assert direct == usual and usual[0].startswith("200")


@pytest.mark.parametrize(("path", "query", "headers", "method"), [
    (CONCEPT, "", {"Accept": "text/turtle"}, "GET"),
    (CONCEPT, "format=ttl", {}, "GET"),
    (CONCEPT, "all=1", {}, "GET"),
    (CONCEPT, "lang=xx", {}, "GET"),
    (CONCEPT, "asOf=2021-06-30", {}, "GET"),
    (CONCEPT, "", {"If-None-Match": "*"}, "GET"),
    (CONCEPT, "", {"Range": "bytes=0-9"}, "GET"),
    (CONCEPT, "", {"Accept-Datetime": "Tue, 01 Jun 2021 00:00:00 GMT"}, "GET"),
    (CONCEPT, "", {}, "HEAD"),
    (f"{CONCEPT}.ttl", "", {}, "GET"),
    ("/cs/onkologi/LUNGCANCER", "", {}, "GET"),
    ("/cs/icd-10-se/a009", "", {}, "GET"),
    ("/cs/icd-10-se/A00%2E9", "", {}, "GET"),
    ("/cs/icd-10-se", "", {}, "GET"),
    ("/cs/finns-inte/A00.9", "", {}, "GET"),
    ("/cs/onkologi/finns-inte", "", {}, "GET"),
    ("/dataset/nkbc", "", {}, "GET"),
])  # fmt: skip
def test_other_requests_take_the_usual_way(
    app: Flask, path: str, query: str, headers: dict[str, str], method: str
) -> None:
    assert _both(app, path, {"Accept": "text/html", **headers}, query, method)[0] is None


def test_a_prefix_takes_the_usual_way(app: Flask) -> None:
    assert _both(app, CONCEPT, {}, prefix="/begrepp")[0] is None


def test_a_long_page_takes_the_usual_way(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _both(app, CONCEPT, {})[0]
    monkeypatch.setattr(direct_pages, "_MAX_ROWS", 0)
    assert _both(app, CONCEPT, {})[0] is None


def test_a_fault_is_answered_and_logged_in_the_usual_way(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> str:
        raise RuntimeError

    monkeypatch.setattr(direct_pages, "document_page", fail)
    assert _both(app, CONCEPT, {})[0] is None


def test_a_browser_gets_zstandard(app: Flask) -> None:
    direct, _ = _both(app, CONCEPT, {"Accept": "text/html", "Accept-Encoding": "gzip, deflate, br, zstd"})
    assert direct and direct[1]["Content-Encoding"] == "zstd" and b"lungcancer" in zstandard.decompress(direct[2])


def _request(bridge: AsgiBridge, path: str, headers: dict[str, str]) -> list[dict[str, Any]]:
    """The messages that the bridge sends to a client that stays connected."""
    scope = {
        "http_version": "1.1", "method": "GET", "scheme": "http", "path": path, "query_string": b"",
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip
    sent: list[dict[str, Any]] = []
    received: list[bytes] = []

    async def receive() -> dict[str, Any]:
        if received:
            await asyncio.sleep(60)
        received.append(b"")
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(bridge(scope, receive, send))
    return sent


def test_the_log_has_the_whole_duration_of_a_direct_page(
    built: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    app = create_app(replace(built, page_cache_mb=0, access_log=True))
    app.extensions["begrepp"].current_build()
    waited, usual = 0.05, document_page

    def wait_and_make(build: ServedBuild, found: Resolved) -> bytes:
        time.sleep(waited)
        return usual(build, found)

    monkeypatch.setattr(direct_pages, "document_page", wait_and_make)
    bridge = AsgiBridge(
        app.wsgi_app, 1, BodyReader(lambda _: 1 << 20, 1 << 22), direct=app.extensions["begrepp.direct"]
    )
    assert _request(bridge, CONCEPT, {"host": "localhost", "accept": "text/html"})[0]["status"] == 200
    app.extensions["begrepp"].pool.close()
    line = next(json.loads(line) for line in capsys.readouterr().err.splitlines() if line.startswith("{"))
    assert line["status"] == 200 and line["ms"] >= waited * 1000


def test_a_page_behind_a_proxy_has_the_addresses_that_the_proxy_states(built: Settings) -> None:
    settings = replace(built, page_cache_mb=0, trusted_proxies=1)
    app = create_app(settings)
    app.extensions["begrepp"].current_build()
    direct = app.extensions["begrepp.direct"]
    bridges = [AsgiBridge(app.wsgi_app, 1, BodyReader(lambda _: 1 << 20, 1 << 22), 1, each) for each in (direct, None)]
    headers = {"host": "inner", "accept": "text/html", "x-forwarded-host": "begrepp.se", "x-forwarded-proto": "https"}
    answers = []
    for bridge in bridges:
        sent = _request(bridge, CONCEPT, headers)
        answers.append(({name: value for name, value in sent[0]["headers"] if name != b"date"}, sent[1]["body"]))
    app.extensions["begrepp"].pool.close()
    assert answers[0] == answers[1]
    assert f"<https://begrepp.se/timemap/link{CONCEPT}>".encode() in answers[0][0][b"link"]
