"""Our catalogue for others to harvest: in the syntax asked for, linked from the list of registers."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from pyoxigraph import NamedNode, RdfFormat, parse

from begrepp.iris import Iris
from begrepp.namespaces import expand


@pytest.mark.parametrize(
    ("path", "accept", "media_type"),
    [
        ("/catalog/dcat-ap-se.ttl", "*/*", "text/turtle"),
        ("/catalog/dcat-ap-se.rdf", "*/*", "application/rdf+xml"),
        ("/catalog/healthdcat-ap.jsonld", "*/*", "application/ld+json"),
        ("/catalog/healthdcat-ap", "application/n-triples", "application/n-triples"),
        ("/catalog/healthdcat-ap", "text/html,*/*;q=0.8", "text/turtle"),
    ],
)
def test_a_feed_comes_in_the_syntax_asked_for(client: FlaskClient, path: str, accept: str, media_type: str) -> None:
    response = client.get(path, headers={"Accept": accept})
    assert (response.status_code, response.mimetype) == (200, media_type)
    form = RdfFormat.from_media_type(media_type)
    assert form
    found = {(q.subject, q.predicate) for q in parse(input=response.data, format=form)}
    assert (NamedNode(Iris().dataset("nkbc")), NamedNode(expand("dct:title"))) in found


def test_there_is_no_feed_in_an_unknown_profile(client: FlaskClient) -> None:
    response = client.get("/catalog/dcat-ap-xx.ttl", headers={"Accept": "application/json"})
    assert response.status_code == 404 and b"dcat-ap-se" in response.data


def test_the_list_of_registers_leads_to_the_feeds(client: FlaskClient) -> None:
    assert b'href="/catalog/dcat-ap-se.ttl"' in client.get("/dataset", headers={"Accept": "text/html"}).data
