"""The pages say what they should, in both languages, without JavaScript."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from dataclasses import replace
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from flask.testing import FlaskClient

from begrepp.records import Text
from begrepp.settings import ROOT, Settings
from server.app import create_app
from server.http.i18n import LANGUAGES, Translator, translations
from server.served.labels import choose_text

HTML = {"Accept": "text/html"}
PAGES = [
    "/",
    "/cs",
    "/dataset",
    "/mapping",
    "/search",
    "/search?q=lungcancer",
    "/cs/onkologi",
    "/cs/onkologi/lungcancer",
    "/cs/ecog",
    "/cs/ecog/1",
    "/cs/icd-10-se/release/2021",
    "/dataset/nkbc",
    "/mapping/onkologi",
    "/agent/begrepp",
    "/load/onkologi/2026.1",
    "/graph/catalog",
    "/def",
    "/sparql",
    "/validation",
]


def test_code_systems_and_lists_are_apart_with_the_registers_that_use_them(client: FlaskClient) -> None:
    page = client.get("/cs", headers={"Accept": "text/html", "Accept-Language": "sv"}).text
    systems, lists = page.split("Kodlistor</th>")
    assert "/cs/icd-10-se" in systems and "/cs/ecog" in lists and "/cs/ecog" not in systems
    row = systems[systems.index('href="/cs/icd-10-se"') :]
    assert re.search(r'href="/cs/icd-10-se#variables">[2-9] register<', row[: row.index("</tr>")])


def test_every_language_has_the_same_words() -> None:
    swedish, *others = (translations(language) for language in LANGUAGES)
    for other in others:
        assert swedish.keys() == other.keys()
        for key, words in swedish.items():
            assert set(re.findall(r"\{(\w+)\}", words)) == set(re.findall(r"\{(\w+)\}", other[key])), key


def test_every_fact_of_the_starter_is_named_in_every_language() -> None:
    said = [tomllib.loads(path.read_text(encoding="utf-8")) for path in (ROOT / "starter").glob("*/*/source.toml")]
    about = {evidence["about"] for declaration in said for evidence in declaration.get("evidence", ())}
    assert len(about) > 20
    for language in LANGUAGES:
        assert not [each for each in about if f"about.{each}" not in translations(language)], language


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", PAGES)
def test_a_page_opens_in_each_language(client: FlaskClient, path: str, language: str) -> None:
    response = client.get(path, headers={**HTML, "Accept-Language": language})
    assert response.status_code == 200
    assert f'<html lang="{language}">' in response.text
    assert response.headers["Content-Language"] == language
    assert response.text.count("<h1") == 1
    assert 'href="#main"' in response.text and '<main id="main"' in response.text


def test_the_language_is_chosen_by_parameter_then_cookie_then_header(client: FlaskClient) -> None:
    english = {**HTML, "Accept-Language": "en"}
    assert '<html lang="sv">' in client.get("/", headers=HTML).text
    assert '<html lang="en">' in client.get("/", headers=english).text
    switched = client.get("/language/sv?back=/cs/onkologi/lungcancer")
    assert (switched.status_code, switched.headers["Location"]) == (303, "/cs/onkologi/lungcancer")
    assert '<html lang="sv">' in client.get("/", headers=english).text
    assert '<html lang="en">' in client.get("/?lang=en", headers=HTML).text


def test_a_language_in_the_address_stands_in_every_link_to_a_page(client: FlaskClient) -> None:
    plain = client.get("/cs/onkologi/lungcancer", headers=HTML).text
    assert not [href for href in _links(plain) if "lang=" in href and not href.startswith("/language/")]
    page = client.get("/cs/onkologi/lungcancer?lang=en", headers=HTML).text
    for href in _links(page):
        leads_to_a_page = (
            href.startswith("/") and not href.startswith("/language/") and "." not in href.rpartition("/")[2]
        )
        assert "lang=en" in href or not leads_to_a_page, href
    assert '<input type="hidden" name="lang" value="en">' in page
    assert "/language/sv?back=%2Fcs%2Fonkologi%2Flungcancer%3Flang%3Dsv" in page


def _links(page: str) -> list[str]:
    return [unescape(href) for href in re.findall(r'<a [^>]*href="([^"]*)"', page)]


@pytest.mark.parametrize(
    "path",
    [
        "/cs/onkologi",
        "/cs/onkologi/lungcancer",
        "/dataset/nkbc",
        "/dataset/nkbc/anmalan/var/a_pad_her2",
        "/mapping/onkologi",
    ],
)
def test_a_problem_with_any_statement_can_be_reported(built: Settings, path: str) -> None:
    application = create_app(replace(built, report_link="https://issues.example/new"))
    try:
        page = application.test_client().get(path, headers=HTML).text
    finally:
        application.extensions["begrepp"].pool.close()
    iri = quote(f"https://w3id.org/begrepp/id{path}", safe="")
    assert page.count(f'href="https://issues.example/new?title={iri}"') == 1


def test_without_an_address_for_reports_a_page_has_the_text(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BEGREPP_REPORT_LINK", raising=False)
    assert not Settings().report_link
    iri = "https://w3id.org/begrepp/id/cs/onkologi/lungcancer"
    page = client.get("/cs/onkologi/lungcancer", headers=HTML).text
    (link,) = {unescape(href) for href in re.findall(r'href="(/report[^"]*)"', page)}
    assert parse_qs(urlsplit(link).query) == {"about": [iri]}
    report = client.get(link, headers=HTML).text
    words = unescape(re.search(r"<textarea[^>]*>(.*?)</textarea>", report, re.DOTALL)[1])  # type: ignore[index]
    assert f"Gäller: lungcancer <{iri}>" in words and "Vad är fel:" in words
    assert 'href="/agent/' in report and "BEGREPP_REPORT_LINK" in report


def test_a_report_may_be_about_any_address(client: FlaskClient) -> None:
    report = client.get("/report?lang=en&about=%3Cscript%3Ealert(1)%3C/script%3E", headers=HTML)
    assert report.status_code == 200 and "<script>alert" not in report.text
    assert client.get("/report", headers=HTML).status_code == 200


def test_a_third_language_is_one_file(built: Settings, tmp_path: Path) -> None:
    """The server as it is, with a Finnish file beside the others."""
    shutil.copytree(ROOT / "server", tmp_path / "server")
    words = (ROOT / "server/translations/en.toml").read_text(encoding="utf-8")
    finnish = words.replace('language = "English"', 'language = "Suomi"').replace(
        'schemes = "', 'schemes = "Koodistot ', 1
    )
    (tmp_path / "server/translations/fi.toml").write_text(finnish, encoding="utf-8")
    asked = """
import server.app
assert server.app.__file__.startswith(__import__("sys").argv[1]), server.app.__file__
from begrepp.settings import Settings
app = server.app.create_app(Settings())
client = app.test_client()
html = {"Accept": "text/html"}
finnish = client.get("/cs", headers={**html, "Accept-Language": "fi"})
for page in (client.get("/cs/onkologi?lang=fi", headers=html), finnish):
    assert '<html lang="fi">' in page.text and "Koodistot" in page.text, page.text[:500]
assert ">Suomi</a>" in client.get("/?lang=sv", headers=html).text
assert client.get("/api/v1/lookup?system=onkologi&code=lungcancer&lang=fi").get_json()["label"]
app.extensions["begrepp"].pool.close()
"""
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "BEGREPP_DATA": str(built.data)}
    command = [sys.executable, "-c", asked, str(tmp_path)]
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:x"])
def test_the_switch_never_leads_away(client: FlaskClient, back: str) -> None:
    assert client.get("/language/en", query_string={"back": back}).headers["Location"] == "/"


def test_the_label_is_in_the_readers_language_and_the_other_is_marked(client: FlaskClient) -> None:
    page = client.get("/cs/onkologi/lungcancer?lang=en", headers=HTML).text
    assert "<h1>lung cancer</h1>" in page
    assert '<span lang="sv" class="other">lungcancer</span>' in page


def test_labels_fall_back_from_the_readers_language_to_the_other_to_any() -> None:
    latin, swedish, english = Text("pulmo", "la"), Text("lunga", "sv"), Text("lung", "en")
    assert choose_text([latin, swedish, english], "en") == english
    assert choose_text([latin, swedish], "en") == swedish
    assert choose_text([latin], "en") == latin
    assert choose_text([], "en") is None


def test_a_concept_says_what_matches_it_and_what_does_not(client: FlaskClient) -> None:
    page = client.get("/mapping/onkologi?lang=sv", headers=HTML).text
    assert "exakt motsvarighet" in page and "INTE" in page
    concept = client.get("/cs/onkologi/lungcancer?lang=sv", headers=HTML).text
    assert "manuellt mappad" in concept and "/cs/icd-10-se/C34" in concept


def test_a_mapping_shows_from_both_of_its_ends(client: FlaskClient) -> None:
    assert "/cs/onkologi/lungcancer" in client.get("/cs/icd-10-se/C34", headers=HTML).text


def test_a_dataset_says_who_holds_it_what_it_leaves_out_and_that_it_is_a_sketch(client: FlaskClient) -> None:
    page = client.get("/dataset/nkbc?lang=sv", headers=HTML).text
    for words in (
        "Preliminär beskrivning",
        "Registerhållare",
        "Omfattar inte",
        "Så får du tillgång till data",
        "KON_VALUE",
    ):
        assert words in page


def test_a_variable_shows_the_values_of_its_code_list(client: FlaskClient) -> None:
    dataset = client.get("/dataset/nkbc?lang=sv", headers=HTML).text
    found = re.search(r'href="(/dataset/nkbc/[^"]*KON_VALUE)[?"]', dataset)
    assert found
    page = client.get(f"{found[1]}?lang=sv", headers=HTML).text
    assert "kvinna" in page.lower()


def test_search_finds_by_word_code_and_variable(client: FlaskClient) -> None:
    for query, href in (("lungcancer", "/cs/onkologi/lungcancer"), ("A009", "/cs/icd-10-se/A00.9")):
        first = client.get(f"/search.json?q={query}").get_json()["results"][0]
        assert first["href"] == href


def test_search_tells_by_which_synonym_a_thing_was_found(client: FlaskClient) -> None:
    page = client.get("/search?q=mammarcancer&lang=sv", headers=HTML).text
    assert "Även kallat" in page and "<em>mammarcancer</em>" in page


def test_a_branch_of_the_tree_is_a_piece_of_html(client: FlaskClient) -> None:
    page = client.get("/cs/onkologi/children?of=https://w3id.org/begrepp/id/cs/onkologi/cancer").text
    assert page.strip().startswith("<ul>") and "/cs/onkologi/lungcancer" in page and "<html" not in page


def test_only_pages_of_known_schemes_have_branches(client: FlaskClient) -> None:
    assert client.get("/cs/nope/children").status_code == 404


def test_an_error_page_is_in_the_readers_language(client: FlaskClient) -> None:
    assert "Not found" in client.get("/nope", headers={**HTML, "Accept-Language": "en"}).text
    assert "Sidan finns inte" in client.get("/nope", headers={**HTML, "Accept-Language": "sv"}).text


def test_an_error_page_links_the_addresses_that_it_names(client: FlaskClient) -> None:
    page = client.get("/cs/onkologi/lungcancer?asOf=1999-01-01", headers={**HTML, "Accept-Language": "en"})
    assert page.status_code == 404 and "<h1>Not in force on that day</h1>" in page.text
    assert '<a href="/cs/onkologi/lungcancer">/cs/onkologi/lungcancer</a> shows the current state.' in page.text
    swedish = client.get("/queries/nope", headers={**HTML, "Accept-Language": "sv"}).text
    assert 'Exempelfrågorna finns på <a href="/queries">/queries</a>.' in swedish
    template = client.get("/resource", headers={**HTML, "Accept-Language": "en"}).text
    assert "Use /resource?uri=https://…" in template  # a pattern is no address
    hostile = client.get("/cs/onkologi//evil.example/%3Cb%3E?asOf=1999-01-01", headers=HTML).text
    assert 'href="//' not in hostile and "<b>" not in hostile.partition("<main")[2]


def test_hostile_words_are_shown_as_words(client: FlaskClient) -> None:
    page = client.get("/search", query_string={"q": '"><script>alert(1)</script>'}, headers=HTML).text
    assert "<script>alert" not in page


@pytest.mark.parametrize("query", ["' OR 1=1", "*", '"', "\\", "(", "a" * 500, "\u0000", "å" * 90, "[", "+", "~"])
def test_no_search_makes_the_server_stumble(client: FlaskClient, query: str) -> None:
    assert client.get("/search", query_string={"q": query}, headers=HTML).status_code == 200
    assert client.get("/search.json", query_string={"q": query}).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/cs/icd-10-se/%00",
        "/cs/icd-10-se/%FF%FE",
        "/cs/%3Cscript%3E",
        "/cs/icd-10-se/A00%3E%20%7D",
        "/id/cs/../../etc/passwd",
        "/resource?uri=%3E%20%7D%20SELECT",
        "/resource?uri=",
        "/resolve?system=x&code=%22",
        "/cs/icd-10-se/children?of=%3E%7D",
        "/cs/onkologi?offset=-5",
        "/mapping/onkologi?offset=99999999999999999999",
        "/search?q=cancer&offset=99999999",
        "/dataset/",
        "/id/",
    ],
)
def test_no_address_makes_the_server_stumble(client: FlaskClient, path: str) -> None:
    for accept in ("text/html", "text/turtle"):
        assert client.get(path, headers={"Accept": accept}).status_code < 500


@pytest.mark.parametrize(("number", "swedish", "english"), [(12345, "12\u00a0345", "12,345"), (0.95, "0,95", "0.95")])
def test_numbers_are_written_as_the_reader_does(number: float, swedish: str, english: str) -> None:
    assert (Translator("sv").number(number), Translator("en").number(number)) == (swedish, english)
