"""Our catalogue for others to harvest: in the syntax asked for, linked from the list of registers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from pyoxigraph import NamedNode, RdfFormat, parse

import loaders
from begrepp.build.loads.parallel_loader import EditionJob
from begrepp.build.pipeline import build
from begrepp.rdf.iris import Iris
from begrepp.rdf.namespaces import expand
from begrepp.settings import Settings
from server.app import create_app
from tests import golden
from tests.support.small import Quiet


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
    with client.get(path, headers={"Accept": accept}) as response:
        body = response.data
    assert (response.status_code, response.mimetype) == (200, media_type)
    form = RdfFormat.from_media_type(media_type)
    assert form
    found = {(q.subject, q.predicate) for q in parse(input=body, format=form)}
    assert (NamedNode(Iris().dataset("nkbc")), NamedNode(expand("dct:title"))) in found


def test_there_is_no_feed_in_an_unknown_profile(client: FlaskClient) -> None:
    response = client.get("/catalog/dcat-ap-xx.ttl", headers={"Accept": "application/json"})
    assert response.status_code == 404 and b"dcat-ap-se" in response.data


def test_the_list_of_registers_leads_to_the_feeds(client: FlaskClient) -> None:
    assert b'href="/catalog/dcat-ap-se.ttl"' in client.get("/dataset", headers={"Accept": "text/html"}).data


@pytest.fixture
def harvested(tmp_path: Path) -> Iterator[FlaskClient]:
    """A build of nothing but somebody else's catalogue."""
    settings = Settings(data=tmp_path / "data")
    fixture = golden.fixture("dcat-provkatalog")
    build([EditionJob(fixture.edition, loaders.loader_of(fixture.edition))], settings, Quiet(), keep_going=True)
    application = create_app(settings)
    yield application.test_client()
    application.extensions["begrepp"].pool.close()


def test_a_harvested_dataset_counts_its_variables_and_is_no_sketch(harvested: FlaskClient) -> None:
    page = harvested.get("/dataset", headers={"Accept": "text/html", "Accept-Language": "sv"}).text
    counts = {int(n) for n in re.findall(r"(\d+) variabler", page)}
    assert max(counts) > 0
    for link in set(re.findall(r'href="(/dataset/[^"?]+)"', page)):
        shown = harvested.get(link, headers={"Accept": "text/html", "Accept-Language": "sv"})
        assert shown.status_code == 200 and "Preliminär beskrivning" not in shown.text, link
