"""Benchmark of the build: quads per second, next to tools that only load RDF.

`python -m bench build DATA`: what lies in DATA/raw and the starter is built from scratch; then the quads that came of
it are given, as one file of N-Quads, to rdflib, to Jena's `tdb2.tdbloader` (Debian: libapache-jena-java) and to
`oxigraph load` (PyPI: oxigraph). These read finished RDF; the build reads publishers' files, checks and judges
them, and indexes words too. Then the build is made again with nothing changed, and with one small list changed.

Medians of three, or of as many as fit in BENCH_SECONDS (600) a tool. Memory: the largest sum of proportional set
sizes of a tool's processes, looked at twice a second (Linux).
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from begrepp.artefact.manifest import Manifest, read_manifest
from begrepp.exports.nquads import write_nquads
from bench import jena

SECONDS = float(os.environ.get("BENCH_SECONDS", "600"))
RDFLIB_MOST = 1_000_000
"""So many quads are given to rdflib: ten million took 18 GB and seven minutes and were not half read."""
_RDFLIB = "import sys, rdflib; rdflib.Dataset().parse(sys.argv[1], format='nquads')"


@dataclass(frozen=True, slots=True)
class Cost:
    """Cost of a command: wall seconds, CPU seconds and peak memory in GB."""

    seconds: float
    processor: float
    memory: float


def run(data: Path) -> None:
    """Print wall and CPU seconds, memory and quads per second, each also relative to the build."""
    with tempfile.TemporaryDirectory(dir=data, prefix=".bench-") as name:
        folder = Path(name)
        home = folder / "data"
        home.mkdir()
        shutil.copytree(data / "raw", home / "raw", copy_function=os.link)
        ours = _median(lambda: _build(home, "--from-scratch"))
        manifest = read_manifest(home / "current")
        quads = write_nquads(home / "current", folder / "all.nq", public=False)
        print(f"{len(manifest.loads)} sources, {quads:,} quads in named graphs, {manifest.triples:,} triples in view")
        print(f"{'':34}{'seconds':>9}{'CPU':>8}{'GB':>7}{'quads/s':>10}{'× build':>9}")
        _print("begrepp build, from files", ours, quads, ours)
        for title, given, command in _tools(folder, quads):
            try:
                _print(title, _median(command) if callable(command) else command, given, ours, of=quads)
            except RuntimeError as error:
                _print(title, f"failed: {error}", given, ours)
        same = _build(home)
        _again("built again, nothing changed", same, manifest, home)
        with _changed(home):
            again = _build(home)
            hash_ = read_manifest(home / "current").hash
            _print("built again, one list changed", again, quads, ours)
            _build(home, "--from-scratch")
            alike = read_manifest(home / "current").hash == hash_
            print(f"the hash is {'' if alike else 'NOT '}that of a build from scratch")


def _tools(folder: Path, quads: int) -> Iterator[tuple[str, int, Callable[[], Cost] | str]]:
    """Yield each tool, its number of quads, and its run or the reason why there is none."""
    file = folder / "all.nq"
    some = folder / "some.nq"
    with file.open("rb") as lines, some.open("wb") as out:
        out.writelines(islice(lines, RDFLIB_MOST))
    part = min(quads, RDFLIB_MOST)
    yield f"rdflib, {part:,} quads", part, lambda: _measured([sys.executable, "-c", _RDFLIB, str(some)])
    if jena.installed():

        def tdb() -> Cost:
            shutil.rmtree(folder / "tdb", ignore_errors=True)
            loading = ("tdb2.tdbloader", "--loader=parallel", "--loc", str(folder / "tdb"), str(file))
            return _measured(jena.command(folder / "jena", *loading, memory="4g"))

        yield "Jena tdb2.tdbloader", quads, tdb
    else:
        yield "Jena tdb2.tdbloader", 0, "left out: no Java, or no package libapache-jena-java"
    if tool := shutil.which("oxigraph", path=f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}"):

        def oxigraph() -> Cost:
            shutil.rmtree(folder / "oxigraph", ignore_errors=True)
            return _measured([tool, "load", "--location", str(folder / "oxigraph"), "--file", str(file)])

        yield "oxigraph load", quads, oxigraph
    else:
        yield "oxigraph load", 0, "left out: pip install oxigraph"


def _build(home: Path, *options: str) -> Cost:
    return _measured([sys.executable, "-m", "begrepp", "build", *options], BEGREPP_DATA=str(home))


def _again(title: str, cost: Cost, before: Manifest, home: Path) -> None:
    alike = read_manifest(home / "current").hash == before.hash
    _print(title, cost, 0, cost)
    if not alike:
        print("THE HASH DIFFERS")


@contextmanager
def _changed(home: Path) -> Iterator[None]:
    """Remove a line from the smallest text file of the editions."""
    files = [path for path in (home / "raw").rglob("*") if path.suffix in (".csv", ".txt") and path.stat().st_size]
    path = min(files, key=lambda path: path.stat().st_size)
    lines = path.read_bytes().splitlines(keepends=True)
    path.unlink()  # the same file lies in DATA
    path.write_bytes(b"".join(lines[:-1]))
    print(f"changed: {path.relative_to(home)}, a line less")
    yield


def _median(run: Callable[[], Cost]) -> Cost:
    costs = [run()]
    while len(costs) < 3 and sum(cost.seconds for cost in costs) + costs[0].seconds < SECONDS:
        costs.append(run())
    if len(costs) < 3:
        print(f"    (of {len(costs)} run{'s' if len(costs) > 1 else ''} only)")
    columns = zip(*((cost.seconds, cost.processor, cost.memory) for cost in costs), strict=True)
    return Cost(*map(statistics.median, columns))


def _measured(command: list[str], **environment: str) -> Cost:
    """Run a command and sample the memory of its processes."""
    started, peak = time.perf_counter(), 0.0
    before = os.times()
    with tempfile.TemporaryFile() as words:
        process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=words, stderr=words)
        while process.poll() is None:
            peak = max(peak, sum(map(_memory, _family(process.pid))))
            time.sleep(0.5)
        if process.returncode:
            words.seek(0)
            raise RuntimeError(words.read().decode(errors="replace")[-2000:])
    after = os.times()
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    return Cost(time.perf_counter() - started, spent, peak)


def _family(process: int) -> list[int]:
    """Return a process and its descendants."""
    found, pending = [], [process]
    while pending:
        found.append(parent := pending.pop())
        for task in Path(f"/proc/{parent}/task").glob("*/children"):
            try:
                pending += map(int, task.read_text().split())
            except OSError:
                continue
    return found


def _memory(process: int) -> float:
    """Return the proportional set size in GB; 0 for a process that has ended."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1e6


def _print(title: str, cost: Cost | str, quads: int, ours: Cost, of: int = 0) -> None:
    """Print a row; a tool that was given fewer quads is compared per quad."""
    if isinstance(cost, str):
        print(f"{title:34}{cost}")
        return
    rate = f"{quads / cost.seconds:10,.0f}" if quads else f"{'':10}"
    times = cost.seconds / ours.seconds * (of / quads if of and quads else 1)
    print(f"{title:34}{cost.seconds:9.1f}{cost.processor:8.1f}{cost.memory:7.2f}{rate}{times:9.2f}", flush=True)
