"""Requests as SPARQL clients send them: words for formats, empty parameters, booleans as tables, graphs by name."""

from __future__ import annotations

import csv
import json

import pytest
from flask.testing import FlaskClient
from pyoxigraph import RdfFormat, parse

SELECT = "SELECT * {}"
ASK = "ASK {}"
CONSTRUCT = 'CONSTRUCT { <http://ex/s> <http://ex/p> "å" } {}'
DESCRIBE = "DESCRIBE <http://ex/nothing>"
RELEASE = "https://w3id.org/begrepp/id/cs/icd-10-se/release/2021"
JSON, XML = "application/sparql-results+json", "application/sparql-results+xml"


@pytest.mark.parametrize(
    ("query", "word", "media_type"),
    [
        *((query, "json", JSON) for query in (SELECT, ASK)),
        *((query, "xml", XML) for query in (SELECT, ASK)),
        *((query, "csv", "text/csv") for query in (SELECT, ASK)),
        *((query, "tsv", "text/tab-separated-values") for query in (SELECT, ASK)),
        *((query, word, "text/turtle") for query in (CONSTRUCT, DESCRIBE) for word in ("turtle", "ttl", "n3")),
        *(
            (query, word, "application/rdf+xml")
            for query in (CONSTRUCT, DESCRIBE)
            for word in ("rdf+xml", "xml", "rdf")
        ),
        *((query, word, "application/ld+json") for query in (CONSTRUCT, DESCRIBE) for word in ("json-ld", "json")),
        (CONSTRUCT, "application/n-triples", "application/n-triples"),
        (CONSTRUCT, "text/plain", "application/n-triples"),
    ],
)
@pytest.mark.parametrize("parameters", [("format", "output", "results"), ("format",), ("output",), ("results",)])
def test_a_word_for_a_format_counts_for_every_form_of_query(
    client: FlaskClient, query: str, word: str, media_type: str, parameters: tuple[str, ...]
) -> None:
    named = dict.fromkeys(parameters, word)
    answer = client.get("/sparql", query_string={"query": query, **named}, headers={"Accept": "*/*"})
    assert (answer.status_code, answer.content_type) == (200, f"{media_type}; charset=utf-8")
    posted = client.post("/sparql", data={"query": query, **named}, headers={"Accept": "*/*"})
    assert (posted.status_code, posted.data) == (200, answer.data)


def test_a_plus_that_became_a_space_is_read_as_a_plus(client: FlaskClient) -> None:
    for word, media_type in (("application/sparql-results+json", JSON), ("application/sparql-results+xml", XML)):
        assert client.get(f"/sparql?query=ASK%7B%7D&format={word}").mimetype == media_type


@pytest.mark.parametrize(("query", "word"), [(SELECT, "nonsense"), (SELECT, "turtle"), (CONSTRUCT, "csv")])
def test_a_word_that_the_result_cannot_have_is_406_with_the_formats(client: FlaskClient, query: str, word: str) -> None:
    answer = client.get("/sparql", query_string={"query": query, "format": word})
    assert answer.status_code == 406 and "?format=" in answer.get_json()["detail"]


def test_empty_parameters_of_forms_count_as_absent(client: FlaskClient) -> None:
    empty = {"default-graph-uri": "", "named-graph-uri": "", "format": "", "output": "auto"}
    answer = client.get("/sparql", query_string={"query": "ASK { ?s ?p ?o }", **empty}, headers={"Accept": JSON})
    assert answer.get_json()["boolean"] is True


def test_an_empty_query_is_400_but_a_form_for_a_browser(client: FlaskClient) -> None:
    for answer in (
        client.post("/sparql", data={"query": ""}),
        client.post("/sparql", data=" ", content_type="application/sparql-query"),
        client.get("/sparql?query=", headers={"Accept": "text/turtle"}),
        client.get("/sparql?query=", headers={"Accept": JSON}),
    ):
        assert (answer.status_code, answer.get_json()["title"]) == (400, "The query is empty.")
    assert "<textarea" in client.get("/sparql?query=", headers={"Accept": "text/html"}).text


def test_a_boolean_is_a_table_of_one_column_in_csv_and_tsv(client: FlaskClient) -> None:
    answer = client.get("/sparql", query_string={"query": ASK}, headers={"Accept": "text/csv"})
    assert [*csv.reader(answer.text.splitlines())] == [["_askResult"], ["true"]]
    answer = client.get("/sparql", query_string={"query": "ASK { <urn:a> ?p ?o }", "format": "tsv"})
    assert answer.text.split() == ["?_askResult", "false"]


def test_a_graph_is_read_by_its_name(client: FlaskClient) -> None:
    answer = client.get("/sparql", query_string={"graph": RELEASE}, headers={"Accept": "text/turtle"})
    assert (answer.status_code, answer.mimetype) == (200, "text/turtle")
    counted = client.get("/sparql", query_string={"query": f"SELECT * {{ GRAPH <{RELEASE}> {{ ?s ?p ?o }} }}"})
    assert len([*parse(answer.data, format=RdfFormat.TURTLE)]) == len(json.loads(counted.text)["results"]["bindings"])
    head = client.head("/sparql", query_string={"graph": RELEASE})
    assert (head.status_code, head.data) == (200, b"")
    whole = client.get("/sparql?default", headers={"Accept": "application/n-triples"})
    assert whole.status_code == 200 and whole.data.count(b"\n") > 1000


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("graph=http%3A%2F%2Fex%2Fnone", 404),
        ("graph=", 400),
        ("graph=relative", 400),
        ("graph=urn%3Aa%3E%20%7B%7D", 400),
        ("graph=urn%3Aa&graph=urn%3Ab", 400),
        (f"graph={RELEASE}&default", 400),
    ],
)
def test_a_graph_that_is_absent_or_has_no_iri_is_refused(client: FlaskClient, address: str, status: int) -> None:
    answer = client.get(f"/sparql?{address}", headers={"Accept": "text/turtle"})
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")


def test_a_graph_cannot_be_written(client: FlaskClient) -> None:
    body = {"data": "<urn:a> <urn:b> <urn:c> .", "content_type": "text/turtle"}
    assert client.post(f"/sparql?graph={RELEASE}", **body).status_code == 403
    assert client.put(f"/sparql?graph={RELEASE}", **body).status_code == 405


def test_a_query_beside_a_graph_name_is_a_query(client: FlaskClient) -> None:
    answer = client.get("/sparql", query_string={"query": ASK, "graph": "relative"}, headers={"Accept": JSON})
    assert (answer.status_code, answer.get_json()["boolean"]) == (200, True)


def test_a_query_in_the_address_beside_the_one_in_the_body_is_refused(client: FlaskClient) -> None:
    answer = client.post("/sparql?query=ASK+%7B%7D", data="SELECT * {}", content_type="application/sparql-query")
    assert (answer.status_code, "in the address" in answer.get_json()["title"]) == (400, True)
