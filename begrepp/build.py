"""fetch → load → graph → validate → index → publish: all sources become one build, or nothing changes.

A build is a directory that is written aside, renamed when it is whole, and then made current by one
atomic switch. Killed at any moment, the build before it goes on serving.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from importlib.metadata import version
from multiprocessing.queues import Queue
from pathlib import Path
from typing import Protocol

from pyoxigraph import CanonicalizationAlgorithm, Dataset, RdfFormat, parse, serialize

from begrepp.cascade import write_cascade
from begrepp.cookbook import cookbook_triples
from begrepp.correspondence import write_differences
from begrepp.errors import BegreppError, ValidationError
from begrepp.history import current_lines, in_force
from begrepp.iris import Iris
from begrepp.lines import SortedFile, merge_files
from begrepp.manifest import (
    Manifest,
    describe_load,
    describe_part,
    graph_hash,
    read_manifest,
    write_manifest,
)
from begrepp.meanings import Meanings
from begrepp.parts import FileUsed, LoadReport, Part, load_edition
from begrepp.publish import alone, aside, publish
from begrepp.queries import Finding, run_checks
from begrepp.records import Coverage, Edition, Load
from begrepp.redistribution import project
from begrepp.rows import Meter
from begrepp.search import write_index
from begrepp.settings import ROOT, Settings
from begrepp.store import DiskStore, write_store
from begrepp.terms import iri, name, ntriples, plain, typed
from begrepp.validate import validate

PROCESSES = min(2, os.cpu_count() or 1)
_TICK = 0.2
Tick = tuple[str, int, int, str]
"""Which edition, rows read, bytes read, and what is being done with it."""


class Progress(Protocol):
    """Who watches a build."""

    def step(self, words: str) -> None:
        """A step begins."""

    def start(self, edition: Edition, bytes_total: int) -> None:
        """An edition begins to load."""

    def advance(self, key: str, rows: int, bytes_read: int, stage: str) -> None:
        """So many rows of an edition are read, and this is being done with it now."""

    def finish(self, key: str, report: LoadReport | None, error: BegreppError | None) -> None:
        """An edition is loaded, or is refused."""


@dataclass(frozen=True, slots=True)
class Job:
    """One edition and the loader that reads it."""

    edition: Edition
    load: Load

    @property
    def key(self) -> str:
        """What progress is reported under."""
        return f"{self.edition.source} {self.edition.version}"


@dataclass(frozen=True, slots=True)
class Failure:
    """An edition that was refused."""

    key: str
    error: BegreppError


class BuildFailed(BegreppError):
    """Some editions were refused, so nothing was published."""

    def __init__(self, failures: Sequence[Failure]) -> None:
        self.failures = tuple(failures)
        super().__init__(
            "\n".join(f"{failure.error}" for failure in failures),
            "\nNothing was published; the build before this one goes on as it was.",
        )


def build(
    jobs: Sequence[Job],
    settings: Settings,
    progress: Progress,
    *,
    public: bool = False,
    keep_going: bool = False,
    accept_fewer: bool = False,
) -> Manifest:
    """Build all editions and publish the result.

    Raises `BuildFailed` where a source is refused (with `keep_going` the others are published without
    it) and leaves the current build as it was. A complete list that is much shorter than the one that is
    published now is refused too, unless `accept_fewer`.
    """
    started = time.monotonic()
    with alone(settings), aside(settings) as folder:
        graphs = folder / "graphs"
        graphs.mkdir()
        reports, failures = _load_all(jobs, graphs, settings.base, progress)
        if failures and not (keep_going and reports):
            raise BuildFailed(failures)
        parts = [part for report in reports for part in report.parts]
        if not accept_fewer:
            _refuse_shrunken(parts, settings)
        progress.step("comparing editions")
        meanings = Meanings.read(settings.meanings)
        differences = [*write_differences(parts, graphs, Iris(settings.base), meanings, public=public)]
        if public:
            progress.step("leaving out the texts that may not be redistributed")
            for part in parts:
                project(part)
        progress.step("joining the current view")
        groups = in_force(parts, date.today())
        current_parts = {id(group[0]) for group in groups}
        others = [line for part in parts if id(part) not in current_parts for line in part.header]
        iris = Iris(settings.base)
        catalogue, catalogue_sha = _catalogue(graphs, others, iris)
        provenance = _provenance(graphs, reports, settings.base, public=public)
        in_view = [group[0] for group in groups]
        cascade = graphs / "cascade.nt"
        write_cascade(
            cascade,
            [part.path for part in in_view if part.kind == "dataset"],
            [part.path for part in in_view if part.kind == "mapping"],
            iris,
        )
        current = graphs / "current.nt"
        streams = [_view(graphs / f"view{n}.nt", group) for n, group in enumerate(groups)]
        compared = [difference.path for difference in differences]
        triples, _ = merge_files(current, [*streams, *compared, catalogue, provenance, cascade])
        for view in graphs.glob("view*.nt"):
            view.unlink()
        progress.step(f"storing {triples:,} triples")
        named = [(part.graph, part.path) for part in parts]
        named += [(difference.graph, difference.path) for difference in differences]
        named += [(iris.graph("catalog"), catalogue), (iris.graph("provenance"), provenance)]
        named += [(iris.graph("cascade"), cascade)]
        with ThreadPoolExecutor(1) as beside:
            stored = beside.submit(write_store, folder / "store", named, current)
            progress.step("indexing the words")
            things = write_index(folder / "index", current)
            stored.result()
        progress.step("checking the current view")
        findings = list(run_checks(DiskStore(folder / "store")))
        _refuse_findings(findings)
        digest = graph_hash([*parts, *differences], catalogue_sha)
        manifest = Manifest(
            id=f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{digest[:12]}",
            base=settings.base,
            public=public,
            built_at=datetime.now(UTC).isoformat(timespec="seconds"),
            seconds=round(time.monotonic() - started, 1),
            hash=digest,
            triples=triples,
            things=things,
            software=f"begrepp {version('begrepp')}",
            graphs=[describe_part(part, id(part) in current_parts) for part in parts],
            loads=[describe_load(report, public) for report in sorted(reports, key=lambda r: (r.source, r.version))],
            differences=[difference.described() for difference in differences],
            checks=[asdict(finding) for finding in findings],
            failed=[{"source": failure.key, "reason": "" if public else str(failure.error)} for failure in failures],
        )
        write_manifest(folder, manifest)
        progress.step("publishing")
        publish(folder, settings, manifest.id)
        meanings.write(settings.meanings)
    return manifest


def _refuse_shrunken(parts: Sequence[Part], settings: Settings) -> None:
    """A list that lost a fifth of its concepts since the build before is more likely cut off than revised."""
    if not settings.current.exists():
        return
    before = read_manifest(settings.current.resolve())
    for group in in_force(parts, date.today()):
        now = group[0]
        then = before.graph(now.kind, now.id)
        if then and then["coverage"] == now.coverage == Coverage.COMPLETE and now.concepts < then["concepts"] * 0.8:
            raise ValidationError(
                f"{now.source} {now.version}: {now.id} has {now.concepts:,} concepts, where the build that is "
                f"published now has {then['concepts']:,}. A file may be cut off.",
                "Fetch it again, or say `begrepp build --accept-fewer` if the publisher did shorten the list.",
            )


def _refuse_findings(findings: Sequence[Finding]) -> None:
    """The current view as a whole must hold together, not only each source."""
    if wrong := [finding for finding in findings if finding.severity == "violation"]:
        words = "\n".join(f"{f.title}: {f.count}, such as {f.examples[0]}" for f in wrong)
        raise ValidationError(
            f"The sources do not fit together, so nothing is published:\n{words}",
            "\nBuild without one of the editions (name the others: `begrepp build SOURCE/EDITION…`).",
        )


def _load_all(
    jobs: Sequence[Job], graphs: Path, base: str, progress: Progress
) -> tuple[list[LoadReport], list[Failure]]:
    """Load the editions in parallel processes, the largest first."""
    sized = sorted(jobs, key=lambda job: -sum(path.stat().st_size for path in job.edition.files))
    context = multiprocessing.get_context("spawn")
    ticks: Queue[Tick | None] = context.Queue()
    watcher = threading.Thread(target=_watch, args=(ticks, progress), daemon=True)
    watcher.start()
    reports: dict[str, LoadReport] = {}
    failures: list[Failure] = []
    with ProcessPoolExecutor(PROCESSES, mp_context=context, initializer=_report_to, initargs=(ticks,)) as pool:
        running: dict[Future[LoadReport], Job] = {}
        for job in sized:
            progress.start(job.edition, sum(path.stat().st_size for path in job.edition.files))
            running[pool.submit(_load_one, job, graphs, base)] = job
        for future in as_completed(running):
            job = running[future]
            try:
                reports[job.key] = future.result()
                progress.finish(job.key, reports[job.key], None)
            except BegreppError as error:
                failures.append(Failure(job.key, error))
                progress.finish(job.key, None, error)
    ticks.put(None)
    watcher.join()
    return [reports[job.key] for job in jobs if job.key in reports], sorted(failures, key=lambda f: f.key)


_outbox: list[Queue[Tick | None]] = []
"""In a loading process: where to report to."""


def _report_to(ticks: Queue[Tick | None]) -> None:
    _outbox.append(ticks)


def _load_one(job: Job, graphs: Path, base: str) -> LoadReport:
    """In a process of its own: load, and report how far it has come a few times a second."""
    meter = Meter()
    finished = threading.Event()

    def report() -> None:
        while not finished.wait(_TICK):
            for ticks in _outbox:
                ticks.put((job.key, meter.rows, meter.bytes, meter.stage))

    reporter = threading.Thread(target=report, daemon=True)
    reporter.start()
    try:
        return load_edition(job.edition, job.load, graphs, base, meter)
    finally:
        finished.set()
        reporter.join()


def _watch(ticks: Queue[Tick | None], progress: Progress) -> None:
    while (tick := ticks.get()) is not None:
        progress.advance(*tick)


def check_edition(job: Job, settings: Settings, progress: Progress) -> LoadReport:
    """Load and validate one edition aside, and throw the result away: is this file what it should be?"""
    with aside(settings) as folder:
        reports, failures = _load_all([job], folder, settings.base, progress)
        if failures:
            raise failures[0].error
        return reports[0]


def _catalogue(graphs: Path, others: list[str], iris: Iris) -> tuple[Path, str]:
    """The graph that says what there is: releases outside the current view, our own words, and what may be asked."""
    out = SortedFile(graphs / "catalog.nt")
    for line in others:
        out.add(line)
    for triple in cookbook_triples(iris):
        out.add(ntriples(triple))
    for line in _ontology_lines():
        out.add(line)
    _, sha256 = out.close()
    return out.path, sha256


def _ontology_lines() -> list[str]:
    """Our vocabulary, prefixes and catalogue as N-Triples, blank nodes named by RDFC-1.0 so that every build agrees."""
    dataset = Dataset()
    for file in ("vocabulary.ttl", "prefixes.ttl", "catalog.ttl"):
        for quad in parse(path=ROOT / "ontology" / file, format=RdfFormat.TURTLE, rename_blank_nodes=True):
            dataset.add(quad)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return (serialize(dataset, format=RdfFormat.N_TRIPLES) or b"").decode().splitlines(keepends=True)


def _provenance(graphs: Path, reports: Sequence[LoadReport], base: str, *, public: bool) -> Path:
    """The graph that says who says so: files, checksums, rows, skips, and when it was loaded.

    Why a row was skipped may quote the row, so a public build says only where it stood.
    """
    out = SortedFile(graphs / "provenance.nt")
    now = datetime.now(UTC).isoformat(timespec="seconds")
    iris = Iris(base)
    software = iri(iris.agent("begrepp"))
    for report in reports:
        load = iri(report.load_iri)
        triples = [
            (load, name("rdf:type"), name("begrepp:LoadActivity")),
            (load, name("rdfs:label"), plain(f"{report.source} {report.version}")),
            (load, name("prov:startedAtTime"), typed(now, "xsd:dateTime")),
            (load, name("prov:wasAssociatedWith"), software),
            (software, name("rdf:type"), name("prov:SoftwareAgent")),
            (software, name("rdfs:label"), plain(f"begrepp {version('begrepp')}")),
            (load, name("begrepp:rowsRead"), typed(report.rows_read, "xsd:integer")),
            (load, name("begrepp:rowsSkipped"), typed(report.skipped, "xsd:integer")),
        ]
        triples += [
            (load, name("begrepp:skipReason"), plain(where if public else f"{where}: {why}"))
            for where, why in report.skips
        ]
        for file in report.files:
            triples += _file_triples(load, file, iris)
        for triple in triples:
            out.add(ntriples(triple))
    out.close()
    validate([out.path])
    return out.path


def _file_triples(load: str, file: FileUsed, iris: Iris) -> list[tuple[str, str, str]]:
    node = iri(iris.file(file.sha256))
    return [
        (load, name("prov:used"), node),
        (load, name("begrepp:sha256"), plain(file.sha256)),
        (node, name("rdf:type"), name("prov:Entity")),
        (node, name("rdfs:label"), plain(file.name)),
        (node, name("dcat:byteSize"), typed(file.bytes, "xsd:nonNegativeInteger")),
        (node, name("begrepp:sha256"), plain(file.sha256)),
    ]


def _view(path: Path, group: list[Part]) -> Path:
    """The current view of one scheme as a sorted file; a part that stands alone is one already."""
    if len(group) == 1:
        return group[0].path
    out = SortedFile(path)
    for line in current_lines(group):
        out.add(line)
    out.close()
    return path
