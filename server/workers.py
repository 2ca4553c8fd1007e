"""Queries from outside run in processes of their own, each with a deadline and a memory limit.

A query that will not end cannot be stopped from within the engine, so its process is killed and a new
one takes its place; pages, which ask in the server process, never wait behind it.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import queue
import resource
import tempfile
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import IO, Literal

from pyoxigraph import QueryBoolean, QueryResultsFormat, QuerySolutions, RdfFormat, serialize

from begrepp.errors import BegreppError, QueryError, QueryTimeout, QueryTooLarge, ServerBusy
from begrepp.namespaces import prefixes
from begrepp.settings import Settings
from begrepp.store import DiskStore

Form = Literal["solutions", "boolean", "graph"]
_CHUNK = 1 << 16
_SPOOL = 1 << 22


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A query and the formats its answer may take, whichever form it turns out to have."""

    store: Path
    query: str
    results_format: str
    graph_format: str
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()


@dataclass(slots=True)
class Reply:
    """An answer, whole: its form, and its bytes in a file that is open at the start."""

    form: Form
    body: IO[bytes]


class QueryPool:
    """A fixed number of worker processes, started when first needed."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._context = multiprocessing.get_context("spawn")
        self._slots: queue.Queue[_Worker | None] = queue.Queue()
        for _ in range(settings.query_workers):
            self._slots.put(None)

    def ask(self, question: Question) -> Reply:
        """The answer, or `QueryTimeout`, `QueryTooLarge`, `QueryError` or `ServerBusy`."""
        try:
            worker = self._slots.get(timeout=self._settings.query_seconds)
        except queue.Empty:
            raise ServerBusy(
                "All query workers are busy.", "Try again in a moment, or run the query on a build of your own."
            ) from None
        healthy: _Worker | None = None
        try:
            if worker is None or not worker.process.is_alive():
                worker = _start(self._context, self._settings)
            reply = self._converse(worker, question)
            healthy = worker
            return reply
        except QueryError:
            healthy = worker
            raise
        finally:
            if healthy is None and worker is not None:
                worker.kill()
            self._slots.put(healthy)

    def _converse(self, worker: _Worker, question: Question) -> Reply:
        """Send the question, read chunks until the empty one; past the deadline or the limit, give up."""
        deadline = time.monotonic() + self._settings.query_seconds
        limit = self._settings.query_result_mb * 1024 * 1024
        body = tempfile.SpooledTemporaryFile(max_size=_SPOOL)  # noqa: SIM115 - the reply's reader closes it
        form: Form | None = None
        try:
            worker.pipe.send(question)
            while True:
                if not worker.pipe.poll(max(0.0, deadline - time.monotonic())):
                    raise QueryTimeout(
                        f"The query ran for {self._settings.query_seconds:g} seconds and was stopped.",
                        "Bind a subject, narrow a pattern, or add LIMIT; search finds words faster than FILTER.",
                    )
                message = worker.pipe.recv()
                if isinstance(message, BegreppError):
                    raise message
                if isinstance(message, str):
                    form = message  # type: ignore[assignment]
                elif message:
                    body.write(message)
                    if body.tell() > limit:
                        raise QueryTooLarge(
                            f"The answer is larger than {self._settings.query_result_mb} MB.",
                            "Add LIMIT and OFFSET, or take the dump.",
                        )
                else:
                    break
        except BegreppError:
            body.close()
            raise
        except (EOFError, BrokenPipeError, ConnectionResetError):
            body.close()
            raise QueryTooLarge(
                "The query needed more memory than it may have and was stopped.",
                "Narrow a pattern or take fewer variables.",
            ) from None
        body.seek(0)
        assert form is not None
        return Reply(form, body)

    def close(self) -> None:
        """End all workers."""
        while True:
            try:
                worker = self._slots.get_nowait()
            except queue.Empty:
                return
            if worker:
                worker.kill()


@dataclass(slots=True)
class _Worker:
    process: BaseProcess
    pipe: Connection

    def kill(self) -> None:
        self.process.kill()
        self.process.join()
        self.pipe.close()


def _start(context: multiprocessing.context.SpawnContext, settings: Settings) -> _Worker:
    here, there = context.Pipe()
    process = context.Process(target=_work, args=(there, settings.query_memory_mb), daemon=True)
    process.start()
    there.close()
    return _Worker(process, here)


class _Pipe:
    """A file that sends what is written to it, in chunks."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._buffer = bytearray()

    def write(self, data: bytes) -> int:
        self._buffer += data
        if len(self._buffer) >= _CHUNK:
            self.flush()
        return len(data)

    def flush(self) -> None:
        if self._buffer:
            self._pipe.send(bytes(self._buffer))
            self._buffer.clear()


def _work(pipe: Connection, memory_mb: int) -> None:
    """The worker: answers questions until the server hangs up."""
    limit = memory_mb * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    stores: dict[Path, DiskStore] = {}
    with contextlib.suppress(EOFError, KeyboardInterrupt, BrokenPipeError):
        while True:
            question = pipe.recv()
            if question.store not in stores:
                stores.clear()
                stores[question.store] = DiskStore(question.store)
            try:
                _answer(stores[question.store], question, pipe)
            except BegreppError as error:
                pipe.send(error)
            except (ValueError, OSError, RuntimeError) as error:
                pipe.send(QueryError(f"The query stopped: {error}", "Correct it and ask again."))


def _answer(store: DiskStore, question: Question, pipe: Connection) -> None:
    answer = store.query(question.query, default_graphs=question.default_graphs, named_graphs=question.named_graphs)
    out = _Pipe(pipe)
    if isinstance(answer, QuerySolutions | QueryBoolean):
        pipe.send("boolean" if isinstance(answer, QueryBoolean) else "solutions")
        results_format = QueryResultsFormat.from_media_type(question.results_format)
        if isinstance(answer, QueryBoolean) and results_format in (QueryResultsFormat.CSV, QueryResultsFormat.TSV):
            out.write(str(bool(answer)).lower().encode() + b"\n")
        else:
            answer.serialize(out, format=results_format)  # type: ignore[arg-type]
    else:
        pipe.send("graph")
        graph_format = RdfFormat.from_media_type(question.graph_format)
        serialize(answer, out, format=graph_format, prefixes=prefixes())  # type: ignore[arg-type]
    out.flush()
    pipe.send(b"")
