"""All editions of a build are loaded: what is known from before is taken again, the rest is read side by side.

Each edition is loaded in a process of its own, the largest first; a few times a second it says how far it has come.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.queues import Queue
from pathlib import Path
from typing import NamedTuple, TypeAlias

from begrepp.artefact.parts import LoadReport
from begrepp.build.load_edition import file_used, merge_shares, read_edition, validate_edition
from begrepp.build.part_cache import PartCache, cache_key
from begrepp.build.part_writer import OnSpill
from begrepp.build.progress import Progress
from begrepp.build.store_writer import PIECE
from begrepp.errors import BegreppError
from begrepp.files import link_or_copy
from begrepp.records import EditionFiles, Load
from begrepp.sources.meter import Meter

PROCESSES = min(2, os.cpu_count() or 1)
_TICK = 0.2
OnLoaded = Callable[[LoadReport], None]
"""Is told of each edition as soon as it is loaded."""


class ProgressUpdate(NamedTuple):
    """How far an edition, or a share of it, has come, and what is being done with it."""

    key: str
    share: int
    rows: int
    bytes: int
    stage: str


class GraphPiece(NamedTuple):
    """Some of the lines of a graph that is still being read."""

    graph: str
    file: Path


Inbox: TypeAlias = "Queue[ProgressUpdate | GraphPiece | None]"
"""What the loading processes tell."""


@dataclass(frozen=True, slots=True)
class EditionJob:
    """One edition and the loader that reads it; `shares` are the same records divided, to be read side by side."""

    edition: EditionFiles
    load: Load
    shares: tuple[Load, ...] = ()

    @property
    def key(self) -> str:
        """What progress is reported under."""
        return f"{self.edition.source} {self.edition.version}"

    @property
    def size(self) -> int:
        """The bytes of its files."""
        return sum(path.stat().st_size for path in self.edition.files)

    def cache_key(self, base: str) -> str:
        """What its entry in the cache is called now, as the files lie there and the code is."""
        return cache_key(self.edition, self.load, map(file_used, self.edition.files), base)


@dataclass(frozen=True, slots=True)
class Failure:
    """An edition that was refused."""

    key: str
    error: BegreppError


def load_all(
    jobs: Sequence[EditionJob],
    graphs: Path,
    base: str,
    progress: Progress,
    cache: PartCache,
    *,
    from_scratch: bool = False,
    loaded: OnLoaded = lambda report: None,
    piece: OnSpill | None = None,
) -> tuple[list[LoadReport], list[Failure]]:
    """What came of loading each edition, in the order of the jobs, and what was refused.

    An edition whose entry is in the cache is not read again, unless `from_scratch`. `piece` is told of the pieces of
    a large part while it is being read; who takes one removes it.
    """
    reports = {} if from_scratch else _known(jobs, graphs, base, progress, cache)
    for report in reports.values():
        loaded(report)
    failures: list[Failure] = []
    left = sorted((job for job in jobs if job.key not in reports), key=lambda job: -job.size)
    if left:
        for job, outcome in _read(left, graphs, base, progress, piece):
            if isinstance(outcome, BegreppError):
                failures.append(Failure(job.key, outcome))
                progress.finish(job.key, None, outcome)
            else:
                outcome.entry = cache_key(job.edition, job.load, outcome.files, base)
                cache.store(outcome)
                reports[job.key] = outcome
                progress.finish(job.key, outcome, None)
                loaded(outcome)
    return [reports[job.key] for job in jobs if job.key in reports], sorted(failures, key=lambda f: f.key)


def _known(
    jobs: Sequence[EditionJob], graphs: Path, base: str, progress: Progress, cache: PartCache
) -> dict[str, LoadReport]:
    """What was loaded before and has not changed since."""

    def find(job: EditionJob) -> LoadReport | None:
        return cache.find(job.cache_key(base), graphs)

    with ThreadPoolExecutor(PROCESSES) as pool:  # checksums are worked out beside each other
        found = {job.key: report for job, report in zip(jobs, pool.map(find, jobs), strict=True) if report}
    for job in jobs:
        if job.key in found:
            progress.start(job.edition, job.size)
            progress.finish(job.key, found[job.key], None)
    return found


def _read(
    jobs: Sequence[EditionJob], graphs: Path, base: str, progress: Progress, piece: OnSpill | None
) -> Iterator[tuple[EditionJob, LoadReport | BegreppError]]:
    """Load the editions in parallel processes; what came of each, or why it was refused, as soon as it is known."""
    context = multiprocessing.get_context("spawn")
    inbox: Inbox = context.Queue()
    watcher = threading.Thread(target=_watch, args=(inbox, progress, piece), daemon=True)
    watcher.start()
    with ProcessPoolExecutor(PROCESSES, mp_context=context, initializer=_report_to, initargs=(inbox,)) as pool:
        running: dict[Future[LoadReport], tuple[EditionJob, bool]] = {}
        read: dict[str, list[LoadReport]] = defaultdict(list)
        refused: set[str] = set()
        for job in jobs:
            progress.start(job.edition, job.size)
            for number, load in enumerate(job.shares or (job.load,)):
                running[pool.submit(_read_one, job, number, load, graphs, base, piece is not None)] = job, False
        while running:
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                job, judged = running.pop(future)
                error = future.exception()
                if error is not None and not isinstance(error, BegreppError):
                    raise error
                if job.key in refused:
                    continue
                if error or judged:
                    refused.update([job.key] if error else ())
                    yield job, error or future.result()
                    continue
                read[job.key].append(future.result())
                if len(read[job.key]) == max(1, len(job.shares)):
                    running[pool.submit(_judge_one, job, merge_shares(read.pop(job.key)), base)] = job, True
    inbox.put(None)
    watcher.join()


_outbox: list[Inbox] = []
"""In a loading process: where to report to."""


def _report_to(inbox: Inbox) -> None:
    _outbox.append(inbox)


def _read_one(job: EditionJob, number: int, load: Load, graphs: Path, base: str, in_pieces: bool) -> LoadReport:
    """In a process of its own: read an edition, or a share of it."""
    with _told(job, number) as meter:
        if in_pieces:
            return read_edition(job.edition, load, graphs, base, meter, _spilled)
        return read_edition(job.edition, load, graphs, base, meter)


def _spilled(graph: str, run: Path) -> None:
    piece = run.with_name(run.name + PIECE)
    link_or_copy(run, piece)
    for inbox in _outbox:
        inbox.put(GraphPiece(graph, piece))


def _judge_one(job: EditionJob, report: LoadReport, base: str) -> LoadReport:
    """In a process of its own: hold what was read against the shapes."""
    with _told(job, 0) as meter:
        meter.rows = report.rows_read
        return validate_edition(report, job.edition, job.load, base, meter)


@contextmanager
def _told(job: EditionJob, number: int) -> Iterator[Meter]:
    """A meter whose state is told a few times a second."""
    meter = Meter()
    finished = threading.Event()

    def report() -> None:
        while not finished.wait(_TICK):
            for inbox in _outbox:
                inbox.put(ProgressUpdate(job.key, number, meter.rows, meter.bytes, meter.stage))

    reporter = threading.Thread(target=report, daemon=True)
    reporter.start()
    gc.disable()  # Records hold no circles of references; to look for some costs a quarter of the time.
    try:
        yield meter
    finally:
        gc.enable()
        finished.set()
        reporter.join()


def _watch(inbox: Inbox, progress: Progress, piece: OnSpill | None) -> None:
    known: dict[str, dict[int, tuple[int, int]]] = defaultdict(dict)
    while (told := inbox.get()) is not None:
        if isinstance(told, GraphPiece):
            if piece:
                piece(*told)
            continue
        shares = known[told.key]
        shares[told.share] = told.rows, told.bytes
        if told.share == 0:  # the largest share
            if told.stage == "validating":
                shares = {0: shares[0]}
            progress.advance(
                told.key, sum(r for r, _ in shares.values()), sum(b for _, b in shares.values()), told.stage
            )
