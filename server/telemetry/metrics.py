"""Prometheus metrics, served at `/metrics`: queries by outcome and duration, waiting queries, killed workers.

The numbers of all server processes are summed through files in a folder. The library decides at import whether it
works so, therefore the first process creates the folder before the import. No client address or query is stored.
"""

from __future__ import annotations

import atexit
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil

from begrepp.files import LockedFolder, new_temporary_folder

_FOLDER = "PROMETHEUS_MULTIPROC_DIR"


def _make_folder() -> None:
    if _FOLDER not in os.environ:
        folder = new_temporary_folder()
        os.environ[_FOLDER] = str(folder.path)
        atexit.register(_remove_folder, folder, os.getpid())


def _remove_folder(folder: LockedFolder, owner: int) -> None:
    if os.getpid() == owner:
        folder.remove()


_make_folder()

from prometheus_client import (  # noqa: E402
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead  # noqa: E402

_REPORT_BYTES = 1 << 18
"""Change of the size of a cache after which it is recorded again."""
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)

QUERIES = Counter("begrepp_queries", "SPARQL queries, by outcome.", ["outcome"])
QUERY_SECONDS = Histogram(
    "begrepp_query_seconds", "Seconds until the answer began, waiting included.", buckets=_BUCKETS
)
RUNNING = Gauge(
    "begrepp_queries_running", "Queries that are being answered now, by lane.", ["lane"], multiprocess_mode="livesum"
)
WAITING = Gauge(
    "begrepp_queries_waiting", "Queries that wait for a worker now, by lane.", ["lane"], multiprocess_mode="livesum"
)
KILLED = Counter("begrepp_query_workers_killed", "Query workers that were stopped: deadline, memory, size.")
PAGE_SECONDS = Histogram("begrepp_page_seconds", "Seconds to answer anything but a query.", buckets=_BUCKETS)
CACHE_BYTES = Gauge(
    "begrepp_cache_bytes", "Memory of the caches of all processes, by cache.", ["cache"], multiprocess_mode="livesum"
)


def record_cache(name: str, size: int) -> None:
    """Record the bytes of a cache in this process."""
    with suppress(OSError):  # a response does not fail because its numbers cannot be written
        CACHE_BYTES.labels(name).set(size)


def cache_gauge(name: str) -> Callable[[int], None]:
    """Return the function that records the bytes of a cache in this process, when they have changed by 256 kB."""
    recorded = 0

    def record(size: int) -> None:
        nonlocal recorded
        if abs(size - recorded) >= _REPORT_BYTES:
            recorded = size
            record_cache(name, size)

    return record


def format_metrics() -> bytes:
    """Return all metrics in the Prometheus text format."""
    _remove_ended_processes()
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)


def count_cached_query(path: str) -> None:
    """Count a query that was answered from the page cache."""
    if path == "/sparql":
        QUERIES.labels("kept").inc()


def _remove_ended_processes() -> None:
    """Remove the gauges of server processes that have ended."""
    for file in Path(os.environ[_FOLDER]).glob("gauge_live*_*.db"):
        process = int(file.stem.rpartition("_")[2])
        if not psutil.pid_exists(process):
            mark_process_dead(process)  # type: ignore[no-untyped-call]
