"""SPARQL query worker: reads requests from a pipe and streams result chunks back.

Depends on the engine and not on the web server. The process (`begrepp.store.forkserver`) may be killed at any moment.
"""

from __future__ import annotations

import contextlib
import json
import resource
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pyoxigraph import (
    BlankNode,
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolution,
    QuerySolutions,
    RdfFormat,
    serialize,
)
from pyoxigraph import Literal as RdfLiteral

from begrepp.errors import BegreppError, QueryError
from begrepp.rdf.namespaces import prefixes
from begrepp.sparql.checked_query import check_query
from begrepp.sparql.query_syntax import read_query
from begrepp.store import Store
from begrepp.store.disk import DiskStore
from begrepp.store.endpoint import Endpoint

Form = Literal["solutions", "boolean", "graph", "analysis"]
Task = Literal["answer", "tokens", "patterns"]
_CHUNK_BYTES = 1 << 16
_MAX_COUNT = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryRequest:
    """A query, its dataset, and the media types for solutions and for graphs.

    The task is to answer the query, or to analyse it without running it: to return its tokens or its triple patterns as
    JSON (form `analysis`). Queries of clients are parsed here only, where time and memory are limited.

    With `rows` above 0, solutions are returned as SPARQL JSON of the first `rows` rows and the number of all rows
    (`"total"`, at most 100,000). `seconds` limits the processor time; 0 means no limit.
    """

    store: Path | Endpoint
    query: str
    results_format: str
    graph_format: str
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    base: str | None = None
    rows: int = 0
    seconds: float = 0
    task: Task = "answer"


class ResultChunk(NamedTuple):
    """A chunk of a result: its form, bytes, whether it is the last, and processor seconds of the worker so far."""

    form: Form
    chunk: bytes
    last: bool
    cpu_seconds: float


def serve_requests(pipe: Connection, *, local: bool) -> None:
    """Serve requests from the pipe until it is closed; sends `ResultChunk` objects or one `BegreppError` for each.

    `local` tells whether the requests are for stores on disk; a worker serves these or requests for other endpoints.
    """
    stores: dict[Path | Endpoint, Store] = {}
    with contextlib.suppress(EOFError, KeyboardInterrupt, BrokenPipeError, ConnectionResetError):
        while True:
            request: QueryRequest = pipe.recv()
            _limit_cpu_time(request.seconds)
            try:
                if request.task != "answer":
                    _analyse(request, pipe)
                    continue
                location = request.store
                if isinstance(location, Path) is not local:
                    raise QueryError("This worker cannot use the store of the query.", "Report this as a defect.")
                if location not in stores:
                    stores.clear()
                    stores[location] = DiskStore(location) if isinstance(location, Path) else location.open()
                _run_query(stores[location], request, pipe)
            except BegreppError as error:
                pipe.send(error)
            except (ValueError, OSError, RuntimeError) as error:
                pipe.send(QueryError(f"The query stopped: {error}", "Fix the query and retry."))


def _limit_cpu_time(seconds: float) -> None:
    """Let the kernel kill the process soon after the deadline of its query, even if the server has ended."""
    if seconds:
        limit = int(time.process_time() + seconds * 2) + 5
        resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.getrlimit(resource.RLIMIT_CPU)[1]))


class _ChunkWriter:
    """Writable file that sends its contents through the pipe in chunks of 64 kB."""

    def __init__(self, pipe: Connection, form: Form) -> None:
        self._pipe = pipe
        self._form = form
        self._buffer = bytearray()

    def write(self, data: bytes) -> int:
        self._buffer += data
        if len(self._buffer) >= _CHUNK_BYTES:
            self._send(last=False)
        return len(data)

    def flush(self) -> None:
        """Do nothing: the engine calls it at the end, and `close` sends the rest."""

    def close(self) -> None:
        self._send(last=True)

    def _send(self, *, last: bool) -> None:
        self._pipe.send(ResultChunk(self._form, bytes(self._buffer), last, time.process_time()))
        self._buffer.clear()


def _analyse(request: QueryRequest, pipe: Connection) -> None:
    """Send the tokens or the triple patterns of a query."""
    if request.task == "tokens":
        analysis: list[object] = [[each.kind, each.start, each.end] for each in read_query(request.query)]
    else:
        from begrepp.sparql.patterns import triple_patterns  # noqa: PLC0415  # rdflib: slow to import, rarely needed

        read_query(request.query)
        analysis = [asdict(pattern) for pattern in triple_patterns(request.query)]
    out = _ChunkWriter(pipe, "analysis")
    out.write(json.dumps(analysis).encode())
    out.close()


def _run_query(store: Store, request: QueryRequest, pipe: Connection) -> None:
    """Evaluate a query and send the result in chunks."""
    results = store.query(
        check_query(request.query),
        default_graphs=request.default_graphs,
        named_graphs=request.named_graphs,
        base=request.base,
    )
    if isinstance(results, QuerySolutions | QueryBoolean):
        out = _ChunkWriter(pipe, "boolean" if isinstance(results, QueryBoolean) else "solutions")
        results_format = QueryResultsFormat.from_media_type(request.results_format)
        if isinstance(results, QueryBoolean) and results_format in (QueryResultsFormat.CSV, QueryResultsFormat.TSV):
            out.write(str(bool(results)).lower().encode() + b"\n")
        elif isinstance(results, QuerySolutions) and request.rows:
            out.write(_first_rows(results, request.rows))
        else:
            results.serialize(out, format=results_format)  # type: ignore[arg-type]
    else:
        out = _ChunkWriter(pipe, "graph")
        graph_format = RdfFormat.from_media_type(request.graph_format)
        serialize(results, out, format=graph_format, prefixes=prefixes())  # type: ignore[arg-type]
    out.close()


def _first_rows(results: QuerySolutions, rows: int) -> bytes:
    """Return SPARQL JSON of the first rows, with the number of all rows as `total`."""
    names = [variable.value for variable in results.variables]
    shown = [_json_row(names, solution) for solution in islice(results, rows)]
    total = len(shown) + sum(1 for _ in islice(results, _MAX_COUNT - len(shown)))
    return json.dumps({"head": {"vars": names}, "results": {"bindings": shown}, "total": total}).encode()


def _json_row(names: list[str], solution: QuerySolution) -> dict[str, Any]:
    return {name: dict(_json_term(solution[name])) for name in names if solution[name] is not None}


def _json_term(term: object) -> Iterator[tuple[str, str]]:
    if isinstance(term, NamedNode):
        yield from (("type", "uri"), ("value", term.value))
    elif isinstance(term, BlankNode):
        yield from (("type", "bnode"), ("value", term.value))
    elif isinstance(term, RdfLiteral):
        yield from (("type", "literal"), ("value", term.value))
        if term.language:
            yield ("xml:lang", term.language)
        else:
            yield ("datatype", term.datatype.value)
    else:
        yield from (("type", "triple"), ("value", str(term)))
