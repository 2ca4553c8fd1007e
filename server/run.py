"""The production server: gunicorn, a few processes with threads, each with its own query workers."""

from __future__ import annotations

import tempfile
import threading
from pathlib import Path

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.workers.base import Worker

from begrepp.settings import Settings
from server import create_app, metrics
from server.querylog import write_log
from server.warming import warm


class _Server(BaseApplication):  # type: ignore[misc]
    def __init__(self, settings: Settings, options: dict[str, object], shared: Path) -> None:
        self._settings = settings
        self._shared = shared
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        for key, value in self._options.items():
            self.cfg.set(key, value)

    def load(self) -> Flask:
        app = create_app(self._settings, self._shared)
        threading.Thread(target=warm, args=(app,), name="warm", daemon=True).start()
        return app


def _ended(server: object, worker: Worker) -> None:
    metrics.forget(worker.pid)


def run(settings: Settings, host: str, port: int, workers: int) -> None:
    """Serve until interrupted."""
    options: dict[str, object] = {
        "bind": f"{host}:{port}",
        "workers": workers,
        "worker_class": "gthread",
        "threads": 96,  # more than queries can hold, so that pages find one
        # Queries stop at their own deadline; a request may take that long and a little more.
        "timeout": int(settings.query_seconds * 2) + 30,
        "graceful_timeout": 5,
        "child_exit": _ended,
        "accesslog": None,
        "loglevel": "warning",
        "limit_request_line": 8190,
    }
    write_log()
    with tempfile.TemporaryDirectory(prefix="begrepp-pages-") as folder:
        _Server(settings, options, Path(folder, "pages.sqlite")).run()
