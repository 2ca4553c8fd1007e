"""The search page: one hit over several code systems, facets that can be sent back, parameters that are not used."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from msgspec.structs import replace

from begrepp.records import Text
from begrepp.search import Hit
from begrepp.search.hits import hit as scored_hit
from begrepp.search.indexed_documents import IndexedDocument, Label
from begrepp.search.query_codes import QueryCodes
from begrepp.search.query_parser import ParsedSearch
from begrepp.search.ranking import HitScore, Ranker
from begrepp.search.schema import FACETS
from begrepp.search.synonyms import read_synonyms
from begrepp.text.swedish import sort_key
from server.pages.hit_rows import HitRow, unite_hits
from server.pages.search import SearchPage
from server.served.labels import choose_text

HTML = {"Accept": "text/html"}


def hit(iri: str, label: str, equals: set[tuple[str, str]]) -> Hit:
    scheme, _, code = iri.partition("/")
    labels = [Label("pref", "sv", label), *(Label("sibling", "", name, other) for other, name in equals)]
    document = IndexedDocument(iri, "concept", scheme, code, 1, [code], 0, "", "", "", labels)
    return scored_hit(Ranker(ParsedSearch("", ()), "sv", {}), document, HitScore(1.0, 1.0, None), "sv")


def row(found: Hit) -> HitRow:
    label = choose_text([Text(text, lang) for lang, text in found.labels.items()], "sv")
    assert label
    return HitRow(
        href="/",
        iri=found.iri,
        kind="concept",
        label=label,
        other=None,
        notation=found.notation,
        scheme=found.scheme,
        within=None,
        active=True,
        matched=None,
        role="",
        source="",
    )


def test_the_same_concept_in_several_code_systems_is_one_hit() -> None:
    hits = [
        hit("se/J03", "Akut tonsillit", {("who", "Acute tonsillitis"), ("p", "Halsfluss")}),
        hit("se/J03.9", "Akut tonsillit, ospecificerad", set()),
        hit("p/J03-", "Halsfluss", {("se", "Akut tonsillit")}),
        hit("who/J03", "Acute tonsillitis", {("se", "Akut tonsillit")}),
        hit("se/J35", "Akut tonsillit", {("se", "Akut tonsillit")}),  # of the same code system: another concept
    ]
    united = [(each.iri, [other.iri for other in each.same]) for each in unite_hits(hits, [row(each) for each in hits])]
    assert united == [("se/J03", ["p/J03-", "who/J03"]), ("se/J03.9", []), ("se/J35", [])]


@pytest.mark.parametrize("scheme", ["onkologi", "https://w3id.org/begrepp/id/cs/onkologi"])
def test_a_facet_may_be_given_by_id_or_iri(client: FlaskClient, scheme: str) -> None:
    page = client.get("/search", query_string={"q": "lungcancer", "scheme": scheme, "lang": "sv"}, headers=HTML).text
    assert "används inte" not in page and "/cs/onkologi/lungcancer" in page
    body = client.get("/api/v1/search", query_string={"q": "lungcancer", "scheme": scheme}).get_json()
    assert {each["scheme"] for each in body["results"]} == {"onkologi"}


def test_facets_of_the_api_can_be_sent_back(client: FlaskClient) -> None:
    facets = client.get("/api/v1/search?q=her2").get_json()["facets"]
    for name, value, count in ((facet, *each) for facet in FACETS for each in facets[facet].items()):
        assert client.get("/api/v1/search", query_string={"q": "her2", name: value}).get_json()["total"] == count


def test_hits_can_be_sorted_by_code_and_by_name(client: FlaskClient) -> None:
    page = client.get("/search", query_string={"q": "lungcancer", "lang": "en", "sort": "name"}, headers=HTML).text
    names = [
        name.casefold()
        for name in re.findall(
            r'class="hit" href="[^"]+">(?:<span class="code">[^<]*</span> )?(?:<span[^>]*>)?([^<]+)', page
        )
    ]
    assert len(names) > 3 and names == sorted(names, key=sort_key)
    page = client.get("/search", query_string={"q": "c50", "lang": "en", "sort": "code"}, headers=HTML).text
    codes = re.findall(r'class="hit" href="[^"]+"><span class="code">([^<]+)', page)
    assert codes == sorted(codes)


def test_what_was_typed_can_be_searched_for_as_it_is(client: FlaskClient) -> None:
    page = client.get("/search?q=lungcanser&lang=en", headers=HTML).text
    assert "Showing results for" in page and "q=%22lungcanser%22" in page
    page = client.get("/search", query_string={"q": '"lungcanser"', "lang": "en"}, headers=HTML).text
    assert "Showing results for" not in page and "No results" in page


def test_a_code_system_can_be_chosen_before_the_search(client: FlaskClient) -> None:
    page = client.get("/search?lang=en", headers=HTML).text
    assert '<select id="within" name="scheme">' in page and '<option value="onkologi">' in page


def test_a_synonym_that_found_a_hit_is_told_with_its_source(
    client: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "vara-ord.txt"
    own.write_text("# our words\nrosslig andning = lungcancer\n", encoding="utf-8")
    monkeypatch.setenv("BEGREPP_SYNONYMS", str(own))
    read_synonyms.cache_clear()
    try:
        page = client.get("/search", query_string={"q": "rosslig andning", "lang": "en"}, headers=HTML).text
    finally:
        read_synonyms.cache_clear()
    assert "/cs/onkologi/lungcancer" in page
    assert "“rosslig andning” also as “lungcancer” (synonym, source: vara-ord.txt)" in page


@pytest.mark.parametrize("given", ["scheme=nothing", "status=maybe"])
def test_a_parameter_that_is_not_used_is_told(client: FlaskClient, given: str) -> None:
    page = client.get(f"/search?q=lungcancer&lang=en&{given}", headers=HTML).text
    assert f"The parameter {given} is not used." in page


def test_without_hits_the_page_tells_what_there_is_to_search(client: FlaskClient) -> None:
    page = client.get("/search?q=qqqqxxxx&lang=en", headers=HTML).text
    assert "What you can search here" in page and "/cs/onkologi" in page


def test_the_last_page_can_be_reached(client: FlaskClient) -> None:
    total = client.get("/api/v1/search?q=cancer").get_json()["total"]
    last = client.get(f"/api/v1/search?q=cancer&offset={total - 1}").get_json()
    assert len(last["results"]) == 1


@pytest.mark.parametrize("query", ["lungcancer", "icd-10 c34", "rökvanor nlcr", "her2"])
def test_api_and_table_have_the_same_first_five(client: FlaskClient, query: str) -> None:
    body = client.get("/api/v1/search", query_string={"q": query, "limit": 5}).get_json()
    api = [each["iri"] for each in body["results"]]
    table = client.get("/search.csv", query_string={"q": query}).text.splitlines()
    assert [line.rpartition(",")[2] for line in table[1:6]] == api


@pytest.mark.parametrize("order", ["", "code"])
def test_behind_the_last_hit_a_page_leads_to_the_last_page(client: FlaskClient, order: str) -> None:
    address = "/search?q=cancer&lang=en" + (f"&sort={order}" if order else "")
    page = client.get(f"{address}&offset=5000", headers=HTML).text
    assert "There are no hits after number" in page and "No results" not in page and "search here" not in page
    last = re.search(r'href="([^"]+)">Go to the last page', page)
    assert last and 'class="hit"' in client.get(last[1].replace("&amp;", "&"), headers=HTML).text


def test_sorted_hits_have_no_pages_behind_those_that_are_sorted() -> None:
    page = SearchPage(
        query="x",
        chosen={},
        total=1500,
        facets={},
        corrections=(),
        results=(),
        offset=975,
        order="code",
        sorted_hits=1000,
    )
    assert page.next is None and page.last == 975
    assert replace(page, order="").next == 1000


def test_a_query_that_is_too_long_is_cut_and_the_page_says_so(client: FlaskClient) -> None:
    assert "Only the beginning was used" not in client.get("/search?lang=en&q=" + "x" * 400, headers=HTML).text
    assert "longer than 400 characters" in client.get("/search?lang=en&q=" + "x" * 401, headers=HTML).text


@pytest.mark.parametrize(("code", "name"), [("HP:0001250", None), ("HP:1250", None), ("HP:0001275", "HP:0001275")])
def test_no_other_name_tells_why_a_code_found_its_concept(code: str, name: str | None) -> None:
    labels = [Label("pref", "en", "Seizure"), Label("hidden", "", "HP:0001275")]
    document = IndexedDocument(
        "a", "concept", "hpo", "HP:0001250", 1, ["HP:0001250", "HP:0001275"], 0, "", "", "", labels
    )
    whole = ("HP0001250",) if name is None else ("HP0001275",)
    ranker = Ranker(ParsedSearch(code, (), codes=QueryCodes(whole=whole)), "sv", {})
    found = scored_hit(ranker, document, HitScore(1.0, 1.0, labels[1], has_code=True), "sv")
    assert (found.matched.value if found.matched else None) == name


def test_a_code_that_is_in_no_code_system_is_told(client: FlaskClient) -> None:
    page = client.get("/search?lang=en&q=C50.99", headers=HTML).text
    assert "The code “C50.99” is in none of the code systems here." in page
    assert "is in none" not in client.get("/search?lang=en&q=C50", headers=HTML).text
