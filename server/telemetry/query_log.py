"""One line of JSON per query, for operators: what became of it and how long it took; never who asked, nor what.

The query itself is not written, since people paste all sorts of things into queries; its fingerprint tells
whether two lines are about the same one.
"""

from __future__ import annotations

import hashlib
import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from pythonjsonlogger.json import JsonFormatter

from begrepp.errors import BegreppError
from server.telemetry import metrics

_log = logging.getLogger("begrepp.queries")
_OWN: ContextVar[bool] = ContextVar("own", default=False)


def configure_log() -> None:
    """Send the lines to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        JsonFormatter("%(asctime)s %(message)s", rename_fields={"asctime": "time", "message": "event"})
    )
    _log.addHandler(handler)
    _log.setLevel(logging.INFO)
    _log.propagate = False


@contextmanager
def suppress_query_log() -> Iterator[None]:
    """What the server asks itself is neither counted nor written."""
    token = _OWN.set(True)
    try:
        yield
    finally:
        _OWN.reset(token)


@contextmanager
def log_query(query: str, build: str) -> Iterator[dict[str, object]]:
    """Count and log a query; what is put into the dictionary goes with the line."""
    more: dict[str, object] = {}
    started = time.monotonic()
    outcome = "answered"
    try:
        yield more
    except BegreppError as error:
        outcome = type(error).__name__
        raise
    finally:
        if not _OWN.get():
            _note(query, str(more.pop("outcome", outcome)), time.monotonic() - started, build=build, **more)


def log_truncated_answer(query: str, build: str, error: BegreppError) -> None:
    """A line about an answer that was on its way and could not be made whole."""
    outcome = type(error).__name__
    _log.info("cut off", extra={"query": _fingerprint(query), "outcome": outcome, "build": build})


def _note(query: str, outcome: str, seconds: float, **more: object) -> None:
    metrics.QUERIES.labels(outcome).inc()
    metrics.QUERY_SECONDS.observe(seconds)
    _log.info("query", extra={"query": _fingerprint(query), "outcome": outcome, "seconds": round(seconds, 4), **more})


def _fingerprint(query: str) -> str:
    return hashlib.sha256(query.encode(errors="replace")).hexdigest()[:16]
