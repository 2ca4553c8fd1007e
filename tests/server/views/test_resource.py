"""IRIs lead to documents, in the format that is wanted, however the code is written."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pyoxigraph import NamedNode, QuerySolutions, RdfFormat, parse

from begrepp.rdf.namespaces import expand
from server.state import AppState

BASE = "https://w3id.org/begrepp/"
HTML = {"Accept": "text/html"}
FORMATS = {
    "text/turtle": "ttl",
    "application/ld+json": "jsonld",
    "application/rdf+xml": "rdf",
    "application/n-triples": "nt",
}


def iris(app: Flask, query: str) -> list[str]:
    """The IRIs that answer a SELECT of one variable, in the build being served."""
    state = app.extensions["begrepp"]
    assert isinstance(state, AppState)
    answer = state.current_build().store.query(query)
    assert isinstance(answer, QuerySolutions)
    return [term.value for row in answer if isinstance(term := row[0], NamedNode)]


def test_a_thing_is_not_a_document_but_leads_to_one(client: FlaskClient) -> None:
    response = client.get("/id/cs/onkologi/lungcancer", headers=HTML)
    assert (response.status_code, response.headers["Location"]) == (303, "/cs/onkologi/lungcancer")
    assert "Accept" in response.headers["Vary"]


@pytest.mark.parametrize(("media_type", "suffix"), FORMATS.items())
def test_a_thing_leads_to_its_document_in_the_format_wanted(client: FlaskClient, media_type: str, suffix: str) -> None:
    response = client.get("/id/cs/onkologi/lungcancer", headers={"Accept": media_type})
    assert (response.status_code, response.headers["Location"]) == (303, f"/cs/onkologi/lungcancer.{suffix}")


@pytest.mark.parametrize("how", ["accept", "suffix", "parameter"])
@pytest.mark.parametrize(("media_type", "suffix"), FORMATS.items())
def test_a_document_comes_in_every_format(client: FlaskClient, how: str, media_type: str, suffix: str) -> None:
    path = "/cs/onkologi/lungcancer"
    if how == "accept":
        response = client.get(path, headers={"Accept": f"text/html;q=0.4, {media_type};q=0.9"})
    elif how == "suffix":
        response = client.get(f"{path}.{suffix}", headers=HTML)
    else:
        response = client.get(f"{path}?format={suffix}", headers=HTML)
    assert (response.status_code, response.mimetype) == (200, media_type)
    rdf_format = RdfFormat.from_media_type(media_type)
    assert rdf_format is not None
    subjects = {quad.subject for quad in parse(response.data, format=rdf_format)}
    assert NamedNode(f"{BASE}id/cs/onkologi/lungcancer") in subjects


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("", "text/html"),
        ("*/*", "text/html"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"),
        ("text/turtle;q=0.9, text/html;q=0.8", "text/turtle"),
        ("application/json", "application/ld+json"),
        ("application/xml", "application/rdf+xml"),
        ("application/rdf+xml, text/turtle;q=0.5", "application/rdf+xml"),
    ],
)
def test_the_format_follows_the_quality_values(client: FlaskClient, accept: str, media_type: str) -> None:
    assert client.get("/cs/onkologi/lungcancer", headers={"Accept": accept}).mimetype == media_type


def test_a_format_that_is_not_there_is_refused_in_words(client: FlaskClient) -> None:
    response = client.get("/cs/onkologi/lungcancer", headers={"Accept": "application/pdf"})
    assert response.status_code == 406
    assert "text/turtle" in response.get_data(as_text=True)


def test_a_page_links_its_twins_and_its_thing(client: FlaskClient) -> None:
    response = client.get("/cs/onkologi/lungcancer", headers=HTML)
    for media_type, suffix in FORMATS.items():
        assert f'</cs/onkologi/lungcancer.{suffix}>; rel="alternate"; type="{media_type}"' in response.headers["Link"]
    assert f'<{BASE}id/cs/onkologi/lungcancer>; rel="describes"' in response.headers["Link"]
    assert '<link rel="alternate" type="text/turtle" href="/cs/onkologi/lungcancer.ttl">' in response.text


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("/cs/icd-10-se/A009", "/cs/icd-10-se/A00.9"),
        ("/cs/icd-10-se/a00.9", "/cs/icd-10-se/A00.9"),
        ("/cs/icd-o-3/8140/3", "/cs/icd-o-3/8140%2F3"),
        ("/cs/icd-10-se/A009?lang=en", "/cs/icd-10-se/A00.9?lang=en"),
        ("/cs/icd-10-se/A009.ttl", "/cs/icd-10-se/A00.9.ttl"),
    ],
)
def test_a_code_however_it_is_written_leads_to_its_one_page(client: FlaskClient, asked: str, found: str) -> None:
    response = client.get(asked, headers=HTML)
    assert (response.status_code, response.headers["Location"]) == (301, found)
    assert client.get(found, headers=HTML).status_code == 200


def test_an_encoded_slash_is_part_of_the_code(client: FlaskClient) -> None:
    assert client.get("/id/cs/icd-o-3/8140%2F3", headers=HTML).headers["Location"] == "/cs/icd-o-3/8140%2F3"
    assert client.get("/cs/icd-o-3/8140%2F3", headers=HTML).status_code == 200


@pytest.mark.parametrize(
    ("iri", "found"),
    [
        ("https://loinc.org/rdf/21902-2", "/cs/loinc/21902-2"),
        ("https://identifiers.org/hgnc:1101", "/cs/hgnc/1101"),
        (f"{BASE}id/cs/onkologi/lungcancer", "/cs/onkologi/lungcancer"),
        (f"{BASE}id/dataset/nkbc", "/dataset/nkbc"),
    ],
)
def test_any_iri_resolves_to_its_page(client: FlaskClient, iri: str, found: str) -> None:
    response = client.get(f"/resource?uri={quote(iri, safe='')}", headers=HTML)
    assert (response.status_code, response.headers["Location"]) == (303, found)
    assert client.get(found, headers=HTML).status_code == 200


@pytest.mark.parametrize(
    ("iri", "status"),
    [
        ("http://www.w3.org/2004/02/skos/core#Concept", 200),
        ("http://purl.org/dc/terms/title", 200),
        ("http://ex/", 404),
    ],
)
@pytest.mark.parametrize("media_type", ["text/turtle", "text/html"])
def test_an_iri_of_others_is_described_here_and_never_redirected(
    client: FlaskClient, iri: str, status: int, media_type: str
) -> None:
    response = client.get(f"/resource?uri={quote(iri, safe='')}", headers={"Accept": media_type})
    assert (response.status_code, "Location" in response.headers) == (status, False)
    assert response.mimetype == (
        media_type if status == 200 or media_type == "text/html" else "application/problem+json"
    )


@pytest.mark.parametrize("system", ["urn:oid:1.2.752.116.1.1.1", "1.2.752.116.1.1.1", "icd-10-se"])
def test_a_code_resolves_by_any_identifier_of_its_system(client: FlaskClient, system: str) -> None:
    response = client.get(f"/resolve?system={system}&code=A009", headers=HTML)
    assert (response.status_code, response.headers["Location"]) == (303, "/cs/icd-10-se/A00.9")


def test_a_retired_concept_answers_and_says_so(client: FlaskClient) -> None:
    response = client.get("/cs/icd-10-se/A00.0?lang=sv", headers=HTML)
    assert response.status_code == 200
    assert "Begreppet är utgånget" in response.text


def test_a_concept_says_what_earlier_releases_called_it(client: FlaskClient) -> None:
    page = client.get("/cs/icd-10-se/A00.9?lang=sv", headers=HTML).text
    assert "<h1>Påhittad åkomma ospecificerad</h1>" in page
    assert "Påhittad åkomma UNS" in page


def test_what_is_not_there_is_404_and_offers_what_is_near(client: FlaskClient) -> None:
    response = client.get("/cs/icd-10-se/A00.77?lang=sv", headers=HTML)
    assert response.status_code == 404
    assert "Menade du" in response.text
    assert "/cs/icd-10-se/A00" in response.text


def test_an_error_is_a_problem_document_for_machines(client: FlaskClient) -> None:
    response = client.get("/cs/icd-10-se/NOPE", headers={"Accept": "text/turtle"})
    assert (response.status_code, response.mimetype) == (404, "application/problem+json")
    assert response.get_json()["status"] == 404


def test_every_iri_minted_here_leads_to_a_page_and_to_rdf(app: Flask, client: FlaskClient) -> None:
    """One of each kind, by the shape of its path, as they stand in the graph."""
    found = iris(app, f'SELECT DISTINCT ?s {{ ?s ?p ?o . FILTER(STRSTARTS(STR(?s), "{BASE}id/")) }}')
    kinds: dict[tuple[str, ...], str] = {}
    for iri in found:
        parts = iri.removeprefix(f"{BASE}id/").split("/")
        kinds.setdefault((parts[0], *parts[2:-1], str(len(parts))), iri)
    assert len(kinds) > 10
    for iri in kinds.values():
        path = iri.removeprefix(BASE.rstrip("/"))
        seen = client.get(path, headers=HTML)
        assert seen.status_code == 303, iri
        assert client.get(seen.headers["Location"], headers=HTML).status_code == 200, iri
        twin = client.get(client.get(path, headers={"Accept": "text/turtle"}).headers["Location"])
        assert twin.status_code == 200 and twin.data, iri


def test_graphs_lead_to_pages(app: Flask, client: FlaskClient) -> None:
    for graph in iris(app, "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }"):
        path = graph.removeprefix(BASE.rstrip("/"))
        location = client.get(path, headers=HTML).headers["Location"]
        assert client.get(location, headers=HTML).status_code == 200, path


def test_our_own_words_have_a_page(client: FlaskClient) -> None:
    page = client.get("/def", headers=HTML)
    assert page.status_code == 200 and 'id="measures"' in page.text
    assert client.get("/def", headers={"Accept": "text/turtle"}).mimetype == "text/turtle"
    assert (
        client.get(f"/resource?uri={quote(expand('begrepp:measures'))}", headers=HTML)
        .headers["Location"]
        .startswith("/def#")
    )


def test_an_unchanged_page_is_304(client: FlaskClient) -> None:
    first = client.get("/cs/onkologi/lungcancer", headers=HTML)
    again = client.get("/cs/onkologi/lungcancer", headers={**HTML, "If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


def test_pages_carry_the_security_headers(client: FlaskClient) -> None:
    for path in ("/", "/cs/onkologi/lungcancer", "/nope", "/sparql"):
        headers = client.get(path, headers=HTML).headers
        assert "unsafe-inline" not in headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_health_and_readiness(client: FlaskClient) -> None:
    assert client.get("/health").text == "ok\n"
    assert client.get("/ready").get_json()["triples"] > 0


def test_json_ld_says_the_same_as_turtle(client: FlaskClient) -> None:
    for path in ("/cs/onkologi/lungcancer", "/dataset/nkbc", "/mapping/onkologi", "/load/onkologi/2026.1"):
        turtle = {str(q.triple) for q in parse(client.get(f"{path}.ttl").data, format=RdfFormat.TURTLE)}
        json_ld = client.get(f"{path}.jsonld")
        assert {str(q.triple) for q in parse(json_ld.data, format=RdfFormat.JSON_LD)} == turtle
        assert set(json_ld.get_json(force=True)) == {"@context", "@graph"}


def test_the_twin_of_a_concept_says_what_its_neighbours_are_called(client: FlaskClient) -> None:
    turtle = client.get("/cs/onkologi/lungcancer.ttl").text
    for words in ('"cancer"@sv', "sssom:mapping_justification", "begrepp:CodeSystemRelease", '"162"'):
        assert words in turtle, words


def test_a_scheme_states_its_licence_and_top_concepts_in_rdf(client: FlaskClient) -> None:
    for path, tops in (("/cs/onkologi", True), ("/cs/kon", False)):
        found = [*parse(input=client.get(f"{path}.nt").data, format=RdfFormat.N_TRIPLES)]
        scheme = NamedNode(f"{BASE}id{path}")
        stated = {quad.predicate.value: quad.object for quad in found if quad.subject == scheme}
        assert str(stated[expand("dct:license")]).startswith("<https://creativecommons.org/licenses/")
        assert expand("dct:publisher") in stated
        assert (expand("skos:hasTopConcept") in stated) is tops
