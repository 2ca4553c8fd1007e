"""Withheld texts are absent from all output of a public build: pages, search, RDF, SPARQL, dumps, errors."""

from __future__ import annotations

import gzip
import io
import json
import re
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote
from zipfile import ZipFile

import polars
import pytest
from flask.testing import FlaskClient

from begrepp.artefact.manifest import current_build
from begrepp.build.loads.parallel_loader import EditionJob
from begrepp.build.pipeline import build
from begrepp.exports.downloads import FORMATS, file_name
from begrepp.exports.nquads import write_nquads
from begrepp.records import EditionFiles
from begrepp.settings import Settings
from server.app import create_app
from tests.support.protected import CANARY, load, load_badly, load_mappings
from tests.support.small import Quiet

ENCODED = quote(CANARY)
STEM = CANARY[:8]


def editions(folder: Path) -> Iterator[EditionJob]:
    for source, version, loader in (
        ("skyddad", "2021", load),
        ("skyddad", "2022", load),
        ("skyddade", "2022", load_mappings),
        ("trasig", "2022", load_badly),
    ):
        place = folder / source / version
        place.mkdir(parents=True)
        file = place / "secret.csv"
        file.write_text(f"{CANARY}\n", encoding="utf-8")
        yield EditionJob(EditionFiles(source=source, version=version, folder=place, files=(file,)), loader)


def settings_for(folder: Path, *, public: bool) -> Settings:
    settings = Settings(data=folder / "data", query_seconds=5, query_workers=1)
    build([*editions(folder / "raw")], settings, Quiet(), public=public, keep_going=True, accept_fewer=True)
    return settings


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return settings_for(tmp_path_factory.mktemp("public"), public=True)


@pytest.fixture(scope="module")
def private(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return settings_for(tmp_path_factory.mktemp("private"), public=False)


def served(settings: Settings) -> Iterator[FlaskClient]:
    """Yield a client of the application that serves a build."""
    app = create_app(settings)
    yield app.test_client()
    app.extensions["begrepp"].pool.close()


@pytest.fixture(scope="module")
def reader(public: Settings) -> Iterator[FlaskClient]:
    yield from served(public)


@pytest.fixture(scope="module")
def private_reader(private: Settings) -> Iterator[FlaskClient]:
    yield from served(private)


def readable(data: bytes) -> str:
    """Decode a file, all parts of a workbook, or a Parquet file; in an SQLite database other bytes are replaced."""
    if data.startswith(b"PAR1"):
        return polars.read_parquet(io.BytesIO(data)).write_csv()
    if data.startswith(b"PK"):
        with ZipFile(io.BytesIO(data)) as parts:
            return "".join(readable(parts.read(name)) for name in parts.namelist())
    return data.decode("utf-8", "replace" if data.startswith(b"SQLite format 3") else "strict")


def assert_clean(text: str, where: str) -> None:
    for form in (CANARY, ENCODED, STEM, quote(CANARY.encode("utf-8")).lower(), "kanariefagel"):
        place = text.find(form)
        assert place < 0, f"{where}: …{text[max(0, place - 200) : place + 100]}…"


def test_every_page_that_can_be_reached_and_its_twins_are_clean(reader: FlaskClient) -> None:
    waiting = deque(["/", "/cs", "/validation", "/def", "/sparql", "/search?q=p1", "/cs/skyddad/children", "/nope"])
    seen: set[str] = set()
    while waiting and len(seen) < 800:
        path = waiting.popleft()
        if path in seen:
            continue
        seen.add(path)
        response = reader.get(path, headers={"Accept": "text/html"})
        with response:
            body = response.data
        data = gzip.decompress(body) if response.mimetype == "application/gzip" else body
        assert_clean(readable(data) + str(response.headers), path)
        if response.mimetype == "text/html":
            links = [
                link.replace("&amp;", "&") for link in re.findall(r'(?:href|data-branch)="(/[^"#]*)', response.text)
            ]
            waiting += [link for link in links if not link.startswith(("/static", "/language"))]
        if location := response.headers.get("Location"):
            waiting.append(location)
    assert {"/cs/skyddad", "/cs/skyddad/p1", "/cs/skyddad/p1.2", "/cs/skyddad/p1.ttl", "/mapping/skyddade"} <= seen


@pytest.mark.parametrize("of_build", ["reader", "private_reader"])
@pytest.mark.parametrize("form", FORMATS)
def test_no_download_holds_the_words_whatever_build_is_served(
    request: pytest.FixtureRequest, of_build: str, form: str
) -> None:
    reader: FlaskClient = request.getfixturevalue(of_build)
    for name in ("skyddad", "begrepp"):
        with reader.get(f"/downloads/{file_name(name, form)}") as answer:
            text = readable(gzip.decompress(answer.data))
        assert "p1.1" in text
        assert_clean(text, f"{name}.{form}")
    for path in ("/downloads?format=json", "/downloads/manifest.json", "/.well-known/void"):
        assert_clean(reader.get(path).text, path)


@pytest.mark.parametrize("path", ["/linkset/cs/skyddad/p1", "/sitemap/skyddad-1.xml", "/sitemap.xml", "/downloads"])
def test_what_machines_look_for_is_clean(reader: FlaskClient, path: str) -> None:
    answer = reader.get(path)
    assert answer.status_code == 200
    assert_clean(answer.text + str(answer.headers), path)


@pytest.mark.parametrize("query", [CANARY, "kanariefagel", "kanarie", "kanariefogel", "p1", "benämning"])
def test_search_does_not_know_the_words(reader: FlaskClient, query: str) -> None:
    found = reader.get("/search.json", query_string={"q": query}).get_json()
    assert_clean(str(found["results"]), "/search.json")
    if query.startswith("kanarie"):
        assert found["results"] == []


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { ?s ?p ?o }",
        "SELECT * { GRAPH ?g { ?s ?p ?o } }",
        "CONSTRUCT { ?s ?p ?o } { GRAPH ?g { ?s ?p ?o } }",
        "DESCRIBE <https://w3id.org/begrepp/id/cs/skyddad/p1>",
    ],
)
def test_no_query_finds_the_words(reader: FlaskClient, query: str) -> None:
    answer = reader.get("/sparql", query_string={"query": query})
    assert answer.status_code == 200
    assert_clean(answer.text, query)


@pytest.mark.parametrize("path", ["/cs/skyddad/nope", "/cs/skyddad/p1?format=pdf", "/resolve?system=skyddad&code=q"])
def test_no_error_quotes_the_words(reader: FlaskClient, path: str) -> None:
    for accept in ("text/html", "application/json"):
        assert_clean(reader.get(path, headers={"Accept": accept}).text, path)


def test_the_public_build_and_its_dump_hold_none_of_the_words(public: Settings, tmp_path: Path) -> None:
    folder = current_build(public)
    assert_clean((folder / "manifest.json").read_text(encoding="utf-8"), "manifest.json")
    for path in folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert CANARY.encode() not in data and ENCODED.encode() not in data, path.relative_to(folder)
    write_nquads(folder, tmp_path / "all.nq", public=True)
    assert_clean((tmp_path / "all.nq").read_text(encoding="utf-8"), "dump")


def test_the_public_dump_of_a_private_build_holds_none_of_the_words(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, public=False)
    write_nquads(current_build(settings), tmp_path / "all.nq.gz", public=True)
    with gzip.open(tmp_path / "all.nq.gz", "rt", encoding="utf-8") as quads:
        assert_clean(quads.read(), "dump")


def test_the_structure_is_still_there_and_the_page_says_what_is_left_out(reader: FlaskClient) -> None:
    page = reader.get("/cs/skyddad/p1.1?lang=sv", headers={"Accept": "text/html"}).text
    assert "<h1>p1.1</h1>" in page and "/cs/skyddad/p1.2" in page
    assert "Utgivaren tillåter inte att texterna sprids" in page
    assert "Skyddat kodverk" in reader.get("/cs/skyddad", headers={"Accept": "text/html"}).text
    retired = reader.get("/cs/skyddad/p1.2?lang=sv", headers={"Accept": "text/html"}).text
    assert "Begreppet är utgånget" in retired and "/cs/skyddad/p1.1" in retired


@pytest.mark.parametrize("text", [CANARY, "kanariefagel", "p1", "p1.1", "benämning"])
def test_reconciliation_does_not_know_the_words(reader: FlaskClient, text: str) -> None:
    for path in ("/reconcile", "/reconcile/skyddad", "/reconcile/skyddad@2021"):
        answer = reader.post(path, data={"queries": json.dumps({"q": {"query": text, "limit": 50}})})
        assert answer.status_code == 200
        assert_clean(answer.text, path)
        if text.startswith("kanarie"):
            assert answer.get_json()["q"]["result"] == []


def test_values_and_previews_of_reconciliation_are_clean(reader: FlaskClient) -> None:
    for path in ("/reconcile/skyddad", "/reconcile/skyddad@2021"):
        proposed = reader.get(f"{path}/propose").get_json()["properties"]
        query = {"ids": ["p1", "p1.1", "p1.2"], "properties": [{"id": each["id"]} for each in proposed]}
        assert_clean(reader.post(path, data={"extend": json.dumps(query)}).text, "extend")
        for part in ("preview", "flyout"):
            assert_clean(reader.get(f"{path}/{part}?id=p1.1").text, part)
        assert_clean(reader.get(path).text + reader.get(f"{path}/suggest/type").text, path)


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("search", {"query": CANARY}),
        ("search", {"query": "p1"}),
        ("concept", {"ids": ["skyddad|p1", "skyddad|p1.1", "skyddad|p1.2"]}),
        ("concept", {"ids": ["skyddad|p1.1"], "as_of": "2021-06-30"}),
        ("hierarchy", {"id": "skyddad|p1", "direction": "descendants"}),
        ("expand", {"expression": "<< p1", "system": "skyddad"}),
        ("check_codes", {"codes": ["p1", "p1.2", "p9"], "system": "skyddad"}),
        ("map", {"ids": ["skyddad|p1.1"]}),
        ("changes", {"system": "skyddad"}),
        ("find_variables", {"ids": ["skyddad|p1.1"]}),
        ("schemes", {}),
        ("cite", {"ids": ["skyddad|p1.1", "skyddad"]}),
        ("sparql", {"query": "SELECT * { ?s ?p ?o FILTER(isLiteral(?o)) }", "limit": 500}),
    ],
)
def test_tools_of_assistants_do_not_know_the_words(
    reader: FlaskClient, tool: str, arguments: dict[str, object]
) -> None:
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": tool, "arguments": arguments}}
    headers = {"Accept": "application/json, text/event-stream", "Mcp-Protocol-Version": "2025-06-18"}
    answer = reader.post("/mcp", json=body, headers=headers)
    result = answer.get_json()["result"]
    assert not result.get("isError"), result
    assert_clean(json.dumps(result.get("structuredContent"), ensure_ascii=False), tool)
