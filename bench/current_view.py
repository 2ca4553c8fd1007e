"""Benchmark of the current view: a materialised default graph, a union of chosen graphs, or of all graphs.

Two Oxigraph stores are written from the graphs of the current build: one with the view in its default
graph as well, one with named graphs only. The same queries are asked of both, and must answer alike.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

from pyoxigraph import NamedNode, RdfFormat, Store

from begrepp.artefact.manifest import read_manifest
from begrepp.rdf.namespaces import prefixes

QUERIES = {
    "concept by notation": 'SELECT ?c { ?c skos:notation "C50.9" }',
    "ancestors": 'SELECT ?a { ?c skos:notation "C50.9" ; skos:broader+ ?a }',
    "descendants counted": 'SELECT (COUNT(?d) AS ?n) { ?c skos:notation "02" . ?d skos:broader+ ?c }',
    "concept page": "SELECT ?p ?o { <https://w3id.org/begrepp/id/cs/icd-10-se/C50.9> ?p ?o }",
    "variables per concept": "SELECT ?c (COUNT(?v) AS ?n) { ?v begrepp:measures ?c } GROUP BY ?c",
    "count per scheme": "SELECT ?s (COUNT(?c) AS ?n) { ?c skos:inScheme ?s } GROUP BY ?s",
}
ROUNDS = 9


def run(data: Path) -> None:
    """Print medians in milliseconds, side by side, and sizes on disk."""
    build = data / "current"
    manifest = read_manifest(build)
    graphs = [(g.graph, build / "graphs" / g.file) for g in manifest.graphs]
    names = [NamedNode(g.graph) for g in manifest.graphs if g.current]
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        _write(Path(folder) / "view", graphs, [build / "graphs" / "current.nt"])
        middle = time.perf_counter()
        _write(Path(folder) / "named", graphs, [])
        print(f"written: materialised {middle - started:.1f} s, named only {time.perf_counter() - middle:.1f} s")
        for name in ("view", "named"):
            size = sum(file.stat().st_size for file in (Path(folder) / name).iterdir())
            print(f"on disk: {name} {size / 1e6:.0f} MB")
        view = Store.read_only(str(Path(folder) / "view"))
        named = Store.read_only(str(Path(folder) / "named"))
        print(f"{len(names)} graphs in the current view; milliseconds, median of {ROUNDS}")
        print(f"{'':24}{'default':>12}{'chosen':>12}{'all':>12}")
        for title, query in QUERIES.items():
            times = []
            answers = []
            for ask in (
                lambda q: view.query(q, prefixes=prefixes()),
                lambda q: named.query(q, prefixes=prefixes(), default_graph=names),
                lambda q: named.query(q, prefixes=prefixes(), use_default_graph_as_union=True),
            ):
                runs = []
                for _ in range(ROUNDS):
                    began = time.perf_counter()
                    rows = sorted(map(str, ask(query)))
                    runs.append((time.perf_counter() - began) * 1000)
                times.append(statistics.median(runs))
                answers.append(rows)
            same = "" if answers[0] == answers[1] else "  (chosen graphs answer otherwise)"
            print(f"{title:24}" + "".join(f"{ms:12.2f}" for ms in times) + same)


def _write(path: Path, graphs: list[tuple[str, Path]], view: list[Path]) -> None:
    store = Store(str(path))
    for graph, file in graphs:
        store.bulk_load(path=str(file), format=RdfFormat.N_TRIPLES, to_graph=NamedNode(graph))
    for file in view:
        store.bulk_load(path=str(file), format=RdfFormat.N_TRIPLES)
    store.optimize()
    store.flush()
