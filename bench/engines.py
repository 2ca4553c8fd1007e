"""Benchmark of the SPARQL endpoint next to Oxigraph's server, Virtuoso and Jena, as ratios.

Each question is asked of each engine in turn, seven times, over HTTP; the first time warms up. Ours is asked twice:
with kept answers off, and as it is served. `×` is how many times as long as ours without kept answers it took.
The first two are started empty on loopback and loaded with the current view of the build. Debian packages Jena without
its server: TDB2 is asked in a process of its own, warm, and without HTTP, which is to its advantage.
"""

from __future__ import annotations

import re
import statistics
import subprocess
import tempfile
import time
import urllib.request
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlencode

from begrepp.exports.graph_store import GraphStore, read_lines
from begrepp.rdf.namespaces import sparql_prologue
from bench import jena
from tests.support.engines import oxigraph, virtuoso
from tests.support.serving import serve

ROUNDS = 7
TOP, MIDDLE, LEAF = "02", "C00-C97", "C50.9"
ICD = "<https://w3id.org/begrepp/id/cs/icd-10-se>"
CONCEPT = "<https://w3id.org/begrepp/id/cs/icd-10-se/{}>"
GRAPH = "https://w3id.org/begrepp/id/graph/current"
FAMILIES = {
    "concept by notation": f'SELECT ?c {{ ?c skos:notation "{LEAF}" ; skos:inScheme {ICD} }}',
    "label in a language": f'SELECT ?l {{ {CONCEPT.format(LEAF)} skos:prefLabel ?l FILTER(LANG(?l) = "sv") }}',
    "ancestors": f"SELECT ?a {{ {CONCEPT.format(LEAF)} skos:broader+ ?a }}",
    "is A under B": f"ASK {{ {CONCEPT.format(LEAF)} skos:broader+ {CONCEPT.format(TOP)} }}",
    "descendants of a block, counted": f"SELECT (COUNT(*) AS ?n) {{ ?x skos:broader+ {CONCEPT.format('C50')} }}",
    "descendants of a chapter, counted": f"SELECT (COUNT(*) AS ?n) {{ ?x skos:broader+ {CONCEPT.format(TOP)} }}",
    "concept page": f"CONSTRUCT {{ ?c ?p ?o . ?s ?q ?c }} {{ VALUES ?c {{ {CONCEPT.format(LEAF)} }} "
    "{ ?c ?p ?o } UNION { ?s ?q ?c } }",
    "concepts per scheme": "SELECT ?s (COUNT(*) AS ?n) { ?c skos:inScheme ?s } GROUP BY ?s",
    "words, first 20": 'SELECT ?c ?l { ?c skos:prefLabel ?l FILTER(CONTAINS(LCASE(?l), "lungcancer")) } LIMIT 20',
    "words, all": 'SELECT ?c ?l { ?c skos:prefLabel ?l FILTER(CONTAINS(LCASE(?l), "cancer")) }',
    "sorted page of a scheme": f"SELECT ?c ?l {{ ?c skos:inScheme {ICD} ; skos:prefLabel ?l FILTER(LANG(?l) = 'sv') }} "
    "ORDER BY ?l OFFSET 1000 LIMIT 50",
    "NOT EXISTS over all": "SELECT (COUNT(*) AS ?n) { ?c a skos:Concept FILTER NOT EXISTS { ?c skos:broader ?b } }",
}
OURS_INSTEAD = {
    "words, first 20": 'SELECT ?c ?l { SERVICE begrepp:search { ?c begrepp:words "lungcancer" ; begrepp:most 20 } '
    "?c skos:prefLabel ?l }",
    "words, all": 'SELECT ?c ?l { SERVICE begrepp:search { ?c begrepp:words "cancer" } ?c skos:prefLabel ?l }',
}


def run(data: Path) -> None:
    """Start the engines over the current build, run the queries, and print the table."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        fresh = stack.enter_context(serve(data, answer_cache_mb="0", page_cache_mb="0"))
        kept = stack.enter_context(serve(data))
        others = {"oxigraph": stack.enter_context(oxigraph(folder)), "virtuoso": stack.enter_context(virtuoso(folder))}
        for name, engine in others.items():
            started = time.monotonic()
            GraphStore(engine.graphs).replace_graph(GRAPH, read_lines([data / "current" / "graphs" / "current.nt"]))
            print(f"{name} loaded in {time.monotonic() - started:.0f} s", flush=True)
        if jena.installed():
            started = time.monotonic()
            _jena(folder, "tdb2.tdbloader", str(data / "current" / "graphs" / "current.nt"))
            print(f"jena loaded in {time.monotonic() - started:.0f} s", flush=True)
        asked = {"ours": f"http://127.0.0.1:{fresh}/sparql", "ours, kept": f"http://127.0.0.1:{kept}/sparql"}
        asked |= {name: engine.query for name, engine in others.items()}
        names = [*[*asked][1:], *(["jena"] if jena.installed() else [])]
        print(f"| question | ours, ms | {' | '.join(names)} |\n|{' --- |' * (len(names) + 2)}")
        for family, query in FAMILIES.items():
            times: dict[str, list[float]] = {name: [] for name in asked}
            for _ in range(ROUNDS):
                for name, url in asked.items():
                    text = OURS_INSTEAD.get(family, query) if name.startswith("ours") else query
                    times[name].append(_ask(url, text, other=not name.startswith("ours")))
            if jena.installed():
                times["jena"] = _asked_of_jena(folder, query)
            medians = {name: statistics.median(taken[1:]) for name, taken in times.items()}
            ratios = " | ".join(f"{medians[name] / medians['ours']:.2f} ×" for name in names)
            print(f"| {family} | {medians['ours'] * 1000:.1f} | {ratios} |", flush=True)


def _jena(folder: Path, main: str, *arguments: str) -> str:
    command = jena.command(folder / "jena-home", main, "--loc", str(folder / "jena"), *arguments, memory="5g")
    done = subprocess.run(command, capture_output=True, text=True, timeout=1800, check=True)
    return done.stderr  # where it tells its times


def _asked_of_jena(folder: Path, query: str) -> list[float]:
    """Return the seconds of each run after a warm-up; NaN if it takes too long."""
    file = folder / "query.rq"
    file.write_text(sparql_prologue() + query, encoding="utf-8")
    repeated = ("--time", f"--repeat={ROUNDS},{ROUNDS}", "--results", "none", "--query", str(file))
    try:
        said = _jena(folder, "tdb2.tdbquery", *repeated)
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError):
        return [float("nan")] * 2
    return [float(seconds) for seconds in re.findall(r"^Time: ([\d.]+) sec", said, re.MULTILINE)]


def _ask(url: str, query: str, *, other: bool) -> float:
    form = {"query": sparql_prologue() + query} | ({"default-graph-uri": GRAPH} if other else {})
    accept = "text/turtle" if query.startswith("CONSTRUCT") else "application/sparql-results+json"
    request = urllib.request.Request(url, urlencode(form).encode(), {"Accept": accept})
    started = time.monotonic()
    try:
        with urllib.request.urlopen(request, timeout=120) as answer:
            answer.read()
    except OSError:
        return float("nan")
    return time.monotonic() - started
