"""Benchmark of `begrepp serve`: requests per second and latency (`python -m bench serving DATA`).

Concept look-ups (JSON) and concept pages (HTML), asked by wrk (Debian's `wrk`) over eight connections on the same
machine: many addresses of a server that keeps none of its answers, many that were each asked before, and one again and
again. Each time of a server that was started for it and has asked itself its first questions. DATA holds a build.
"""

from __future__ import annotations

import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote

from pyoxigraph import NamedNode, QuerySolutions

from begrepp.artefact.manifest import current_build, read_manifest
from begrepp.settings import Settings
from server.http.urls import document_path
from server.served.build import ServedBuild
from tests.support.serving import serve

_SECONDS, _CONNECTIONS, _MOST = 8, 8, 2000
_WARM_SECONDS = 5
_HOST = {"Host": "begrepp.example"}
_CONCEPTS = "SELECT DISTINCT ?c { ?c a <http://www.w3.org/2004/02/skos/core#Concept> }"
_ASK = """
local paths, place = {}, 0
for line in io.lines("%s") do paths[#paths + 1] = line end
local requests = {}
request = function()
  place = place %% #paths + 1
  local path, form = paths[place]:match("^(%%S+)\t(.*)$")
  if not form then return wrk.format("GET", paths[place]) end
  local headers = {["Content-Type"] = "application/x-www-form-urlencoded"}
  for name, value in pairs(wrk.headers) do headers[name] = value end
  return wrk.format("POST", path, headers, form)
end
done = function(summary, latency)
  local failed = summary.errors.status + summary.errors.timeout + summary.errors.read + summary.errors.connect
  io.write(string.format("= %%d %%d %%d %%d %%d %%d\\n", summary.requests, summary.duration, failed,
    latency:percentile(50), latency:percentile(95), latency:percentile(99)))
end
"""


HEADING = f"{'requests/s':>12}{'p50 ms':>10}{'p95 ms':>10}{'p99 ms':>10}{'failed':>8}"
"""The columns of `ask_many`."""


def find_wrk() -> str:
    """Return the path of wrk, or exit with a message."""
    return shutil.which("wrk") or sys.exit("wrk is not installed (apt-get install wrk)")


def run(data: Path) -> None:
    """Serve the build and print requests a second and latencies."""
    wrk = find_wrk()
    pages, lookups = _addresses(data)
    print(f"{len(pages):,} concepts, {_CONNECTIONS} connections, {_SECONDS} s each")
    print(f"{'':24}{HEADING}")
    for how, most, kept in (("none kept", _MOST, "0"), ("kept, many", _MOST, "64"), ("kept, one", 1, "64")):
        for name, paths, accept in (("look-up, JSON", lookups, "application/json"), ("page, HTML", pages, "text/html")):
            with serve(data, workers="2", page_cache_mb=kept) as port:
                ask_once(port, paths[:most] if kept != "0" else paths[:1], accept)
                print(f"{f'{name}, {how}':24}{ask_many(wrk, port, paths[:most], accept)}", flush=True)


def _addresses(data: Path) -> tuple[list[str], list[str]]:
    """Return the URLs of concept pages and of the same concepts in the API, shuffled."""
    build = ServedBuild(current_build(Settings(data=data)), read_manifest(current_build(Settings(data=data))))
    rows = build.store.query(_CONCEPTS)
    assert isinstance(rows, QuerySolutions)
    iris = [node.value for row in rows if isinstance(node := row["c"], NamedNode)]
    iris = [iri for iri in iris if iri.startswith(build.iris.root)]
    random.Random(1).shuffle(iris)
    chosen = iris[:_MOST]
    return (
        [document_path(build.iris, iri) for iri in chosen],
        [f"/api/v1/lookup?iri={quote(iri, safe='')}" for iri in chosen],
    )


def ask_once(port: int, paths: list[str], accept: str) -> None:
    """Request every URL once, and wait for the server's warm-up."""
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Accept": accept, "Accept-Encoding": "gzip", **_HOST}
    for path, tab, form in (each.partition("\t") for each in paths):
        posted = {"Content-Type": "application/x-www-form-urlencoded"} if tab else {}
        connection.request("POST" if tab else "GET", path, form or None, headers | posted)
        connection.getresponse().read()
    time.sleep(_WARM_SECONDS)


def ask_many(wrk: str, port: int, paths: list[str], accept: str, connections: int = _CONNECTIONS) -> str:
    """Request the URLs in turn for some seconds; return requests per second, p50, p95, p99 (ms) and failures.

    A form after a URL and a tab is posted.
    """
    with tempfile.TemporaryDirectory() as folder:
        script, listed = Path(folder) / "ask.lua", Path(folder) / "paths"
        listed.write_text("".join(f"{path}\n" for path in paths), encoding="utf-8")
        script.write_text(_ASK % listed, encoding="utf-8")
        command = [wrk, "-t1", f"-c{connections}", f"-d{_SECONDS}", "-s", str(script), f"http://127.0.0.1:{port}"]
        command += ["-H", f"Accept: {accept}", "-H", "Accept-Encoding: gzip", "-H", f"Host: {_HOST['Host']}"]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.search(r"^= (\d+) (\d+) (\d+) (\d+) (\d+) (\d+)$", said, re.MULTILINE)
    assert found, said
    requests, microseconds, failed, *shares = map(int, found.groups())
    return (
        f"{requests / microseconds * 1e6:12,.0f}" + "".join(f"{share / 1000:10.1f}" for share in shares) + f"{failed:8}"
    )
