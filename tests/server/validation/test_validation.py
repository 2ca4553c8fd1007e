"""Validation on the web and over HTTP: what is sent comes back judged, nothing is kept of it, the server goes on."""

from __future__ import annotations

import io
import json
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pyoxigraph import RdfFormat, parse

from begrepp.settings import Settings
from begrepp.validation.profiles.profile import BUNDLED
from begrepp.validation.reports.formats import FORMATS
from server.app import create_app
from server.http.rate_limit import RateLimit, RateLimited
from server.validation.url_fetcher import FetchError, fetch_url

BAD = (BUNDLED / "skos" / "examples" / "invalid.ttl").read_bytes()
GOOD = (BUNDLED / "skos" / "examples" / "valid.ttl").read_bytes()
PAGE = {"Accept": "text/html"}
SHAPE = """@prefix sh: <http://www.w3.org/ns/shacl#> .
<https://example.org/S> a sh:NodeShape ; sh:targetClass <https://example.org/C> ; {} .
"""
DATA = '<https://example.org/a> a <https://example.org/C> ; <https://example.org/p> "{}" .'


@pytest.fixture(scope="module")
def strict(built: Settings) -> Iterator[Flask]:
    """The application with limits so low that they are met."""
    settings = Settings(
        data=built.data, validation_seconds=120, validation_memory_mb=2048, validation_mb=1, validation_rate=1000
    )
    application = create_app(settings)
    yield application
    application.extensions["begrepp.validation"].pool.close()
    application.extensions["begrepp"].pool.close()


@pytest.fixture
def desk(strict: Flask) -> FlaskClient:
    return strict.test_client()


def own(desk: FlaskClient, shapes: str, data: str) -> tuple[int, dict[str, str]]:
    """Return status and report for data validated against the client's own shapes."""
    form = {"text": data, "shapes_text": shapes, "syntax": "turtle"}
    answer = desk.post("/validation/own", data=form, headers={"Accept": "application/json"})
    return answer.status_code, json.loads(answer.text)


def test_a_program_sends_data_and_gets_a_report(desk: FlaskClient) -> None:
    answer = desk.post("/validation/skos", data=BAD, content_type="text/turtle")
    assert answer.status_code == 200 and answer.content_type.startswith("application/json")
    said = json.loads(answer.text)
    assert said["counts"]["violations"] == 6 and said["profile"]["name"] == "skos"
    assert json.loads(desk.post("/validation/skos", data=GOOD, content_type="text/turtle").text)["conforms"]


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_had_by_accept_and_by_parameter(desk: FlaskClient, name: str) -> None:
    media_type = FORMATS[name].media_type
    by_accept = desk.post("/validation/skos", data=GOOD, content_type="text/turtle", headers={"Accept": media_type})
    by_name = desk.post(f"/validation/skos?format={name}", data=GOOD, content_type="text/turtle")
    assert by_accept.status_code == by_name.status_code == 200
    assert by_accept.mimetype == by_name.mimetype == media_type


@pytest.mark.parametrize("name", FORMATS)
def test_a_report_names_no_folder_of_the_server(desk: FlaskClient, name: str) -> None:
    form = {"data": [(io.BytesIO(BAD), "fel å 1.ttl"), (io.BytesIO(GOOD), "b.ttl")]}
    answer = desk.post(f"/validation/skos?format={name}", data=form, follow_redirects=True)
    assert answer.status_code == 200 and not re.search(r"[^\s\"]*(?:job-\w|/tmp/|/data-0)[^\s\"]*", answer.text)


@pytest.mark.parametrize(
    ("sent", "uris"),
    [
        ([("v1-severity.d.ttl", BAD)], {"v1-severity.d.ttl"}),
        ([("first.nt", b"<urn:a> <urn:b> <urn:c> ."), ("mapp/fel å#1.ttl", BAD)], {"fel%20%C3%A5%231.ttl"}),
        ([("c:bad.ttl", BAD)], {"c%3Abad.ttl"}),
    ],
)
def test_sarif_names_the_files_as_sent(desk: FlaskClient, sent: list[tuple[str, bytes]], uris: set[str]) -> None:
    form = {"data": [(io.BytesIO(content), name) for name, content in sent]}
    answer = desk.post("/validation/skos?format=sarif", data=form)
    found = [each["locations"][0]["physicalLocation"] for each in json.loads(answer.text)["runs"][0]["results"]]
    assert {each["artifactLocation"]["uri"] for each in found} == uris
    assert any(each["region"]["startLine"] > 1 for each in found)


@pytest.mark.parametrize("syntax", ["turtle", "rdfxml", "jsonld", "ntriples", "trig", "nquads", "n3"])
def test_every_syntax_is_read(desk: FlaskClient, syntax: str) -> None:
    from pyoxigraph import serialize

    from begrepp.validation.rdf_input.syntax import SYNTAX_NAMES

    format_ = SYNTAX_NAMES[syntax]
    quads = parse(BAD, format=RdfFormat.TURTLE)
    body = serialize((quad.triple for quad in quads), format=format_) or b""
    answer = desk.post("/validation/skos", data=body, content_type=format_.media_type)
    assert json.loads(answer.text)["counts"]["violations"] == 6
    plain = desk.post(f"/validation/skos?syntax={syntax}", data=body, content_type="text/plain")
    assert json.loads(plain.text)["counts"]["violations"] == 6


def shown_causes(page: str) -> int:
    return page.partition("<main")[2].count("<li class=")


def test_a_person_gets_a_page_that_can_be_filtered_and_downloaded(desk: FlaskClient, strict: Flask) -> None:
    form = {"data": (io.BytesIO(BAD), "vokabulär.ttl"), "profile": "skos"}
    answer = desk.post("/validation", data=form, headers=PAGE)
    assert answer.status_code == 303
    where = answer.headers["Location"]
    for language, words in (("sv", "uppfyller inte"), ("en", "does not conform")):
        page = desk.get(f"{where}?lang={language}", headers=PAGE).text
        assert words in page and "vokabulär.ttl" in page and shown_causes(page) == 10
    assert shown_causes(desk.get(f"{where}?severity=Violation", headers=PAGE).text) == 6
    assert shown_causes(desk.get(f"{where}?q=S13", headers=PAGE).text) == 1
    for format_ in FORMATS.values():
        found = desk.get(f"{where}.{format_.suffix}")
        assert found.status_code == 200 and found.mimetype == format_.media_type
    kept = strict.extensions["begrepp.validation"].reports._folder / where.rpartition("/")[2]
    assert all(path.name.startswith("report.") for path in kept.iterdir()), "nothing of what was sent is kept"
    assert kept.stat().st_mode & 0o077 == 0 and kept.parent.stat().st_mode & 0o077 == 0
    old = time.time() - 25 * 3600
    os.utime(kept, (old, old))
    assert desk.get(where, headers=PAGE).status_code == 404


def test_a_report_is_not_found_by_a_path(desk: FlaskClient) -> None:
    assert desk.post("/validation/..%2f..%2fetc", data=GOOD, content_type="text/turtle").status_code == 404
    for name in ("..", "....ttl", "a" * 22, "%2e%2e%2fcurrent"):
        assert desk.get(f"/validation/reports/{name}").status_code == 404


def test_pasted_text_and_a_graph_of_the_build_are_judged(desk: FlaskClient) -> None:
    form = {"text": BAD.decode(), "profile": "skos", "syntax": "turtle"}
    assert json.loads(desk.post("/validation?format=json", data=form).text)["counts"]["violations"] == 6
    page = desk.get("/validation", headers=PAGE).text
    graph = next(iri for iri in re.findall(r'<option value="(http[^"]+)">', page) if "/cs/" in iri)
    said = json.loads(desk.post("/validation/begrepp?format=json", data={"graph": graph}).text)
    assert said["files"] == [] or said["counts"]["violations"] == 0
    assert desk.post("/validation/begrepp?format=json", data={"graph": "https://example.org/no"}).status_code == 400


@pytest.mark.parametrize(
    ("path", "body", "media_type", "status", "words"),
    [
        ("skos", b"", "text/turtle", 400, "no data to validate"),
        ("nosuch", GOOD, "text/turtle", 400, "no profile 'nosuch'"),
        ("own", GOOD, "text/turtle", 400, "no rules to validate against"),
        ("skos", GOOD, "image/png", 415, "image/png is not a supported RDF syntax"),
        ("skos", b'<http://a> <http://b>\n "x .', "text/turtle", 422, "line 2"),
        ("skos", "<http://a> <http://b> 'å' .".encode("latin-1"), "text/turtle", 422, "is not UTF-8"),
        ("skos", b"PK\x03\x04", "text/turtle", 422, "is a zip archive"),
        ("skos", b'{"@context": "https://example.org/c", "@id": "a:b"}', "application/ld+json", 422, "is not fetched"),
        ("skos", b"x" * (1024 * 1024 + 1), "text/turtle", 413, "larger than 1 MB"),
    ],
)
def test_what_cannot_be_judged_is_a_problem_with_words(
    desk: FlaskClient, path: str, body: bytes, media_type: str, status: int, words: str
) -> None:
    answer = desk.post(f"/validation/{path}", data=body, content_type=media_type)
    assert answer.status_code == status and answer.mimetype == "application/problem+json"
    said = json.loads(answer.text)
    assert words in f"{said['title']} {said.get('detail', '')}" and said["status"] == status


def test_a_person_gets_the_form_back_with_what_was_wrong(desk: FlaskClient) -> None:
    answer = desk.post("/validation", data={"text": "<a> b c", "profile": "skos"}, headers=PAGE)
    assert answer.status_code == 422 and 'role="alert"' in answer.text and "&lt;a&gt; b c" in answer.text


def test_rules_that_never_end_are_stopped_and_the_server_goes_on(built: Settings) -> None:
    application = create_app(Settings(data=built.data, validation_seconds=10))
    desk = application.test_client()
    data = "\n".join(DATA.replace("/a>", f"/a{n}>").format("a" * 40 + "!") for n in range(300))
    endless = """sh:sparql [ sh:select \"\"\"SELECT $this WHERE {
        ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l .
        FILTER(STR(?a) = CONCAT(STR(?d), STR(?g), STR(?j), "x")) }\"\"\" ]"""
    status, said = own(desk, SHAPE.format(endless), data)
    assert status == 503 and "was stopped" in said["title"]
    assert desk.post("/validation/skos", data=GOOD, content_type="text/turtle").status_code == 200
    application.extensions["begrepp.validation"].pool.close()


def test_a_pattern_that_explodes_does_not_stop_the_server(desk: FlaskClient) -> None:
    pattern = 'sh:property [ sh:path <https://example.org/p> ; sh:pattern "^(a+)+$" ]'
    status, said = own(desk, SHAPE.format(pattern), DATA.format("a" * 40 + "!"))
    assert status in (200, 422, 503), said
    assert desk.post("/validation/skos", data=GOOD, content_type="text/turtle").status_code == 200


def test_shapes_that_refer_to_themselves_end(desk: FlaskClient) -> None:
    recursive = "sh:property [ sh:path <https://example.org/p> ; sh:node <https://example.org/S> ]"
    status, _ = own(desk, SHAPE.format(recursive), DATA.format("x"))
    assert status in (200, 422)


@pytest.mark.slow
def test_too_much_memory_is_a_503(built: Settings) -> None:
    settings = Settings(data=built.data, validation_memory_mb=450, validation_mb=60, validation_seconds=120)
    application = create_app(settings)
    lines = "".join(f'<http://a/{n}> <http://b/{n % 7}> "{n}" .\n' for n in range(600_000))
    try:
        client = application.test_client()
        answer = client.post("/validation/skos", data=lines, content_type="application/n-triples")
        assert (answer.status_code == 503 and "memory" in answer.text) or "MB" in answer.text
        assert client.post("/validation/skos", data=GOOD, content_type="text/turtle").status_code == 200
    finally:
        application.extensions["begrepp.validation"].pool.close()


def test_whoever_asks_too_often_waits(built: Settings) -> None:
    application = create_app(Settings(data=built.data, validation_rate=2))
    client = application.test_client()
    statuses = [client.post("/validation/skos", data=b"", content_type="text/turtle").status_code for _ in range(3)]
    assert statuses == [400, 400, 429]
    rate = RateLimit(1, "Wait a little.")
    rate.acquire("a")
    rate.acquire("b")
    with pytest.raises(RateLimited):
        rate.acquire("a")


def test_the_service_is_described(desk: FlaskClient) -> None:
    said = json.loads(desk.get("/validation/openapi.json").text)
    assert said["openapi"].startswith("3.1")
    operation = said["paths"]["/validation/{profile}"]["post"]
    assert set(operation["responses"]) >= {"200", "413", "422", "429", "503"}
    assert set(operation["responses"]["200"]["content"]) == {each.media_type for each in FORMATS.values()}
    assert "dcat-ap-se" in operation["parameters"][0]["schema"]["enum"]


@pytest.mark.parametrize("name", sorted(path.name for path in BUNDLED.iterdir()))
@pytest.mark.parametrize("language", ["sv", "en"])
def test_every_profile_has_a_page(desk: FlaskClient, name: str, language: str) -> None:
    page = desk.get(f"/validation/{name}?lang={language}", headers=PAGE)
    assert page.status_code == 200
    assert 'id="valid"' in page.text and 'id="invalid"' in page.text and "<table" in page.text
    assert list(parse(desk.get(f"/validation/{name}.ttl").data, format=RdfFormat.TURTLE))


def test_the_addresses_of_shapes_lead_to_their_profile(desk: FlaskClient) -> None:
    assert desk.get("/shapes").headers["Location"].endswith("/validation/begrepp")
    assert 'id="S05-cycle"' in desk.get("/validation/begrepp", headers=PAGE).text
    assert desk.get("/validation/build", headers=PAGE).status_code == 200


ALLOWED = ("https://data.example.org", "http://plain.example.org:8080")


@pytest.mark.parametrize(
    ("url", "addresses", "words"),
    [
        ("https://data.example.org/x.ttl", ["10.0.0.1"], "private network"),
        ("https://data.example.org/x.ttl", ["93.184.216.34", "127.0.0.1"], "private network"),
        ("https://data.example.org/x.ttl", ["::1"], "private network"),
        ("https://data.example.org/x.ttl", ["::ffff:127.0.0.1"], "private network"),
        ("https://data.example.org/x.ttl", ["169.254.169.254"], "private network"),
        ("https://data.example.org/x.ttl", ["64:ff9b::7f00:1"], "private network"),
        ("https://data.example.org/x.ttl", [], "was not found"),
        ("http://data.example.org/x.ttl", ["93.184.216.34"], "not on the list"),
        ("https://data.example.org:444/x.ttl", ["93.184.216.34"], "not on the list"),
        ("https://data.example.org@evil.example/x", ["93.184.216.34"], "not on the list"),
        ("https://data.example.org.evil.example/x", ["93.184.216.34"], "not on the list"),
        ("file:///etc/passwd", ["93.184.216.34"], "not on the list"),
        ("https://[::1", ["93.184.216.34"], "is not a valid URL"),
    ],
)
def test_an_address_that_must_not_be_fetched_is_not(url: str, addresses: list[str], words: str, tmp_path: Path) -> None:
    with pytest.raises(FetchError, match=words):
        fetch_url(url, tmp_path / "x", ALLOWED, 1000, resolve=lambda host, port: addresses)


def test_by_address_is_off_until_the_operator_allows_it(desk: FlaskClient) -> None:
    answer = desk.post("/validation/skos?format=json", data={"url": "https://example.org/x.ttl"})
    assert answer.status_code == 422 and "does not fetch data from URLs" in answer.text
    assert 'name="url"' not in desk.get("/validation", headers=PAGE).text


class Site:
    """A server on this machine, asked as if its address were public."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        import http.server
        import threading

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                elsewhere = {"/moved": "/data.ttl", "/away": "http://evil.example/x", "/round": "/round"}
                self.send_response(302 if self.path in elsewhere else 200 if self.path == "/data.ttl" else 404)
                self.send_header("Location", elsewhere.get(self.path, ""))
                self.send_header("Content-Type", "text/turtle")
                self.end_headers()
                if self.path == "/data.ttl":
                    self.wfile.write(GOOD)

            def log_message(self, *_: object) -> None:
                """Nothing on the terminal."""

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.origin = f"http://data.example.org:{self.server.server_port}"
        monkeypatch.setattr("server.validation.url_fetcher.is_public", lambda address: address == "127.0.0.1")

    def get(self, path: str, target: Path, limit: int = 100_000) -> bytes:
        return fetch_url(
            self.origin + path, target, [self.origin], limit, lambda host, port: ["127.0.0.1"]
        ).path.read_bytes()


def test_an_allowed_address_is_fetched_and_redirects_obey_the_same_rules(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    site = Site(monkeypatch)
    try:
        assert site.get("/data.ttl", tmp_path / "a") == site.get("/moved", tmp_path / "b") == GOOD
        for path, words in (("/away", "not on the list"), ("/round", "more than 3 times"), ("/none", "answered 404")):
            with pytest.raises(FetchError, match=words):
                site.get(path, tmp_path / "c")
        with pytest.raises(FetchError, match="larger than"):
            site.get("/data.ttl", tmp_path / "d", limit=10)
    finally:
        site.server.shutdown()
        site.server.server_close()
