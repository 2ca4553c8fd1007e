"""Every route has an address in the tests and answers, also where the server may write nothing."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from http.client import HTTPConnection
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from begrepp.settings import Settings
from server.app import create_app
from tests.support.routes import ROUTES, expected, one_of_each_kind, routes_without_address
from tests.support.serving import free_port, wait_for_port

WRITES = ("/downloads/onkologi.csv.gz", "/downloads/begrepp.nq.gz")
TURTLE = b"<https://example.org/a> a <https://example.org/B> ."


def test_every_route_has_an_address(app: Flask) -> None:
    assert routes_without_address(app) == []


QUERY = "/sparql?query=SELECT%20?s%20?o%20%7B%20?s%20skos:prefLabel%20?o%20%7D%20LIMIT%2050"


def test_every_answer_can_be_sent_from_another_thread(app: Flask, client: FlaskClient) -> None:
    """Objects of pyoxigraph that were made in one thread panic in another, and the server sends from any of its own."""
    formats = [f"{QUERY}&format={name}" for name in ("csv", "excel.csv", "xlsx", "parquet", "json", "xml")]
    tables = [
        f"{path}.{name}"
        for path in ("/cs", "/dataset", "/dataset/nkbc", "/mapping/onkologi", "/cs/onkologi/cancer")
        for name in ("csv", "excel.csv", "xlsx")
    ]
    tables += [f"/search.{name}?q=cancer" for name in ("csv", "excel.csv")]
    failed = []
    with ThreadPoolExecutor(1) as other:
        for path in (*ROUTES, *one_of_each_kind(app), *formats, *tables):
            with client.get(path) as answer:
                if error := other.submit(list, answer.iter_encoded()).exception():
                    failed.append(f"{path}: {error}")
                if path in (*formats, *tables) and answer.status_code != 200:
                    failed.append(f"{path}: {answer.status_code}")
    assert failed == []


def test_every_route_and_every_kind_of_document_answers(app: Flask, client: FlaskClient) -> None:
    kinds = one_of_each_kind(app)
    assert len(kinds) >= 11
    answers = {}
    for path in (*ROUTES, *kinds):
        with client.get(path) as answer:
            answers[path] = answer.status_code
    assert {path: status for path, status in answers.items() if status not in expected(path)} == {}


@pytest.fixture
def unwritable(built: Settings, tmp_path: Path) -> Iterator[FlaskClient]:
    """A server whose cache folder cannot be created: its parent is a file."""
    (tmp_path / "file").write_bytes(b"")
    application = create_app(replace(built, server_cache=tmp_path / "file" / "cache"))
    yield application.test_client()
    application.extensions["begrepp"].pool.close()


@pytest.mark.parametrize("path", WRITES)
def test_a_file_that_cannot_be_stored_is_a_plain_503(unwritable: FlaskClient, path: str) -> None:
    answer = unwritable.get(path, headers={"Accept": "application/json"})
    assert answer.status_code == 503 and answer.headers["Retry-After"]
    said = answer.get_json()
    assert said["title"] == "The server cannot write files for download: Not a directory."
    assert "BEGREPP_SERVER_CACHE" in said["detail"]
    page = unwritable.get(path, headers={"Accept": "text/html", "Accept-Language": "sv"})
    assert page.status_code == 503 and "Servern kan inte spara filer just nu." in page.text


def test_a_report_that_cannot_be_stored_is_a_plain_503(unwritable: FlaskClient) -> None:
    answer = unwritable.post("/validation/skos", data=TURTLE, content_type="text/turtle")
    assert answer.status_code == 503 and "BEGREPP_SERVER_CACHE" in answer.get_json()["detail"]
    form = {"text": TURTLE.decode(), "syntax": "ttl", "profile": "skos"}
    page = unwritable.post("/validation", data=form, headers={"Accept": "text/html"})
    assert page.status_code == 503 and "Servern kan inte spara valideringsrapporter just nu." in page.text


@pytest.mark.slow
def test_the_view_of_the_systemd_unit_is_enough(app: Flask, built: Settings, tmp_path: Path) -> None:
    """ProtectSystem=strict, CacheDirectory, PrivateTmp and no capabilities: a data folder that cannot be written."""
    if os.geteuid() or not shutil.which("unshare") or not shutil.which("setpriv"):
        pytest.skip("needs root, unshare and setpriv to mount the data folder read-only")
    places = {"BEGREPP_SERVER_CACHE": tmp_path / "cache", "TMPDIR": tmp_path / "tmp"}
    places["TMPDIR"].mkdir()
    port = free_port()
    script = (
        'mount --make-rprivate / && mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && ! touch "$1/written" && '
        'exec setpriv --bounding-set=-all --inh-caps=-all "$2" -m begrepp serve --port "$3"'
    )
    command = ["unshare", "--mount", "sh", "-c", script, "sh", str(built.data), sys.executable, str(port)]
    kept = {name: value for name, value in os.environ.items() if name != "PROMETHEUS_MULTIPROC_DIR"}
    environment = {**kept, "BEGREPP_DATA": str(built.data), **{name: str(path) for name, path in places.items()}}
    statuses = {}
    with subprocess.Popen(command, env=environment) as process:
        try:
            wait_for_port(port)
            for path in (*ROUTES, *WRITES, *one_of_each_kind(app)):
                statuses[path] = _status(port, "GET", path)
            statuses["POST"] = _status(port, "POST", "/validation/skos", TURTLE)
        finally:
            process.terminate()
    assert {path: status for path, status in statuses.items() if status not in expected(path)} == {}
    assert list((tmp_path / "cache" / "downloads").rglob("onkologi.csv.gz"))


def _status(port: int, method: str, path: str, body: bytes | None = None) -> int:
    connection = HTTPConnection("127.0.0.1", port, timeout=90)
    try:
        connection.request(method, path, body, {"Accept": "text/html, */*;q=0.5", "Content-Type": "text/turtle"})
        return connection.getresponse().status
    finally:
        connection.close()


def test_head_and_options_answer_at_every_route(app: Flask, client: FlaskClient) -> None:
    for path in (*ROUTES, *one_of_each_kind(app)):
        with client.get(path) as got, client.head(path) as head, client.options(path) as options:
            assert (head.status_code, head.get_data()) == (got.status_code, b""), path
            assert head.mimetype == got.mimetype, path
            assert options.status_code == 200 and "GET" in options.headers["Allow"], path
            assert options.headers["Access-Control-Allow-Origin"] == "*", path


def test_ids_are_unique_in_every_kind_of_page(app: Flask, client: FlaskClient) -> None:
    errors = ("/cs/none", "/sparql?query=SELECT", "/queries/none", "/cs/onkologi?asOf=x")
    pages = 0
    for path in (*ROUTES, *one_of_each_kind(app), *errors):
        with client.get(path, headers={"Accept": "text/html"}) as answer:
            if answer.mimetype != "text/html":
                continue
            pages += 1
            counts = Counter(re.findall(r"<[a-z][^>]*?\sid=\"([^\"]*)\"", answer.get_data(as_text=True)))
        assert {name: count for name, count in counts.items() if count > 1} == {}, path
    assert pages > 30
