"""The SPARQL endpoint speaks the protocol, refuses what would write or reach out, and stops what will not end."""

from __future__ import annotations

import json
import re
import time
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from pyoxigraph import RdfFormat, parse

from begrepp.errors import QueryTooLarge
from begrepp.queries.query_files import QUERIES_DIR, read_queries, read_query
from begrepp.settings import Settings
from server.app import create_app
from server.http import work_limit
from server.http.i18n import Translator
from tests.support.listeners import listen

ASK = "ASK { ?s ?p ?o }"
SELECT = 'SELECT ?label { ?c skos:notation "A00.9" ; skos:prefLabel ?label . FILTER(LANG(?label) = "sv") }'
CONSTRUCT = 'CONSTRUCT { ?c skos:prefLabel ?label } { ?c skos:notation "A00.9" ; skos:prefLabel ?label }'
RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . FILTER(STR(?a) < STR(?i)) }"
RELEASE = "https://w3id.org/begrepp/id/cs/icd-10-se/release/2021"
JSON = {"Accept": "application/sparql-results+json"}


def labels(body: str) -> list[str]:
    """The labels in SPARQL JSON results."""
    return [row["label"]["value"] for row in json.loads(body)["results"]["bindings"]]


def test_a_query_comes_by_get_by_form_and_by_itself(client: FlaskClient) -> None:
    answers = [
        client.get("/sparql", query_string={"query": SELECT}),
        client.post("/sparql", data={"query": SELECT}),
        client.post("/sparql", data=SELECT, content_type="application/sparql-query"),
    ]
    for answer in answers:
        assert (answer.status_code, answer.mimetype) == (200, "application/sparql-results+json")
        assert labels(answer.text) == ["Påhittad åkomma ospecificerad"]


@pytest.mark.parametrize(
    ("named", "media_type"),
    [
        ("json", "application/sparql-results+json"),
        ("xml", "application/sparql-results+xml"),
        ("csv", "text/csv"),
        ("tsv", "text/tab-separated-values"),
    ],
)
def test_results_come_in_every_format(client: FlaskClient, named: str, media_type: str) -> None:
    by_name = client.get("/sparql", query_string={"query": SELECT, "format": named})
    by_accept = client.get("/sparql", query_string={"query": SELECT}, headers={"Accept": media_type})
    for answer in (by_name, by_accept):
        assert (answer.status_code, answer.mimetype) == (200, media_type)
        assert "ospecificerad" in answer.text


@pytest.mark.parametrize(
    "media_type", ["text/turtle", "application/n-triples", "application/ld+json", "application/rdf+xml"]
)
def test_graphs_come_in_every_format(client: FlaskClient, media_type: str) -> None:
    answer = client.get("/sparql", query_string={"query": CONSTRUCT}, headers={"Accept": media_type})
    assert (answer.status_code, answer.mimetype) == (200, media_type)
    rdf_format = RdfFormat.from_media_type(media_type)
    assert rdf_format is not None
    assert len([*parse(answer.data, format=rdf_format)]) == 2


def test_a_machine_that_does_not_say_gets_json_or_turtle_and_a_browser_a_page(client: FlaskClient) -> None:
    browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    for accept, query, media_type in (
        ("*/*", SELECT, "application/sparql-results+json"),
        ("*/*", ASK, "application/sparql-results+json"),
        ("*/*", CONSTRUCT, "text/turtle"),
        (browser, SELECT, "text/html"),
        (browser, CONSTRUCT, "text/html"),
        ("application/json", SELECT, "application/sparql-results+json"),
    ):
        answer = client.get("/sparql", query_string={"query": query}, headers={"Accept": accept})
        assert (answer.status_code, answer.mimetype) == (200, media_type), (accept, query)


def test_a_format_that_the_answer_cannot_have_is_406(client: FlaskClient) -> None:
    answer = client.get("/sparql", query_string={"query": SELECT, "format": "ttl"})
    assert (answer.status_code, answer.mimetype) == (406, "application/problem+json")


def test_the_default_graph_is_the_current_view(client: FlaskClient) -> None:
    ask = "SELECT ?label { ?c skos:notation 'A00.9' ; skos:prefLabel ?label FILTER(LANG(?label) = 'sv') }"
    now = client.get("/sparql", query_string={"query": ask}, headers=JSON)
    then = client.get("/sparql", query_string={"query": ask, "default-graph-uri": RELEASE}, headers=JSON)
    assert labels(now.text) == ["Påhittad åkomma ospecificerad"]
    assert labels(then.text) == ["Påhittad åkomma UNS"]


def test_named_graphs_can_be_chosen(client: FlaskClient) -> None:
    query = "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }"
    answer = client.get("/sparql", query_string={"query": query, "named-graph-uri": RELEASE}, headers=JSON)
    assert [row["g"]["value"] for row in json.loads(answer.text)["results"]["bindings"]] == [RELEASE]


@pytest.mark.parametrize(
    "update",
    [
        "INSERT DATA { <urn:a> <urn:b> <urn:c> }",
        "PREFIX a: <urn:a>\n# words\nDELETE WHERE { ?s ?p ?o }",
        "BASE <urn:a> CLEAR ALL",
        "DROP GRAPH <urn:g>",
        "LOAD <http://example.org/>",
        "WITH <urn:g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
    ],
)
def test_updates_are_refused_in_words(client: FlaskClient, update: str) -> None:
    for answer in (
        client.get("/sparql", query_string={"query": update}),
        client.post("/sparql", data={"update": update}),
        client.post("/sparql", data=update, content_type="application/sparql-update"),
    ):
        assert answer.status_code == 403
        assert "read-only" in answer.get_json()["title"]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { SERVICE <http://localhost:1/> { ?s ?p ?o } }",
        "SELECT * { service ?where { ?s ?p ?o } }",
        "SELECT * { # <\n SERVICE <http://localhost:1/> { ?s ?p ?o } }",
        "PREFIX x: <http://localhost:1/> SELECT * { SERVICE x:y { ?s ?p ?o } }",
        "SELECT * { SERVICE<http://localhost:1/> { ?s ?p ?o } }",
    ],
)
def test_service_is_refused_in_words(client: FlaskClient, query: str) -> None:
    answer = client.get("/sparql", query_string={"query": query})
    assert (answer.status_code, answer.mimetype) == (403, "application/problem+json")


@pytest.mark.parametrize(
    "clause",
    [
        "SERVICE SILENT <http://localhost:1/> { ?s ?p ?o }",
        "SERVICE SILENT ?where { ?s ?p ?o }",
        "service silent begrepp:search { ?s skos:notation ?o }",
        "SERVICE SILENT <http://localhost:1/> { ?s ?p ?o } SERVICE SILENT <http://localhost:2/> { ?t ?p ?o }",
    ],
)
def test_a_silent_service_that_fails_gives_one_empty_solution(client: FlaskClient, clause: str) -> None:
    """SPARQL 1.1 Federated Query, section 2.2."""
    answer = client.get("/sparql", query_string={"query": f"SELECT * {{ {clause} }}"}, headers=JSON)
    assert answer.status_code == 200, answer.text
    assert answer.get_json()["results"]["bindings"] == [{}]


@pytest.mark.parametrize(
    "hidden",
    [
        "SELECT * { FILTER(1<2)SERVICE#>\n<URL>{ ?a ?b ?leak } }",
        "SELECT * { OPTIONAL{?s <http://x/\\u0041#p> ?o} . SERVICE <URL> { ?a ?b ?leak } }",
        "SELECT*{?s ?p trueSERVICE<URL>{?a ?b ?leak}}",
        "SELECT*{?s ?p true SERVICESILENT<URL>{?a ?b ?leak}}",
        "SELECT * { ?s ?p ?o FILTER(?s<?o||?s>?p) FILTER(?s<'#>')\nSERVICE <URL> { ?a ?b ?leak } }",
        "SELECT * { VALUES ?v { 1.SERVICE } SERVICE<URL>{ ?a ?b ?leak } }",
        'SELECT * { ?s ?p """a\\""" , "b" . SERVICE <URL> { ?a ?b ?leak } }',
        "SELECT * { \\u0053ERVICE <URL> { ?a ?b ?leak } }",
        "SELECT * { SERVICE <URL> { SERVICE <URL> { ?a ?b ?leak } } }",
        "ASK { FILTER EXISTS { SERVICE <URL> { ?a ?b ?leak } } }",
        "SELECT * { FILTER(1<2) .SERVICE#'\n<URL>#'\n{ ?a ?b ?leak } }",
    ],
)
@pytest.mark.parametrize("explain", [{}, {"explain": "1"}])
def test_a_hidden_service_reaches_nothing(client: FlaskClient, hidden: str, explain: dict[str, str]) -> None:
    with listen() as listener:
        for accept in (JSON, {"Accept": "text/html"}):
            query = hidden.replace("URL", listener.url)
            answer = client.post("/sparql", data={"query": query, **explain}, headers=accept)
            assert explain or answer.status_code in (400, 403), answer.text
            assert "reached" not in answer.text
        assert not listener.requests


@pytest.mark.parametrize(
    "query",
    [
        'SELECT * { ?s ?p "SERVICE <x>" } LIMIT 1',
        "SELECT ?service { ?service ?p ?o } LIMIT 1",
        "# INSERT DATA\nSELECT * { ?s ?p ?o } LIMIT 1",
        "SELECT * { ?s <http://example.org/SERVICE> ?delete } LIMIT 1",
    ],
)
def test_words_that_only_look_like_it_are_let_through(client: FlaskClient, query: str) -> None:
    assert client.get("/sparql", query_string={"query": query}).status_code == 200


def test_a_mistake_is_explained_by_its_place(client: FlaskClient) -> None:
    answer = client.get("/sparql", query_string={"query": "SELECT * { ?s ?p }"})
    assert answer.status_code == 400
    problem = answer.get_json()
    assert problem["title"] == "Line 1, column 18: } cannot stand here."
    assert problem["detail"].startswith("Expected: ?variable <IRI> prefix:name")
    for language, word in (("sv", "Rad 1, kolumn 18: } kan inte stå här."), ("en", "Line 1, column 18: } cannot")):
        headers = {"Accept": "text/html", "Accept-Language": language}
        page = client.get("/sparql", query_string={"query": "SELECT * { ?s ?p }"}, headers=headers)
        assert page.status_code == 400 and word in page.text and "<textarea" in page.text
        assert Translator(language)("doctor.none") not in page.text


@pytest.mark.parametrize(
    ("query", "marked"),
    [
        ("SELECT * {\r\n  ?s trueSERVICE ?o }", "  ?s <mark>trueSERVICE</mark> ?o }"),
        ("SELECT * { ?s ?p <b> . BIND(1 AS ?s) }", "BIND(1 AS <mark>?s</mark>) }"),
        ("SELECT * { ?s nope:p ?o }", "?s <mark>nope:p</mark> ?o"),
        ("SELECT * {", "SELECT * {<mark> </mark>"),
    ],
)
def test_the_piece_at_fault_is_marked_on_the_page(client: FlaskClient, query: str, marked: str) -> None:
    page = client.get("/sparql", query_string={"query": query}, headers={"Accept": "text/html"}).text
    assert marked in page and re.search(
        r'<textarea id="query" data-line="\d+" data-column="\d+" data-length="\d+"', page
    )


def test_a_byte_order_mark_before_a_query_is_no_fault(client: FlaskClient) -> None:
    body = b'\xef\xbb\xbfSELECT ("\xc3\xa5" AS ?x) {}'
    answer = client.post("/sparql", data=body, content_type="application/sparql-query", headers=JSON)
    assert answer.status_code == 200, answer.text


def test_a_runaway_query_is_stopped_and_the_next_one_works(client: FlaskClient) -> None:
    started = time.monotonic()
    for _ in range(3):
        answer = client.get("/sparql", query_string={"query": RUNAWAY})
        assert answer.status_code == 503
        assert "stopped" in answer.get_json()["title"]
        assert answer.headers["Retry-After"]
    assert time.monotonic() - started < 30
    assert client.get("/sparql", query_string={"query": ASK}).status_code == 200


def test_head_options_and_other_origins(client: FlaskClient) -> None:
    head = client.head("/sparql", query_string={"query": SELECT})
    assert (head.status_code, head.data) == (200, b"")
    options = client.options(
        "/sparql", headers={"Origin": "https://example.org", "Access-Control-Request-Method": "POST"}
    )
    assert options.status_code == 200
    assert options.headers["Access-Control-Allow-Origin"] == "*"
    assert "POST" in options.headers["Access-Control-Allow-Methods"]
    assert client.delete("/sparql").status_code == 405


def test_without_a_query_it_describes_itself(client: FlaskClient) -> None:
    assert "<textarea" in client.get("/sparql", headers={"Accept": "text/html"}).text
    answer = client.get("/sparql", headers={"Accept": "text/turtle"})
    assert answer.mimetype == "text/turtle"
    assert "sparql-service-description#SPARQL11Query" in answer.text and RELEASE in answer.text


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ({"data": {"format": "json"}}, 400),
        ({"data": "x", "content_type": "text/plain"}, 415),
        ({"data": b"\xff\xfe", "content_type": "application/sparql-query"}, 400),
        ({"data": {"query": "x" * 2_000_000}}, 413),
    ],
)
def test_what_is_no_query_is_refused(client: FlaskClient, options: dict[str, Any], status: int) -> None:
    assert client.post("/sparql", **options).status_code == status
    assert client.get("/sparql?query=a&query=b").status_code == 400


def test_results_link_to_pages(client: FlaskClient) -> None:
    query = "SELECT ?c { ?c skos:notation 'A00.9' }"
    page = client.get(f"/sparql?query={quote(query)}", headers={"Accept": "text/html"}).text
    assert 'href="/cs/icd-10-se/A00.9"' in page


def test_every_example_runs(client: FlaskClient) -> None:
    for example in read_queries("examples"):
        answer = client.get("/sparql", query_string={"query": example.text}, headers={"Accept": "*/*"})
        assert answer.status_code == 200, (example.name, answer.text)


@pytest.mark.parametrize(
    "path",
    sorted([*(QUERIES_DIR / "pages").glob("*.rq"), *(QUERIES_DIR / "examples").glob("*.rq")]),
    ids=lambda path: path.stem,
)
def test_every_query_says_what_it_asks(path: Path) -> None:
    query = read_query(path)
    assert query.title != query.name and query.summary


def test_a_query_that_needs_too_much_memory_is_stopped_and_the_server_lives(built: Settings) -> None:
    app = create_app(replace(built, query_seconds=30, query_memory_mb=900, query_workers=1))
    client = app.test_client()
    hog = "SELECT ?a ?d { ?a ?b ?c . ?d ?e ?f } ORDER BY ?c ?f"
    answer = client.get("/sparql", query_string={"query": hog})
    assert answer.status_code == 503
    assert "memory" in answer.get_json()["title"]
    assert client.get("/sparql", query_string={"query": ASK}).status_code == 200
    app.extensions["begrepp"].pool.close()


def test_an_answer_past_the_limit_is_refused(built: Settings) -> None:
    app = create_app(replace(built, query_seconds=30, query_result_mb=1, query_workers=1))
    client = app.test_client()
    with pytest.raises(QueryTooLarge, match="1 MB"):  # begun already, so it is broken off and never looks whole
        client.get("/sparql", query_string={"query": "SELECT * { ?s ?p ?o . ?s ?q ?r }"}).get_data()
    assert client.get("/sparql", query_string={"query": ASK}).status_code == 200
    app.extensions["begrepp"].pool.close()


def test_one_query_is_diagnosed_at_a_time_and_results_do_not_wait_for_it(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work_limit, "_WAIT_SECONDS", 0)
    empty = {"query": 'SELECT * { ?s skos:notation "no such code" }'}
    with work_limit.DIAGNOSES.slot():
        busy = client.get("/sparql", query_string={**empty, "explain": "1"})
        page = client.get("/sparql", query_string=empty, headers={"Accept": "text/html"})
    assert busy.status_code == 503 and "Retry-After" in busy.headers
    assert page.status_code == 200
    assert client.get("/sparql", query_string={**empty, "explain": "1"}).status_code == 200
