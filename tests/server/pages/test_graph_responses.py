"""A concept of SNOMED CT, whose attributes RDF/XML cannot hold, is offered and sent in the other formats."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from xml.etree import ElementTree

import pytest
import rdflib
from flask.testing import FlaskClient

from begrepp.settings import ROOT
from server.app import create_app
from tests.support.small import build_small, settings_in

ATTRIBUTE = "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o FILTER(STRSTARTS(STR(?p), 'http://snomed.info/id/')) }"
RDF_XML = "application/rdf+xml"


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """A reader of the SNOMED CT of the fixtures."""
    settings = settings_in(tmp_path_factory.mktemp("snomed"))
    shutil.copytree(ROOT / "tests/fixtures/snomed_rf2/2024-11-30", settings.raw / "snomed_rf2/2024-11-30")
    build_small(settings)
    application = create_app(settings)
    yield application.test_client()
    application.extensions["begrepp"].pool.close()


@pytest.fixture(scope="module")
def concept(web: FlaskClient) -> str:
    """The path of a concept with attributes."""
    graph = rdflib.Graph().parse(data=web.get("/sparql", query_string={"query": ATTRIBUTE}).text, format="turtle")
    codes = [str(each).rpartition("/")[2] for each in graph.subjects() if "#" not in str(each)]
    return f"/cs/snomed-ct/{min(codes)}"


def test_rdf_xml_of_such_a_concept_is_refused_with_the_other_formats(web: FlaskClient, concept: str) -> None:
    for path in (f"{concept}.rdf", f"{concept}?format=rdf"):
        answer = web.get(path)
        assert answer.status_code == 406 and "http://snomed.info/id/" in json.loads(answer.text)["title"]
        assert [each["type"] for each in json.loads(answer.text)["available"]] == [
            "text/turtle",
            "application/ld+json",
            "application/n-triples",
        ]
    assert web.get(concept, headers={"Accept": RDF_XML}).status_code == 406
    page = web.get(f"{concept}.rdf", headers={"Accept": "text/html", "Accept-Language": "sv"})
    assert page.status_code == 406


def test_the_next_format_of_accept_is_sent(web: FlaskClient, concept: str) -> None:
    accept = {"Accept": f"{RDF_XML}, text/turtle;q=0.5, */*;q=0.1"}
    answer = web.get(concept, headers=accept)
    assert (answer.status_code, answer.mimetype) == (200, "text/turtle")
    code = concept.rpartition("/")[2]
    redirect = web.get(f"/id/cs/snomed-ct/{code}", headers=accept)
    assert (redirect.status_code, redirect.location) == (303, f"{concept}.ttl")


def test_a_page_links_only_to_formats_that_can_hold_the_concept(web: FlaskClient, concept: str) -> None:
    page = web.get(concept, headers={"Accept": "text/html"})
    for text in (page.text, page.headers["Link"], web.get(f"/linkset{concept}").text):
        assert f"{concept}.ttl" in text and f"{concept}.rdf" not in text
    scheme = web.get("/cs/snomed-ct", headers={"Accept": "text/html"})
    assert "/cs/snomed-ct.rdf" in scheme.text and "/cs/snomed-ct.rdf" in scheme.headers["Link"]
    ElementTree.fromstring(web.get("/cs/snomed-ct.rdf").data)


def test_a_query_is_answered_in_a_format_that_can_hold_it(web: FlaskClient) -> None:
    refused = web.get("/sparql", query_string={"query": ATTRIBUTE}, headers={"Accept": RDF_XML})
    assert refused.status_code == 406 and "http://snomed.info/id/" in json.loads(refused.text)["title"]
    for accept, media_type in (
        (f"{RDF_XML}, application/ld+json;q=0.2", "application/ld+json"),
        (f"{RDF_XML}, */*;q=0.1", "text/turtle"),
    ):
        answer = web.get("/sparql", query_string={"query": ATTRIBUTE}, headers={"Accept": accept})
        assert (answer.status_code, answer.mimetype) == (200, media_type)
    named = web.get("/sparql", query_string={"query": ATTRIBUTE, "format": "rdf"}, headers={"Accept": "*/*"})
    assert named.status_code == 406


def test_a_text_that_xml_cannot_hold_is_refused_or_sent_otherwise(web: FlaskClient) -> None:
    query = {"query": 'SELECT ("a\\u000Bb" AS ?x) {}'}
    xml = "application/sparql-results+xml"
    refused = web.get("/sparql", query_string=query, headers={"Accept": xml})
    assert refused.status_code == 406 and "U+000B" in json.loads(refused.text)["title"]
    answer = web.get("/sparql", query_string=query, headers={"Accept": f"{xml}, text/csv;q=0.1"})
    assert (answer.status_code, answer.mimetype) == (200, "text/csv")


def test_a_carriage_return_is_the_same_in_every_format(web: FlaskClient) -> None:
    query = {"query": 'SELECT ("a\\r\\nb" AS ?x) {}'}
    body = web.get("/sparql", query_string=query, headers={"Accept": "application/sparql-results+xml"}).data
    assert b"a&#xD;\nb" in body and "a\r\nb" in [each.text for each in ElementTree.fromstring(body).iter()]
    graph = {"query": 'CONSTRUCT { <http://x/s> <http://x/p> "a\\r\\nb" } {}'}
    body = web.get("/sparql", query_string=graph, headers={"Accept": RDF_XML}).data
    assert b"a&#xD;\nb" in body and "a\r\nb" in [each.text for each in ElementTree.fromstring(body).iter()]
