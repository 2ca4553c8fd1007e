"""Cost of the network isolation and of the syntax check for a query: `python -m bench isolation DATA`.

Look-ups are sent in turn to a worker with and a worker without isolation, both on the current build, each query new.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

from begrepp.artefact.manifest import current_build, read_manifest
from begrepp.settings import Settings
from begrepp.sparql.checked_query import check_query
from begrepp.store.worker import QueryRequest
from server.workers.processes import ForkServer, Worker

_ROUNDS = 2_000
_WITHOUT = "from begrepp.store import forkserver; forkserver.isolate_process = tuple; forkserver.main()"
_QUERY = "SELECT ?label {{ ?c skos:notation '{}' ; skos:prefLabel ?label . FILTER(LANG(?label) = 'sv') }} LIMIT 1"


class _OpenForkServer(ForkServer):
    """A fork server that does not isolate itself."""

    def command(self, control: int) -> list[str]:
        return [sys.executable, "-c", _WITHOUT, *super().command(control)[3:]]


def run(data: Path) -> None:
    """Print the medians of a look-up in both workers, of the check, and of the start of a fork server."""
    build = current_build(Settings(data=data))
    manifest = read_manifest(build)
    servers = {"isolated": ForkServer(4096, local=True), "open": _OpenForkServer(4096, local=True)}
    workers = {name: server.start_worker() for name, server in servers.items()}
    seconds: dict[str, list[float]] = {name: [] for name in (*workers, "check")}
    for n in range(_ROUNDS):
        for name in sorted(workers, reverse=bool(n % 2)):
            seconds[name].append(_time_query(workers[name], build / "store", manifest.base, f"{n} {name}"))
        started = time.perf_counter()
        check_query(_QUERY.format(n))
        seconds["check"].append(time.perf_counter() - started)
    for server in servers.values():
        server.close()
    medians = {name: statistics.median(values[50:]) * 1000 for name, values in seconds.items()}
    for name, median in medians.items():
        sys.stdout.write(f"{name}: {median:.3f} ms\n")
    sys.stdout.write(f"isolated / open: {medians['isolated'] / medians['open']:.3f}\n")
    started = time.perf_counter()
    subprocess.run([sys.executable, "-m", "begrepp.store.isolation"], check=True, stdout=subprocess.DEVNULL)
    sys.stdout.write(f"probe at the start of the server: {(time.perf_counter() - started) * 1000:.0f} ms\n")


def _time_query(worker: Worker, store: Path, base: str, code: str) -> float:
    request = QueryRequest(
        store=str(store),
        query=_QUERY.format(code),
        results_format="application/sparql-results+json",
        graph_format="text/turtle",
        base=base,
    )
    started = time.perf_counter()
    worker.send(request)
    while (part := worker.receive(60)) is None or not part.last:
        pass
    return time.perf_counter() - started
