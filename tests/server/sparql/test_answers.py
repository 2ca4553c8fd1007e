"""Answers over HTTP: compressed, tagged, kept and streamed, counted for operators, and described for machines."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pyoxigraph import RdfFormat, parse

from begrepp.rdf.namespaces import expand
from begrepp.settings import Settings
from server.app import create_app
from server.ops.warm_up import warm_up

SELECT = "SELECT ?c ?l { ?c skos:prefLabel ?l } ORDER BY ?c ?l LIMIT 60"
CHANCE = "SELECT (RAND() AS ?r) {}"


def test_the_same_query_costs_nothing_the_second_time(client: FlaskClient) -> None:
    first = client.get("/sparql", query_string={"query": SELECT})
    tag = first.headers["ETag"]
    assert first.status_code == 200 and tag.startswith("W/")
    again = client.get("/sparql", query_string={"query": SELECT}, headers={"If-None-Match": tag})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
    other = client.get("/sparql", query_string={"query": SELECT, "format": "csv"}, headers={"If-None-Match": tag})
    assert other.status_code == 200 and other.headers["ETag"] != tag
    assert client.get("/sparql", query_string={"query": SELECT}).data == first.data


def test_what_depends_on_chance_is_neither_tagged_nor_kept(client: FlaskClient) -> None:
    one, two = (client.get("/sparql", query_string={"query": CHANCE}) for _ in range(2))
    assert one.data != two.data
    assert "ETag" not in one.headers and "no-store" in one.headers["Cache-Control"]


@pytest.mark.parametrize("encoding", ["zstd", "gzip"])
def test_answers_are_compressed(client: FlaskClient, encoding: str) -> None:
    plain = client.get("/sparql", query_string={"query": SELECT})
    packed = client.get("/sparql", query_string={"query": SELECT}, headers={"Accept-Encoding": encoding})
    assert packed.headers["Content-Encoding"] == encoding
    assert len(packed.data) < len(plain.data) / 2


def test_a_large_answer_is_streamed_whole(built: Settings) -> None:
    app = create_app(replace(built, query_seconds=60, query_workers=1))
    query = "SELECT * { ?s ?p ?o . ?s ?q ?r } LIMIT 20000"
    answer = app.test_client().get("/sparql", query_string={"query": query, "format": "csv"})
    assert answer.is_streamed and answer.data.count(b"\r\n") == 20_001
    app.extensions["begrepp"].pool.close()


def test_relative_iris_are_read_against_our_base(client: FlaskClient) -> None:
    answer = client.get("/sparql", query_string={"query": "ASK { <id/cs/onkologi/lungcancer> ?p ?o }"})
    assert json.loads(answer.data)["boolean"] is True


def test_operators_see_what_became_of_queries(client: FlaskClient) -> None:
    client.get("/sparql", query_string={"query": SELECT})
    client.get("/sparql", query_string={"query": "SELECT nonsense"})
    numbers = client.get("/metrics").text
    for name in (
        'begrepp_queries_total{outcome="QuerySyntaxError"}',
        "begrepp_query_seconds_count",
        "begrepp_page_seconds",
    ):
        assert name in numbers


def test_the_log_tells_neither_who_asked_nor_what(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", logger="begrepp.queries"):
        client.get("/sparql", query_string={"query": 'ASK { ?s ?p "19121212-1212" }'})
    (line,) = [record.__dict__ for record in caplog.records if record.name == "begrepp.queries"]
    assert line["outcome"] == "answered" and "1212" not in str(line["query"]) and "127.0.0.1" not in str(line)


def test_void_has_partitions_that_were_counted_in_the_build(client: FlaskClient) -> None:
    answer = client.get("/.well-known/void", headers={"Accept": "application/n-triples"})
    quads = [*parse(answer.data, format=RdfFormat.N_TRIPLES)]
    classes = {q.object.value for q in quads if q.predicate.value == expand("void:class")}
    assert {expand("skos:Concept"), expand("dcat:Dataset")} <= classes
    part = next(
        q.subject
        for q in quads
        if q.predicate.value == expand("void:class") and q.object.value == expand("dcat:Dataset")
    )
    said = next(q.object.value for q in quads if q.subject == part and q.predicate.value == expand("void:entities"))
    count = client.get("/sparql", query_string={"query": "SELECT (COUNT(*) AS ?n) { ?d a dcat:Dataset }"})
    assert json.loads(count.data)["results"]["bindings"][0]["n"]["value"] == said


def test_the_editor_gets_the_words_of_the_data(client: FlaskClient) -> None:
    terms = client.get("/sparql/terms").get_json()
    assert terms["prefixes"]["skos"] and "skos:notation" in terms["of"]["skos:Concept"]
    assert terms["properties"] == sorted(terms["properties"], key=lambda entry: (-entry[1], entry[0]))


def test_what_the_server_asks_itself_is_no_readers_query(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", logger="begrepp.queries"):
        warm_up(app)
        assert not [record for record in caplog.records if record.name == "begrepp.queries"]
        app.test_client().get("/sparql", query_string={"query": "SELECT (4711 AS ?n) {}", "format": "json"})
        assert [record for record in caplog.records if record.name == "begrepp.queries"]
