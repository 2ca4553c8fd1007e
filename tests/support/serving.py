"""A real server over builds that are made of a test's data: written, made current by the link, asked over HTTP."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

from flask import Flask
from pyoxigraph import DefaultGraph, NamedNode, QueryResultsFormat, QuerySolutions, RdfFormat, Store
from werkzeug.serving import make_server

from begrepp.artefact.manifest import Manifest
from begrepp.build.manifest_writer import write_manifest


@dataclass(slots=True)
class Answer:
    """An HTTP response."""

    status: int
    media_type: str
    body: bytes


@contextmanager
def serve_in_thread(app: Flask) -> Iterator[str]:
    """Serve an application in a thread of this process; yields its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass(slots=True)
class Server:
    """`begrepp serve` in a process of its own."""

    data: Path
    port: int
    base: str
    shown: int = field(default=0)

    def show(self, default: Iterable[Path] = (), named: Iterable[tuple[str, Path]] = ()) -> None:
        """Publish a build that holds these files."""
        before = self.data / "builds" / str(self.shown)
        self.shown += 1
        folder = self.data / "builds" / str(self.shown)
        folder.mkdir(parents=True)
        store = Store(str(folder / "store"))
        for path in default:
            store.load(path=str(path), format=_format(path), base_iri=path.as_uri(), to_graph=DefaultGraph())
        for name, path in named:
            store.load(path=str(path), format=_format(path), base_iri=path.as_uri(), to_graph=NamedNode(name))
        store.flush()
        del store
        write_manifest(folder, _manifest(str(self.shown), self.base))
        link = self.data / "next"
        link.symlink_to(folder, target_is_directory=True)
        link.replace(self.data / "current")
        shutil.rmtree(before, ignore_errors=True)

    def ask(self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> Answer:
        """One request."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body or None, headers or {})
            response = connection.getresponse()
            media_type = response.getheader("Content-Type", "").partition(";")[0]
            return Answer(response.status, media_type, response.read())
        finally:
            connection.close()

    def query(self, text: bytes, accept: str) -> Answer:
        """A query by POST."""
        return self.ask(
            "POST", "/sparql", text, {"Content-Type": "application/sparql-query; charset=utf-8", "Accept": accept}
        )


def _format(path: Path) -> RdfFormat:
    found = RdfFormat.from_extension(path.suffix.removeprefix("."))
    assert found, path
    return found


def _manifest(name: str, base: str) -> Manifest:
    return Manifest(
        id=name, base=base, public=False, built_at="2026-01-01T00:00:00+00:00", seconds=0, hash=name, triples=0,
        things=0, software="tests", graphs=[], loads=[], differences=[], checks=[], failed=[], derived={},
    )  # fmt: skip


@contextmanager
def endpoints(stores: dict[str, Store]) -> Iterator[int]:
    """A plain endpoint for each path, on one port: what a SERVICE of a test asks."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            answer = stores[self.path].query(form["query"][0])
            assert isinstance(answer, QuerySolutions)
            body = answer.serialize(format=QueryResultsFormat.JSON)
            assert body is not None
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_port(port: int) -> None:
    """Wait until somebody listens on a port, half a minute at most."""
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)


@contextmanager
def serve(data: Path, log: Path | str = os.devnull, **settings: str) -> Iterator[int]:
    """Serve a data folder, with one process or as many `workers`; the port. What the server says goes to `log`."""
    workers = settings.pop("workers", "1")
    port = free_port()
    environment = {**os.environ, "BEGREPP_DATA": str(data)}
    environment |= {f"BEGREPP_{key.upper()}": value for key, value in settings.items()}
    command = [sys.executable, "-m", "begrepp", "serve", "--port", str(port), "--workers", workers]
    with (
        Path(log).open("wb") as said,
        subprocess.Popen(command, env=environment, stdout=said, stderr=subprocess.STDOUT) as process,
    ):
        try:
            wait_for_port(port)
            yield port
        finally:
            process.terminate()
