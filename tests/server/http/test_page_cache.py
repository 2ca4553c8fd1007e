"""Whole answers are kept: the same as without, told apart by what they depend on, and gone with their build."""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Iterable
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from begrepp.settings import Settings
from server.app import create_app
from server.http.page_cache import PageCache
from server.http.shared_cache import SharedCache, create_cache_file
from server.telemetry.access_log import AccessLog
from tests.support.small import HEADER, ROWS, build_small, put, settings_in

CONCEPT = "/cs/onkologi/lungcancer"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that the application itself was asked for, since they were not kept."""
    paths: list[str] = []
    through = PageCache._call_and_store

    def noted(cache: PageCache, key: str, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        paths.append(environ["PATH_INFO"])
        return through(cache, key, environ, start)

    monkeypatch.setattr(PageCache, "_call_and_store", noted)
    return paths


def test_an_answer_is_kept_and_is_the_same(client: FlaskClient, asked: list[str]) -> None:
    path = f"{CONCEPT}?kept=1"
    first, again = client.get(path), client.get(path)
    assert asked == [CONCEPT] and first.data == again.data and first.headers["Vary"] == again.headers["Vary"]
    tag = first.headers["ETag"]
    for condition in ({"If-None-Match": tag}, {"If-None-Match": f'"x", {tag}'}):
        answer = client.get(path, headers=condition)
        assert answer.status_code == 304 and answer.data == b"" and "Content-Length" not in answer.headers
    assert client.head(path).headers["ETag"] == tag and client.head(path).data == b""
    assert asked == [CONCEPT]


def test_answers_that_differ_are_kept_apart(client: FlaskClient) -> None:
    path = f"{CONCEPT}?utm_source=2"
    for _ in range(2):
        english = {"Accept": "text/html", "Accept-Language": "en"}
        assert "<h1>lung cancer" in client.get(path, headers=english).text
        for media_type in ("text/turtle", "application/ld+json"):
            assert client.get(path, headers={"Accept": media_type}).mimetype == media_type
        assert client.get(path, headers={"Accept-Encoding": "gzip"}).headers.get("Content-Encoding") == "gzip"
        assert "Content-Encoding" not in client.get(path).headers
        client.set_cookie("lang", "en")
        assert b'<html lang="en">' in client.get(path).data
        client.delete_cookie("lang")
        assert b'<html lang="sv">' in client.get(path).data


def test_a_query_that_is_posted_is_kept_apart_from_others(client: FlaskClient, asked: list[str]) -> None:
    def ask(code: str) -> str:
        query = f'ASK {{ ?c skos:notation "{code}" }} # kept'
        return client.post("/sparql", data={"query": query}, headers={"Accept": "application/json"}).text

    first, other, again = ask("lungcancer"), ask("no-such-code"), ask("lungcancer")
    assert first == again != other and asked == ["/sparql", "/sparql"]
    big = {"query": "ASK {} # " + "x" * 20_000}
    assert client.post("/sparql", data=big).text and client.post("/sparql", data=big).status_code == 200
    assert client.post("/sparql", data={"update": "CLEAR ALL"}).status_code == 403


@pytest.mark.parametrize(
    "path", ["/ready", "/metrics", "/language/en?back=/", "/sparql?query=SELECT(RAND()AS?r){}", "/nope", "/cs/x/y"]
)
def test_what_may_change_is_not_kept(client: FlaskClient, asked: list[str], path: str) -> None:
    assert [client.get(path).status_code for _ in range(2)] and len(asked) == 2


def test_a_new_build_is_a_new_world_and_the_least_used_goes_first(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    put(settings, HEADER + ROWS)
    build_small(settings)
    app = create_app(settings)
    client = app.test_client()
    cache = PageCache(app.wsgi_app, settings.current, 1)
    client.get("/cs/icd-10-se/A00")
    put(settings, HEADER + ROWS.replace("Påhittad kategori", "Nyskriven kategori"))
    build_small(settings)
    assert "Nyskriven kategori" in client.get("/cs/icd-10-se/A00?lang=sv").text
    app.wsgi_app = cache  # type: ignore[method-assign]
    for number in range(200):
        client.get(f"/cs/icd-10-se/A00?n={number}")
    assert cache._responses.currsize <= 1 << 20
    app.extensions["begrepp"].pool.close()


def test_the_log_says_what_came_of_a_request_and_nothing_about_who_asked_what(
    built: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    app = create_app(built)
    app.wsgi_app = AccessLog(app.wsgi_app)  # type: ignore[method-assign]
    client = app.test_client()
    client.get("/search?q=811218-9876", headers={"User-Agent": "somebody"})
    client.get("/cs/onkologi/811218-9876")
    written = capsys.readouterr().err
    lines = [json.loads(line) for line in written.splitlines() if line.startswith("{")]
    assert [(line["route"], line["status"]) for line in lines] == [("/search", 200), (lines[1]["route"], 404)]
    assert "811218" not in written and "somebody" not in written and "127.0.0.1" not in written
    app.extensions["begrepp"].pool.close()


def test_what_one_process_made_another_need_not_make(built: Settings, tmp_path: Path, asked: list[str]) -> None:
    one, other = (create_app(built, tmp_path / "pages") for _ in range(2))
    try:
        first = one.test_client().get(CONCEPT)
        again = other.test_client().get(CONCEPT)
        assert asked == [CONCEPT]
        assert (again.data, again.headers["ETag"]) == (first.data, first.headers["ETag"])
    finally:
        for each in (one, other):
            each.extensions["begrepp"].pool.close()


def test_a_full_file_is_written_from_its_beginning_again(tmp_path: Path) -> None:
    pages = SharedCache(tmp_path / "pages", 1)
    for number in range(20):
        pages.put(str(number), bytes([number]) * 100_000)
    assert pages.get("0") is None
    assert [pages.get(str(number)) for number in (17, 19)] == [bytes([17]) * 100_000, bytes([19]) * 100_000]
    pages.put("last", b"x")
    assert pages.get("last") == b"x"
    pages.put("too large", bytes(1 << 21))
    assert pages.get("too large") is None
    assert (tmp_path / "pages").stat().st_size <= 3 << 20


def test_a_response_that_is_partly_written_over_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "pages"
    pages = SharedCache(path, 1)
    pages.put("key", b"whole " * 100)
    content = bytearray(path.read_bytes())
    content[-300] ^= 1
    path.write_bytes(content)
    assert pages.get("key") is None
    pages.put("key", b"again")
    assert SharedCache(path, 1).get("key") == b"again"


def test_several_processes_write_into_one_file(tmp_path: Path) -> None:
    path = tmp_path / "pages"
    create_cache_file(path)

    def write(number: int) -> None:
        pages = SharedCache(path, 1)
        for turn in range(300):
            pages.put(f"{number}-{turn}", f"{number} {turn} ".encode() * 200)

    context = multiprocessing.get_context("fork")
    writers = [context.Process(target=write, args=(number,)) for number in range(3)]
    for writer in writers:
        writer.start()
    pages = SharedCache(path, 1)
    while any(writer.is_alive() for writer in writers):
        for number, turn in product(range(3), range(300)):
            if value := pages.get(f"{number}-{turn}"):
                assert value == f"{number} {turn} ".encode() * 200
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    assert any(pages.get(f"{number}-{turn}") for number, turn in product(range(3), range(300)))


def test_the_cache_weighs_headers_and_its_key_has_one_size(built: Settings) -> None:
    app = create_app(built)
    cache = PageCache(app.wsgi_app, built.current, 1)
    app.wsgi_app = cache  # type: ignore[method-assign]
    client = app.test_client()
    for number in range(30):
        client.get(f"{CONCEPT}?n={number}", headers={"Accept": "text/html" + " " * 1500, "X-Other": "x" * 20_000})
    assert {len(key) for key in cache._responses} == {32}
    cached = next(iter(cache._responses.values()))
    assert cached.size > len(cached.body) + sum(len(name) + len(value) for name, value in cached.headers)
    assert cache.used_bytes == sum(each.size for each in cache._responses.values()) <= 1 << 20
    app.extensions["begrepp"].pool.close()


def test_headers_that_differ_in_case_and_blanks_share_an_answer_and_bodies_cannot_pass_for_headers(
    client: FlaskClient, asked: list[str]
) -> None:
    path = f"{CONCEPT}?kept=blanks"
    for accept in ("text/html,*/*;q=0.5", "Text/HTML, */*; q=0.5"):
        client.get(path, headers={"Accept": accept})
    assert asked == [CONCEPT]
    for body in (b"query=ASK{}%23", b"query=ASK{}%23\x004:"):
        client.post("/sparql", data=body, content_type="application/x-www-form-urlencoded")
    assert len(asked) == 3
