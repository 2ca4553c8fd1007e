"""The query doctor names what is wrong with a query, and what to write instead."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

LUNG = "<https://w3id.org/begrepp/id/cs/onkologi/lungcancer>"
RETIRED = "<https://w3id.org/begrepp/id/cs/icd-10-se/A00.0>"
CASES = [
    ("SELECT * { ?c skoss:notation ?n }", "prefix", "skoss:", "skos:"),
    (
        "PREFIX skos: <http://www.w3.org/2004/02/skos/core/> SELECT * { ?c skos:notation ?n }",
        "namespace",
        "PREFIX skos: <http://www.w3.org/2004/02/skos/core/>",
        "PREFIX skos: <http://www.w3.org/2004/02/skos/core#>",
    ),
    (
        "PREFIX dc: <http://purl.org/dc/terms> SELECT * { ?c dc:title ?t }",
        "namespace",
        "PREFIX dc: <http://purl.org/dc/terms>",
        "PREFIX dc: <http://purl.org/dc/terms/>",
    ),
    (
        "SELECT * { ?d a <http://www.w3.org/ns/dcat/Dataset> }",
        "namespace",
        "<http://www.w3.org/ns/dcat/Dataset>",
        "<http://www.w3.org/ns/dcat#Dataset>",
    ),
    ("SELECT * { ?c skos:prefLable ?l }", "property", "skos:prefLable", "skos:prefLabel"),
    ("SELECT * { ?c a skos:Koncept }", "class", "skos:Koncept", "skos:Concept"),
    ("SELECT * { GRAPH <https://w3id.org/begrepp/id/cs/icd-10-se/release/2012> { ?s ?p ?o } }", "graph",
     "<https://w3id.org/begrepp/id/cs/icd-10-se/release/2012>",
     "<https://w3id.org/begrepp/id/cs/icd-10-se/release/2021>"),
    (f"SELECT * {{ {LUNG.replace('lungcancer', 'lungkancer')} skos:prefLabel ?l }}", "iri",
     LUNG.replace("lungcancer", "lungkancer"), LUNG),
    (f"SELECT * {{ ?v begrepp:measures {RETIRED} }}", "retired", RETIRED,
     f"{RETIRED} dct:isReplacedBy ?successor ."),
    ('SELECT * { ?c skos:prefLabel "lungcancer" }', "language", '"lungcancer"', '"lungcancer"@sv'),
    ('SELECT * { ?c skos:prefLabel "Lungcancer"@sv }', "words", '"Lungcancer"@sv', '"lungcancer"@sv'),
    ('SELECT * { ?c skos:prefLabel ?l FILTER(LANG(?l) = "se") }', "tongue", 'LANG(?l) = "se"', '"sv"'),
    (f"SELECT * {{ {LUNG} skos:broader ?b . ?b csvw:name ?n }}", "join", "?b csvw:name ?n .", ""),
    (f"SELECT * {{ {LUNG} skos:prefLabel ?l FILTER(?l = 'x') }}", "filter", "FILTER", ""),
    ("SELECT * { ?c skos:notation ?n . ?d dct:title ?t }", "cross", "?c skos:notation ?n .", ""),
    ("SELECT * { ?a skos:broader* ?b }", "path", "", ""),
    ('SELECT * { ?c skos:prefLabel ?l FILTER(CONTAINS(?l, "lung")) }', "text", "CONTAINS(…)",
     'SERVICE begrepp:search { ?concept begrepp:words "lung" }'),
    ("SELECT * { ?c skos:prefLabel ?l } ORDER BY ?l", "order", "ORDER BY", "LIMIT 100"),
]  # fmt: skip


@pytest.mark.parametrize(("query", "kind", "about", "instead"), CASES, ids=[case[1] for case in CASES])
def test_it_names_what_is_wrong_and_what_to_write(
    client: FlaskClient, query: str, kind: str, about: str, instead: str
) -> None:
    answer = client.get(
        "/sparql", query_string={"query": query, "explain": "1"}, headers={"Accept": "application/json"}
    )
    assert answer.status_code == 200, answer.text
    findings = {finding["kind"]: finding for finding in answer.get_json()["findings"]}
    assert kind in findings, findings
    assert about in findings[kind]["about"]
    assert not instead or instead in findings[kind]["instead"], findings[kind]
    assert all(said and "doctor." not in said for said in findings[kind]["says"].values())


def test_a_sound_query_has_no_findings(client: FlaskClient) -> None:
    query = f"SELECT * {{ {LUNG} skos:prefLabel ?label }}"
    answer = client.get("/sparql", query_string={"query": query, "explain": ""}, headers={"Accept": "application/json"})
    assert answer.get_json() == {"findings": []}


def test_an_empty_answer_is_explained_on_the_page(client: FlaskClient) -> None:
    for query in ('SELECT * { ?c skos:prefLabel "lungcancer" }', 'ASK { ?c skos:prefLabel "lungcancer" }'):
        page = client.get("/sparql", query_string={"query": query}, headers={"Accept": "text/html"})
        assert page.status_code == 200 and "&#34;lungcancer&#34;@sv" in page.text


def test_a_query_that_was_stopped_is_explained_on_the_page(client: FlaskClient) -> None:
    query = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . FILTER(STR(?a) < STR(?i)) }"
    page = client.get("/sparql", query_string={"query": query, "lang": "en"}, headers={"Accept": "text/html"})
    assert page.status_code == 503 and "share no variable" in page.text
    broken = client.get("/sparql", query_string={"query": "SELECT * { ?s sk:x ?o }"}, headers={"Accept": "text/html"})
    assert broken.status_code == 400 and "skos:" in broken.text


def test_words_are_searched_within_a_query(client: FlaskClient) -> None:
    query = """SELECT ?label ?score { SERVICE begrepp:search { ?c begrepp:words "lungc" ; begrepp:kind "concept" ;
      begrepp:score ?score } ?c skos:prefLabel ?label FILTER(LANG(?label) = "sv") } ORDER BY DESC(?score)"""
    answer = client.get("/sparql", query_string={"query": query, "format": "json"})
    labels = [row["label"]["value"] for row in answer.get_json(force=True)["results"]["bindings"]]
    assert labels[0] == "lungcancer"
    wrong = client.get("/sparql", query_string={"query": "SELECT * { SERVICE begrepp:search { ?c a ?d } }"})
    assert wrong.status_code == 400 and "begrepp:words" in wrong.get_json()["detail"]
