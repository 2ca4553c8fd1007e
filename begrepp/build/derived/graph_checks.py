"""Checks of the current view as a whole: runs the queries of `queries/checks/`, in a process of its own.

Some checks do not query the store; they scan the file of the view (`begrepp.build.derived.view_scan`).
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
from begrepp.build.derived.view_scan import VIEW_CHECKS, ViewReader, scan_view
from begrepp.child_process import end_with_parent
from begrepp.queries.query_files import Query, read_queries
from begrepp.rdf.namespaces import sparql_prologue
from begrepp.store.disk import DiskStore
from begrepp.validation.shacl.data.cycles import nodes_on_cycles

MAX_EXAMPLES = 10


def run_store_checks(store: Path, done: Callable[[float], None] = lambda part: None) -> Iterator[CheckResult]:
    """Run the checks that query the store; yield the results of those that find faults.

    `done` is called with the share of checks that are done, up to 1.
    """
    checks = [check for check in read_queries("checks") if check.name not in VIEW_CHECKS]
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"), initializer=end_with_parent) as pool:
        for number, result in enumerate(pool.map(partial(run_store_check, store), checks), start=1):
            done(number / len(checks))
            if result:
                yield result


def run_view_checks(view: Path, *others: ViewReader) -> Iterator[CheckResult]:
    """Scan the current view once, for the other checks and for other readers; yield the results with faults."""
    readers = [(query, VIEW_CHECKS[query.name]()) for query in read_queries("checks") if query.name in VIEW_CHECKS]
    scan_view(view, [*(reader for _, reader in readers), *others])
    for query, reader in readers:
        if result := _check_result(query, reader.faults()):
            yield result


def run_store_check(store: Path, check: Query) -> CheckResult | None:
    """Run a check on a store: each row is a fault, or with `rows: steps` an edge of a graph that must have no cycle.

    Without a match of the pattern in `when` the query has no rows. It is then not run: the engine reads all
    mappings for an OPTIONAL, also if nothing stands before it.
    """
    opened = DiskStore(store)
    if (pattern := check.metadata.get("when")) and not opened.query(f"{sparql_prologue()}ASK {{ {pattern} }}"):
        return None
    answer = opened.query(check.text)
    assert isinstance(answer, QuerySolutions)
    return _check_result(
        check, _find_cycles(answer) if check.metadata.get("rows") == "steps" else map(_row_text, answer)
    )


def _check_result(check: Query, faults: Iterable[str]) -> CheckResult | None:
    count = 0

    def counted() -> Iterator[str]:
        nonlocal count
        for count, fault in enumerate(faults, start=1):  # noqa: B007
            yield fault

    examples = nsmallest(MAX_EXAMPLES, counted())
    if not count:
        return None
    return CheckResult(
        check=check.name, title=check.title, severity=check.metadata["severity"], count=count, examples=examples
    )


def _row_text(row: QuerySolution) -> str:
    return " ".join(str(getattr(term, "value", term)) for term in row if term)


def _find_cycles(steps: Iterable[QuerySolution]) -> Iterator[str]:
    """Yield the nodes on cycles of a graph with these edges; a SPARQL property path would start at every node."""
    numbers: dict[str, int] = {}
    ends = np.array([numbers.setdefault(term.value, len(numbers)) for step in steps for term in step], dtype=np.int64)
    nodes = [*numbers]
    for number in nodes_on_cycles(ends[::2], ends[1::2]).tolist():
        yield nodes[number]
