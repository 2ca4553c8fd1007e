"""Benchmark of the example queries with their default parameters: `python -m bench questions DATA [NAME …]`.

Each is asked by a process of its own, straight of the store, ROUNDS times, the first to warm up; who takes more than
MOST seconds in one of them is stopped. Prints milliseconds.
"""

from __future__ import annotations

import statistics
import time
from multiprocessing import Process, SimpleQueue
from pathlib import Path

from pyoxigraph import QuerySolutions

from begrepp.queries.query_files import get_example, read_queries
from begrepp.store.disk import DiskStore

ROUNDS = 11
MOST = 5.0
GOAL = 0.1


def run(data: Path, *names: str) -> None:
    """Run all queries, or the given ones, and print a table."""
    print(f"| question | rows | first | median | p95 ms |\n{'| --- ' * 5}|")
    below = 0
    asked = names or tuple(query.name for query in read_queries("examples"))
    for name in asked:
        rows, first, times = _asked(data / "current" / "store", name)
        p95 = times[int(len(times) * 0.95)] if times else float("inf")
        below += p95 < GOAL
        spent = f"{statistics.median(times) * 1000:.1f} | {p95 * 1000:.1f}" if times else f"over {MOST:g} s | "
        print(f"| {name} | {rows} | {first * 1000:.0f} | {spent} |", flush=True)
    print(f"\n{below} of {len(asked)} have a p95 below {GOAL * 1000:g} ms")


def _asked(store: Path, name: str) -> tuple[int, float, list[float]]:
    """Return the number of rows, the seconds of the first run and of the others, sorted; None if stopped."""
    told: SimpleQueue[tuple[int, float]] = SimpleQueue()
    process = Process(target=_ask, args=(store, name, told))
    process.start()
    rows, taken = 0, []
    while len(taken) < ROUNDS:
        over = time.monotonic() + MOST
        while told.empty() and time.monotonic() < over and process.is_alive():
            time.sleep(0.002)
        if told.empty():
            process.kill()
            break
        rows, seconds = told.get()
        taken.append(seconds)
    process.join()
    return rows, taken[0] if taken else MOST, sorted(taken[1:])


def _ask(store: Path, name: str, told: SimpleQueue[tuple[int, float]]) -> None:
    opened, text = DiskStore(store), get_example(name).text
    for _ in range(ROUNDS):
        started = time.perf_counter()
        answer = opened.query(text)
        rows = sum(1 for _ in answer) if isinstance(answer, QuerySolutions) else 1
        told.put((rows, time.perf_counter() - started))
