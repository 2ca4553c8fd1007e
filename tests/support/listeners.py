"""A listener on the loopback that counts connections: whether a query made a process send requests."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ROW = b'{"head":{"vars":["leak"]},"results":{"bindings":[{"leak":{"type":"literal","value":"reached"}}]}}'


@dataclass(slots=True)
class Listener:
    """A listening port and the number of requests that it received."""

    port: int
    requests: int = 0

    @property
    def url(self) -> str:
        """Return the address of the listener."""
        return f"http://127.0.0.1:{self.port}/"


@contextmanager
def listen() -> Iterator[Listener]:
    """Answer every request with one row, and count the requests."""
    listener = Listener(0)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            listener.requests += 1
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(200)
            self.send_header("Content-Type", "application/sparql-results+json")
            self.send_header("Content-Length", str(len(ROW)))
            self.end_headers()
            self.wfile.write(ROW)

        do_POST = do_GET

        def log_message(self, format: str, *arguments: object) -> None:
            """Log nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        listener.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield listener
        finally:
            server.shutdown()
            thread.join()
