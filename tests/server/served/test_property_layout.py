"""The shapes say how pages show properties: in which group, in which order, by which name."""

from __future__ import annotations

from urllib.parse import quote

from flask.testing import FlaskClient

from begrepp.rdf.namespaces import expand
from server.served.property_layout import read_property_positions


def test_every_group_has_a_label_in_both_languages_and_an_order() -> None:
    found = read_property_positions()
    assert len(found) > 30
    for iri, place in found.items():
        assert set(place.group_label) == {"sv", "en"} and place.group_order < 99, iri
        assert set(place.name) == {"sv", "en"} and place.order < 99, iri


def test_a_page_shows_its_properties_as_the_shapes_say(client: FlaskClient) -> None:
    place = read_property_positions()[expand("owl:annotatedSource")]
    for language in ("sv", "en"):
        where = f"/resource?uri={quote(_mapping(client), safe='')}&lang={language}"
        page = client.get(where, headers={"Accept": "text/html"}, follow_redirects=True).text
        assert f'<h3 class="group">{place.group_label[language]}</h3>' in page
        assert (
            page.index("owl:annotatedSource") < page.index("owl:annotatedProperty") < page.index("owl:annotatedTarget")
        )


def _mapping(client: FlaskClient) -> str:
    query = "SELECT ?mapping WHERE { ?mapping a sssom:Mapping } LIMIT 1"
    prologue = "PREFIX sssom: <https://w3id.org/sssom/> "
    answer = client.post("/sparql", data={"query": prologue + query}, headers={"Accept": "text/csv"})
    return answer.text.splitlines()[1]
