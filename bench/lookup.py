"""Stages of a new single look-up through the SPARQL endpoint: `python -m bench lookup DATA`.

From the engine alone to HTTP, where a look-up needs neither engine nor worker. The last lines are Oxigraph's own server
with the current view of the same build, if it is installed. The stages take turns, each query is new, and the medians
are in milliseconds.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from http.client import HTTPConnection
from itertools import count
from pathlib import Path
from urllib.parse import urlencode

from pyoxigraph import QueryResultsFormat

from begrepp.artefact.manifest import current_build, read_manifest
from begrepp.exports.graph_store import GraphStore, read_lines
from begrepp.rdf.namespaces import sparql_prologue
from begrepp.settings import Settings
from begrepp.sparql.checked_query import check_client_query
from begrepp.sparql.lookup_answers import answer_lookup_query
from begrepp.store.disk import DiskStore
from begrepp.store.worker import QueryRequest
from bench.engines import CONCEPT, GRAPH, LEAF
from server.workers.pool import QueryPool
from tests.support.engines import OXIGRAPH, oxigraph
from tests.support.serving import serve

_ROUNDS = 500
_WARM = 15.0
"""Seconds in which the server warms up its caches."""
_QUERY = f"SELECT ?l {{ {CONCEPT.format(LEAF)} skos:prefLabel ?l FILTER(LANG(?l) = 'sv') }} # "
_JSON = "application/sparql-results+json"


def run(data: Path) -> None:
    """Print the median of each stage."""
    settings = Settings(data=data)
    build = current_build(settings)
    base = read_manifest(build).base
    store, pool = DiskStore(build / "store"), QueryPool(settings)

    def request(query: str) -> QueryRequest:
        return QueryRequest(
            store=str(build / "store"), query=query, results_format=_JSON, graph_format="text/turtle", base=base
        )

    worker = pool.acquire_worker(0)

    def ask_worker(query: str) -> None:
        worker.send(request(query))
        worker.receive(60)

    with ExitStack() as stack:
        port = stack.enter_context(serve(data))
        stages: dict[str, Callable[[str], object]] = {
            "engine": lambda query: store.query(query, base=base).serialize(format=QueryResultsFormat.JSON),
            "check": check_client_query,
            "look-up without the engine": lambda query: answer_lookup_query(query, store),
            "worker and back, both included": ask_worker,
            "pool": lambda query: pool.run(request(query)).read(),
            "HTTP": lambda query: _ask(HTTPConnection("127.0.0.1", port), "/sparql", {"query": query}),
        }
        kept = HTTPConnection("127.0.0.1", port)
        stages["HTTP, connection kept open"] = lambda query: _ask(kept, "/sparql", {"query": query})
        if OXIGRAPH.exists():
            stages |= _oxigraph_stages(stack, build)
        time.sleep(_WARM)
        seconds: dict[str, list[float]] = {name: [] for name in stages}
        numbers = count()
        for _ in range(_ROUNDS):
            for name, stage in stages.items():
                query = f"{_QUERY}{next(numbers)}"
                started = time.perf_counter()
                stage(query)
                seconds[name].append(time.perf_counter() - started)
        for name, taken in seconds.items():
            print(f"{name}: {statistics.median(taken[_ROUNDS // 10 :]) * 1000:.3f} ms")
    worker.kill()
    pool.close()


def _oxigraph_stages(stack: ExitStack, build: Path) -> dict[str, Callable[[str], object]]:
    """Return the stages that ask Oxigraph's server, with the current view of the build loaded."""
    engine = stack.enter_context(oxigraph(Path(stack.enter_context(tempfile.TemporaryDirectory()))))
    GraphStore(engine.graphs).replace_graph(GRAPH, read_lines([build / "graphs" / "current.nt"]))
    host = engine.query.split("/")[2]
    kept, prologue = HTTPConnection(host), sparql_prologue()

    def form(query: str) -> dict[str, str]:
        return {"query": prologue + query, "default-graph-uri": GRAPH}

    return {
        "Oxigraph, HTTP": lambda query: _ask(HTTPConnection(host), "/query", form(query)),
        "Oxigraph, connection kept open": lambda query: _ask(kept, "/query", form(query)),
    }


def _ask(connection: HTTPConnection, path: str, form: dict[str, str]) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": _JSON}
    connection.request("POST", path, urlencode(form), headers)
    answer = connection.getresponse()
    answer.read()
    assert answer.status == 200, answer.status
