"""Load test with 100 clients, each with its own loopback address: `python -m bench load DATA [MINUTES]`.

Nine of ten clients ask one query after another: codes by chance, questions of the cookbook, and one in twenty a
hostile one from `tests/zoo/hostile.toml`; each written a little differently every time, so that no kept answer helps.
The tenth reads pages. Who is told to come back later does. Prints latencies, outcomes and memory.
"""

from __future__ import annotations

import random
import threading
import time
import tomllib
from collections import Counter, defaultdict
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlencode

from begrepp.queries.query_files import read_queries
from tests.support.serving import serve

CLIENTS = 100
_FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "*/*"}
_ZOO = Path(__file__).parent.parent / "tests" / "zoo" / "hostile.toml"
_MOST_PATIENT = 5.0
_WARM = 10.0
"""Seconds that the server has for itself first, as it asks itself the questions of the cookbook."""


@dataclass
class Seen:
    """Measurements: response seconds and outcomes by kind, and the server's memory over time."""

    took: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    outcomes: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    memory: list[int] = field(default_factory=list)


class _Asker:
    """Random requests of one client."""

    def __init__(self, number: int) -> None:
        self.chance = random.Random(number)
        self._pages = number % 10 == 0
        self._cookbook = [query.text for query in read_queries("examples")]
        self._zoo = [
            wild["query"].replace("{}", wild.get("piece", "") * wild.get("times", 0))
            for wild in tomllib.loads(_ZOO.read_text(encoding="utf-8")).values()
            if wild["after"] in ("time", "memory", "result size")
        ]

    def next(self) -> tuple[str, str]:
        """Return the kind of the next request, and a query text or a path."""
        code = f"{self.chance.choice('ABCDEFGH')}{self.chance.randrange(10, 99)}"
        if self._pages:
            return "page", f"/cs/icd-10-se/{code}"
        if self.chance.random() < 0.05:
            return "hostile", f"{self.chance.choice(self._zoo)} # {self.chance.random()}"
        if self.chance.random() < 0.3:
            return "cookbook", f"{self.chance.choice(self._cookbook)} # {self.chance.random()}"
        look_up = f'SELECT ?c ?l {{ ?c skos:notation "{code}" ; skos:prefLabel ?l }}'
        return "look-up", f"{look_up} # {self.chance.random()}"


def run(data: Path, minutes: str = "1") -> None:
    """Run the load test on a server over the data folder and print the measurements."""
    seen = Seen()
    seconds = float(minutes) * 60
    with ExitStack() as stack:
        port = stack.enter_context(serve(data, query_seconds="10", query_memory_mb="2048"))
        time.sleep(_WARM)
        over = time.monotonic() + seconds
        threads = [threading.Thread(target=_ask, args=(port, n, over, seen)) for n in range(CLIENTS)]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            seen.memory.append(_resident(port))
            time.sleep(1)
    print(f"{CLIENTS} clients, {seconds:g} seconds\n")
    print(f"| asked | answered | p50 | p95 | p99 ms | outcomes |\n{'| --- ' * 6}|")
    for kind, outcomes in sorted(seen.outcomes.items()):
        ordered = sorted(seen.took[kind]) or [float("nan")]
        shares = (f"{ordered[int(len(ordered) * share)] * 1000:.0f}" for share in (0.5, 0.95, 0.99))
        said = ", ".join(f"{status}: {count}" for status, count in sorted(outcomes.items()))
        print(f"| {kind} | {len(seen.took[kind])} | {' | '.join(shares)} | {said} |")
    tenths = [seen.memory[len(seen.memory) * n // 10] for n in range(10)]
    print(f"\nmemory of all server processes, MB, each tenth of the time: {tenths}; at most {max(seen.memory)}")


def _ask(port: int, number: int, over: float, seen: Seen) -> None:
    """Run one client until the end time, with pauses of up to a second."""
    asker = _Asker(number)
    while time.monotonic() < over:
        kind, asked = asker.next()
        started = time.monotonic()
        status, later = _send(port, number, asked, page=kind == "page")
        seen.outcomes[kind][str(status)] += 1
        if status in (200, 404):
            seen.took[kind].append(time.monotonic() - started)
        time.sleep(min(later, _MOST_PATIENT) or asker.chance.uniform(0, 1))


def _send(port: int, number: int, asked: str, *, page: bool) -> tuple[int | str, float]:
    """Return the status or the kind of failure, and the seconds of Retry-After, if any."""
    connection = HTTPConnection("127.0.0.1", port, timeout=60, source_address=(f"127.0.2.{number + 1}", 0))
    try:
        if page:
            connection.request("GET", asked, None, {"Accept": "text/html"})
        else:
            connection.request("POST", "/sparql", urlencode({"query": asked}).encode(), _FORM)
        response = connection.getresponse()
        later = float(response.getheader("Retry-After") or 0)
        response.read()
        return response.status, later
    except (HTTPException, OSError) as error:
        return type(error).__name__, 0
    finally:
        connection.close()


def _resident(port: int) -> int:
    """Return the megabytes of the server and its query workers."""
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
