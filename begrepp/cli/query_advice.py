"""Advice on a query without results, from the diagnostics that the page of the SPARQL endpoint also uses."""

from __future__ import annotations

import threading
from pathlib import Path

from rich.markup import escape

from begrepp.artefact.manifest import read_manifest
from begrepp.artefact.statistics import read_statistics
from begrepp.cli.console import stderr
from begrepp.cli.language import translator
from begrepp.cli.spinner import waiting
from begrepp.errors import BegreppError
from begrepp.queries.diagnostics import QueryAdvice, QueryDiagnostics
from begrepp.search import TextIndex
from begrepp.sparql.query_algebra import triple_patterns
from begrepp.store import QueryResults
from begrepp.store.disk import DiskStore

_PROBE_SECONDS = 2.0


def print_advice(query: str, build: Path) -> None:
    """Print why a query may have no results, and what to write instead, on stderr."""
    translate = translator()
    with waiting(translate("cli.diagnosing")):
        advice = _examine(query, build)
    for each in advice:
        sentence = translate(f"doctor.{each.kind}", about=each.about, more=each.more)
        stderr.print(f"[yellow]·[/] {escape(sentence)}")
        if each.instead:
            stderr.print(f"  {escape(translate('doctor.instead'))}: {escape(' '.join(each.instead))}")


def _examine(query: str, build: Path) -> list[QueryAdvice]:
    store, manifest = DiskStore(build / "store"), read_manifest(build)
    graphs = [g.graph for g in manifest.graphs] + [d.graph for d in manifest.differences]

    def ask(text: str) -> bool | None:
        """Return the answer; None if it takes too long. A query cannot be stopped: its thread ends with the process."""
        answers: list[QueryResults] = []
        thread = threading.Thread(target=lambda: answers.append(store.query(text)), daemon=True)
        thread.start()
        thread.join(_PROBE_SECONDS)
        return bool(answers[0]) if answers else None

    doctor = QueryDiagnostics(
        ask=ask,
        patterns=triple_patterns,
        statistics=read_statistics(build),
        index=TextIndex(build / "index"),
        graphs=graphs,
    )
    try:
        return doctor.examine(query)
    except BegreppError:
        return []
