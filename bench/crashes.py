"""Kills of the build and of the server at many moments (`python -m bench crashes DATA [MOMENTS]`).

The process that was started is killed with SIGKILL, alone, in the middle of its work. Afterwards no process may be
left, the published build must be whole, and the next start must work and remove what was left. DATA holds a build and
may hold `raw/`; the work is done on a copy.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import psutil
from pyoxigraph import QuerySolutions

from begrepp.artefact.inventory import refuse_damaged_build
from begrepp.artefact.manifest import current_build
from begrepp.errors import BegreppError
from begrepp.settings import Settings
from begrepp.store.disk import DiskStore
from begrepp.terminology.terminology import Terminology
from tests.support.serving import free_port

_SECONDS_TO_END = 10.0
_COUNT = "SELECT (COUNT(*) AS ?n) { GRAPH ?graph { ?s ?p ?o } }"
_PATHS = (
    "/cs/onkologi/lungcancer",
    "/search?q=lung",
    "/downloads/dump.nq.gz",
    "/sparql?query=SELECT%20*%20%7B%3Fa%20%3Fb%20%3Fc%20.%20%3Fd%20%3Fe%20%3Ff%7D",
    "/api/v1/schemes",
)


@dataclass(slots=True)
class Crashes:
    """The number of kills, of processes left, of damaged builds, and of starts that failed afterwards."""

    kills: int = 0
    orphans: int = 0
    damaged: int = 0
    failed_starts: int = 0


def run(data: Path, moments: str = "100") -> None:
    """Kill builds and servers at random moments; print what was harmed."""
    print(f"{'killed':>10}{'moments':>10}{'orphans':>10}{'damaged':>10}{'failed starts':>16}")
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "data")
        shutil.copytree(data, copy, symlinks=True)
        for name, kill in (("build", kill_builds), ("server", kill_servers)):
            found = kill(copy, int(moments))
            print(
                f"{name:>10}{found.kills:>10}{found.orphans:>10}{found.damaged:>10}{found.failed_starts:>16}",
                flush=True,
            )


def kill_builds(data: Path, moments: int) -> Crashes:
    """Kill `begrepp build` at random moments of its work."""
    found = Crashes()
    started = time.monotonic()
    _run_build(data)
    whole = time.monotonic() - started
    for moment in _moments(moments, whole):
        _kill_after(_start(data, "build", "--from-scratch"), moment, data, found)
        found.damaged += not _is_whole(data)
    found.failed_starts += _run_build(data) != 0
    found.failed_starts += any((data / "builds").glob(".aside-*"))
    return found


def kill_servers(data: Path, moments: int) -> Crashes:
    """Kill `begrepp serve` with two processes at random moments, while clients ask for pages, queries and files."""
    found = Crashes()
    for moment in _moments(moments, 2.0):
        port = free_port()
        server = _start(data, "serve", "--port", str(port), "--workers", "2")
        if not _is_ready(port):
            found.failed_starts += 1
        stop = threading.Event()
        clients = [threading.Thread(target=_ask_for_ever, args=(port, path, stop), daemon=True) for path in _PATHS]
        for client in clients:
            client.start()
        _kill_after(server, moment, data, found)
        stop.set()
        for client in clients:
            client.join()
        found.damaged += not _is_whole(data)
    return found


def _moments(count: int, seconds: float) -> list[float]:
    chance = random.Random(7)
    return [chance.uniform(0, seconds) for _ in range(count)]


def _start(data: Path, *command: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "begrepp", *command],
        env=_environment(data),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _environment(data: Path) -> dict[str, str]:
    return {**os.environ, "BEGREPP_DATA": str(data), "BEGREPP_RATE_PER_MINUTE": "100000"}


def _run_build(data: Path) -> int:
    return _start(data, "build", "--from-scratch").wait()


def _kill_after(process: subprocess.Popen[bytes], seconds: float, data: Path, found: Crashes) -> None:
    """Kill one process alone, and count those with the same data that are left after `_SECONDS_TO_END`."""
    with suppress(subprocess.TimeoutExpired):
        process.wait(seconds)
    process.send_signal(signal.SIGKILL)
    process.wait()
    found.kills += 1
    until = time.monotonic() + _SECONDS_TO_END
    while (left := _processes_of(data)) and time.monotonic() < until:
        time.sleep(0.05)
    found.orphans += len(left)
    for each in left:
        with suppress(psutil.Error):
            each.kill()


def _processes_of(data: Path) -> list[psutil.Process]:
    """Return the processes whose environment names the data."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            is_own = process.pid == os.getpid() or process.status() == psutil.STATUS_ZOMBIE
            if not is_own and process.environ().get("BEGREPP_DATA") == str(data):
                found.append(process)
    return found


def _is_whole(data: Path) -> bool:
    """Return whether the files of the published build have their sizes, and its store and terminology can be read."""
    try:
        build = current_build(Settings(data=data))
        refuse_damaged_build(build)
        rows = DiskStore(build / "store").query(_COUNT)
        assert isinstance(rows, QuerySolutions)
        return int(next(rows)["n"].value) > 0 and len(Terminology(build).schemes()) > 0
    except (BegreppError, OSError):
        return False


def _is_ready(port: int) -> bool:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with suppress(OSError, HTTPException), closing(HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
            connection.request("GET", "/ready")
            with closing(connection.getresponse()) as response:
                if response.status == 200:
                    return True
        time.sleep(0.1)
    return False


def _ask_for_ever(port: int, path: str, stop: threading.Event) -> None:
    while not stop.is_set():
        with suppress(OSError, HTTPException), closing(HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
            connection.request("GET", path)
            with closing(connection.getresponse()) as response:
                while not stop.is_set() and response.read(65536):
                    pass
        time.sleep(0.02)
