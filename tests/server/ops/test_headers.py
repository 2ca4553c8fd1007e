"""Response headers (links, caching, CORS) and well-known paths."""

from __future__ import annotations

import base64
import csv
import gzip
import hashlib
import io
import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient
from pyoxigraph import NamedNode, RdfFormat, parse

HTML = {"Accept": "text/html"}
CONCEPT = "/cs/onkologi/lungcancer"
IRI = "https://w3id.org/begrepp/id/cs/onkologi/lungcancer"


def links(header: str) -> dict[str, list[str]]:
    """The targets of a `Link` header by relation."""
    found: dict[str, list[str]] = {}
    for href, rels in re.findall(r'<([^>]*)>; rel="([^"]*)"', header):
        for rel in rels.split():
            found.setdefault(rel, []).append(href)
    return found


def test_a_page_points_to_its_name_its_descriptions_its_licence_and_what_it_is_part_of(client: FlaskClient) -> None:
    found = links(client.get(CONCEPT, headers=HTML).headers["Link"])
    assert found["cite-as"] == found["describes"] == [IRI]
    assert f"{CONCEPT}.ttl" in found["describedby"] and f"{CONCEPT}.jsonld" in found["alternate"]
    assert found["license"] == ["https://creativecommons.org/licenses/by/4.0/"]
    assert "https://schema.org/DefinedTerm" in found["type"]
    assert found["up"][0].startswith("/cs/onkologi/") and found["collection"] == ["/cs/onkologi"]
    assert found["author"] == ["https://w3id.org/begrepp/id/agent/begrepp"]


def test_a_description_points_back_to_its_page_and_says_its_profile(client: FlaskClient) -> None:
    found = links(client.get(f"{CONCEPT}.ttl").headers["Link"])
    assert CONCEPT in found["alternate"] and found["profile"] == ["http://www.w3.org/2004/02/skos/core"]


def test_the_links_are_also_a_list_of_their_own(client: FlaskClient) -> None:
    there = links(client.get(CONCEPT, headers=HTML).headers["Link"])["linkset"][0]
    answer = client.get(there)
    assert answer.content_type == "application/linkset+json"
    page, *alternate_formats = answer.get_json()["linkset"]
    assert page["anchor"].endswith(CONCEPT) and page["cite-as"] == [{"href": IRI}]
    assert {"href": f"http://localhost{CONCEPT}", "type": "text/html"} in alternate_formats[0]["describes"]


@pytest.mark.parametrize("path", [CONCEPT, f"{CONCEPT}.ttl", "/cs", "/", "/def.ttl", "/.well-known/void"])
def test_who_has_it_already_is_not_sent_it_again(client: FlaskClient, path: str) -> None:
    first = client.get(path)
    tag, changed = first.headers["ETag"], first.headers["Last-Modified"]
    assert first.status_code == 200 and not tag.startswith("W/")
    assert "public" in first.headers["Cache-Control"] and "stale-while-revalidate" in first.headers["Cache-Control"]
    for condition in ({"If-None-Match": tag}, {"If-Modified-Since": changed}):
        again = client.get(path, headers=condition)
        assert (again.status_code, again.data) == (304, b"") and again.headers["ETag"] == tag
    assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_languages_and_formats_have_tags_of_their_own(client: FlaskClient) -> None:
    tags = {
        client.get(CONCEPT, headers={"Accept": accept, "Accept-Language": language}).headers["ETag"]
        for accept in ("text/html", "text/turtle")
        for language in ("sv", "en")
    }
    assert len(tags) == 3  # Turtle is the same in all languages


def test_head_has_the_headers_of_get_and_options_lets_others_in(client: FlaskClient) -> None:
    get, head = client.get(CONCEPT, headers=HTML), client.head(CONCEPT, headers=HTML)
    assert head.data == b"" and {name: head.headers[name] for name in ("ETag", "Link", "Vary", "Content-Type")} == {
        name: get.headers[name] for name in ("ETag", "Link", "Vary", "Content-Type")
    }
    asked = client.options(CONCEPT, headers={"Origin": "https://example.org", "Access-Control-Request-Method": "GET"})
    assert asked.status_code == 200 and asked.headers["Access-Control-Allow-Origin"] == "*"
    assert "GET" in asked.headers["Access-Control-Allow-Methods"]


def test_a_format_that_there_is_not_is_answered_with_those_that_there_are(client: FlaskClient) -> None:
    answer = client.get(CONCEPT, headers={"Accept": "application/pdf"})
    assert (answer.status_code, answer.mimetype) == (406, "application/problem+json")
    available = {offer["type"]: offer["href"] for offer in answer.get_json()["available"]}
    assert available["text/turtle"] == f"{CONCEPT}?format=ttl"
    assert client.get(available["application/ld+json"]).mimetype == "application/ld+json"


def test_no_page_lets_a_script_in_that_is_not_ours(client: FlaskClient) -> None:
    answer = client.get(CONCEPT, headers=HTML)
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert not re.search(r"<[^>]+ (style|on\w+)=", answer.text)
    assert {answer.headers["X-Content-Type-Options"], answer.headers["Referrer-Policy"]} == {
        "nosniff",
        "strict-origin-when-cross-origin",
    }


@pytest.mark.parametrize(
    ("path", "kind"),
    [(CONCEPT, "DefinedTerm"), ("/cs/onkologi", "Dataset"), ("/dataset/nkbc", "Dataset"), ("/", "WebSite")],
)
def test_pages_speak_to_search_engines(client: FlaskClient, path: str, kind: str) -> None:
    page = client.get(path, headers={**HTML, "Accept-Language": "sv"}).text
    said = re.search(r'<script type="application/ld\+json">(.*?)</script>', page)
    assert said and 'property="og:title"' in page
    found = json.loads(said[1])
    assert kind in found["@type"] and found["@context"] == "https://schema.org/"
    if path == "/dataset/nkbc":
        assert len(found["variableMeasured"]) > 20 and found["variableMeasured"][0]["@type"] == "PropertyValue"
    if path == CONCEPT:
        assert {"@language": "en", "@value": "lung cancer"} in found["name"]


def test_the_data_set_is_described_where_harvesters_look(client: FlaskClient) -> None:
    answer = client.get("/.well-known/void")
    quads = [*parse(answer.data, format=RdfFormat.TURTLE)]
    void = "http://rdfs.org/ns/void#"
    dumps = [
        q.object.value for q in quads if q.predicate.value == f"{void}dataDump" and isinstance(q.object, NamedNode)
    ]
    assert answer.mimetype == "text/turtle" and any("onkologi.ttl.gz" in dump for dump in dumps)
    assert client.get("/context.jsonld").get_json(force=True)["@context"]["prefLabel"]


def test_the_map_holds_every_concept(client: FlaskClient) -> None:
    robots = client.get("/robots.txt").text
    assert "Sitemap: http://localhost/sitemap.xml" in robots and "Disallow: /sparql" in robots
    name = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"
    maps = [e.text or "" for e in ElementTree.fromstring(client.get("/sitemap.xml").text).iter(name)]
    assert "http://localhost/sitemap/onkologi-1.xml" in maps
    for each in maps:
        listed = ElementTree.fromstring(client.get(each.removeprefix("http://localhost")).text)
        assert [*listed.iter(name)], each
    assert f"<loc>http://localhost{CONCEPT}</loc>" in client.get("/sitemap/onkologi-1.xml").text
    assert client.get("/sitemap/onkologi-99.xml").status_code == 200
    assert client.get("/sitemap/nope-1.xml").status_code == 404


@pytest.mark.parametrize("form", ["nq", "ttl", "jsonld", "csv", "sqlite"])
def test_a_code_system_can_be_taken_home(client: FlaskClient, tmp_path: Path, form: str) -> None:
    with client.get(f"/downloads/onkologi.{form}.gz") as answer:
        body = answer.data
    assert (answer.status_code, answer.mimetype) == (200, "application/gzip")
    digest = hashlib.sha256(body)
    assert answer.headers["Repr-Digest"] == f"sha-256=:{base64.b64encode(digest.digest()).decode()}:"
    assert client.get(f"/downloads/onkologi.{form}.gz.sha256").text == f"{digest.hexdigest()}  onkologi.{form}.gz\n"
    assert 'rel="license"' in answer.headers["Link"]
    with client.get(f"/downloads/onkologi.{form}.gz", headers={"Range": "bytes=0-9"}) as part:
        assert (part.status_code, part.data) == (206, body[:10])
    data = gzip.decompress(body)
    if form == "csv":
        rows = {row["notation"]: row for row in csv.DictReader(io.StringIO(data.decode()))}
        assert rows["lungcancer"]["prefLabel@en"] == "lung cancer" and rows["lungcancer"]["status"] == "active"
    elif form == "sqlite":
        (tmp_path / "onkologi.sqlite").write_bytes(data)
        with closing(sqlite3.connect(tmp_path / "onkologi.sqlite")) as file:
            about = dict(file.execute("SELECT * FROM about"))
            terms = (
                "SELECT term FROM term JOIN concept ON iri = concept WHERE notation = 'lungcancer' AND language = 'en'"
            )
            assert "lung cancer" in {term for (term,) in file.execute(terms)}
            above = [row[0] for row in file.execute("SELECT broader FROM broader WHERE concept = ?", (IRI,))]
            matched = file.execute("SELECT count(*) FROM mapping WHERE concept = ?", (IRI,)).fetchone()[0]
            licences = {row[0] for row in file.execute("SELECT licence FROM licence")}
        assert above == [IRI.replace("lungcancer", "cancer")] and matched >= 0
        assert licences == {about["licence"]} and about["citation"].endswith("https://w3id.org/begrepp/")
    else:
        format_ = {"nq": RdfFormat.N_QUADS, "ttl": RdfFormat.TURTLE, "jsonld": RdfFormat.JSON_LD}[form]
        assert NamedNode(IRI) in {quad.subject for quad in parse(data, format=format_)}


def test_the_list_of_downloads_is_for_people_and_for_machines(client: FlaskClient) -> None:
    assert "onkologi.ttl.gz" in client.get("/downloads", headers=HTML).text
    said = client.get("/downloads?format=json").get_json()
    assert said["hash"] in client.get("/downloads/manifest.json").text and said["citation"]
    assert {row["id"] for row in said["downloads"]} >= {"begrepp", "onkologi", "icd-10-se"}
    for path in ("/downloads/nope.ttl.gz", "/downloads/onkologi.exe.gz", "/downloads/..%2Fmanifest.json"):
        assert client.get(path).status_code == 404
