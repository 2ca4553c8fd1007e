"""One process that answers queries of strangers, and may be killed at any moment: `python -m begrepp.answering FD MB`.

It stands apart from the server so that a query which will not end, or eats all memory, takes nothing else with
it. It knows the engine and nothing of the web. Pages come before it: it runs at a lower priority, and where the
machine runs out of memory the kernel takes it first.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Literal

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

from begrepp.endpoint import Endpoint
from begrepp.errors import BegreppError, QueryError
from begrepp.namespaces import prefixes
from begrepp.store import DiskStore, Store

Form = Literal["solutions", "boolean", "graph"]
_CHUNK = 1 << 16
_COUNTED = 100_000
_NICENESS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
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


def main() -> None:
    """Answer questions until the server hangs up."""
    pipe = Connection(int(sys.argv[1]))
    memory = int(sys.argv[2]) * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(_NICENESS)
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    stores: dict[Path | Endpoint, Store] = {}
    with contextlib.suppress(EOFError, KeyboardInterrupt, BrokenPipeError, ConnectionResetError):
        pipe.send("ready")
        while True:
            question: Question = pipe.recv()
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


def _answer(store: Store, question: Question, pipe: Connection) -> None:
    """Send the form, then the bytes in chunks, then nothing: an empty chunk is the end."""
    answer = store.query(
        question.query,
        default_graphs=question.default_graphs,
        named_graphs=question.named_graphs,
        base=question.base,
    )
    out = _Pipe(pipe)
    if isinstance(answer, QuerySolutions | QueryBoolean):
        pipe.send("boolean" if isinstance(answer, QueryBoolean) else "solutions")
        results_format = QueryResultsFormat.from_media_type(question.results_format)
        if isinstance(answer, QueryBoolean) and results_format in (QueryResultsFormat.CSV, QueryResultsFormat.TSV):
            out.write(str(bool(answer)).lower().encode() + b"\n")
        elif isinstance(answer, QuerySolutions) and question.rows:
            out.write(_first_rows(answer, question.rows))
        else:
            answer.serialize(out, format=results_format)  # type: ignore[arg-type]
    else:
        pipe.send("graph")
        graph_format = RdfFormat.from_media_type(question.graph_format)
        serialize(answer, out, format=graph_format, prefixes=prefixes())  # type: ignore[arg-type]
    out.flush()
    pipe.send(b"")


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


if __name__ == "__main__":
    main()
