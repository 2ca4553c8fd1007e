"""The page of the data model: every class that is used, its counts, what it leads to, and queries that run."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

from flask import Flask
from flask.testing import FlaskClient

from begrepp.artefact.statistics import read_statistics
from begrepp.rdf.namespaces import compact, expand
from server.http.i18n import Translator
from server.pages.model import ModelPage, model_page
from server.state import AppState

HTML = {"Accept": "text/html", "Accept-Language": "en"}


def _page(app: Flask) -> ModelPage:
    state = app.extensions["begrepp"]
    assert isinstance(state, AppState)
    with app.test_request_context("/model"):
        return model_page(state.current_build(), Translator("en"))


def test_counts_are_those_of_the_build(app: Flask) -> None:
    page = _page(app)
    statistics = read_statistics(app.extensions["begrepp"].current_build().folder)
    uses = [use for part in page.parts for use in part.classes] + list(page.others)
    for use in uses:
        assert use.count == statistics.classes[expand(use.name)]
        counts = statistics.class_properties[expand(use.name)]
        assert {p.name: p.count for p in use.properties} == {
            compact(iri): n for iri, n in counts.items() if compact(iri) != "rdf:type"
        }
    technical = ("owl:", "sh:", "rdfs:", "sd:")
    used = {compact(iri) for iri in statistics.classes if not compact(iri).startswith((*technical, "http"))}
    assert used == {use.name for use in uses}, "no class of the build is left out"


def test_references_are_those_of_the_data(app: Flask) -> None:
    classes = {use.name: use for part in _page(app).parts for use in part.classes}
    targets = {p.name: p.targets for p in classes["skos:Concept"].properties}
    assert "begrepp:CodeSystem" in targets["skos:inScheme"] and targets["skos:notation"] == []
    assert "csvw:Column" in {t for p in classes["csvw:Table"].properties if p.name == "csvw:column" for t in p.targets}


def test_every_example_runs(client: FlaskClient) -> None:
    html = client.get("/model", headers=HTML).text
    hrefs = {unescape(href) for href in re.findall(r'href="(/sparql[?]query=[^"]+)"', html)}
    queries = sorted({parse_qs(urlsplit(href).query)["query"][0] for href in hrefs})
    assert len(queries) > 100
    for query in queries[::25]:
        answer = client.get("/sparql", query_string={"query": query}, headers={"Accept": "text/csv"})
        assert answer.status_code == 200 and len(answer.text.splitlines()) > 1, query


def test_the_page_has_diagrams_prefixes_and_is_linked_from_the_editor(client: FlaskClient) -> None:
    html = client.get("/model", headers=HTML).text
    assert html.count('<svg class="diagram"') == 4 and "http://www.w3.org/2004/02/skos/core#" in html
    assert 'id="skos-Concept"' in html and 'href="#skos-Concept"' in html
    assert 'href="/model"' in client.get("/sparql", headers=HTML).text
