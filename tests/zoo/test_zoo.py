"""Hostile queries against a real server, with a normal query and a page asked all the while.

The table of what each got, and how the normal ones fared meanwhile, is written to `$BEGREPP_ZOO` where that is set.
"""

from __future__ import annotations

import os
import statistics
import threading
import time
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from begrepp.settings import Settings
from tests.support.serving import serve

pytestmark = pytest.mark.slow
HOSTILE: dict[str, dict[str, Any]] = tomllib.loads((Path(__file__).parent / "hostile.toml").read_text(encoding="utf-8"))
NORMAL = 'SELECT ?c ?l { ?c skos:notation "lungcancer" ; skos:prefLabel ?l } # '
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/sparql-results+json, text/turtle"}


@dataclass
class Neighbours:
    """A normal query and a page, asked again and again beside the hostile one."""

    port: int
    queries: list[float] = field(default_factory=list)
    pages: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Neighbours:
        self._thread = threading.Thread(target=self._ask)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _ask(self) -> None:
        count = 0
        while not self._over.wait(0.05) or not count:
            count += 1
            body = urlencode({"query": NORMAL + str(time.monotonic())}).encode()
            self._timed(self.queries, "POST", "/sparql", body, FORM)
            self._timed(self.pages, "GET", "/cs/onkologi/lungcancer", b"", {})

    def _timed(self, into: list[float], method: str, path: str, body: bytes, headers: dict[str, str]) -> None:
        started = time.monotonic()
        status, _ = send(self.port, method, path, body, headers, source="127.0.0.2")
        into.append(time.monotonic() - started)
        if status != 200:
            self.failures.append(f"{path}: {status}")


def send(
    port: int, method: str, path: str, body: bytes, headers: dict[str, str], source: str = "127.0.0.1"
) -> tuple[int | str, bytes]:
    """The status and the body; "cut" where the answer broke off. Each source address is a client of its own."""
    connection = HTTPConnection("127.0.0.1", port, timeout=60, source_address=(source, 0))
    try:
        connection.request(method, path, body or None, headers)
        response = connection.getresponse()
        try:
            return response.status, response.read()
        except (HTTPException, OSError):
            return "cut", b""
    finally:
        connection.close()


@pytest.fixture(scope="module")
def server(built: Settings) -> Iterator[int]:
    """A server with small limits."""
    limits = {"query_seconds": "4", "query_memory_mb": "1200", "query_result_mb": "8", "query_workers": "2"}
    with serve(built.data, **limits) as port:
        for _ in range(100):
            try:
                if send(port, "GET", "/sparql?" + urlencode({"query": "ASK {}"}), b"", FORM)[0] == 200:
                    break
            except OSError:
                time.sleep(0.2)
        yield port


@pytest.mark.parametrize("name", HOSTILE)
def test_no_query_can_hurt_it(server: int, name: str) -> None:
    wild = HOSTILE[name]
    query = wild["query"].replace("{}", wild["piece"] * wild["times"]) if "piece" in wild else wild["query"]
    with Neighbours(server) as beside:
        started = time.monotonic()
        form = {"query": query} | ({"explain": "1"} if "explain" in wild else {})
        headers = FORM | ({"Accept": "application/json"} if "explain" in wild else {})
        status, body = send(server, "POST", "/sparql", urlencode(form).encode(), headers)
        seconds = time.monotonic() - started
    if table := os.environ.get("BEGREPP_ZOO"):
        row = (
            f"| {name} | {wild['after']} | {status} | {seconds:.1f} s | {len(beside.queries)} | "
            f"{statistics.median(beside.queries) * 1000:.0f} / {max(beside.queries) * 1000:.0f} ms | "
            f"{statistics.median(beside.pages) * 1000:.0f} / {max(beside.pages) * 1000:.0f} ms |\n"
        )
        with Path(table).open("a", encoding="utf-8") as out:
            out.write(row)
    assert status in wild["gets"], (status, body[:300])
    assert not beside.failures
    assert status in (200, "cut") or b'"title"' in body


def test_a_crowd_is_told_to_come_back_and_pages_are_served(server: int) -> None:
    """A hundred clients with a slow query each: every one gets an answer in words, and pages never fail."""
    slow = urlencode({"query": HOSTILE["cross-product"]["query"]}).encode()
    got: list[int | str] = []

    def ask(n: int) -> None:
        got.append(send(server, "POST", "/sparql", slow, FORM, source=f"127.0.1.{n + 1}")[0])

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(100)]
    with Neighbours(server) as beside:
        for thread in threads:
            thread.start()
        for _ in range(20):
            beside._timed(beside.pages, "GET", "/cs/onkologi/lungcancer", b"", {})
        for thread in threads:
            thread.join()
    assert len(got) == 100 and {*got} <= {503, 429}
    assert got.count(429) > 20
    assert not [failure for failure in beside.failures if failure.startswith("/cs")]
