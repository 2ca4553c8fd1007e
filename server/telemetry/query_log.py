"""Query log: one line of JSON per query with outcome and duration, but without the client or the query text.

The query is not written, because users may paste personal data into it; its hash identifies equal queries.
"""

from __future__ import annotations

import hashlib
import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache

import msgspec

from begrepp.errors import BegreppError
from server.telemetry import metrics

_log = logging.getLogger("begrepp.queries")
_SUPPRESSED: ContextVar[bool] = ContextVar("own", default=False)


@lru_cache(8)
def _local_time(second: int) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(second))


class _JsonFormatter(logging.Formatter):
    """Formats a record with the fields of `extra` as one line of JSON."""

    _standard = frozenset(logging.makeLogRecord({}).__dict__)
    _encode = staticmethod(msgspec.json.Encoder(enc_hook=str).encode)

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": f"{_local_time(int(record.created))},{int(record.msecs):03}",
            "event": record.getMessage(),
        }
        line |= {name: value for name, value in record.__dict__.items() if name not in self._standard}
        if record.exc_info:
            line["exc_info"] = self.formatException(record.exc_info)
        return self._encode(line).decode()


def configure_log() -> None:
    """Write the lines of the query log to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonFormatter())
    _log.addHandler(handler)
    _log.setLevel(logging.INFO)
    _log.propagate = False


@contextmanager
def suppress_query_log() -> Iterator[None]:
    """Context manager in which queries are neither counted nor logged, for queries of the server itself."""
    token = _SUPPRESSED.set(True)
    try:
        yield
    finally:
        _SUPPRESSED.reset(token)


@contextmanager
def log_query(query: str, build: str) -> Iterator[dict[str, object]]:
    """Context manager that counts and logs a query; the fields put into the yielded dictionary are logged too."""
    fields: dict[str, object] = {}
    started = time.monotonic()
    outcome = "answered"
    try:
        yield fields
    except BegreppError as error:
        outcome = type(error).__name__
        raise
    finally:
        record_query(query, str(fields.pop("outcome", outcome)), time.monotonic() - started, build=build, **fields)


def log_truncated_answer(query: str, build: str, error: BegreppError) -> None:
    """Log a streamed answer that ended before it was complete."""
    outcome = type(error).__name__
    _log.info("cut off", extra={"query": _hash(query), "outcome": outcome, "build": build})


def record_query(query: str, outcome: str, seconds: float, **fields: object) -> None:
    """Count and log a query that took this time."""
    if _SUPPRESSED.get():
        return
    metrics.QUERIES.labels(outcome).inc()
    metrics.QUERY_SECONDS.observe(seconds)
    if _log.isEnabledFor(logging.INFO):
        about = {"query": _hash(query), "outcome": outcome, "seconds": round(seconds, 4), **fields}
        # Without the line of the caller, which `info` looks for and no line of the log has.
        _log.handle(_log.makeRecord(_log.name, logging.INFO, "", 0, "query", (), None, extra=about))


def _hash(query: str) -> str:
    return hashlib.sha256(query.encode(errors="replace")).hexdigest()[:16]
