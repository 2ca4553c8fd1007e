"""A hundred clients at once, each from an address of its own: `python -m bench load DATA`; seconds in $BENCH_SECONDS.

Each client asks, one query after another, questions of the cookbook and codes by chance; every twentieth is a cross
product that will be stopped. Pages are asked beside. Prints latencies, outcomes and memory. Loopback only.
"""

from __future__ import annotations

import os
import random
import threading
import time
from collections import Counter
from contextlib import ExitStack
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlencode

from begrepp.queries import queries
from tests.w3c.serving import serve

CLIENTS = 100
_FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "*/*"}
_HOSTILE = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . FILTER(STR(?a) < STR(?i)) }"


def run(data: Path) -> None:
    """Load a server over the data folder, and print how it fared."""
    seconds = float(os.environ.get("BENCH_SECONDS", "60"))
    took: dict[str, list[float]] = {"query": [], "page": []}
    outcomes: Counter[str] = Counter()
    memory: list[int] = []
    with ExitStack() as stack:
        port = stack.enter_context(serve(data, query_seconds="10", query_memory_mb="2048"))
        over = time.monotonic() + seconds

        def client(n: int) -> None:
            rng = random.Random(n)
            texts = [query.text for query in queries("examples")]
            while time.monotonic() < over:
                kind = "page" if n % 10 == 0 else "query"
                code = f"{rng.choice('ABCDEFGH')}{rng.randrange(10, 99)}"
                text = (
                    _HOSTILE
                    if rng.random() < 0.05
                    else rng.choice(texts)
                    if rng.random() < 0.3
                    else (f'SELECT ?c ?l {{ ?c skos:notation "{code}" ; skos:prefLabel ?l }}')
                )
                started = time.monotonic()
                status = (
                    _send(port, n, "GET", f"/cs/icd-10-se/{code}", b"")
                    if kind == "page"
                    else _send(port, n, "POST", "/sparql", urlencode({"query": text}).encode())
                )
                if not (text == _HOSTILE and kind == "query"):
                    outcomes[f"{kind} {status}"] += 1
                    if status in (200, 404):
                        took[kind].append(time.monotonic() - started)
                else:
                    outcomes[f"hostile {status}"] += 1
                time.sleep(rng.uniform(0, 1))

        threads = [threading.Thread(target=client, args=(n,)) for n in range(CLIENTS)]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            memory.append(_resident(port))
            time.sleep(1)
    for kind, values in took.items():
        ordered = sorted(values)
        p50, p95, p99 = (ordered[int(len(ordered) * share)] * 1000 for share in (0.5, 0.95, 0.99))
        print(f"{kind}: {len(ordered)} answered in {seconds:g} s; p50 {p50:.0f}, p95 {p95:.0f}, p99 {p99:.0f} ms")
    print(f"outcomes: {dict(sorted(outcomes.items()))}")
    print(f"memory of all server processes: at first {memory[0]} MB, at most {max(memory)} MB, at last {memory[-1]} MB")


def _send(port: int, n: int, method: str, path: str, body: bytes) -> int | str:
    connection = HTTPConnection("127.0.0.1", port, timeout=60, source_address=(f"127.0.2.{n + 1}", 0))
    try:
        connection.request(method, path, body or None, _FORM if body else {"Accept": "text/html"})
        response = connection.getresponse()
        response.read()
        return response.status
    except (HTTPException, OSError) as error:
        return type(error).__name__
    finally:
        connection.close()


def _resident(port: int) -> int:
    """Megabytes of the server and its query workers, by their place in the tree of processes."""
    parents, sizes, roots = {}, {}, set()
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            fields = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
            line = (status.parent / "cmdline").read_bytes()
        except OSError:
            continue
        pid = int(status.parent.name)
        parents[pid], sizes[pid] = int(fields["PPid"]), int(fields.get("VmRSS", "0 kB").split()[0])
        if b"--port\0" + str(port).encode() in line:
            roots.add(pid)
    below = set(roots)
    for _ in range(6):
        below |= {pid for pid, parent in parents.items() if parent in below}
    return sum(sizes[pid] for pid in below) // 1024
