"""Benchmark of the whole build next to rdflib and pySHACL alone.

Both get the same files and the same shapes. The alternative parses the triples into one rdflib graph per
source and validates each with pySHACL; it stores and indexes nothing. Each side runs in a process of
its own, so that peak memory is its own; seconds are wall-clock on this machine and only the ratio means
anything elsewhere.
"""

from __future__ import annotations

import multiprocessing
import resource
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path

from pyshacl import validate
from rdflib import Graph

import loaders
from begrepp.artefact.load_report import LoadReport
from begrepp.build.loads.parallel_loader import EditionJob
from begrepp.build.loads.record_checks import check_records
from begrepp.build.pipeline import build
from begrepp.build.progress import ProgressCallback
from begrepp.errors import BegreppError
from begrepp.graph.triple_writer import TripleWriter
from begrepp.rdf.iris import Iris
from begrepp.rdf.ntriples import ntriples_line
from begrepp.records import EditionFiles, LoadRemark, Skipped
from begrepp.settings import ROOT, Settings
from begrepp.sources.editions import find_editions


class _Silent:
    def step(self, words: str) -> None: ...
    def work(self, words: str) -> ProgressCallback:
        return lambda part: None

    def start(self, edition: EditionFiles, bytes_total: int) -> None: ...
    def advance(self, key: str, rows: int, bytes_read: int, stage: str) -> None: ...
    def finish(self, key: str, report: LoadReport | None, error: BegreppError | None) -> None: ...


def jobs(data: Path) -> list[EditionJob]:
    """Return jobs for the starter and all added editions."""
    editions = [*find_editions(ROOT / "starter"), *find_editions(data / "raw")]
    return [EditionJob(edition, loaders.loader_of(edition)) for edition in editions]


def ours(data: Path) -> str:
    """`begrepp build` into an empty folder."""
    with tempfile.TemporaryDirectory() as folder:
        settings = replace(Settings(), data=Path(folder))
        manifest = build(jobs(data), settings, _Silent())

    return f"{manifest.triples:,} triples in the current view, hash {manifest.hash[:12]}"


def alone(data: Path) -> str:
    """Load and validate with rdflib and pySHACL only."""
    shapes = Graph()
    for file in sorted((ROOT / "shapes").glob("*.ttl")):
        shapes.parse(file)
    shapes.parse(ROOT / "ontology" / "prefixes.ttl")
    triples = 0
    for job in jobs(data):
        mint = TripleWriter(Iris(), "https://example.org/load", ())
        graph = Graph()
        lines = (
            ntriples_line(triple)
            for record in check_records(job.load(job.edition))
            if not isinstance(record, Skipped | LoadRemark)
            for triple in mint.triples(record)
        )
        graph.parse(data="".join(lines), format="nt")
        started = time.perf_counter()
        validate(graph, shacl_graph=shapes)
        triples += len(graph)
        print(f"    {job.key}: {len(graph):,} triples, pySHACL {time.perf_counter() - started:.1f} s", flush=True)
    return f"{triples:,} triples"


def _measured(run: Callable[[Path], str], data: Path, answer: Connection) -> None:
    started = time.perf_counter()
    words = run(data)
    seconds = time.perf_counter() - started
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    answer.send((seconds, peak / 1024, words))


def run(data: Path) -> None:
    """Time both and print the ratio."""
    seconds = {}
    for name, what in (("begrepp build", ours), ("rdflib + pySHACL", alone)):
        here, there = multiprocessing.Pipe()
        process = multiprocessing.get_context("spawn").Process(target=_measured, args=(what, data, there))
        process.start()
        seconds[name], peak, words = here.recv()
        process.join()
        print(f"{name}: {seconds[name]:.1f} s, peak of the largest process {peak:,.0f} MB; {words}", flush=True)
    print(f"ratio: {seconds['rdflib + pySHACL'] / seconds['begrepp build']:.1f}")
