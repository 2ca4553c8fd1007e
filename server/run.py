"""Production server: granian with several processes, each with threads and query workers of its own."""

from __future__ import annotations

import logging
import os
import resource
import socket
import sys
import threading
from functools import partial
from pathlib import Path

from granian import Granian
from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels

from begrepp.child_process import end_with_parent
from begrepp.errors import UsageError
from begrepp.files import temporary_folder
from begrepp.settings import Settings, former_variables
from server.app import MAX_REQUEST_BYTES, create_app
from server.fhir import MAX_FHIR_BYTES
from server.http.shared_cache import create_cache_file
from server.ops.asgi import AsgiBridge, ResponseTruncated
from server.ops.connection_balance import ConnectionBalance
from server.ops.request_body import BodyReader
from server.ops.warm_up import prepare_process, warm_searches, warm_up
from server.reconciliation.shared_batches import answer_part
from server.telemetry.query_log import configure_log
from server.workers.network_policy import require_isolation
from server.workers.peer_processes import PeerProcesses

_log = logging.getLogger("begrepp.server")
_CACHE_FILE = "pages"
_THREADS = 96
"""Threads per process: more than the queries that can run and wait, so that pages get a thread."""
_SWITCH_SECONDS = 0.0005
"""Interval in seconds after which a thread yields the interpreter, which bounds the wait of cached responses."""
_MAX_HEAD_BYTES = 32 * 1024
"""Bytes of a request line and its headers."""
_HEAD_MILLISECONDS = 10_000
"""Time in which the head of a request must arrive; also the time that an idle connection stays open."""
_CONNECTIONS = 16_384
"""Connections per process. granian accepts no more than these at a time, and an idle one counts until it is closed."""
_SECONDS_TO_FINISH = 30
"""Time in which running responses may end after SIGTERM; then the processes are killed."""
_MAX_FILES = 65_536
_BODY_BUDGET_FACTOR = 4
"""Bytes of all request bodies of a process at a time, as a multiple of the largest upload."""
_PREPARATION_SECONDS = 3.0
"""Longest time in which a process is prepared before it answers; an external store may not answer at all."""


def _load_app(settings: Settings, folder: Path, processes: int) -> AsgiBridge:
    """Create the application of a server process, ready to answer; the first process also warms the caches up."""
    end_with_parent()
    sys.setswitchinterval(_SWITCH_SECONDS)
    for handler in logging.getLogger("_granian").handlers:
        handler.addFilter(_is_new)
    app = create_app(settings, folder / _CACHE_FILE)
    app.extensions["begrepp.validation"].reports.start_timer()
    if processes > 1:
        state = app.extensions["begrepp"]
        state.peers = PeerProcesses(folder / "peers", str(os.getpid()))
        state.peers.listen(partial(answer_part, state))
    preparation = threading.Thread(target=prepare_process, args=(app,), name="prepare", daemon=True)
    preparation.start()
    preparation.join(_PREPARATION_SECONDS)
    try:
        os.close(os.open(folder / "warmed", os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        threading.Thread(target=warm_searches, name="warm", daemon=True).start()
    else:
        threading.Thread(target=warm_up, args=(app,), name="warm", daemon=True).start()
    return AsgiBridge(
        app.wsgi_app,
        _THREADS,
        _body_reader(settings),
        settings.trusted_proxies,
        app.extensions["begrepp.direct"],
        ConnectionBalance(folder / "connections", processes) if processes > 1 else None,
    )


def _body_reader(settings: Settings) -> BodyReader:
    """Return the reader of request bodies: `validation_mb` megabytes at `/validation`, 8 at `/fhir`, else 1 MB."""
    upload = settings.validation_mb << 20

    def limit_of(path: str) -> int:
        if path.startswith("/fhir/"):
            return MAX_FHIR_BYTES
        return upload if path.startswith("/validation") else MAX_REQUEST_BYTES

    return BodyReader(limit_of, _BODY_BUDGET_FACTOR * upload)


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


def _raise_file_limit() -> None:
    """Allow as many open files as the system lets this process have: a connection is one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MAX_FILES if hard == resource.RLIM_INFINITY else min(hard, _MAX_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def run(settings: Settings, address: str, port: int, workers: int) -> None:
    """Serve until interrupted."""
    configure_log()
    _raise_file_limit()
    for former, name in former_variables():
        _log.warning("%s is the former name of %s; it still works.", former, name)
    require_isolation(settings, address)
    with temporary_folder() as folder:
        create_cache_file(folder / _CACHE_FILE)
        Granian(
            "begrepp",
            address=address,
            port=port,
            interface=Interfaces.ASGINL,
            workers=workers,
            loop=Loops.uvloop,
            http=HTTPModes.http1,
            backlog=_CONNECTIONS,
            backpressure=_CONNECTIONS,
            http1_settings=HTTP1Settings(max_buffer_size=_MAX_HEAD_BYTES, header_read_timeout=_HEAD_MILLISECONDS),
            websockets=False,
            log_level=LogLevels.warning,
            respawn_failed_workers=True,
            workers_kill_timeout=_SECONDS_TO_FINISH,
        ).serve(target_loader=partial(_load_app, settings, folder, workers), wrap_loader=False)
