"""What does not hold together in the current view as a whole: the questions of `queries/checks/`, asked of a build.

They are asked in a process of their own, beside what else a build has to do. Some are not asked of the store, but
answered in reading over the view (`begrepp.build.view_scan`).
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from heapq import nsmallest
from pathlib import Path

import numpy as np
from pyoxigraph import QuerySolution, QuerySolutions

from begrepp.artefact.manifest import CheckResult
from begrepp.build.view_scan import CHECKS, ViewReader, scan_view
from begrepp.queries.files import Query, read_queries
from begrepp.store.disk import DiskStore
from begrepp.validation.shacl.data.cycles import nodes_on_cycles

EXAMPLES_KEPT = 10


def run_checks(store: Path, done: Callable[[float], None] = lambda part: None) -> Iterator[CheckResult]:
    """Ask a store the checks that are not made in reading over the view; those that find nothing are left out.

    `done` is told how far it has come, to 1.
    """
    checks = [check for check in read_queries("checks") if check.name not in CHECKS]
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        for number, finding in enumerate(pool.map(partial(run_check, store), checks), start=1):
            done(number / len(checks))
            if finding:
                yield finding


def scan_for_faults(view: Path, *others: ViewReader) -> Iterator[CheckResult]:
    """Read the current view once, for the other checks and for `others` who read it; what they find."""
    readers = [(query, CHECKS[query.name]()) for query in read_queries("checks") if query.name in CHECKS]
    scan_view(view, [*(reader for _, reader in readers), *others])
    for query, reader in readers:
        if finding := _finding(query, reader.faults()):
            yield finding


def run_check(store: Path, check: Query) -> CheckResult | None:
    """What a check finds in a store: each row of its answer is a fault, or a step on a way that must not lead back."""
    answer = DiskStore(store).query(check.text)
    assert isinstance(answer, QuerySolutions)
    return _finding(check, _circles(answer) if check.metadata.get("rows") == "steps" else map(_words, answer))


def _finding(check: Query, faults: Iterable[str]) -> CheckResult | None:
    count = 0

    def counted() -> Iterator[str]:
        nonlocal count
        for count, fault in enumerate(faults, start=1):  # noqa: B007
            yield fault

    examples = nsmallest(EXAMPLES_KEPT, counted())
    if not count:
        return None
    return CheckResult(
        check=check.name, title=check.title, severity=check.metadata["severity"], count=count, examples=examples
    )


def _words(row: QuerySolution) -> str:
    return " ".join(str(getattr(term, "value", term)) for term in row if term)


def _circles(steps: Iterable[QuerySolution]) -> Iterator[str]:
    """What steps from one thing to another lead back to; a path in SPARQL would walk from each thing anew."""
    numbers: dict[str, int] = {}
    ends = np.array([numbers.setdefault(term.value, len(numbers)) for step in steps for term in step], dtype=np.int64)
    things = [*numbers]
    for number in nodes_on_cycles(ends[::2], ends[1::2]).tolist():
        yield things[number]
