"""Store writer: writes the store of a build, completely or as an update of the previous store.

The engine never changes a table file that it has written, so a new store can start as hard links to the files of
the previous one; then only removed and added triples are written. `store.json` beside a store lists its contents,
and it alone decides what has changed (docs/decisions/store.md).
"""

from __future__ import annotations

import glob
import json
import re
import shutil
from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import nullcontext, suppress
from dataclasses import asdict, dataclass, field
from functools import cached_property
from itertools import islice
from pathlib import Path
from threading import Lock

from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, parse
from pyoxigraph import Store as Oxigraph

from begrepp.build.merge_threads import defer_merges, resume_merges
from begrepp.build.progress import Progress
from begrepp.files import link_or_copy
from begrepp.rdf.sorted_files import changed_lines
from begrepp.store.contents import StoreContents, contents_file, graph_file, read_store_contents

_MAX_CHANGES = 200_000
"""With more removed and added triples than this, writing a new store is faster."""
_BATCH = 20_000
_BLANK_NODE = re.compile(rb"^_:| _:\S+ \.$")
_PIECE_BYTES = 1 << 25
"""Bytes that are loaded at a time."""
_SMALL_BYTES = 1 << 20
"""Graphs of smaller files are loaded together: the engine writes and flushes eight files for each load."""


class StoreUpdateFailed(Exception):
    """Raised if the previous store cannot be updated."""


@dataclass(slots=True)
class _PendingGraph:
    """A graph that is stored before all editions are read; its checksum is known when it is complete."""

    sha256: str = ""
    pieces: list[Path] = field(default_factory=list)
    stored: list[Future[None]] = field(default_factory=list)


class StoreWriter:
    """Writes the store of a build in a thread of its own, each graph as soon as its file is complete.

    If `previous`, the store of an earlier build, can be updated, nothing is stored before `finish`.
    """

    def __init__(self, path: Path, previous: Path | None, progress: Progress) -> None:
        self._path = path
        self._previous = previous
        self._previous_contents = read_store_contents(previous) if previous else None
        self._progress = progress
        self._executor = ThreadPoolExecutor(1)
        self._pending: dict[str, _PendingGraph] = defaultdict(_PendingGraph)
        self._pending_lock = Lock()

    @property
    def is_new(self) -> bool:
        """Whether the store is written completely, since there is no previous one to update."""
        return not self._previous_contents

    def store_piece(self, graph: str, piece: Path) -> None:
        """Store the lines in a file, of a graph that is still being read, and remove the file."""
        with self._pending_lock:
            pending = self._pending[graph]
            if piece not in pending.pieces:
                pending.pieces.append(piece)
                pending.stored.append(self._executor.submit(self._load_piece, graph, piece))

    def store_graph(self, graph: str, file: Path, sha256: str) -> None:
        """Store a complete graph, or its remaining pieces, unless the previous store is updated.

        Small graphs are stored together, by `finish`.
        """
        if not self.is_new:
            return
        for piece in file.parent.glob(f"{glob.escape(file.stem)}.*{PIECE_SUFFIX}"):
            self.store_piece(graph, piece)
        if graph not in self._pending and file.stat().st_size < _SMALL_BYTES:
            return
        pending = self._pending[graph]
        # Two editions may propose one graph before one of them gets another address; it is then stored again.
        pending.sha256 = sha256 if not pending.sha256 else "several"
        if not pending.pieces:
            pending.stored.append(self._executor.submit(self._load, graph, file))

    def finish(self, contents: StoreContents) -> Future[None]:
        """Store all other graphs and close the store; the future is done when it can be read.

        The files of the contents are in `graphs/` beside the store.
        """
        return self._executor.submit(self._finish, contents)

    def close(self) -> None:
        """Close the store, finished or not."""
        self._executor.shutdown(cancel_futures=True)
        self._close_store()

    def _close_store(self) -> None:
        resume_merges()
        self.__dict__.pop("_store", None)

    @cached_property
    def _store(self) -> Oxigraph:
        store = Oxigraph(str(self._path))
        defer_merges()
        return store

    def _finish(self, contents: StoreContents) -> None:
        if not self._update_previous(contents):
            self._write(contents)
        self._close_store()
        _write_contents(self._path, contents)

    def _update_previous(self, contents: StoreContents) -> bool:
        """Make the store from the previous one; return whether that was possible."""
        if self._previous and self._previous_contents:
            with suppress(StoreUpdateFailed, OSError):
                _update(self._path, contents, self._previous, self._previous_contents, self._progress)
                return True
            shutil.rmtree(self._path, ignore_errors=True)
        return False

    def _write(self, contents: StoreContents) -> None:
        stored = {graph for graph, pending in self._pending.items() if contents.sha256.get(graph) == pending.sha256}
        for graph, pending in self._pending.items():
            for future in pending.stored:
                # A piece of an edition that was refused later may not be RDF.
                with nullcontext() if graph in stored else suppress(SyntaxError, ValueError, OSError):
                    future.result()
        if changed := self._pending.keys() - stored:
            resume_merges()  # The engine does not delete while too many tables are to be merged.
            for graph in changed:
                self._store.remove_graph(NamedNode(graph))
        missing = {graph: graph_file(self._path, contents, graph) for graph in sorted(contents.files.keys() - stored)}
        small = {graph: file for graph, file in missing.items() if file.stat().st_size < _SMALL_BYTES}
        for graph, file in missing.items():
            if graph not in small:
                self._load(graph, file)
        _load_small_files(self._store, small, self._progress)
        self._progress.step("compacting the store")
        resume_merges()
        self._store.optimize()
        self._store.flush()

    def _load(self, graph: str, file: Path) -> None:
        _load_file(self._store, graph, file, self._progress)

    def _load_piece(self, graph: str, piece: Path) -> None:
        _load_file(self._store, graph, piece, self._progress)
        piece.unlink()


def _update(
    path: Path, contents: StoreContents, previous: Path, previous_contents: StoreContents, progress: Progress
) -> None:
    """Link the previous store and write the changes. Raises `StoreUpdateFailed` if there are too many."""
    new = contents.files.keys() - previous_contents.files.keys()
    removed = previous_contents.files.keys() - contents.files.keys()
    allowed = _MAX_CHANGES
    changes: dict[str, tuple[list[str], list[str]]] = {}
    for graph in contents.files.keys() & previous_contents.files.keys():
        if previous_contents.sha256[graph] == contents.sha256[graph]:
            continue
        lines = changed_lines(graph_file(previous, previous_contents, graph), graph_file(path, contents, graph))
        changed = list(islice(lines, allowed + 1))
        allowed -= len(changed)
        if allowed < 0:
            raise StoreUpdateFailed
        changes[graph] = (
            [line for is_new, line in changed if not is_new],
            [line for is_new, line in changed if is_new],
        )
    for graph in removed:
        allowed -= _count_lines(graph_file(previous, previous_contents, graph), allowed)
        if allowed < 0:
            raise StoreUpdateFailed
    path.mkdir()
    for file in previous.iterdir():
        (link_or_copy if file.suffix == ".sst" else shutil.copyfile)(file, path / file.name)
    store = Oxigraph(str(path))
    for graph in sorted(removed):
        store.remove_graph(NamedNode(graph))
    for graph, (removed_lines, added_lines) in sorted(changes.items()):
        progress.step(f"{len(removed_lines) + len(added_lines):,} statements changed in {graph or 'the current view'}")
        if not any(line.startswith("_:") or " _:" in line for line in (*removed_lines, *added_lines)):
            _write_changes(store, graph, removed_lines, added_lines)
        elif graph:
            # A triple with a blank node cannot be deleted by name.
            store.clear_graph(NamedNode(graph))
            _load_file(store, graph, graph_file(path, contents, graph), progress)
        else:
            raise StoreUpdateFailed
    for graph in sorted(new):
        _load_file(store, graph, graph_file(path, contents, graph), progress)
    store.flush()


def _write_changes(store: Oxigraph, graph: str, removed: Sequence[str], added: Sequence[str]) -> None:
    graph_name = NamedNode(graph) if graph else DefaultGraph()
    for start in range(0, len(removed), _BATCH):
        triples = "".join(removed[start : start + _BATCH])
        store.update(f"DELETE DATA {{ GRAPH <{graph}> {{ {triples} }} }}" if graph else f"DELETE DATA {{ {triples} }}")
    quads = parse("".join(added), format=RdfFormat.N_TRIPLES)
    store.bulk_extend(Quad(quad.subject, quad.predicate, quad.object, graph_name) for quad in quads)


def _load_file(store: Oxigraph, graph: str, file: Path, progress: Progress) -> None:
    """Load a file of sorted N-Triples in pieces, so that progress can be reported.

    The label of a blank node is valid within one piece, so lines with blank nodes are loaded together at the end.
    """
    graph_name = NamedNode(graph) if graph else DefaultGraph()
    size = file.stat().st_size
    if size < _PIECE_BYTES:
        store.bulk_load(path=str(file), format=RdfFormat.N_TRIPLES, to_graph=graph_name)
        return
    done = progress.work(f"storing {graph or 'the current view'}")
    with_blank_nodes: list[bytes] = []
    with file.open("rb") as lines:
        while piece := lines.read(_PIECE_BYTES):
            # One name for both, so that the bytes with and without blank nodes are not held while they are stored.
            piece, others = _split_blank_nodes(piece + lines.readline())
            with_blank_nodes += others
            store.bulk_load(piece, format=RdfFormat.N_TRIPLES, to_graph=graph_name)
            done(lines.tell() / size)
    store.bulk_load(b"".join(with_blank_nodes), format=RdfFormat.N_TRIPLES, to_graph=graph_name)


def _load_small_files(store: Oxigraph, files: Mapping[str, Path], progress: Progress) -> None:
    """Load files of sorted N-Triples, by graph, as N-Quads; those with blank nodes alone, as labels are of one file."""
    quads: list[bytes] = []
    for graph, file in files.items():
        lines = file.read_bytes()
        if _split_blank_nodes(lines)[1]:
            _load_file(store, graph, file, progress)
            continue
        # A line feed ends a line, since those in literals are escaped.
        quads.append(lines.replace(b" .\n", f" <{graph}> .\n".encode()) if graph else lines)
        if sum(map(len, quads)) >= _PIECE_BYTES:
            store.bulk_load(b"".join(quads), format=RdfFormat.N_QUADS)
            quads.clear()
    store.bulk_load(b"".join(quads), format=RdfFormat.N_QUADS)


def _split_blank_nodes(lines: bytes) -> tuple[bytes, list[bytes]]:
    """Return the lines without blank nodes, joined, and the list of those with one."""
    ground: list[bytes] = []
    with_blank_nodes: list[bytes] = []
    start = 0
    # The pattern alone would take ten times as long, and other threads wait meanwhile.
    at = lines.find(b"_:")
    while at >= 0:
        first, end = lines.rfind(b"\n", 0, at) + 1, lines.find(b"\n", at) + 1 or len(lines)
        if _BLANK_NODE.search(line := lines[first:end]):
            with_blank_nodes.append(line)
            ground.append(lines[start:first])
            start = end
        at = lines.find(b"_:", end)
    return b"".join([*ground, lines[start:]]) if with_blank_nodes else lines, with_blank_nodes


def _write_contents(store: Path, contents: StoreContents) -> None:
    contents_file(store).write_text(json.dumps(asdict(contents), indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _count_lines(path: Path, most: int) -> int:
    """Count the lines of a file; stops at one more than `most`."""
    with path.open("rb") as file:
        return sum(1 for _ in islice(file, most + 1))


PIECE_SUFFIX = ".piece"
"""Suffix of the files with pieces of a part that is still being written."""
