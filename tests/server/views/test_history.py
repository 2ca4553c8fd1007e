"""Differences, documents as of a day, Memento, retired codes and several codes at once, over HTTP."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pyoxigraph import Literal, NamedNode, QuerySolutions, RdfFormat, Store, parse

import loaders
from begrepp.build.loads.parallel_loader import EditionJob
from begrepp.build.pipeline import build
from begrepp.history.changes import FORMAL_RULES
from begrepp.queries.query_files import QUERIES_DIR, get_example
from begrepp.rdf.namespaces import expand, sparql_prologue
from begrepp.records import (
    Edition,
    EditionFiles,
    Mapping,
    MappingSet,
    Record,
    Redistribution,
    Scheme,
    ValueSet,
    texts,
)
from begrepp.settings import Settings
from begrepp.store.disk import DiskStore
from server.app import create_app
from server.http.i18n import LANGUAGES
from server.served.as_of import format_http_date
from server.served.build import ServedBuild
from server.served.dated_build import DatedBuild
from tests.support import editions
from tests.support.editions import edition
from tests.support.small import HEADER, ROWS, Quiet, build_small, put, settings_in

HTML = {"Accept": "text/html"}
BASE = "https://w3id.org/begrepp/"
PAIR = "/cs/par/difference/2021..2022"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(scope="module")
def app_with_history(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    settings = Settings(data=tmp_path_factory.mktemp("history") / "data", query_seconds=5, query_workers=1)
    jobs = [EditionJob(edition(settings.raw, version), editions.load) for version in ("2021", "2022")]
    text = put(settings, HEADER + ROWS, edition="2019")
    for year in ("2019", "2020"):
        path = text if year == "2019" else put(settings, HEADER + ROWS.replace("UNS", "ospecificerad"), edition=year)
        job = EditionFiles(source="icd10_se", version=year, folder=path.parent, files=(path,))
        jobs.append(EditionJob(job, loaders.loader_of(job)))
    build(jobs, settings, Quiet(), accept_fewer=True)
    application = create_app(settings)
    yield application
    application.extensions["begrepp"].pool.close()


@pytest.fixture
def web(app_with_history: Flask) -> FlaskClient:
    return app_with_history.test_client()


# Differences.


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_difference_has_a_page_with_its_counts_in_each_language(web: FlaskClient, language: str) -> None:
    page = web.get(PAIR, headers={**HTML, "Accept-Language": language})
    assert page.status_code == 200 and f'<html lang="{language}">' in page.text
    total = len(editions.EXPECTED)
    assert re.search(rf"{total} (ändringar|changes)", page.text)
    word = {"sv": "återanvänd", "en": "reused"}[language]
    assert word in page.text and "Detalj" in page.text
    assert 'href="/cs/par/A2"' in page.text and "Instabil kärlkramp" in re.sub(r"</?(ins|del)>", "", page.text)


def test_a_filter_chooses_by_class_rule_code_and_words(web: FlaskClient) -> None:
    split = web.get(f"{PAIR}?type=split", headers=HTML).text
    assert "Aortaklaffel" in split and "Vejpskada" not in split
    one = web.get(f"{PAIR}?rule=ruleTitleShared", headers=HTML).text
    assert "Hosta" in one and "Aortaklaffel" not in one
    assert "Vejpskada" in web.get(f"{PAIR}?q=vejp", headers=HTML).text
    assert "Vejpskada" in web.get(f"{PAIR}?q=b8", headers=HTML).text
    assert "Inga ändringar matchar" in web.get(f"{PAIR}?q=zzz", headers=HTML).text
    assert web.get(f"{PAIR}?type=nonsense", headers=HTML).status_code == 400


@pytest.mark.parametrize("how", ["suffix", "parameter", "accept"])
def test_a_difference_comes_as_csv(web: FlaskClient, how: str) -> None:
    if how == "accept":
        answer = web.get(PAIR, headers={"Accept": "text/csv"})
    else:
        answer = web.get(f"{PAIR}.csv" if how == "suffix" else f"{PAIR}?format=csv")
    assert answer.mimetype == "text/csv"
    rows = [*csv.DictReader(answer.text.splitlines())]
    assert {(r["change"], r["rule"]) for r in rows} == {row[:2] for row in editions.EXPECTED}
    filtered = web.get(f"{PAIR}.csv?type=merged").text.splitlines()
    assert len(filtered) == 1 + sum(row[0] == "merged" for row in editions.EXPECTED)


@pytest.mark.parametrize("suffix", ["ttl", "jsonld", "rdf", "nt"])
def test_a_difference_comes_as_rdf_whole(web: FlaskClient, suffix: str) -> None:
    answer = web.get(f"{PAIR}.{suffix}")
    rdf_format = RdfFormat.from_media_type(str(answer.mimetype))
    assert rdf_format is not None
    quads = [*parse(answer.data, format=rdf_format)]
    made_of = [q for q in quads if q.predicate == NamedNode(expand("xkos:madeOf"))]
    assert len(made_of) == len(editions.EXPECTED)
    assert {q.subject for q in made_of} == {NamedNode(f"{BASE}id{PAIR}")}


def test_the_iri_of_a_difference_and_of_a_change_lead_to_their_documents(web: FlaskClient) -> None:
    answer = web.get(f"/id{PAIR}", headers=HTML)
    assert (answer.status_code, answer.headers["Location"]) == (303, PAIR)
    change = web.get(f"/id{PAIR}/split/A5", headers=HTML, follow_redirects=True)
    assert change.status_code == 200 and "flera efterträdare" in change.text


def test_the_scheme_links_to_its_differences_and_its_feed(web: FlaskClient) -> None:
    page = web.get("/cs/par", headers=HTML).text
    assert f'href="{PAIR}"' in page and 'href="/cs/par/changes.atom"' in page
    links = web.get(PAIR, headers=HTML).headers["Link"]
    assert f"<{PAIR}.csv>" in links and "</cs/par/changes.atom>" in links and f"<{PAIR}.ttl>" in links


def test_editions_that_were_not_compared_are_not_found_and_the_others_named(web: FlaskClient) -> None:
    answer = web.get("/cs/par/difference/2019..2022", headers=HTML)
    assert answer.status_code == 404 and "2021..2022" in answer.text


@pytest.mark.parametrize(("path", "entries"), [("/cs/par/changes.atom", 1), ("/changes.atom", 2)])
def test_changes_come_as_a_feed(web: FlaskClient, path: str, entries: int) -> None:
    answer = web.get(path)
    assert answer.mimetype == "application/atom+xml"
    feed = ElementTree.fromstring(answer.data)
    assert feed.findtext(f"{ATOM}updated") == "2022-01-01T00:00:00Z"
    found = feed.findall(f"{ATOM}entry")
    assert len(found) == entries
    assert found[0].findtext(f"{ATOM}id") == f"{BASE}id{PAIR}"
    assert all(entry.findtext(f"{ATOM}summary") for entry in found)
    assert web.get("/cs/nothing/changes.atom").status_code == 404


def test_a_feed_links_to_its_page_and_comes_as_json_too(web: FlaskClient) -> None:
    feed = ElementTree.fromstring(web.get("/cs/par/changes.atom").data)
    links = {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}
    assert links == {"self": f"{BASE}cs/par/changes.atom", "alternate": f"{BASE}cs/par"}
    entry = feed.find(f"{ATOM}entry")
    assert entry is not None and entry.find(f"{ATOM}link[@rel='alternate']") is not None
    answer = web.get("/cs/par/changes.json?lang=sv")
    assert answer.mimetype == "application/feed+json"
    said = answer.get_json(force=True)
    assert said["version"] == "https://jsonfeed.org/version/1.1" and said["language"] == "sv"
    assert said["home_page_url"] == f"{BASE}cs/par" and said["feed_url"] == f"{BASE}cs/par/changes.json"
    (item,) = said["items"]
    assert item["id"] == f"{BASE}id{PAIR}" and item["url"] == f"{BASE}{PAIR[1:]}"
    assert item["date_published"] == "2022-01-01T00:00:00Z"
    assert item["summary"] == entry.findtext(f"{ATOM}summary") or "återanvänd" in item["summary"]
    assert len(web.get("/changes.json").get_json(force=True)["items"]) == 2
    page = web.get(PAIR, headers=HTML).text
    assert re.search(r'<link rel="alternate" type="application/feed\+json"[^>]*href="/cs/par/changes.json">', page)


def test_a_difference_begins_with_its_classes_and_chapters(web: FlaskClient) -> None:
    page = web.get(f"{PAIR}?lang=sv", headers=HTML).text
    tiles = dict(re.findall(r'<a class="tile c-(\w+)"[^>]*><b>(\d+)</b>', page))
    counts = Counter(row[0] for row in editions.EXPECTED)
    assert {kind: int(n) for kind, n in tiles.items()} == counts
    rows = re.findall(r'\?lang=sv&amp;chapter=(\w+)#changes">.*?<td class="num">(\d+)</td>', page)
    assert {chapter for chapter, _ in rows} >= {"A", "B"}
    assert 'class="ribbons"' in page
    only = web.get(f"{PAIR}?chapter=B", headers=HTML).text
    assert "Vejpskada" in only and ">A2</a>" in page and ">A2</a>" not in only
    listed = [*csv.DictReader(web.get(f"{PAIR}.csv?chapter=B").text.splitlines())]
    assert len(listed) == int(dict(rows)["B"])
    # A code that moved from A to B counts in both.
    moved = {row["old_code"] for row in listed if row["rule"] == "ruleOtherParent"}
    assert moved and moved <= {
        row["old_code"] for row in csv.DictReader(web.get(f"{PAIR}.csv?chapter=A").text.splitlines())
    }


def test_formal_changes_are_folded_and_changed_words_marked(web: FlaskClient) -> None:
    page = web.get(f"{PAIR}?lang=sv", headers=HTML).text
    formal = sum(row[1] in FORMAL_RULES for row in editions.EXPECTED)
    assert formal and f"+ {formal} formell" in page
    shown, folded = page.split('<details class="group">')
    assert shown.count('<span class="tag kindof') == len(editions.EXPECTED) - formal
    assert folded.count('<span class="tag kindof') == formal
    chosen = web.get(f"{PAIR}?rule=ruleSpellingOnly", headers=HTML).text
    assert '<details class="group">' not in chosen and '<span class="tag kindof' in chosen
    assert "<ins>Instabil" in page


# As of a day.


def test_a_concept_reads_as_it_did_on_a_day_and_says_so(web: FlaskClient) -> None:
    then = web.get("/cs/par/A2?asOf=2021-06-30", headers=HTML)
    assert "<h1>Kärlkramp</h1>" in then.text
    assert "Sidan visar vad som gällde den 2021-06-30" in then.text and 'href="/cs/par/A2"' in then.text
    assert then.headers["Memento-Datetime"] == "Fri, 01 Jan 2021 00:00:00 GMT"
    now = web.get("/cs/par/A2", headers=HTML).text
    assert "<h1>Instabil kärlkramp</h1>" in now and "Sidan visar vad som gällde den" not in now
    english = web.get("/cs/par/A2?asOf=2021-06-30&lang=en", headers=HTML).text
    assert "This page shows what was in force on 2021-06-30" in english


def test_the_rdf_of_a_day_is_that_of_the_edition_in_force(web: FlaskClient) -> None:
    for path in ("/cs/par/A2.ttl?asOf=2021-06-30", "/cs/par/A2?format=ttl&asOf=2021-06-30"):
        turtle = web.get(path)
        assert '"Kärlkramp"@sv' in turtle.text and "Instabil" not in turtle.text
        assert turtle.headers["Memento-Datetime"] == "Fri, 01 Jan 2021 00:00:00 GMT"


def test_a_scheme_as_of_a_day_counts_and_lists_what_was_in_force(web: FlaskClient) -> None:
    page = web.get("/cs/par?asOf=2021-12-31", headers=HTML).text
    assert "gällde då" in page and "senare" in page and "Uppgifterna kommer från utgåva 2021" in page


def test_a_code_that_had_been_retired_by_a_day_says_so(web: FlaskClient) -> None:
    page = web.get("/cs/par/D9?asOf=2022-06-30", headers=HTML).text
    assert "Åderlåtning" in page and "Koden var då utgången" in page and "2021-12-31" in page
    turtle = web.get("/cs/par/D9.ttl?asOf=2022-06-30").text
    assert "begrepp:inactive" in turtle and "begrepp:status begrepp:active" not in turtle
    before = web.get("/cs/par/D9?asOf=2021-06-30", headers=HTML).text
    assert "var då utgången" not in before


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/cs/par/C1?asOf=2021-06-30", 404, "Den finns först i 2022, från 2022-01-01"),
        ("/cs/par/A2?asOf=1999-01-01", 404, "Den första utgåvan är 2021"),
        ("/cs/par/A2?asOf=yesterday", 400, "är inget datum"),
    ],
)
def test_a_day_without_an_answer_says_why(web: FlaskClient, path: str, status: int, words: str) -> None:
    answer = web.get(path, headers=HTML)
    assert answer.status_code == status and words in answer.text


def test_a_retired_code_answers_with_its_last_texts_and_successors(web: FlaskClient) -> None:
    page = web.get("/cs/par/A5", headers=HTML)
    assert page.status_code == 200
    assert "Klaffel" in page.text and "Begreppet är utgånget" in page.text
    assert 'href="/cs/par/C1"' in page.text and 'href="/cs/par/C2"' in page.text


def test_a_code_that_never_was_is_not_found_with_near_misses(web: FlaskClient) -> None:
    page = web.get("/cs/par/A2X", headers=HTML)
    assert page.status_code == 404 and 'href="/cs/par/A2"' in page.text


# Memento (RFC 7089).


def test_a_document_is_its_own_timegate(web: FlaskClient) -> None:
    plain = web.get("/cs/par/A2", headers=HTML)
    assert 'rel="original timegate"' in plain.headers["Link"] and 'rel="timemap"' in plain.headers["Link"]
    assert "Accept-Datetime" in plain.headers["Vary"] and "Memento-Datetime" not in plain.headers
    asked = web.get("/cs/par/A2", headers={**HTML, "Accept-Datetime": "Wed, 30 Jun 2021 12:00:00 GMT"})
    assert (asked.status_code, asked.headers["Location"]) == (302, "/cs/par/A2?asOf=2021-01-01")
    assert "Accept-Datetime" in asked.headers["Vary"]
    early = web.get("/cs/par/A2.ttl", headers={"Accept-Datetime": "Thu, 01 Jan 1970 00:00:00 GMT"})
    assert early.headers["Location"] == "/cs/par/A2.ttl?asOf=2021-01-01"
    assert web.get("/cs/par/A2", headers={**HTML, "Accept-Datetime": "soon"}).status_code == 400


def test_the_iri_passes_the_day_on(web: FlaskClient) -> None:
    asked = web.get("/id/cs/par/A2", headers={**HTML, "Accept-Datetime": "Wed, 30 Jun 2021 12:00:00 GMT"})
    assert (asked.status_code, asked.headers["Location"]) == (303, "/cs/par/A2?asOf=2021-01-01")
    assert web.get("/id/cs/par/A2?asOf=2021-05-05", headers=HTML).headers["Location"] == "/cs/par/A2?asOf=2021-05-05"


def test_a_timemap_lists_the_states_that_are_kept(web: FlaskClient) -> None:
    answer = web.get("/timemap/link/cs/par/A2")
    assert answer.mimetype == "application/link-format"
    assert re.findall(r'<([^>]+)>; rel="([^"]+)"', answer.text) == [
        ("http://localhost/cs/par/A2", "original timegate"),
        ("http://localhost/timemap/link/cs/par/A2", "self"),
        ("http://localhost/cs/par/A2?asOf=2021-01-01", "first memento"),
        ("http://localhost/cs/par/A2?asOf=2022-01-01", "last memento"),
    ]
    new = web.get("/timemap/link/cs/par/C1").text
    assert "2021-01-01" not in new and 'rel="first last memento"' in new
    assert web.get("/timemap/link/cs/par/nothing").status_code == 404


def test_each_memento_answers_for_itself(web: FlaskClient) -> None:
    for href, day in re.findall(
        r'<([^>]+)>; rel="[^"]*memento"; datetime="([^"]+)"', web.get("/timemap/link/cs/par/D9").text
    ):
        answer = web.get(href, headers=HTML)
        assert answer.status_code == 200 and answer.headers["Memento-Datetime"] == day


def test_every_link_on_a_page_as_of_a_day_keeps_the_day_but_the_one_back_to_now(web: FlaskClient) -> None:
    for path in ("/cs/par", "/cs/par/A2", "/cs/par/E5", "/cs/par/children?of=" + quote(f"{BASE}id/cs/par/A")):
        text = web.get(f"{path}{'&' if '?' in path else '?'}asOf=2021-06-30", headers=HTML).text
        links = re.findall(r'(?:href|data-branch)="(/cs/par[^"]*)"', text)
        assert len(links) > 3
        undated = {link for link in links if "asOf=2021-06-30" not in link}
        assert all(
            link == path or re.match(r"/cs/par/(release|level|difference|changes|index)", link) for link in undated
        )


def test_a_concept_tells_what_happened_to_it_and_what_it_became(web: FlaskClient) -> None:
    page = web.get("/cs/par/B7", headers=HTML).text
    assert 'href="/cs/par/C7"' in page and 'href="/cs/par/C8"' in page and f'href="{PAIR}?q=B7"' in page
    assert "Enligt jämförelsen" not in web.get("/cs/par/A5", headers=HTML).text, "stated successors come first"


def test_http_dates_are_in_english_and_gmt() -> None:
    assert format_http_date(date(2019, 6, 30)) == "Sun, 30 Jun 2019 00:00:00 GMT"


# Several codes at once, by any alias.

ICD = (
    "icd-10-se",
    "urn:oid:1.2.752.116.1.1.1",
    "1.2.752.116.1.1.1",
    "urn:oid:1.2.752.116.1.1.1.1.3",
    "1.2.752.116.1.1.1.1.8",
    "http://hl7.org/fhir/sid/icd-10-se",
    "https://hl7.org/fhir/sid/icd-10-se",
    "http://hl7.org/fhir/sid/icd-10-se|2021",
    "https://www.icd10.se/",
    "https://www.icd10.se",
    "https://terminologitjansten.inera.se/inera-kodverksforvaltning/kodverk/icd-10-se",
    f"{BASE}id/cs/icd-10-se",
)


@pytest.mark.parametrize("system", ICD)
def test_every_spelling_of_a_system_resolves(web: FlaskClient, system: str) -> None:
    answer = web.get(f"/resolve?system={quote(system, safe='')}&code=a000", headers=HTML)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/cs/icd-10-se/A00.0")
    (one,) = web.post("/resolve", json=[{"system": system, "code": "A000"}]).get_json()
    assert one["iri"] == f"{BASE}id/cs/icd-10-se/A00.0"


def test_several_codes_resolve_in_order_each_with_its_answer(web: FlaskClient) -> None:
    asked = [("par", "A5"), ("urn:oid:1.2.752.99.1", "A1"), ("nowhere", "A1"), ("par", "A2X"), ("par", "A5")]
    answers = web.post("/resolve", json=[{"system": s, "code": c} for s, c in asked]).get_json()
    assert [(a["system"], a["code"]) for a in answers] == asked
    retired, active, system, code, again = answers
    assert retired["status"] == "inactive" and [s["notation"] for s in retired["successors"]] == ["C1", "C2"]
    assert (active["status"], active["label"], active["lang"], active["successors"]) == (
        "active",
        "Hjärtsvikt",
        "sv",
        [],
    )
    assert system["error"] == "unknown-system" and "nowhere" in system["reason"]
    assert code["error"] == "unknown-code" and "A2" in [near["notation"] for near in code["near"]]
    assert again == retired


def test_codes_resolve_as_of_a_day(web: FlaskClient) -> None:
    asked = [
        ("A5", "2021-06-30"),
        ("A5", "2022-06-30"),
        ("C1", "2021-06-30"),
        ("A5", "1999-01-01"),
        ("A2", "2021-06-30"),
    ]
    answers = web.post("/resolve", json=[{"system": "par", "code": c, "asOf": day} for c, day in asked]).get_json()
    before, after, not_yet, before_all, renamed = answers
    assert (before["status"], before["successors"]) == ("active", [])
    assert after["status"] == "inactive"
    assert [(s["notation"], s["status"]) for s in after["successors"]] == [("C1", "active"), ("C2", "active")]
    assert not_yet["error"] == "unknown-code" and "2021-06-30" in not_yet["reason"]
    assert before_all["error"] == "unknown-code" and "1999-01-01" in before_all["reason"]
    (now,) = web.post("/resolve", json=[{"system": "par", "code": "A2"}]).get_json()
    assert renamed["label"] != now["label"] and renamed["asOf"] == "2021-06-30"


@pytest.mark.parametrize(
    "asked",
    [{}, "A00", [1], [{"system": "par"}], [{"system": "par", "code": 5}], [{"system": "par", "code": "A1"}] * 1001],
)
def test_a_list_of_codes_that_is_none_is_refused_in_words(web: FlaskClient, asked: object) -> None:
    answer = web.post("/resolve", json=asked, headers={"Accept": "application/json"})
    assert answer.status_code == 400
    assert answer.get_json()["detail"]


# What is passed on, and what is touched.


def test_a_public_build_keeps_the_publishers_words_out_of_a_difference(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    put(settings, HEADER + ROWS, edition="2021")
    put(settings, HEADER + ROWS.replace("Påhittad kategori", "Hemligt nytt namn"), edition="2022")
    manifest = build_small(settings, public=True)
    assert manifest.differences[0].counts == {"definitionChanged": 1}
    application = create_app(settings)
    web = application.test_client()
    for path in ("", ".csv", ".ttl", "?q=a00"):
        answer = web.get(f"/cs/icd-10-se/difference/2021..2022{path}", headers=HTML if "." not in path else {})
        assert answer.status_code == 200
        assert "Hemligt" not in answer.text and "Påhittad kategori" not in answer.text
    assert "Hemligt" not in web.get("/changes.atom").text
    application.extensions["begrepp"].pool.close()


def mappings(edition_: EditionFiles) -> Iterator[Record]:
    """Mappings from a code that is retitled and from one that stays, and to one that another was merged into."""
    yield MappingSet(
        id="par-mappningar",
        version="2021",
        titles=texts("Mappningar", "Mappings"),
        licence=editions.OPEN,
        publisher=editions.PUBLISHER,
        valid_from=date(2021, 1, 1),
        redistribution=Redistribution.ALLOWED,
    )
    for code, other in (("A1", "A"), ("A2", "A"), ("A1", "B2")):
        yield Mapping(
            mapping_set="par-mappningar",
            origin=editions.HERE,
            subject=f"par:{code}",
            predicate="http://www.w3.org/2004/02/skos/core#closeMatch",
            object=f"par:{other}",
            justification="https://w3id.org/semapv/vocab/ManualMappingCuration",
            authors=("Någon",),
            confidence=0.7,
        )


def value_sets(edition_: EditionFiles) -> Iterator[Record]:
    """A value set with a code that is retitled, and one with a code that stays."""
    yield Scheme(id="urval", titles=texts("Urval", "Choices"))
    yield Edition(
        scheme="urval",
        version="2021",
        valid_from=date(2021, 1, 1),
        publisher=editions.PUBLISHER,
        licence=editions.OPEN,
        redistribution=Redistribution.ALLOWED,
    )
    for id_, title, member in (("berord", "Berörda koder", "par:A2"), ("orord", "Orörda koder", "par:A1")):
        yield ValueSet(
            scheme="urval", id=id_, version="2021", origin=editions.HERE, titles=texts(title, id_), members=(member,)
        )


def test_a_difference_shows_the_value_sets_that_it_touches(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    jobs = [EditionJob(edition(settings.raw, version), editions.load) for version in ("2021", "2022")]
    jobs.append(EditionJob(edition(settings.raw, "2021", "urval"), value_sets))
    build(jobs, settings, Quiet())
    application = create_app(settings)
    page = application.test_client().get(PAIR, headers=HTML).text
    touched = page[page.index('id="impact"') :]
    assert "Berörda koder" in touched and 'class="code">A2<' in touched
    assert "Orörda koder" not in touched and 'class="code">A1<' not in touched
    application.extensions["begrepp"].pool.close()


def test_a_difference_shows_the_mappings_that_it_touches(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    jobs = [EditionJob(edition(settings.raw, version), editions.load) for version in ("2021", "2022")]
    jobs.append(EditionJob(edition(settings.raw, "2021", "mapset"), mappings))
    build(jobs, settings, Quiet())
    application = create_app(settings)
    page = application.test_client().get(PAIR, headers=HTML).text
    touched = page[page.index('id="impact"') :]
    assert re.search(r"\b2 mappningar", touched) and 'href="/mapping/par-mappningar"' in touched
    assert [code in touched for code in ('class="code">A2<', 'class="code">B2<', 'class="code">A1<')] == [
        True,
        True,
        False,
    ]
    query = (QUERIES_DIR / "examples" / "what-changed-and-what-it-touches.rq").read_text(encoding="utf-8")
    rows = DiskStore(settings.current / "store").query(query)
    assert isinstance(rows, QuerySolutions)
    assert [row["code"].value for row in rows if isinstance(row["code"], Literal) and row["touched"]] == ["A2"]
    application.extensions["begrepp"].pool.close()


CHANGED = """
:difference begrepp:differenceOf :system ; begrepp:olderRelease :older ; begrepp:newerRelease :newer .
:difference xkos:madeOf :change, :other .
:older dcat:version "1" . :newer dcat:version "2" .
:change begrepp:changeType :moved ; begrepp:changeRule begrepp:ruleOtherParent ; xkos:sourceConcept :concept .
:other begrepp:changeType :moved ; begrepp:changeRule begrepp:ruleOtherParent ; xkos:targetConcept :new .
:moved rdfs:label "flyttad"@sv, "moved"@en .
:concept skos:inScheme :system ; skos:notation "A1" . :new skos:notation "A2" .
:set sssom:mappings :mapping1, :mapping2 .
:mapping1 owl:annotatedSource :concept . :mapping2 owl:annotatedTarget :concept .
:values a begrepp:ValueSet ; skos:member :concept . :collection skos:member :concept .
:register health:hasVariables :tables . :tables csvw:table :table .
:table csvw:column :variable1, :variable2, :variable3 .
:variable1 begrepp:codingSystem :system ; begrepp:codeList :system . :variable2 begrepp:codeList :system .
"""


def test_the_ready_query_names_everything_that_a_change_touches_once() -> None:
    store = Store()
    store.update(f"{sparql_prologue()}PREFIX : <http://example.org/> INSERT DATA {{ {CHANGED} }}")
    found = store.query(sparql_prologue() + get_example("what-changed-and-what-it-touches").text)
    assert isinstance(found, QuerySolutions)
    names = ("before", "code", "newCode", "class", "kind", "touched")
    assert Counter(
        tuple(row[name] and row[name].value.removeprefix("http://example.org/") for name in names) for row in found
    ) == Counter(
        [
            (None, None, "A2", "flyttad", None, None),
            ("concept", "A1", None, "flyttad", "dataset", "register"),
            ("concept", "A1", None, "flyttad", "mapping set", "set"),
            ("concept", "A1", None, "flyttad", "value set", "values"),
        ]
    )


def test_the_ready_query_reads_a_code_as_of_a_day(app_with_history: Flask) -> None:
    text = (QUERIES_DIR / "examples" / "what-a-code-meant-on-a-day.rq").read_text(encoding="utf-8")
    store = app_with_history.extensions["begrepp"].current_build().store
    labels = {}
    for day in ("2021-06-30", "2022-06-30"):
        rows = store.query(text.replace("2026-12-31", day).replace("C50.9", "A2"))
        labels[day] = [row["label"].value for row in rows]
    assert labels == {"2021-06-30": ["Kärlkramp"], "2022-06-30": ["Instabil kärlkramp"]}


DOMAIN = {
    "icd-10-se": "1.2.752.116.1.1.1 1.2.752.116.1.1.1.1.3 1.2.752.116.1.1.1.1.8 http://hl7.org/fhir/sid/icd-10-se "
    "https://www.icd10.se/ https://terminologitjansten.inera.se/inera-kodverksforvaltning/kodverk/icd-10-se",
    "kva": "1.2.752.116.1.3.2.3.4 1.2.752.116.1.3.2.1.4 http://electronichealth.se/id/kva "
    "http://klassifikationer.socialstyrelsen.se/kva",
    "kma": "1.2.752.116.1.3.2.3.5",
    "kka": "1.2.752.116.1.3.2.3.6",
    "ksh97-p": "1.2.752.116.1.3.1.1.2",
    "atc": "1.2.752.129.2.2.3.1.1 2.16.840.1.113883.6.73 http://www.whocc.no/atc",
    "icd-o-3": "2.16.840.1.113883.6.43.1 http://terminology.hl7.org/CodeSystem/icd-o-3",
}
"""The spellings seen in Swedish interfaces, per code system that has a loader of its own."""


def test_the_loaders_know_every_spelling_seen_in_swedish_interfaces() -> None:
    known = {scheme.id: scheme for source in loaders.all_sources() for scheme in source.schemes}
    for scheme, spellings in DOMAIN.items():
        said = {i.removeprefix("urn:oid:") for i in known[scheme].identifiers} | {known[scheme].preferred_system_uri}
        assert {*spellings.split()} <= said, scheme


def test_a_dated_build_overrides_attributes_of_a_build_and_adds_only_its_two_fields() -> None:
    public = {name for name in vars(DatedBuild) if not name.startswith("_")}
    assert public - set(dir(ServedBuild)) <= {"full_build", "graphs"}
    assert {"store", "schemes", "index"} <= public
