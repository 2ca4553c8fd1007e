"""Loads of all editions of a build: from the part cache if unchanged, otherwise in parallel processes.

The largest editions are loaded first. Each process reports its progress a few times a second.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import threading
from collections import defaultdict
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, ThreadPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.queues import Queue
from pathlib import Path
from typing import NamedTuple, TypeAlias

from begrepp.artefact.load_report import LoadReport
from begrepp.build.load_failures import LoadFailure
from begrepp.build.loads.edition_loader import describe_file, merge_partitions, read_edition, validate_edition
from begrepp.build.loads.failures import failures_of, lost_process, redirect_stderr
from begrepp.build.loads.part_cache import PartCache, cache_key
from begrepp.build.loads.part_writer import SpillCallback
from begrepp.build.progress import Progress
from begrepp.build.store_writer import PIECE_SUFFIX
from begrepp.child_process import end_with_parent
from begrepp.errors import BegreppError
from begrepp.files import link_or_copy
from begrepp.records import EditionFiles, Load
from begrepp.sources.meter import Meter
from begrepp.sources.personal_data_check import refuse_personal_data_files

PROCESSES = min(2, os.cpu_count() or 1)
_REPORT_INTERVAL = 0.2
"""Seconds between two progress updates."""
_MAX_WAIT = 60
"""Seconds to wait for the last messages of the loading processes."""
LoadedCallback = Callable[[LoadReport], None]
"""Called with the report of each edition as soon as it is loaded."""


class ProgressUpdate(NamedTuple):
    """Rows and bytes read so far of an edition, or of a share of it, and the present stage."""

    key: str
    share: int
    rows: int
    bytes: int
    stage: str


class GraphPiece(NamedTuple):
    """A file with some of the lines of a graph that is still being read."""

    graph: str
    file: Path


ProgressQueue: TypeAlias = "Queue[ProgressUpdate | GraphPiece | None]"
"""Messages of the loading processes; None ends them."""


@dataclass(frozen=True, slots=True)
class EditionJob:
    """One edition and its loader; `shares` are loaders of disjoint shares of its records, to be read in parallel."""

    edition: EditionFiles
    load: Load
    shares: tuple[Load, ...] = ()

    @property
    def key(self) -> str:
        """Source and version: the key for progress and failures."""
        return f"{self.edition.source} {self.edition.version}"

    @property
    def size(self) -> int:
        """The size of the files in bytes."""
        return sum(path.stat().st_size for path in self.edition.files)

    def cache_key(self, base: str) -> str:
        """Return the key in the part cache for the present files and code."""
        return cache_key(self.edition, self.load, map(describe_file, self.edition.files), base)


def load_all_editions(
    jobs: Sequence[EditionJob],
    graphs: Path,
    base: str,
    progress: Progress,
    cache: PartCache,
    *,
    from_scratch: bool = False,
    loaded: LoadedCallback = lambda report: None,
    piece: SpillCallback | None = None,
) -> tuple[list[LoadReport], list[LoadFailure]]:
    """Load all editions; return the reports in the order of the jobs, and the failures.

    An edition in the part cache is not read again, unless `from_scratch`. `loaded` is called with each report.
    `piece` is called with pieces of a large part while it is being read; it must remove the file.
    """
    reports = {} if from_scratch else _load_from_cache(jobs, graphs, base, progress, cache)
    for report in reports.values():
        loaded(report)
    failures: list[LoadFailure] = []
    pending = sorted((job for job in jobs if job.key not in reports), key=lambda job: -job.size)
    if pending:
        for job, outcome in _load_in_processes(pending, graphs, base, progress, piece):
            if isinstance(outcome, BegreppError):
                failures.append(LoadFailure(job.key, outcome))
                progress.finish(job.key, None, outcome)
            else:
                outcome.entry = cache_key(job.edition, job.load, outcome.files, base)
                cache.store(outcome)
                reports[job.key] = outcome
                progress.finish(job.key, outcome, None)
                loaded(outcome)
    return [reports[job.key] for job in jobs if job.key in reports], sorted(failures, key=lambda f: f.key)


def _load_from_cache(
    jobs: Sequence[EditionJob], graphs: Path, base: str, progress: Progress, cache: PartCache
) -> dict[str, LoadReport]:
    """Return the reports of the editions in the part cache, by job key."""

    def find(job: EditionJob) -> LoadReport | None:
        return cache.find(job.cache_key(base), graphs)

    with ThreadPoolExecutor(PROCESSES) as pool:  # computes checksums in parallel
        reports = {job.key: report for job, report in zip(jobs, pool.map(find, jobs), strict=True) if report}
    for job in jobs:
        if job.key in reports:
            progress.start(job.edition, job.size)
            progress.finish(job.key, reports[job.key], None)
    return reports


def _load_in_processes(
    jobs: Sequence[EditionJob], graphs: Path, base: str, progress: Progress, piece: SpillCallback | None
) -> Iterator[tuple[EditionJob, LoadReport | BegreppError]]:
    """Load editions in parallel processes; yield each job with its report or error as soon as it is known."""
    for job in jobs:
        progress.start(job.edition, job.size)
    in_pieces = piece is not None
    with _loading_pool(PROCESSES, progress, piece) as pool:
        interrupted = yield from _load_in_pool(pool, jobs, graphs, base, in_pieces=in_pieces)
    # A process that is killed takes its pool with it. Each edition that was lost is loaded again in a pool of its own,
    # which only the faulty file ends again.
    for job in interrupted:
        with _loading_pool(1, progress, piece) as pool:
            lost = yield from _load_in_pool(pool, [job], graphs, base, in_pieces=in_pieces)
        if lost:
            yield job, lost_process(job.edition)


@contextmanager
def _loading_pool(processes: int, progress: Progress, piece: SpillCallback | None) -> Iterator[ProcessPoolExecutor]:
    """Start a pool of loading processes, and a thread that forwards their progress."""
    context = multiprocessing.get_context("spawn")
    queue: ProgressQueue = context.Queue()
    watcher = threading.Thread(target=_forward_progress, args=(queue, progress, piece), daemon=True)
    watcher.start()
    with ProcessPoolExecutor(processes, mp_context=context, initializer=_start_process, initargs=(queue,)) as pool:
        yield pool
    queue.put(None)
    # A process that was killed while it wrote to the queue has locked it for ever.
    watcher.join(_MAX_WAIT)
    queue.cancel_join_thread()


def _load_in_pool(
    pool: ProcessPoolExecutor, jobs: Sequence[EditionJob], graphs: Path, base: str, *, in_pieces: bool
) -> Generator[tuple[EditionJob, LoadReport | BegreppError], None, list[EditionJob]]:
    """Load editions in a pool; return those that were lost with it, if one of its processes ended."""
    running: dict[Future[LoadReport], tuple[EditionJob, bool]] = {}
    read: dict[str, list[LoadReport]] = defaultdict(list)
    done: set[str] = set()
    try:
        for job in jobs:
            for number, load in enumerate(job.shares or (job.load,)):
                running[pool.submit(_read_edition, job, number, load, graphs, base, in_pieces)] = job, False
        while running:
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                job, validated = running.pop(future)
                error = future.exception()
                if error is not None and not isinstance(error, BegreppError):
                    raise error
                if job.key in done:
                    continue
                if error or validated:
                    done.add(job.key)
                    yield job, error or future.result()
                    continue
                read[job.key].append(future.result())
                if len(read[job.key]) == max(1, len(job.shares)):
                    running[pool.submit(_validate_edition, job, merge_partitions(read.pop(job.key)), base)] = job, True
    except BrokenProcessPool:
        return [job for job in jobs if job.key not in done]
    return []


_progress_queues: list[ProgressQueue] = []
"""In a loading process: the queue for progress updates."""


def _start_process(queue: ProgressQueue) -> None:
    """Set the progress queue of a loading process; what libraries print on stderr goes to a file, for the log."""
    end_with_parent()
    _progress_queues.append(queue)
    if multiprocessing.parent_process():
        redirect_stderr()


def _read_edition(job: EditionJob, number: int, load: Load, graphs: Path, base: str, in_pieces: bool) -> LoadReport:
    """Read an edition, or a share of it, in a loading process."""
    with _reporting_meter(job, number) as meter, failures_of(job.edition, meter):
        if number == 0:
            refuse_personal_data_files(job.edition.files)
        if in_pieces:
            return read_edition(job.edition, load, graphs, base, meter, _send_sorted_run)
        return read_edition(job.edition, load, graphs, base, meter)


def _send_sorted_run(graph: str, run: Path) -> None:
    piece = run.with_name(f"{run.name}.{os.getpid()}{PIECE_SUFFIX}")
    link_or_copy(run, piece)
    for queue in _progress_queues:
        queue.put(GraphPiece(graph, piece))


def _validate_edition(job: EditionJob, report: LoadReport, base: str) -> LoadReport:
    """Validate the parts of an edition in a loading process."""
    with _reporting_meter(job, 0) as meter, failures_of(job.edition, meter):
        meter.rows = report.rows_read
        return validate_edition(report, job.edition, job.load, base, meter)


@contextmanager
def _reporting_meter(job: EditionJob, number: int) -> Iterator[Meter]:
    """Return a meter whose state is sent to the progress queue a few times a second."""
    meter = Meter()
    finished = threading.Event()

    def report() -> None:
        while not finished.wait(_REPORT_INTERVAL):
            for queue in _progress_queues:
                queue.put(ProgressUpdate(job.key, number, meter.rows, meter.bytes, meter.stage))

    reporter = threading.Thread(target=report, daemon=True)
    reporter.start()
    gc.disable()  # Records have no reference cycles; searching for them took a quarter of the time.
    try:
        yield meter
    finally:
        gc.enable()
        finished.set()
        reporter.join()


def _forward_progress(queue: ProgressQueue, progress: Progress, piece: SpillCallback | None) -> None:
    known: dict[str, dict[int, tuple[int, int]]] = defaultdict(dict)
    while (message := queue.get()) is not None:
        if isinstance(message, GraphPiece):
            if piece:
                piece(*message)
            continue
        shares = known[message.key]
        shares[message.share] = message.rows, message.bytes
        if message.share == 0:  # the largest share
            if message.stage == "validating":
                shares = {0: shares[0]}
            progress.advance(
                message.key, sum(r for r, _ in shares.values()), sum(b for _, b in shares.values()), message.stage
            )
