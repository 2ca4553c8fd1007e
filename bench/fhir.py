"""Benchmark of FHIR operations and reconciliation over HTTP (`python -m bench fhir DATA`).

A server with two processes that keeps no answers is asked by wrk, as in `bench serving`, for each operation with many
codes of the largest code system of the build; `$translate` with the codes that have mappings.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

from begrepp.artefact.manifest import current_build, read_manifest
from begrepp.fhir.systems.scheme_code_systems import system_url
from begrepp.settings import Settings
from begrepp.terminology.interface import CodeSystem
from bench.serving import HEADING, ask_many, ask_once, find_wrk
from server.served.build import ServedBuild
from tests.support.serving import serve

_MOST, _QUERIES = 2000, 50
_FHIR_JSON, _JSON = "application/fhir+json", "application/json"


def run(data: Path) -> None:
    """Serve the build and print requests a second and latencies by operation."""
    wrk = find_wrk()
    print(f"{'':24}{HEADING}")
    for name, accept, paths in _operations(data):
        with serve(data, workers="2", page_cache_mb="0") as port:
            ask_once(port, paths[:20], accept)
            connections = 2 if "\t" in paths[0] else 8  # wrk counts an answer after 2 s as failed
            print(f"{name:24}{ask_many(wrk, port, paths, accept, connections)}", flush=True)


def _operations(data: Path) -> Iterator[tuple[str, str, list[str]]]:
    """Yield the name of an operation, the format that is asked for, and the URLs."""
    folder = current_build(Settings(data=data))
    build = ServedBuild(folder, read_manifest(folder))
    system = max(build.terminology.schemes(), key=len)
    about, chance = system.description, random.Random(1)
    url = system_url(about)
    chosen = [chance.randrange(len(system)) for _ in range(_MOST)]
    codes = [system.code(each) for each in chosen]
    above = [next(iter(system.hierarchy.parents(each)), each) for each in chosen]
    words = [_label(system, each).partition(" ")[0] for each in chosen]
    mapped = [(each, n) for each in build.terminology.schemes() for n in range(len(each)) if each.record(n).mappings]
    print(f"{about.id}: {len(system):,} concepts; {len(mapped):,} concepts with mappings")
    yield "validate-code", _FHIR_JSON, [_path("CodeSystem/$validate-code", url=url, code=code) for code in codes]
    yield "lookup", _FHIR_JSON, [_path("CodeSystem/$lookup", system=url, code=code) for code in codes]
    pairs = zip(codes, above, strict=True)
    paths = [_path("CodeSystem/$subsumes", system=url, codeA=system.code(up), codeB=code) for code, up in pairs]
    yield "subsumes", _FHIR_JSON, paths
    paths = [
        _path("ConceptMap/$translate", system=system_url(each.description), sourceCode=each.code(n))
        for each, n in chance.choices(mapped, k=_MOST)
    ]
    yield "translate", _FHIR_JSON, paths
    starts = range(0, max(1, len(system) - 1000), 97)
    yield (
        "expand, 1,000 rows",
        _FHIR_JSON,
        [_path("ValueSet/$expand", url=f"{url}?vs", count=1000, offset=n) for n in starts],
    )
    filtered = [_path("ValueSet/$expand", url=f"{url}?vs", count=20, filter=word) for word in words]
    yield "expand, by words", _FHIR_JSON, filtered
    batches = [[_label(system, each) for each in chance.choices(chosen, k=_QUERIES)] for _ in range(40)]
    yield f"reconcile, {_QUERIES} queries", _JSON, [_reconciled(about.id, batch) for batch in batches]


def _label(system: CodeSystem, concept: int) -> str:
    return next((text.value for text in system.name(concept).texts), system.code(concept))


def _path(operation: str, **parameters: object) -> str:
    return f"/fhir/r5/{operation}?{urlencode(parameters)}"


def _reconciled(scheme: str, labels: list[str]) -> str:
    queries = {f"q{n}": {"query": label[:60]} for n, label in enumerate(labels)}
    return f"/reconcile/{scheme}\tqueries={quote(json.dumps(queries, ensure_ascii=False))}"
