"""Soak test of `begrepp serve` (`python -m bench soak DATA [MINUTES]`): everything at once, for minutes.

Fifty clients ask for pages, look-ups, searches and queries, each from an address of its own; beside them clients that
read and write slowly, connections that say nothing, and the hostile queries of `tests/zoo`. Meanwhile builds are
published underneath and query workers are killed. DATA holds a build; it is copied.
"""

from __future__ import annotations

import asyncio
import random
import shutil
import statistics
import sys
import tempfile
import time
import tomllib
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from urllib.parse import quote, urlencode

import psutil
from pyoxigraph import NamedNode, QuerySolutions

from begrepp.artefact.inventory import write_inventory
from begrepp.artefact.manifest import current_build, read_manifest
from begrepp.settings import Settings
from begrepp.store.disk import DiskStore
from server.http.urls import document_path
from server.served.build import ServedBuild
from tests.support.serving import serve

CLIENTS = 50
_IDLE, _SLOW, _HOSTILE = 100, 5, 4
_THINK_SECONDS = 0.5
"""Mean time between two requests of a client: fifty clients ask about a hundred times a second."""
_PUBLISH_SECONDS, _KILL_SECONDS, _SAMPLE_SECONDS = 20, 15, 2
_CONCEPTS = "SELECT DISTINCT ?c { ?c a <http://www.w3.org/2004/02/skos/core#Concept> }"
_WORDS = ("lungcancer", "bröst", "tnm", "C50", "diabets", "her2", "tumör", "läkemedel", "kön", "remiss")
_FORK_SERVER = "begrepp.store.forkserver"
_ZOO = Path(__file__).parent.parent / "tests" / "zoo" / "hostile.toml"


@dataclass(slots=True)
class Soak:
    """Seconds of normal requests by kind, failures by kind and reason, and samples of memory and descriptors.

    Memory is that of the server's processes without their query workers.
    """

    seconds: dict[str, list[float]] = field(default_factory=lambda: {kind: [] for kind in ("page", "look-up", "query")})
    failures: Counter[str] = field(default_factory=Counter)
    limited: int = 0
    hostile: Counter[int] = field(default_factory=Counter)
    memory_mb: list[float] = field(default_factory=list)
    descriptors: list[int] = field(default_factory=list)
    published: int = 0
    killed: int = 0

    def p95(self, kind: str) -> float:
        """Return the 95th percentile in seconds."""
        return statistics.quantiles(self.seconds[kind], n=20)[-1]

    def growth(self, samples: Iterable[float]) -> float:
        """Return the last fifth of the samples relative to the fifth in the middle, by their medians."""
        values = [*samples]
        fifth = max(1, len(values) // 5)
        middle = values[2 * fifth : 3 * fifth] or values
        return statistics.median(values[-fifth:]) / statistics.median(middle)


def run(data: Path, minutes: str = "30") -> None:
    """Run the soak test and print its table."""
    found = soak(data, float(minutes) * 60, report=lambda line: print(line, file=sys.stderr, flush=True))
    print(f"{'':12}{'requests':>10}{'p50 ms':>10}{'p95 ms':>10}{'max ms':>10}")
    for kind, seconds in found.seconds.items():
        p50, p95, slowest = statistics.median(seconds), found.p95(kind), max(seconds)
        print(f"{kind:12}{len(seconds):>10,}{1000 * p50:>10.0f}{1000 * p95:>10.0f}{1000 * slowest:>10.0f}")
    print(
        f"failed normal requests: {found.failures.total()} {dict(found.failures) or ''}; answered 429: {found.limited}"
    )
    print(f"hostile requests by status: {dict(sorted(found.hostile.items()))}")
    print(f"builds published: {found.published}; query workers killed: {found.killed}")
    print(f"memory: {found.memory_mb[-1]:,.0f} MB at the end, {found.growth(found.memory_mb):.2f} of the middle")
    print(f"descriptors: {found.descriptors[-1]} at the end, {found.growth(found.descriptors):.2f} of the middle")


def soak(data: Path, seconds: float, report: Callable[[str], None] = lambda line: None) -> Soak:
    """Serve a copy of the data with two processes and default settings, and return what was seen."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "data")
        copy.mkdir()
        shutil.copytree(current_build(Settings(data=data)), copy / "builds" / "a")
        (copy / "current").symlink_to(Path("builds") / "a")
        addresses = _addresses(copy)
        with serve(copy, workers="2") as port:
            return asyncio.run(_Run(copy, port, addresses, seconds, report).all())


def _addresses(data: Path) -> list[str]:
    build = current_build(Settings(data=data))
    served = ServedBuild(build, read_manifest(build))
    rows = DiskStore(build / "store").query(_CONCEPTS)
    assert isinstance(rows, QuerySolutions)
    return [document_path(served.iris, row["c"].value) for row in rows if isinstance(row["c"], NamedNode)]


class _Run:
    def __init__(
        self, data: Path, port: int, addresses: list[str], seconds: float, report: Callable[[str], None]
    ) -> None:
        self._data, self._port, self._addresses, self._report = data, port, addresses, report
        self._end = time.monotonic() + seconds
        self._chance = random.Random(7)
        self._found = Soak()

    async def all(self) -> Soak:
        """Run all clients until the end."""
        kinds = ["page"] * 25 + ["look-up"] * 15 + ["query"] * 10
        jobs: list[Awaitable[None]] = [self._client(number, kind) for number, kind in enumerate(kinds)]
        jobs += [self._idle(number) for number in range(_IDLE)]
        jobs += [slow(number) for slow in (self._slow_reader, self._slow_writer) for number in range(_SLOW)]
        jobs += [self._hostile(number) for number in range(_HOSTILE)]
        jobs += [self._publish(), self._kill(), self._sample()]
        await asyncio.gather(*jobs)
        return self._found

    def _is_over(self) -> bool:
        return time.monotonic() >= self._end

    async def _client(self, number: int, kind: str) -> None:
        while not self._is_over():
            await asyncio.sleep(self._chance.expovariate(1 / _THINK_SECONDS))
            path, accept = self._request(kind)
            started = time.monotonic()
            try:
                status = await asyncio.wait_for(self._get(path, accept, f"127.0.1.{number + 1}"), 60)
            except (OSError, EOFError, TimeoutError, ValueError) as error:
                self._found.failures[f"{kind}: {type(error).__name__}"] += 1
                continue
            if status == 429:
                self._found.limited += 1
            elif status in (200, 301, 303):
                self._found.seconds[kind].append(time.monotonic() - started)
            else:
                self._found.failures[f"{kind}: {status}"] += 1

    def _request(self, kind: str) -> tuple[str, str]:
        address = self._chance.choice(self._addresses)
        if kind == "look-up":
            return address, "application/json"
        if kind == "query":
            query = f'SELECT ?c ?l {{ ?c skos:notation "lungcancer" ; skos:prefLabel ?l }} # {self._chance.random()}'
            return f"/sparql?query={quote(query)}", "application/sparql-results+json"
        return (
            f"/search?q={quote(self._chance.choice(_WORDS))}" if self._chance.random() < 0.2 else address
        ), "text/html"

    async def _get(self, path: str, accept: str, source: str) -> int:
        async with self._connection(source) as (reader, writer):
            writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\nAccept: {accept}\r\nConnection: close\r\n\r\n".encode())
            words = (await reader.readline()).split()
            while await reader.read(1 << 16):
                pass
        if len(words) < 2:
            raise EOFError
        return int(words[1])

    @asynccontextmanager
    async def _connection(self, source: str) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        """Open a connection from an address of this machine, and close it."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port, local_addr=(source, 0))
        try:
            yield reader, writer
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _idle(self, number: int) -> None:
        """Open a connection and say nothing, again whenever it is closed."""
        while not self._is_over():
            with suppress(OSError, TimeoutError):
                async with self._connection(f"127.0.2.{number + 1}") as (reader, _):
                    await asyncio.wait_for(reader.read(1), 30)
            await asyncio.sleep(1)

    async def _slow_reader(self, number: int) -> None:
        query = quote("SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 100000")
        while not self._is_over():
            with suppress(OSError, TimeoutError):
                async with self._connection(f"127.0.3.{number + 1}") as (reader, writer):
                    writer.write(f"GET /sparql?query={query} HTTP/1.1\r\nHost: x\r\nAccept: text/csv\r\n\r\n".encode())
                    for _ in range(20):
                        if not await asyncio.wait_for(reader.read(1000), 30):
                            break
                        await asyncio.sleep(1)
            await asyncio.sleep(1)

    async def _slow_writer(self, number: int) -> None:
        head = b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n"
        head += b"Content-Type: application/sparql-query\r\n\r\n"
        while not self._is_over():
            with suppress(OSError):
                async with self._connection(f"127.0.4.{number + 1}") as (_, writer):
                    writer.write(head)
                    for _ in range(30):
                        writer.write(b"#")
                        await writer.drain()
                        await asyncio.sleep(1)
            await asyncio.sleep(1)

    async def _hostile(self, number: int) -> None:
        """Send the hostile queries of the zoo, one after the other."""
        queries = [each["query"] for each in tomllib.loads(_ZOO.read_text("utf-8")).values() if "query" in each]
        self._chance.shuffle(queries)
        for query in cycle(queries):
            if self._is_over():
                return
            with suppress(OSError, EOFError, TimeoutError, ValueError):
                status = await asyncio.wait_for(
                    self._get(f"/sparql?{urlencode({'query': query})}", "text/csv", f"127.0.5.{number + 1}"), 60
                )
                self._found.hostile[status] += 1
            await asyncio.sleep(0.5)

    async def _publish(self) -> None:
        """Publish a copy of the build under another name again and again, as `begrepp build` does."""
        builds = self._data / "builds"
        while not self._is_over():
            await asyncio.sleep(_PUBLISH_SECONDS)
            before = (self._data / "current").readlink().name
            after = str(self._found.published)
            await asyncio.to_thread(shutil.copytree, builds / before, builds / after)
            write_inventory(builds / after)
            link = self._data / "next"
            link.symlink_to(Path("builds") / after)
            link.replace(self._data / "current")
            self._found.published += 1
            for old in builds.iterdir():
                if old.name not in (before, after):
                    await asyncio.to_thread(shutil.rmtree, old, ignore_errors=True)

    def _processes(self) -> list[psutil.Process]:
        return [child for child in psutil.Process().children(recursive=True) if child.is_running()]

    async def _kill(self) -> None:
        """Kill a query worker now and then."""
        while not self._is_over():
            await asyncio.sleep(_KILL_SECONDS)
            if workers := [process for process in self._processes() if _is_query_worker(process)]:
                with suppress(psutil.NoSuchProcess):
                    self._chance.choice(workers).kill()
                    self._found.killed += 1

    async def _sample(self) -> None:
        while not self._is_over():
            await asyncio.sleep(_SAMPLE_SECONDS)
            memory, descriptors = 0.0, 0
            for process in self._processes():
                with suppress(psutil.Error):
                    descriptors += process.num_fds()
                    # A query worker has the memory of its query, within its limit, and ends with it.
                    if _FORK_SERVER not in process.cmdline():
                        memory += process.memory_full_info().pss / 2**20
            self._found.memory_mb.append(memory)
            self._found.descriptors.append(descriptors)
            if len(self._found.memory_mb) % 15 == 0:
                done = sum(map(len, self._found.seconds.values()))
                self._report(f"{done:,} requests, {memory:,.0f} MB, {descriptors} descriptors, {self._found.failures}")


def _is_query_worker(process: psutil.Process) -> bool:
    """Return whether a process was forked by a fork server; False for one that has ended."""
    try:
        parent = process.parent()
        return parent is not None and _FORK_SERVER in process.cmdline() and _FORK_SERVER in parent.cmdline()
    except psutil.Error:
        return False
