"""Slow and numerous connections against a real server, with a normal query and a page asked all the while."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress

import pytest

from begrepp.settings import Settings
from server.served.batch_resolver import MAX_CODES
from tests.support.serving import serve
from tests.zoo.test_zoo import Neighbours, send

pytestmark = pytest.mark.slow
_SECONDS = 12
"""Time that the connections are held: longer than the server lets a head or the first bytes of a body take."""
_HEAD = "{method} {path} HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n"
_JSON = {"Content-Type": "application/json", "Accept": "application/json"}
_RDF = {"Content-Type": "text/turtle", "Accept": "application/json"}


@pytest.fixture(scope="module")
def server(built: Settings) -> Iterator[int]:
    with serve(built.data, query_seconds="4", page_cache_mb="4", validation_rate="1000000", reports_mb="8") as port:
        for _ in range(200):
            with suppress(OSError):
                if send(port, "GET", "/ready", b"", {})[0] == 200:
                    break
            time.sleep(0.2)
        yield port


def _hold(port: int, number: int, start: bytes, more: bytes) -> None:
    """Open connections that send `start`, then `more` every second, and read nothing."""
    with ExitStack() as stack:
        lines = []
        for _ in range(number):
            line = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=5))
            line.sendall(start)
            lines.append(line)
        for _ in range(_SECONDS):
            time.sleep(1)
            for line in lines:
                with suppress(OSError):
                    line.sendall(more)


def _request(method: str, path: str, *headers: str, body: bytes = b"") -> bytes:
    return (
        _HEAD.format(method=method, path=path) + "".join(f"{each}\r\n" for each in headers) + "\r\n"
    ).encode() + body


_FORM = "Content-Type: application/x-www-form-urlencoded"
_CHUNKED = "Transfer-Encoding: chunked"
HELD: dict[str, tuple[int, bytes, bytes]] = {
    "idle": (300, b"", b""),
    "slow heads": (250, b"GET /cs HTTP/1.1\r\nHost: localhost\r\n", b"X-More: x\r\n"),
    "slow forms": (210, _request("POST", "/check", _FORM, "Content-Length: 100000", body=b"a"), b"a"),
    "slow chunks": (210, _request("POST", "/sparql", _FORM, _CHUNKED), b"1\r\na\r\n"),
    "slow uploads": (210, _request("POST", "/validation/skos", "Content-Length: 9000000", body=b"a"), b"a"),
    "slow readers": (150, _request("GET", "/cs/onkologi.ttl"), b""),
    "slow readers of queries": (60, _request("GET", "/sparql?query=SELECT*%7B?s?p?o%7D"), b""),
}


@pytest.mark.parametrize("name", HELD)
def test_slow_connections_keep_nobody_waiting(server: int, name: str) -> None:
    number, start, more = HELD[name]
    with Neighbours(server) as beside:
        _hold(server, number, start, more)
    assert len(beside.pages) > 20 and not beside.failures


def _many(port: int, requests: list[tuple[str, str, bytes, dict[str, str]]], threads: int) -> list[int | str]:
    """Send the requests from several threads; return the statuses."""
    waiting, statuses, lock = iter(requests), list[int | str](), threading.Lock()

    def work() -> None:
        while True:
            with lock:
                request = next(waiting, None)
            if request is None:
                return
            statuses.append(send(port, *request)[0])

    running = [threading.Thread(target=work) for _ in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    return statuses


def _downloads(port: int) -> list[int | str]:
    names = json.loads(send(port, "GET", "/downloads?format=json", b"", _JSON)[1])["downloads"]
    paths = [f"/downloads/{row['id']}.{form}.gz" for row in names for form in ("nq", "ttl", "sqlite")][:60]
    return _many(port, [("GET", path, b"", {}) for path in paths], 60)


def _reports(port: int) -> list[int | str]:
    line = b'<https://example.org/%d> <http://www.w3.org/2004/02/skos/core#prefLabel> "a" , "b" .\n'
    data = b"".join(line % number for number in range(2000))
    return _many(port, [("POST", "/validation/skos", data, _RDF)] * 12, 6)


def _header_flood(port: int) -> list[int | str]:
    values = {"many": {f"X-{n}": "x" for n in range(3000)}, "long": {"Accept": "text/html," * 9000}}
    values |= {"accept": {"Accept": "a/b;q=0.5," * 2500}, "tags": {"If-None-Match": '"x",' * 5000}}
    return _many(port, [("GET", "/cs", b"", headers) for headers in values.values()] * 10, 10)


def _cache_keys(port: int) -> list[int | str]:
    made = [(f"/cs/onkologi/lungcancer?n={n}", {"Accept": f"text/html;x={n};y={'z' * 1000}"}) for n in range(1500)]
    return _many(port, [("GET", path, b"", headers) for path, headers in made], 8)


def _deep_json(port: int) -> list[int | str]:
    bodies = [b"[" * 400_000, b'{"a":' * 150_000, b"[" + b"9" * 900_000 + b"]", b"[" + b"[]," * 300_000 + b"[]]"]
    return _many(port, [("POST", "/resolve", body, _JSON) for body in bodies] * 5, 5)


def _big_resolve(port: int) -> list[int | str]:
    item = {"system": "icd-10-se", "asOf": "2021-06-30"}
    items = [item | {"code": f"A{n:03}.{'X' * (n % 300)}"} for n in range(MAX_CODES)]
    return _many(port, [("POST", "/resolve", json.dumps(items).encode(), _JSON)] * 20, 10)


FLOODS: dict[str, tuple[Callable[[int], list[int | str]], set[int | str]]] = {
    "downloads": (_downloads, {200, 503}),
    "reports": (_reports, {200, 429, 503}),
    "headers": (_header_flood, {200, 304, 400, 406, 431, "cut"}),
    "cache keys": (_cache_keys, {200}),
    "deep JSON": (_deep_json, {400}),
    "large batches of codes": (_big_resolve, {200}),
}


@pytest.mark.parametrize("name", FLOODS)
def test_a_flood_of_requests_is_answered_and_keeps_nobody_waiting(server: int, name: str) -> None:
    flood, expected = FLOODS[name]
    with Neighbours(server) as beside:
        statuses = flood(server)
    assert statuses and {*statuses} <= expected
    assert not beside.failures
