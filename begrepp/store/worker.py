"""What a query worker does: it answers questions that come through a pipe, each in parts, from the store of a build.

It knows the engine and nothing of the web. Its process (`begrepp.store.forkserver`) may be killed at any moment.
"""

from __future__ import annotations

import contextlib
import json
import resource
import time
from collections.abc import Iterator
from dataclasses import dataclass
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
from begrepp.store import Store
from begrepp.store.disk import DiskStore
from begrepp.store.endpoint import Endpoint

Form = Literal["solutions", "boolean", "graph"]
_CHUNK = 1 << 16
_COUNTED = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryRequest:
    """A query and the formats its answer may take, whichever form it turns out to have.

    With `rows`, solutions come as SPARQL JSON of the first so many, with the number of all (`"total"`,
    counted to 100,000): what a page shows.
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


class ResultChunk(NamedTuple):
    """A piece of an answer: which form it has, bytes, whether it is the last; seconds of processor used until now."""

    form: Form
    chunk: bytes
    last: bool
    spent: float


def serve_requests(pipe: Connection) -> None:
    """Answer the questions that come through the pipe, until it is closed."""
    stores: dict[Path | Endpoint, Store] = {}
    with contextlib.suppress(EOFError, KeyboardInterrupt, BrokenPipeError, ConnectionResetError):
        while True:
            question: QueryRequest = pipe.recv()
            _limit_processor(question.seconds)
            try:
                if question.store not in stores:
                    stores.clear()
                    where = question.store
                    stores[where] = DiskStore(where) if isinstance(where, Path) else where.open()
                _answer(stores[question.store], question, pipe)
            except BegreppError as error:
                pipe.send(error)
            except (ValueError, OSError, RuntimeError) as error:
                pipe.send(QueryError(f"The query stopped: {error}", "Correct it and ask again."))


def _limit_processor(seconds: float) -> None:
    """The kernel ends the process a little after its query's deadline, also where the server itself is gone."""
    if seconds:
        allowed = int(time.process_time() + seconds * 2) + 5
        resource.setrlimit(resource.RLIMIT_CPU, (allowed, resource.getrlimit(resource.RLIMIT_CPU)[1]))


class _Parts:
    """A file that sends what is written to it, in parts."""

    def __init__(self, pipe: Connection, form: Form) -> None:
        self._pipe = pipe
        self._form = form
        self._buffer = bytearray()

    def write(self, data: bytes) -> int:
        self._buffer += data
        if len(self._buffer) >= _CHUNK:
            self._send(last=False)
        return len(data)

    def flush(self) -> None:
        """The engine asks for it at the end; what is left goes with `close`."""

    def close(self) -> None:
        self._send(last=True)

    def _send(self, *, last: bool) -> None:
        self._pipe.send(ResultChunk(self._form, bytes(self._buffer), last, time.process_time()))
        self._buffer.clear()


def _answer(store: Store, question: QueryRequest, pipe: Connection) -> None:
    """Send the answer, in as many parts as it takes."""
    answer = store.query(
        question.query,
        default_graphs=question.default_graphs,
        named_graphs=question.named_graphs,
        base=question.base,
    )
    if isinstance(answer, QuerySolutions | QueryBoolean):
        out = _Parts(pipe, "boolean" if isinstance(answer, QueryBoolean) else "solutions")
        results_format = QueryResultsFormat.from_media_type(question.results_format)
        if isinstance(answer, QueryBoolean) and results_format in (QueryResultsFormat.CSV, QueryResultsFormat.TSV):
            out.write(str(bool(answer)).lower().encode() + b"\n")
        elif isinstance(answer, QuerySolutions) and question.rows:
            out.write(_first_rows(answer, question.rows))
        else:
            answer.serialize(out, format=results_format)  # type: ignore[arg-type]
    else:
        out = _Parts(pipe, "graph")
        graph_format = RdfFormat.from_media_type(question.graph_format)
        serialize(answer, out, format=graph_format, prefixes=prefixes())  # type: ignore[arg-type]
    out.close()


def _first_rows(answer: QuerySolutions, rows: int) -> bytes:
    names = [variable.value for variable in answer.variables]
    shown = [_row(names, solution) for solution in islice(answer, rows)]
    total = len(shown) + sum(1 for _ in islice(answer, _COUNTED - len(shown)))
    return json.dumps({"head": {"vars": names}, "results": {"bindings": shown}, "total": total}).encode()


def _row(names: list[str], solution: QuerySolution) -> dict[str, Any]:
    return {name: dict(_term(solution[name])) for name in names if solution[name] is not None}


def _term(term: object) -> Iterator[tuple[str, str]]:
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
