"""Direct answers: the same response as Flask's, and the usual way for everything else."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask

from begrepp.settings import Settings
from server.app import create_app
from server.ops.asgi import AsgiBridge
from server.ops.direct_answers import DirectAnswers
from server.ops.request_body import BodyReader
from server.workers.pool import QueryPool

FORM = "application/x-www-form-urlencoded"
LOOKUP = "SELECT ?l { <https://w3id.org/begrepp/id/cs/onkologi/lungcancer> skos:prefLabel ?l }"
QUERY = f"{LOOKUP} ORDER BY ?l"


@pytest.fixture(scope="module")
def app(built: Settings) -> Iterator[Flask]:
    made = create_app(replace(built, query_seconds=20, page_cache_mb=0, answer_cache_mb=0))
    yield made
    made.extensions["begrepp"].pool.close()


class _Client:
    """Sends requests to the ASGI bridge, with direct answers or without; `direct` tells how the last was answered."""

    def __init__(self, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
        self._app, self.direct = app, False
        answers: DirectAnswers = app.extensions["begrepp.direct"]
        self._bridges = [
            AsgiBridge(app.wsgi_app, 2, BodyReader(lambda _: 1 << 20, 1 << 22), direct=each) for each in (answers, None)
        ]
        prepare = answers.prepare

        async def watch(environ: Any, client: str) -> Any:
            answer = await prepare(environ, client)
            self.direct = answer is not None
            return answer

        monkeypatch.setattr(answers, "prepare", watch)

    def send(
        self, method: str, query: str, body: bytes, headers: dict[str, str], *, direct: bool
    ) -> tuple[int, dict[str, str], bytes]:
        named = {"host": "localhost", **({"content-length": str(len(body))} if body else {}), **headers}
        scope = {
            "http_version": "1.1", "method": method, "scheme": "http", "path": "/sparql",
            "query_string": query.encode(), "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
            "headers": [(name.encode(), value.encode()) for name, value in named.items()],
        }  # fmt: skip
        sent: list[dict[str, Any]] = []

        received: list[bytes] = []

        async def receive() -> dict[str, Any]:
            if received:
                await asyncio.sleep(60)  # the client stays connected
            received.append(body)
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        asyncio.run(self._bridges[not direct](scope, receive, send))
        content = b"".join(message.get("body", b"") for message in sent[1:])
        got = {name.decode(): value.decode() for name, value in sent[0]["headers"] if name != b"date"}
        return sent[0]["status"], got, content

    def both(
        self, method: str = "GET", query: str = "", body: bytes = b"", **headers: str
    ) -> tuple[bool, tuple[int, dict[str, str], bytes], tuple[int, dict[str, str], bytes]]:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.send(method, query, body, named, direct=False)  # starts a worker
        direct = self.send(method, query, body, named, direct=True)
        return self.direct, direct, self.send(method, query, body, named, direct=False)


@pytest.fixture
def client(app: Flask, monkeypatch: pytest.MonkeyPatch) -> _Client:
    return _Client(app, monkeypatch)


def form(query: str, **more: str) -> str:
    return urlencode({"query": query, **{name.replace("_", "-"): value for name, value in more.items()}})


@pytest.mark.parametrize("accept", ["", "text/csv", "text/turtle, */*;q=0.1"])
@pytest.mark.parametrize(
    "query",
    [
        QUERY,
        LOOKUP,
        f" \n{QUERY} ",
        f"\ufeff{QUERY}",
        f"\ufeff{LOOKUP}",
        "ASK { ?s skos:prefLabel ?l }",
        "SELECT * { ?s ?p 'finns inte' }",
        "CONSTRUCT { ?s skos:prefLabel ?l } WHERE { ?s skos:prefLabel ?l } LIMIT 2",
        "SELECT * { ?service ?nowhere ?o } LIMIT 2 # NOW, SERVICE",
        "PREFIX service: <http://www.w3.org/ns/sparql-service-description#> ASK { ?s a service:x }",
    ],
)
def test_the_response_is_the_same(client: _Client, query: str, accept: str) -> None:
    for sent in (
        client.both("GET", form(query), accept=accept),
        client.both("POST", "", form(query).encode(), accept=accept, content_type=FORM),
        client.both("POST", "", query.encode(), accept=accept, content_type="application/sparql-query"),
    ):
        _, direct, usual = sent
        assert direct == usual


@pytest.mark.parametrize(
    "query",
    [form(QUERY), form(QUERY, format="csv"), form(QUERY, output="json", results="json", format="json"),
     form(QUERY, default_graph_uri=""), form("ASK {}", default_graph_uri="https://w3id.org/begrepp/id/graph/current")],
)  # fmt: skip
def test_plain_queries_are_answered_directly(client: _Client, query: str) -> None:
    is_direct, direct, usual = client.both("GET", query, accept="*/*")
    assert is_direct and direct == usual and direct[0] == 200


@pytest.mark.parametrize(
    ("query", "headers", "status"),
    [
        (form(QUERY), {"accept": "text/html"}, 200),
        (form(QUERY), {"accept": "image/png"}, 406),
        (form("SELECT ?x {"), {}, 400),
        (form("INSERT DATA { <a:a> <a:a> <a:a> }"), {}, 403),
        (form("SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }"), {}, 403),
        (form("SELECT (STRLEN(STR(NOW())) > 0 AS ?x) {}"), {}, 200),
        (form("ASK { " + "{" * 300 + "}" * 301), {}, 400),
        (form(""), {"accept": "text/turtle"}, 400),
        (form(QUERY) + "&query=ASK%20%7B%7D", {}, 400),
        (form(QUERY, format="tsv") + "&format=text/tab-separated-values", {}, 200),
        (form(QUERY, explain=""), {"accept": "application/json"}, 200),
        (form(QUERY) + "&update=", {}, 403),
        (form(QUERY, format="png"), {}, 406),
        (form(QUERY, default_graph_uri="no IRI"), {}, 400),
        (form("SELECT * { ?s ?p ?o } LIMIT 2"), {"range": "bytes=0-3"}, 200),
        (form("SELECT * { ?s ?p ?o . ?a ?b ?c } LIMIT 5000"), {"accept": "text/csv"}, 200),
        (form("SELECT * { ?s skos:prefLabel ?o } ORDER BY ?s ?o LIMIT 40"), {"accept-encoding": "gzip"}, 200),
    ],
)
def test_everything_else_takes_the_usual_way(client: _Client, query: str, headers: dict[str, str], status: int) -> None:
    is_direct, direct, usual = client.both("GET", query, b"", **{"accept": "*/*", **headers})
    assert not is_direct and direct[0] == usual[0] == status
    assert direct[1].keys() == usual[1].keys()
    if "content-encoding" not in usual[1]:  # gzip writes the time
        assert direct[2] == usual[2]


@pytest.mark.parametrize(
    ("parameters", "accept"),
    [({}, "*/*"), ({}, "application/sparql-results+json"), ({"format": "json"}, ""), ({"output": "json"}, "text/csv")],
)
def test_a_look_up_needs_no_worker(
    client: _Client, app: Flask, monkeypatch: pytest.MonkeyPatch, parameters: dict[str, str], accept: str
) -> None:
    usual = client.send("GET", form(LOOKUP, **parameters), b"", {"accept": accept}, direct=False)
    monkeypatch.setattr(app.extensions["begrepp"].pool, "start", lambda *_: pytest.fail("a worker was used"))
    assert client.send("GET", form(LOOKUP, **parameters), b"", {"accept": accept}, direct=True) == usual
    assert client.direct and usual[0] == 200 and b"lungcancer" in usual[2]


@pytest.mark.parametrize(
    ("parameters", "accept", "rewrites"),
    [
        ({}, "text/csv", True),
        ({}, "application/sparql-results+xml", True),
        ({"default_graph_uri": "https://w3id.org/begrepp/id/graph/current"}, "*/*", True),
        ({}, "*/*", False),
    ],
)
def test_look_ups_in_other_formats_and_datasets_use_a_worker(
    built: Settings, monkeypatch: pytest.MonkeyPatch, parameters: dict[str, str], accept: str, rewrites: bool
) -> None:
    app = create_app(replace(built, page_cache_mb=0, answer_cache_mb=0, query_rewrites=rewrites))
    client, pool = _Client(app, monkeypatch), app.extensions["begrepp"].pool
    used: list[object] = []
    start = pool.start

    def watch(*arguments: Any) -> Any:
        used.append(arguments)
        return start(*arguments)

    monkeypatch.setattr(pool, "start", watch)
    _, direct, usual = client.both("GET", form(LOOKUP, **parameters), accept=accept)
    assert used and direct == usual
    pool.close()


def test_a_client_that_has_the_answer_gets_304(client: _Client) -> None:
    _, (_, headers, _), _ = client.both("GET", form(QUERY), accept="*/*")
    is_direct, (status, _, body), _ = client.both("GET", form(QUERY), accept="*/*", if_none_match=headers["etag"])
    assert (is_direct, status, body) == (False, 304, b"")


def test_slots_and_workers_are_free_afterwards(client: _Client, app: Flask) -> None:
    pool: QueryPool = app.extensions["begrepp"].pool
    for query in (QUERY, "SELECT ?x {", "SELECT * { ?s ?p ?o . ?a ?b ?c } LIMIT 5000", "SELECT * { ?s ?p 1, 2 }"):
        client.both("GET", form(query), accept="image/png")
        client.both("GET", form(query), accept="*/*")
    assert [lane.queue.running for lane in pool.lanes] == [0, 0, 0]
    assert len(pool._idle[0]) == 1


def test_a_query_without_a_free_slot_takes_the_usual_way(
    client: _Client, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.both("GET", form(QUERY), accept="*/*")
    queue = app.extensions["begrepp"].pool.lanes[0].queue
    monkeypatch.setattr(queue, "try_acquire", lambda client: False)
    is_direct, direct, usual = client.both("GET", form(QUERY), accept="*/*")
    assert not is_direct and direct == usual and direct[0] == 200


def test_the_query_log_and_the_page_cache_have_direct_answers(
    built: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    app = create_app(replace(built, page_cache_mb=1))
    client = _Client(app, monkeypatch)
    client.send("GET", form("ASK {}"), b"", {"accept": "*/*"}, direct=False)
    with caplog.at_level("INFO", logger="begrepp.queries"):
        first = client.send("GET", form(QUERY), b"", {"accept": "*/*"}, direct=True)
        assert client.direct
        (line,) = [record.__dict__ for record in caplog.records if record.name == "begrepp.queries"]
    assert (line["outcome"], line["form"], line["bytes"]) == ("answered", "solutions", len(first[2]))
    client.direct = False
    again = client.send("GET", form(QUERY), b"", {"accept": "*/*"}, direct=True)
    assert again == first and not client.direct
    app.extensions["begrepp"].pool.close()
