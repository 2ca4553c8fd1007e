"""The same pages and questions on three stores: the build's own, Oxigraph's server, and Virtuoso."""

from __future__ import annotations

import re
import socket
import tomllib
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from pyoxigraph import RdfFormat, parse

from begrepp.cli.main import main
from begrepp.queries.query_files import Query, read_queries
from begrepp.settings import Settings
from begrepp.store.remote import RemoteStore, StoreUnreachable
from server.app import create_app
from tests.support.engines import ISQL, OXIGRAPH, VIRTUOSO, Engine, oxigraph, virtuoso

pytestmark = pytest.mark.slow
FAULTS = tomllib.loads((Path(__file__).parent / "engine_faults.toml").read_text(encoding="utf-8"))
PAGES = ["/", "/cs", "/cs/onkologi", "/cs/onkologi/lungcancer", "/cs/icd-10-se/A00.0", "/dataset", "/dataset/nkbc",
         "/mapping/onkologi", "/search?q=cancer", "/queries"]  # fmt: skip
GRAPHS = ["/cs/onkologi/lungcancer.nt", "/dataset/nkbc.nt", "/cs/icd-10-se/A00.9.nt"]


@dataclass(frozen=True, slots=True)
class Served:
    """The application over a store, and over the build's own store."""

    name: str
    engine: Engine | None
    client: FlaskClient
    own: FlaskClient


@pytest.fixture(scope="module", params=["disk", "oxigraph", "virtuoso"])
def served(request: Any, built: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The build published to a server, and served from there."""
    name = request.param
    if name == "oxigraph" and not OXIGRAPH.exists():
        pytest.skip("Oxigraph's server is not installed (pip install oxigraph)")
    if name == "virtuoso" and not (VIRTUOSO and ISQL):
        pytest.skip("Virtuoso is not installed (apt-get install virtuoso-opensource)")
    settings = replace(built, query_seconds=120, query_memory_mb=4096)
    with ExitStack() as stack:
        engine = None
        if name != "disk":
            start = oxigraph if name == "oxigraph" else virtuoso
            engine = stack.enter_context(start(tmp_path_factory.mktemp(name)))
            said = CliRunner().invoke(main, ["publish", "--to", engine.graphs], env={"BEGREPP_DATA": str(built.data)})
            assert said.exit_code == 0, said.output
        app = create_app(replace(settings, store_url=engine.query) if engine else settings)
        own = create_app(settings)
        yield Served(name, engine, app.test_client(), own.test_client())
        for application in (app, own):
            application.extensions["begrepp"].pool.close()


@pytest.mark.parametrize("path", PAGES)
def test_pages_are_the_same(served: Served, path: str) -> None:
    here, own = served.client.get(path), served.own.get(path)
    assert (here.status_code, own.status_code) == (200, 200), here.text[:2000]
    same = here.text == own.text
    if reason := FAULTS.get(served.name, {}).get(path):
        assert not same, f"{served.name} gives {path} now: take it out of engine_faults.toml"
        pytest.skip(reason)
    assert same


@pytest.mark.parametrize("path", GRAPHS)
def test_rdf_is_the_same(served: Served, path: str) -> None:
    here, own = (
        {str(q.triple) for q in parse(client.get(path).data, format=RdfFormat.N_TRIPLES)}
        for client in (served.client, served.own)
    )
    same = here == own
    if reason := FAULTS.get(served.name, {}).get(path):
        assert not same, f"{served.name} gives {path} now: take it out of engine_faults.toml"
        pytest.skip(reason)
    assert same and here


@pytest.mark.parametrize("query", read_queries("examples"), ids=lambda query: query.name)
def test_questions_have_the_same_answers(served: Served, query: Query) -> None:
    def rows(client: FlaskClient) -> Counter[str]:
        answer = client.get("/sparql", query_string={"query": query.text}, headers={"Accept": "*/*"})
        if answer.status_code != 200:
            return Counter([answer.text])
        if not answer.is_json and answer.mimetype != "application/sparql-results+json":
            return Counter(str(q.triple) for q in parse(answer.data, format=RdfFormat.TURTLE))
        found = answer.get_json(force=True)
        bindings = found.get("results", {}).get("bindings", [found.get("boolean")])
        return Counter(str(sorted((name, _plain(term)) for name, term in row.items())) for row in bindings)

    expected, there = rows(served.own), rows(served.client)
    assert not any("about:blank" in row for row in expected)
    same = there == expected
    if reason := FAULTS.get(served.name, {}).get(query.name):
        assert not same or reason.startswith("Sometimes"), (
            f"{served.name} answers {query.name} now: take it out of engine_faults.toml"
        )
        pytest.skip(reason)
    assert same, f"only there: {there - expected}; only here: {expected - there}"


def _plain(term: dict[str, str]) -> str:
    """A value without what engines may choose: how truth is written, the order within a GROUP_CONCAT."""
    if term.get("datatype", "").endswith("#boolean"):
        return str(int(term["value"] == "true"))
    return " ".join(sorted(re.split(r"[ ,|/]+", term["value"])))


def test_a_replica_that_is_down_is_passed_over_and_a_store_that_is_gone_is_said(served: Served) -> None:
    if served.engine is None:
        pytest.skip("the build's own store has no replicas")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        down = f"http://127.0.0.1:{probe.getsockname()[1]}/sparql"
    store = RemoteStore(f"{down},{served.engine.query}", timeout_seconds=10)
    assert store.query("ASK {}")
    assert store.check_health() == {down: False, served.engine.query: True}
    with pytest.raises(StoreUnreachable):
        RemoteStore(down, timeout_seconds=2).query("ASK {}")
