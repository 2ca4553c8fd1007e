"""The store's port: the disk store of a build, and an endpoint over HTTP, asked the same question."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask

from begrepp.artefact.manifest import current_build
from begrepp.cli.main import main
from begrepp.errors import NoBuild, QueryError
from begrepp.settings import Settings
from begrepp.store.disk import DiskStore
from begrepp.store.remote import RemoteStore, StoreUnreachable
from tests.support.serving import serve_in_thread

QUERY = 'SELECT ?label { ?c skos:notation "lungcancer" ; skos:prefLabel ?label } ORDER BY ?label'


@pytest.fixture(scope="module")
def endpoint(app: Flask) -> Iterator[str]:
    """The address of a SPARQL endpoint over HTTP."""
    with serve_in_thread(app) as address:
        yield f"{address}/sparql"


def test_disk_and_endpoint_answer_alike(built: Settings, endpoint: str) -> None:
    disk = DiskStore(current_build(built) / "store").query(QUERY)
    here = [row["label"].value for row in disk]  # type: ignore[union-attr]
    answer = RemoteStore(endpoint).query_json(QUERY)
    there = [row["label"]["value"] for row in answer["results"]["bindings"]]
    assert here == there == ["lung cancer", "lungcancer"]


@pytest.mark.parametrize("output", ["table", "csv", "json"])
def test_the_command_line_asks_an_endpoint(endpoint: str, output: str) -> None:
    done = CliRunner().invoke(main, ["query", QUERY, "--endpoint", endpoint, "--format", output])
    assert done.exit_code == 0 and "lungcancer" in done.output
    if output == "json":
        assert json.loads(done.output)["head"]["vars"] == ["label"]


def test_an_ask_is_answered_by_an_endpoint(endpoint: str) -> None:
    done = CliRunner().invoke(main, ["query", "ASK { ?c a skos:Concept }", "--endpoint", endpoint])
    assert done.output.strip() == "true"


def test_an_endpoint_that_refuses_is_an_error_with_words(endpoint: str) -> None:
    with pytest.raises(QueryError, match="The query cannot be answered"):
        RemoteStore(endpoint).query_json("SELECT * { ?s ?p }")


def test_an_endpoint_that_is_not_there_is_an_error_with_words() -> None:
    with pytest.raises(StoreUnreachable, match="does not answer the query"):
        RemoteStore("http://127.0.0.1:9/sparql", timeout_seconds=2).query_json(QUERY)


def test_a_store_that_is_not_there_says_how_to_build_it(tmp_path: Path) -> None:
    with pytest.raises(NoBuild, match="begrepp build"):
        DiskStore(tmp_path / "store")
