"""Behaviour of the production server: parsing of requests, and streaming of responses."""

from __future__ import annotations

import json
import os
import signal
import socket
import time
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse, IncompleteRead
from pathlib import Path
from urllib.parse import quote

import psutil
import pytest
from click.testing import CliRunner

from begrepp.cli.main import main
from tests.support.serving import serve

pytestmark = pytest.mark.slow
_LARGE = "SELECT * { ?a ?b ?c . ?d ?e ?f }"


@pytest.fixture(scope="module")
def port(data_folder: Path) -> Iterator[int]:
    """A server with one process."""
    with serve(data_folder) as port:
        yield port


def _asked(
    port: int, path: str, method: str = "GET", body: bytes | Iterator[bytes] | None = None, **headers: str
) -> tuple[HTTPResponse, bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, {"Accept": "text/html", **named})
        answer = connection.getresponse()
        return answer, answer.read()
    finally:
        connection.close()


def _raw(port: int, request: bytes) -> bytes:
    """The first bytes that come back for bytes that are sent as they are."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
        line.sendall(request)
        return line.recv(1000)


def test_a_body_that_is_not_in_chunks_gets_400(port: int) -> None:
    head = (
        b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\nTransfer-Encoding: chunked\r\n"
    )
    for size in (b"FFFFFFFFFFFFFFFFF", b"ZZ"):
        assert _raw(port, head + b"Connection: close\r\n\r\n" + size + b"\r\nASK {}").startswith(b"HTTP/1.1 400")


@pytest.mark.parametrize("time", ["made", "kept"])
def test_a_slash_in_a_code_arrives_as_it_was_sent(port: int, time: str) -> None:
    answer, page = _asked(port, "/cs/icd-o-3/8140%2F3")
    assert answer.status == 200 and b"8140/3" in page
    for path, status in (("/cs/icd-o-3/8140/3", 301), ("/id/cs/icd-o-3/8140%2F3", 303)):
        answer, _ = _asked(port, path)
        assert (answer.status, answer.getheader("Location")) == (status, "/cs/icd-o-3/8140%2F3")
    assert _asked(port, "/cs/icd-o-3/8140%252F3")[0].status == 404


def test_letters_of_any_alphabet_in_a_path_and_none_that_are_no_letters(port: int) -> None:
    answer, _ = _asked(port, "/search?q=" + quote("bröstcancer"))
    assert answer.status == 200
    assert _asked(port, "/cs/" + quote("åäö"))[0].status == 404
    assert _asked(port, "/cs/%FF%FE")[0].status == 404
    assert _raw(port, b"GET /cs/\xff HTTP/1.1\r\nHost: x\r\n\r\n").startswith(b"HTTP/1.1 400")


def test_head_and_304_are_the_same_made_and_kept(port: int) -> None:
    for path in ("/cs/onkologi/lungcancer", "/api/v1/schemes"):
        heads = []
        for _ in range(2):
            answer, body = _asked(port, path, "HEAD")
            assert answer.status == 200 and body == b""
            whole, page = _asked(port, path)
            assert answer.getheader("Content-Length") == str(len(page))
            tag = whole.getheader("ETag")
            assert tag == answer.getheader("ETag")
            unchanged, nothing = _asked(port, path, If_None_Match=str(tag))
            assert unchanged.status == 304 and nothing == b""
            heads.append({name: value for name, value in whole.getheaders() if name != "date"})
        assert heads[0] == heads[1]


def test_a_query_may_be_posted_whole_or_in_pieces(port: int) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"query="
        yield b"ASK%7B%7D"

    form = {"Content_Type": "application/x-www-form-urlencoded", "Accept": "application/sparql-results+json"}
    for body in (b"query=ASK%7B%7D", pieces(), b"query=ASK%7B%7D"):
        answer, said = _asked(port, "/sparql", "POST", body, **form)
        assert answer.status == 200 and b'"boolean":true' in said


def test_what_is_too_large_is_refused_and_the_server_goes_on(port: int) -> None:
    form = {"Content_Type": "application/x-www-form-urlencoded"}
    answer, _ = _asked(port, "/sparql", "POST", b"query=" + b"a" * (2 << 20), **form)
    assert answer.status == 413
    answer, _ = _asked(port, "/search?q=" + "a" * 60_000)
    assert answer.status == 431
    turtle = b"# a large file\n" * 200_000 + b"<https://example.org/a> a <https://example.org/B> .\n"
    turtled = {"Content_Type": "text/turtle", "Accept": "application/json"}
    answer, said = _asked(port, "/validation/skos", "POST", turtle, **turtled)
    assert answer.status == 200, said  # three megabytes, read as they come


def test_a_reader_who_goes_away_ends_the_query(data_folder: Path) -> None:
    request = f"GET /sparql?query={quote(_LARGE)} HTTP/1.1\r\nHost: x\r\nAccept: text/csv\r\n\r\n"
    # Nothing else would end it: there is no end to its rows, and minutes of time.
    with serve(data_folder, query_seconds="600", query_result_mb="1000000") as port:
        for _ in range(3):
            killed = _number_killed(port)
            assert _raw(port, request.encode()).startswith(b"HTTP/1.1 200")
            assert _kills_more(port, killed, seconds=60)


def _number_killed(port: int) -> float:
    """The number of query workers that the server has killed."""
    lines = _asked(port, "/metrics")[1].decode().splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith("begrepp_query_workers_killed_total"))


def _kills_more(port: int, killed: float, *, seconds: float) -> bool:
    """Whether the server has killed more query workers than before, within some seconds."""
    until = time.monotonic() + seconds
    while _number_killed(port) == killed and time.monotonic() < until:
        time.sleep(0.1)
    return _number_killed(port) > killed


@pytest.mark.parametrize("accept", ["text/html", "application/sparql-results+json"])
def test_a_reader_who_goes_away_before_the_first_row_ends_the_query(
    data_folder: Path, tmp_path: Path, accept: str
) -> None:
    # It has one row, after hours, and minutes of time; nothing is sent before.
    silent = quote("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(STR(?a) < STR(?i)) }")
    request = f"GET /sparql?query={silent} HTTP/1.1\r\nHost: x\r\nAccept: {accept}\r\n\r\n"
    log = tmp_path / "log"

    with serve(data_folder, log=log, query_seconds="600") as port:
        killed = _number_killed(port)
        # A server that is still starting may not have begun with the query when its reader goes away.
        for _ in range(5):
            with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
                connection.sendall(request.encode())
                time.sleep(2)
            if _kills_more(port, killed, seconds=20):
                break
        assert _asked(port, "/sparql?query=ASK%7B%7D")[0].status == 200
    lines = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
    assert "QueryAbandoned" in [line["outcome"] for line in lines if line["event"] == "query"]


def test_an_answer_that_is_cut_off_does_not_look_whole_and_is_told_in_one_line(
    data_folder: Path, tmp_path: Path
) -> None:
    with serve(data_folder, log=tmp_path / "log", query_seconds="2", query_result_mb="1000000") as port:
        connection = HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("GET", f"/sparql?query={quote(_LARGE)}", headers={"Accept": "text/csv"})
        answer = connection.getresponse()
        assert answer.status == 200
        with pytest.raises(IncompleteRead) as cut:
            answer.read()
        assert len(cut.value.partial) > 100_000
        connection.close()
    lines = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines() if line.startswith("{")]
    assert [(line["event"], line["outcome"]) for line in lines] == [
        ("query", "streamed"),
        ("cut off", "QueryTimeout"),
    ]
    assert "Traceback" not in (tmp_path / "log").read_text()


def test_a_slow_client_keeps_nobody_waiting(port: int) -> None:
    begun = b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nquery="
    lines = [socket.create_connection(("127.0.0.1", port), timeout=30) for _ in range(150)]  # more than threads
    try:
        for line in lines:
            line.sendall(begun)
        assert _asked(port, "/cs?slow")[0].status == 200
    finally:
        for line in lines:
            line.close()


def test_a_process_that_dies_is_replaced_and_its_numbers_go(data_folder: Path) -> None:
    with serve(data_folder, workers="2") as port:
        assert _asked(port, "/sparql?query=ASK%7B%7D", Accept="application/json")[0].status == 200
        server = next(
            c.pid for c in psutil.net_connections("tcp") if getattr(c.laddr, "port", 0) == port and c.status == "LISTEN"
        )
        assert server is not None
        parent = psutil.Process(server)
        while (above := parent.parent()) and str(port) in " ".join(above.cmdline()):
            parent = above
        workers = [child for child in parent.children() if str(port) in " ".join(child.cmdline())]
        assert len(workers) == 2
        os.kill(workers[0].pid, signal.SIGKILL)
        psutil.wait_procs(workers[:1], timeout=10)
        for _ in range(20):
            assert _asked(port, "/health")[0].status == 200
        time.sleep(1)
        assert len([c for c in parent.children() if str(port) in " ".join(c.cmdline())]) == 2
        assert b"begrepp_queries_total" in _asked(port, "/metrics")[1]
        parent.terminate()
        parent.wait(timeout=15)  # at once, though connections may be open
        assert not any(worker.is_running() and worker.status() != "zombie" for worker in workers)


def test_a_port_that_is_taken_is_said(port: int, data_folder: Path) -> None:
    said = CliRunner().invoke(main, ["serve", "--port", str(port)], env={"BEGREPP_DATA": str(data_folder)})
    assert said.exit_code != 0 and "Address already in use" in said.output
