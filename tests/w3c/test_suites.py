"""The W3C suites for SPARQL 1.1, asked over HTTP of a real server; what does not pass is named with its reason.

`exceptions.toml` is the whole list. A test in it that passes all the same is a failure too, so the list is true.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import QueryResultsFormat, RdfFormat, Store

from tests.support.serving import Server, endpoints, serve
from tests.w3c.manifests import HOME, QUERY, UPDATE, Case, Exchange, cases, exchanges
from tests.w3c.results import dataset, expected, same_csv, same_graph, same_table, table

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not HOME.exists(), reason=f"the W3C suites are not at {HOME}; set BEGREPP_SHARED"),
]
EXCEPTIONS: dict[str, dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "exceptions.toml").read_text(encoding="utf-8")
)
_JSON = "application/sparql-results+json"
_FORMATS = {".srj": _JSON, ".csv": "text/csv", ".tsv": "text/tab-separated-values"}


def _all(suites: tuple[str, ...]) -> list[Case]:
    return [case for suite in suites for case in cases(suite)] if HOME.exists() else []


STORES: dict[str, Store] = {}
NODES = ["http://example.org/sparql", "http://example1.org/sparql", "http://example2.org/sparql"]


def _nodes(port: int) -> str:
    """The endpoints that the federation tests name, all led here; one of them is down, as its test wants."""
    entries = [(iri, f"http://127.0.0.1:{port}/{n}") for n, iri in enumerate(NODES)]
    entries.append(("http://invalid.endpoint.org/sparql", "http://127.0.0.1:1/"))
    lines = (f'name = "{iri}"\niri = "{iri}"\nendpoint = "{url}"\nprivate = true\n' for iri, url in entries)
    return "".join(f"[[node]]\n{line}" for line in lines)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose builds are changed under it."""
    data = tmp_path_factory.mktemp("w3c") / "data"
    data.mkdir()
    shown = Server(data, 0, HOME.as_uri() + "/")
    shown.show()
    with endpoints(STORES) as others:
        (data / "nodes.toml").write_text(_nodes(others), encoding="utf-8")
        with serve(data, query_seconds="20") as port:
            shown.port = port
            yield shown


def _wanted(case: Case) -> str:
    return _FORMATS.get(case.result.suffix if case.result else "", "application/sparql-results+xml, text/turtle;q=0.9")


def _passes(server: Server, case: Case) -> str:
    """Empty where the test passes, else what is wrong."""
    assert case.query is not None
    server.base = case.query.parent.as_uri() + "/"
    named = [(path.as_uri(), path) for path in case.graphs]
    text = case.query.read_bytes()
    server.show(case.data, named)
    for endpoint, path in case.service:
        store = Store()
        store.load(path=str(path), format=RdfFormat.TURTLE, base_iri=path.as_uri())
        STORES[f"/{NODES.index(endpoint)}"] = store
    answer = server.query(text, _wanted(case))
    if "NegativeSyntax" in case.kind:
        return "" if answer.status == 400 else f"{answer.status} for bad syntax"
    if answer.status != 200:
        return f"{answer.status} {answer.body[:300].decode(errors='replace')}"
    if case.result is None:
        return ""
    if case.result.suffix == ".csv":
        return "" if same_csv(answer.body, case.result.read_bytes()) else answer.body.decode()
    want = expected(case.result)
    if isinstance(want, bool | tuple):
        format_ = QueryResultsFormat.from_media_type(answer.media_type)
        assert format_, answer
        got = table(answer.body, format_)
        same = same_table(got, want) if isinstance(got, tuple) and isinstance(want, tuple) else got == want
    else:
        same = same_graph(dataset(answer.body), want)
    return "" if same else f"{answer.body.decode()[:2000]}\n  is not\n{want}"


def _judge(name: str, wrong: str) -> None:
    if reason := EXCEPTIONS.get(name):
        assert wrong, f"{name} passes, so it is no exception any more: {reason['reason']}"
        pytest.skip(reason["reason"])
    assert not wrong, wrong


@pytest.mark.parametrize("case", _all(QUERY), ids=lambda case: case.id)
def test_queries_and_results(server: Server, case: Case) -> None:
    _judge(case.id, _passes(server, case))


@pytest.mark.parametrize("case", _all(UPDATE), ids=lambda case: case.id)
def test_updates_are_refused_in_words(server: Server, case: Case) -> None:
    """Every update of the suites, well-formed or not: 403, and it says why. By the parameter, and by itself."""
    assert case.query is not None
    by_itself = server.ask("POST", "/sparql", case.query.read_bytes(), {"Content-Type": "application/sparql-update"})
    assert by_itself.status == 403 and b"read-only" in by_itself.body


@pytest.mark.parametrize("exchange", [*exchanges()] if HOME.exists() else [], ids=lambda exchange: exchange.name)
def test_protocol(server: Server, exchange: Exchange) -> None:
    _judge(f"protocol/{exchange.name}", _exchanged(server, exchange))


def _exchanged(server: Server, exchange: Exchange) -> str:
    server.show((), exchange.graphs)
    for request in exchange.requests:
        answer = server.ask(request.method, request.path.replace("/sparql/", "/sparql"), request.body, request.headers)
        status = str(answer.status)
        if not any(status == want or status[0] + "xx" == want for want in request.statuses):
            return f"{status}, not {sorted(request.statuses)}"
        if request.boolean is not None and request.boolean != (b"true" in answer.body):
            return f"not {request.boolean}"
        formats = {
            "tabular": (_JSON, "application/sparql-results+xml", "text/csv", "text/tab-separated-values"),
            "boolean": (_JSON, "application/sparql-results+xml"),
            "RDF": ("text/turtle", "application/rdf+xml", "application/n-triples", "application/ld+json"),
        }
        if request.form and answer.media_type not in formats[request.form]:
            return f"{answer.media_type} is not {request.form}"
    return ""


@pytest.mark.parametrize("name", ["returns-rdf", "has-endpoint-triple", "conforms-to-schema"])
def test_service_description(server: Server, name: str) -> None:
    """The three tests of the Service Description suite, whose manifest has words only."""
    server.show()
    answer = server.ask("GET", "/sparql", headers={"Accept": "text/turtle"})
    graph = dataset(answer.body)
    sd = "http://www.w3.org/ns/sparql-service-description#"
    endpoint = f"http://127.0.0.1:{server.port}/sparql"
    about = {str(q.predicate.value).removeprefix(sd): q for q in graph if getattr(q.subject, "value", "") == endpoint}
    assert answer.media_type == "text/turtle"
    if name == "has-endpoint-triple":
        assert about["endpoint"].object.value == endpoint
    elif name == "conforms-to-schema":
        assert {"endpoint", "supportedLanguage", "resultFormat", "defaultDataset", "feature"} <= {*about}


def test_the_exceptions_are_all_known_tests() -> None:
    known = {case.id for case in _all(QUERY)} | {f"protocol/{exchange.name}" for exchange in exchanges()}
    assert {*EXCEPTIONS} <= known
    assert all(exception["reason"] for exception in EXCEPTIONS.values())
