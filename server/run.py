"""The production server: granian, a few processes, each with threads and query workers of its own."""

from __future__ import annotations

import logging
import os
import socket
import sys
import tempfile
import threading
from functools import partial
from pathlib import Path

from granian import Granian
from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels

from begrepp.errors import UsageError
from begrepp.settings import Settings
from server.app import create_app
from server.http.shared_cache import make_file
from server.ops.asgi import AsgiBridge, ResponseCutOff
from server.ops.warm_up import warm_up
from server.telemetry.query_log import write_log

_PAGES = "pages.sqlite"
_THREADS = 96
"""In each process: more than queries can hold, so that pages find one."""
_TURN = 0.0005
"""Seconds that a thread which makes a page may keep kept answers waiting."""
_LONGEST_HEAD = 32 * 1024
"""Bytes of a request's line and headers."""


def _load(settings: Settings, folder: Path) -> AsgiBridge:
    """In each process: its application; the first of them asks what many will ask."""
    sys.setswitchinterval(_TURN)
    for handler in logging.getLogger("_granian").handlers:
        handler.addFilter(_is_news)
    app = create_app(settings, folder / _PAGES)
    try:
        os.close(os.open(folder / "warmed", os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        pass
    else:
        threading.Thread(target=warm_up, args=(app,), name="warm", daemon=True).start()
    return AsgiBridge(app.wsgi_app, _THREADS)


def _is_news(record: logging.LogRecord) -> bool:
    """Whether a line of the server's tells what no other does: a query that was cut off has a line of its own.

    What granian hands on of an exception is its traceback, as words.
    """
    return f"\n{ResponseCutOff.__name__}: " not in record.getMessage()


def address_of(host: str, port: int) -> str:
    """The address of a host, when its port is free: two servers on one port would share what comes.

    Raises `UsageError` where it is not.
    """
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise UsageError(
            f"The server cannot listen on {host}:{port}: {error.strerror}.", "Choose another --port."
        ) from None
    return str(address[0])


def run(settings: Settings, address: str, port: int, workers: int) -> None:
    """Serve until interrupted."""
    write_log()
    with tempfile.TemporaryDirectory(prefix="begrepp-pages-") as folder:
        make_file(Path(folder, _PAGES))
        Granian(
            "begrepp",
            address=address,
            port=port,
            interface=Interfaces.ASGINL,
            workers=workers,
            loop=Loops.uvloop,
            http=HTTPModes.http1,
            http1_settings=HTTP1Settings(max_buffer_size=_LONGEST_HEAD),
            websockets=False,
            log_level=LogLevels.warning,
            respawn_failed_workers=True,
            workers_kill_timeout=5,
        ).serve(target_loader=partial(_load, settings, Path(folder)), wrap_loader=False)
