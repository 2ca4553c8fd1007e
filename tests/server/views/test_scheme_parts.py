"""Code systems in parts lead to their parts' concepts, and what was withdrawn says that it was."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from begrepp.build.loads.parallel_loader import EditionJob
from begrepp.build.pipeline import build
from begrepp.rdf.iris import Iris
from begrepp.records import EditionFiles
from begrepp.settings import Settings
from server.app import create_app
from tests.support import parts
from tests.support.small import Quiet

HTML = {"Accept": "text/html"}


def mapping_path(predicate: str) -> str:
    """The path of the one mapping of an edition."""
    ends = (f"{parts.ROOT}/part-a/AAA00", predicate, f"{parts.ROOT}/part-b/BB000")
    why = "https://w3id.org/semapv/vocab/ManualMappingCuration"
    return Iris().mapping("delar", *ends, "False", why).removeprefix("https://w3id.org/begrepp")


def build_parts(folder: Path) -> Settings:
    """Build the code system in two parts and its mappings."""
    found = Settings(data=folder / "data", query_seconds=5, query_workers=1)
    jobs = []
    for source, version, loader in (
        ("system", "2021", parts.load),
        ("delar", "2021", parts.load_mappings),
        ("delar", "2022", parts.load_mappings),
    ):
        place: Path = folder / "raw" / source / version
        place.mkdir(parents=True)
        (place / "parts.csv").write_text("-\n", encoding="utf-8")
        edition = EditionFiles(source=source, version=version, folder=place, files=(place / "parts.csv",))
        jobs.append(EditionJob(edition, loader))
    build(jobs, found, Quiet(), accept_fewer=True)
    return found


@contextmanager
def served(settings: Settings) -> Iterator[FlaskClient]:
    """A client of the application that serves a build."""
    app = create_app(settings)
    yield app.test_client()
    app.extensions["begrepp"].pool.close()


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    with served(build_parts(tmp_path_factory.mktemp("parts"))) as client:
        yield client


@pytest.mark.parametrize("asked", ["/cs/system/AAA00", "/cs/system/aaa00"])
def test_a_code_of_the_whole_leads_to_the_part(reader: FlaskClient, asked: str) -> None:
    response = reader.get(asked, headers=HTML)
    assert (response.status_code, response.headers["Location"]) == (301, "/cs/part-a/AAA00")
    assert reader.get(f"/id{asked}", headers=HTML).headers["Location"] == "/cs/part-a/AAA00"
    assert reader.get("/resolve?system=urn:oid:1.2.3&code=BB000").headers["Location"] == "/cs/part-b/BB000"


def test_a_code_that_means_different_things_in_the_parts_gives_a_choice(reader: FlaskClient) -> None:
    response = reader.get("/cs/system/H", headers=HTML)
    assert response.status_code == 300
    assert "/cs/part-a/H" in response.text and "/cs/part-b/H" in response.text


def test_the_whole_has_a_page_with_its_parts(reader: FlaskClient) -> None:
    page = reader.get("/cs/system?lang=sv", headers=HTML)
    assert page.status_code == 200
    assert "System i delar" in page.text and "/cs/part-a" in page.text and "/cs/part-b" in page.text


def test_the_parts_are_one_reconciliation_service(reader: FlaskClient) -> None:
    queries = {"a": {"query": "AAA00"}, "h": {"query": "H"}, "b": {"query": "BB000", "type": "part-a"}}
    found = reader.post("/reconcile/system", data={"queries": json.dumps(queries)}).get_json()
    first = found["a"]["result"][0]
    assert (first["id"], first["match"]) == (f"{parts.ROOT}/part-a/AAA00", True)
    meanings = [each for each in found["h"]["result"] if each["score"] == 100]
    assert {each["id"] for each in meanings} == {f"{parts.ROOT}/part-a/H", f"{parts.ROOT}/part-b/H"}
    assert not any(each["match"] for each in meanings) and all(
        "part-b" not in each["id"] for each in found["b"]["result"]
    )


def test_a_withdrawn_mapping_is_gone_and_says_where_it_was(reader: FlaskClient) -> None:
    response = reader.get(mapping_path(parts.BROAD), headers=HTML)
    assert response.status_code == 410
    assert "/mapping/delar/release/2021" in response.text
    assert reader.get(mapping_path(parts.BROAD), headers={"Accept": "text/turtle"}).status_code == 410
    assert reader.get(mapping_path(parts.CLOSE), headers=HTML).status_code == 303


def test_a_server_without_a_build_says_what_to_do(tmp_path: Path) -> None:
    client = create_app(Settings(data=tmp_path, query_workers=1)).test_client()
    for path in ("/", "/cs/x/y", "/sparql?query=ASK{}"):
        response = client.get(path, headers=HTML)
        assert response.status_code == 503
        assert "begrepp build" in response.text
    assert client.get("/health").status_code == 200
    assert client.get("/ready").status_code == 503


def test_a_new_build_is_seen_without_a_restart(tmp_path: Path) -> None:
    settings = build_parts(tmp_path)
    with served(settings) as client:
        before = client.get("/ready").get_json()["build"]
        place = tmp_path / "raw" / "system" / "2021"
        edition = EditionFiles(source="system", version="2021", folder=place, files=(place / "parts.csv",))
        build([EditionJob(edition, parts.load)], settings, Quiet(), accept_fewer=True)
        assert client.get("/ready").get_json()["build"] != before
        assert client.get("/mapping/delar", headers=HTML).status_code == 404
        answer = client.get("/sparql", query_string={"query": "ASK { ?s sssom:mappings ?o }"})
        assert answer.get_json()["boolean"] is False
