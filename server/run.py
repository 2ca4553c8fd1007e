"""Production server: granian with several processes, each with threads and query workers of its own."""

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
from begrepp.settings import Settings, former_variables
from server.app import create_app
from server.http.shared_cache import create_cache_file
from server.ops.asgi import AsgiBridge, ResponseTruncated
from server.ops.warm_up import warm_up
from server.telemetry.query_log import configure_log

_log = logging.getLogger("begrepp.server")
_CACHE_FILE = "pages.sqlite"
_THREADS = 96
"""Threads per process: more than the queries that can run and wait, so that pages get a thread."""
_SWITCH_SECONDS = 0.0005
"""Interval in seconds after which a thread yields the interpreter, which bounds the wait of cached responses."""
_MAX_HEAD_BYTES = 32 * 1024
"""Bytes of a request line and its headers."""


def _load_app(settings: Settings, folder: Path) -> AsgiBridge:
    """Create the application of a server process; the first process also warms the caches up."""
    sys.setswitchinterval(_SWITCH_SECONDS)
    for handler in logging.getLogger("_granian").handlers:
        handler.addFilter(_is_new)
    app = create_app(settings, folder / _CACHE_FILE)
    try:
        os.close(os.open(folder / "warmed", os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        pass
    else:
        threading.Thread(target=warm_up, args=(app,), name="warm", daemon=True).start()
    return AsgiBridge(app.wsgi_app, _THREADS)


def _is_new(record: logging.LogRecord) -> bool:
    """Return whether a granian log record is new: truncated answers are in the query log already.

    granian logs an exception as the text of its traceback.
    """
    return f"\n{ResponseTruncated.__name__}: " not in record.getMessage()


def resolve_address(host: str, port: int) -> str:
    """Return the address of a host whose port is free: two servers on one port would share the requests.

    Raises `UsageError` if the port is in use or the host has no address.
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
    configure_log()
    for former, name in former_variables():
        _log.warning("%s is the former name of %s; it still works.", former, name)
    with tempfile.TemporaryDirectory(prefix="begrepp-pages-") as folder:
        create_cache_file(Path(folder, _CACHE_FILE))
        Granian(
            "begrepp",
            address=address,
            port=port,
            interface=Interfaces.ASGINL,
            workers=workers,
            loop=Loops.uvloop,
            http=HTTPModes.http1,
            http1_settings=HTTP1Settings(max_buffer_size=_MAX_HEAD_BYTES),
            websockets=False,
            log_level=LogLevels.warning,
            respawn_failed_workers=True,
            workers_kill_timeout=5,
        ).serve(target_loader=partial(_load_app, settings, Path(folder)), wrap_loader=False)
