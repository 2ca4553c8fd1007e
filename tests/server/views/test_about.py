"""The page about the data: what is loaded and what is verified, counted from the build itself."""

from __future__ import annotations

import re
from html import unescape

from flask.testing import FlaskClient

from server.served.build import ServedBuild
from server.state import served_build


def _text(client: FlaskClient, path: str) -> str:
    page = client.get(path, headers={"Accept": "text/html"}).text
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page[page.index("<main") :])).split())


def _build(client: FlaskClient) -> ServedBuild:
    with client.application.test_request_context():
        return served_build()


def test_every_loaded_source_is_listed_with_publisher_edition_and_licence(client: FlaskClient) -> None:
    page = client.get("/about?lang=sv", headers={"Accept": "text/html"}).text
    build = _build(client)
    for kind in ("scheme", "dataset", "mapping"):
        section = page[page.index(f'aria-labelledby="{kind}"><h2') :]
        section = section[: section.index("</section>")]
        graphs = build.manifest.current_graphs(kind)
        assert section.count("<tr>") - 1 == len(graphs)
        assert all(graph.version in section for graph in graphs)
    assert "Socialstyrelsen" in page and "CC BY 4.0" in page


def test_verified_and_unverified_variables_are_counted_for_each_register(client: FlaskClient) -> None:
    query = """SELECT ?certainty (COUNT(DISTINCT ?v) AS ?n) {
      <https://w3id.org/begrepp/id/dataset/nkbc> health:hasVariables/csvw:table/csvw:column ?v .
      ?v begrepp:certainty ?certainty } GROUP BY ?certainty"""
    bindings = client.get("/sparql", query_string={"query": query, "format": "json"}).json["results"]["bindings"]  # type: ignore[index]
    counts = {row["certainty"]["value"]: row["n"]["value"] for row in bindings}
    assert set(counts) >= {"verified"}
    row = re.search(r"bröstcancer \(NKBC\) (\d+) (\d+)", _text(client, "/about?lang=sv"))
    assert row
    assert row[1] == counts["verified"]
    assert row[2] == counts.get("working knowledge", "0")


def test_mappings_without_a_confidence_do_not_hide_the_mean_of_the_others(client: FlaskClient) -> None:
    query = """SELECT (COUNT(DISTINCT ?m) AS ?n) (COUNT(?c) AS ?stated) (SUM(?c) AS ?sum) {
      ?m sssom:mapping_justification <https://w3id.org/semapv/vocab/ManualMappingCuration> ; sssom:confidence ?c }"""
    row = client.get("/sparql", query_string={"query": query, "format": "json"}).json["results"]["bindings"][0]  # type: ignore[index]
    mean = round(100 * float(row["sum"]["value"]) / int(row["stated"]["value"]))
    assert re.search(rf"manuellt mappad \d+ Tillförlitlighet {mean}\s%", _text(client, "/about?lang=sv"))


def test_the_menu_and_the_footer_lead_to_the_page(client: FlaskClient) -> None:
    page = client.get("/?lang=sv", headers={"Accept": "text/html"}).text
    assert page.count('href="/about?lang=sv"') == 2


def test_the_certainty_of_a_mapping_is_shown_the_same_way_everywhere(client: FlaskClient) -> None:
    paths = ("/mapping/onkologi", "/cs/onkologi/lungcancer", "/harmonise?a=nkbc&b=cancerregistret", "/about")
    for path in paths:
        page = client.get(f"{path}{'&' if '?' in path else '?'}lang=sv", headers={"Accept": "text/html"}).text
        main = page[page.index("<main") :]
        assert '<span class="sure">' in main or path.startswith("/harmonise")
        # No percentage stands outside of it.
        assert not re.search(r"\d\s%", unescape(re.sub(r'<span class="sure">.*?</svg>.*?%</span>', "", main)))


def test_the_page_of_every_loaded_graph_leads_to_pages_that_exist(client: FlaskClient) -> None:
    """An edition of an information structure is the edition of something without a page."""
    graphs = re.findall(r'href="(/(?:cs|structure)/[^"]+/release/[^"]+)"', client.get("/about").text)
    assert any(path.startswith("/structure/") for path in graphs)
    for path in {*graphs[:3], *(each for each in graphs if each.startswith("/structure/"))}:
        crumbs = re.search(r'<nav class="crumbs".*?</nav>', client.get(path).text, re.DOTALL)
        assert crumbs is not None
        for link in re.findall(r'href="([^"]+)"', crumbs[0]):
            assert client.get(link).status_code == 200, f"{link} on {path}"
