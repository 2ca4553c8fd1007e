"""SPARQL query worker: reads requests from a channel and streams result chunks back.

Depends on the engine and not on the web server. The process (`begrepp.store.forkserver`) may be killed at any moment.
"""

from __future__ import annotations

import contextlib
import json
import pickle
import resource
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec
from pyoxigraph import (
    BlankNode,
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolution,
    QuerySolutions,
    RdfFormat,
)
from pyoxigraph import Literal as RdfLiteral

from begrepp.errors import BegreppError, QueryError
from begrepp.rdf.xml_output import write_results, write_triples
from begrepp.sparql.checked_query import check_client_query, read_client_query
from begrepp.store import Store
from begrepp.store.disk import DiskStore
from begrepp.store.endpoint import Endpoint
from begrepp.store.message_channel import MessageChannel

Form = Literal["solutions", "boolean", "graph", "analysis"]
Task = Literal["answer", "tokens", "patterns"]
_CHUNK_BYTES = 1 << 16
_MAX_COUNT = 100_000
_PEAK_UNIT = 1 << 20 if sys.platform == "darwin" else 1 << 10
"""Units of `ru_maxrss` in a megabyte, getrusage(2): bytes on macOS, kilobytes on Linux."""
_ERROR = b"e"
"""First byte of a message with an error, pickled; a `ResultChunk` begins with that of a MessagePack array."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryRequest:
    """A query, its dataset, and the media types for solutions and for graphs.

    The task is to answer the query, or to analyse it without running it: to return its tokens or its triple patterns as
    JSON (form `analysis`). Queries of clients are parsed here only, where time and memory are limited.

    The store is the path of its folder, or another endpoint.

    With `rows` above 0, solutions are returned as SPARQL JSON of the first `rows` rows and the number of all rows
    (`"total"`, at most 100,000). `seconds` limits the processor time; 0 means no limit. With `rewrite`, a
    query that only counts is answered from the counts of the build, a sorted page from its orders.
    """

    store: str | Endpoint
    query: str
    results_format: str
    graph_format: str
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    base: str | None = None
    rows: int = 0
    seconds: float = 0
    task: Task = "answer"
    rewrite: bool = True


class ResultChunk(NamedTuple):
    """A chunk of a result: its form, bytes, whether it is the last, and what the worker has used so far.

    These are processor seconds, and the largest resident memory in megabytes.
    """

    form: Form
    chunk: bytes
    last: bool
    cpu_seconds: float
    peak_mb: float


_encode = msgspec.msgpack.Encoder().encode
_decode_request = msgspec.msgpack.Decoder(QueryRequest).decode
_decode_chunk = msgspec.msgpack.Decoder(ResultChunk).decode


def encode_request(request: QueryRequest) -> bytes:
    """Return the message with a request. Raises `QueryError` if the query has characters that UTF-8 cannot encode."""
    try:
        return _encode(request)
    except UnicodeEncodeError:
        raise QueryError("The query is not UTF-8.", "Send it as UTF-8.") from None


def decode_reply(message: bytes) -> ResultChunk:
    """Return the chunk in a message of a worker, or raise the error in it."""
    if message.startswith(_ERROR):
        error = pickle.loads(message[1:])
        assert isinstance(error, BegreppError)
        raise error
    return _decode_chunk(message)


def _send_error(channel: MessageChannel, error: BegreppError) -> None:
    channel.send(_ERROR + pickle.dumps(error))


def serve_requests(channel: MessageChannel, *, local: bool) -> None:
    """Serve requests from the channel until it is closed; sends `ResultChunk` objects or one error for each.

    `local` tells whether the requests are for stores on disk; a worker serves these or requests for other endpoints.
    """
    stores: dict[str | Endpoint, Store] = {}
    with contextlib.suppress(EOFError, KeyboardInterrupt, BrokenPipeError, ConnectionResetError):
        while True:
            request = _decode_request(channel.receive())
            _limit_cpu_time(request.seconds)
            try:
                if request.task != "answer":
                    _analyse(request, channel)
                    continue
                location = request.store
                if isinstance(location, str) is not local:
                    raise QueryError("This worker cannot use the store of the query.", "Report this as a defect.")
                if location not in stores:
                    stores.clear()
                    stores[location] = DiskStore(Path(location)) if isinstance(location, str) else location.open()
                _run_query(stores[location], request, channel)
            except BegreppError as error:
                _send_error(channel, error)
            except (BrokenPipeError, ConnectionResetError):
                raise
            except (ValueError, OSError, RuntimeError) as error:
                _send_error(channel, QueryError(f"The query stopped: {error}", "Fix the query and retry."))


def _limit_cpu_time(seconds: float) -> None:
    """Let the kernel kill the process soon after the deadline of its query, even if the server has ended."""
    if seconds:
        limit = int(time.process_time() + seconds * 2) + 5
        resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.getrlimit(resource.RLIMIT_CPU)[1]))


class _ChunkWriter:
    """Writable file that sends its contents through the channel in chunks of 64 kB."""

    def __init__(self, channel: MessageChannel, form: Form) -> None:
        self._channel = channel
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
        peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _PEAK_UNIT
        self._channel.send(_encode(ResultChunk(self._form, bytes(self._buffer), last, time.process_time(), peak_mb)))
        self._buffer.clear()


def _analyse(request: QueryRequest, channel: MessageChannel) -> None:
    """Send the tokens or the triple patterns of a query."""
    if request.task == "tokens":
        analysis: list[object] = [[each.kind, each.start, each.end] for each in read_client_query(request.query)]
    else:
        from begrepp.sparql.query_algebra import triple_patterns  # noqa: PLC0415  # rdflib: the fork server has imported it

        read_client_query(request.query)
        analysis = [asdict(pattern) for pattern in triple_patterns(request.query)]
    out = _ChunkWriter(channel, "analysis")
    out.write(json.dumps(analysis).encode())
    out.close()


def _run_query(store: Store, request: QueryRequest, channel: MessageChannel) -> None:
    """Evaluate a query and send the result in chunks."""
    is_current_view = not (request.default_graphs or request.named_graphs)
    known = (store.counts, store.orders) if request.rewrite and is_current_view and isinstance(store, DiskStore) else ()
    results = store.query(
        check_client_query(request.query, *known),
        default_graphs=request.default_graphs,
        named_graphs=request.named_graphs,
        base=request.base,
    )
    if isinstance(results, QuerySolutions | QueryBoolean):
        out = _ChunkWriter(channel, "boolean" if isinstance(results, QueryBoolean) else "solutions")
        results_format = QueryResultsFormat.from_media_type(request.results_format)
        assert results_format is not None
        if isinstance(results, QueryBoolean) and results_format in (QueryResultsFormat.CSV, QueryResultsFormat.TSV):
            out.write(str(bool(results)).lower().encode() + b"\n")
        elif isinstance(results, QuerySolutions) and request.rows:
            out.write(_first_rows(results, request.rows))
        else:
            write_results(results, out, results_format)
    else:
        out = _ChunkWriter(channel, "graph")
        graph_format = RdfFormat.from_media_type(request.graph_format)
        assert graph_format is not None
        write_triples(results, out, graph_format)
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
