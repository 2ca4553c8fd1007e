"""Writes the store of a build: all graphs anew, or the store of the build before with what has changed since.

The engine never changes a table file that it has written, so a new store can begin as hard links to those of the
store before, and only the statements that went or came are written. What a store holds stands beside it in
`store.json`, and that alone decides what has changed. (docs/decisions/store.md)
"""

from __future__ import annotations

import glob
import json
import re
import shutil
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from functools import cached_property
from itertools import islice
from pathlib import Path
from threading import Lock

from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, parse
from pyoxigraph import Store as Oxigraph

from begrepp.build.progress import Progress
from begrepp.files import link_or_copy
from begrepp.rdf.sorted_files import changed_lines
from begrepp.store.contents import StoreContents, contents_file, graph_file, read_store_contents

_MOST_CHANGES = 200_000
"""Beyond so many statements that went or came, a store is sooner written anew."""
_BATCH = 20_000
_BLANK = re.compile(rb"^_:| _:\S+ \.$", re.MULTILINE)
_PIECE = 1 << 27
"""So many bytes are stored at a time: about as many statements as the engine sorts at a time."""


class StoreTooDifferent(Exception):
    """The store before is of no use."""


@dataclass(slots=True)
class _Begun:
    """A graph that is being stored before all are read; the checksum is known when it is whole."""

    sha256: str = ""
    pieces: list[Path] = field(default_factory=list)
    stored: list[Future[None]] = field(default_factory=list)


class StoreWriter:
    """Writes the store of a build beside other work, each graph as soon as its file is whole.

    `before` is the store of an earlier build, from which what has not changed is taken; then nothing is begun early.
    """

    def __init__(self, path: Path, before: Path | None, progress: Progress) -> None:
        self._path = path
        self._before = before
        self._known = read_store_contents(before) if before else None
        self._progress = progress
        self._beside = ThreadPoolExecutor(1)
        self._begun: dict[str, _Begun] = defaultdict(_Begun)
        self._beginning = Lock()

    @property
    def is_new(self) -> bool:
        """Whether graphs are stored as soon as they are there, since no store before can be renewed."""
        return not self._known

    def begin_piece(self, graph: str, piece: Path) -> None:
        """Store some lines of a graph that is still being read, and remove the file."""
        with self._beginning:
            begun = self._begun[graph]
            if piece not in begun.pieces:
                begun.pieces.append(piece)
                begun.stored.append(self._beside.submit(self._load_piece, graph, piece))

    def begin(self, graph: str, file: Path, sha256: str) -> None:
        """Store a graph already, or the pieces of it that are left, since it is not likely to change any more."""
        if not self.is_new:
            return
        for piece in file.parent.glob(f"{glob.escape(file.stem)}.*{PIECE}"):
            self.begin_piece(graph, piece)
        begun = self._begun[graph]
        begun.sha256 = sha256
        if not begun.pieces:
            begun.stored.append(self._beside.submit(self._load, graph, file))

    def finish(self, contents: StoreContents) -> Future[None]:
        """Store all else, and let go of the store. The files of the contents lie in `graphs/` beside it."""
        return self._beside.submit(self._finish, contents)

    def close(self) -> None:
        """Let go of the store, finished or not."""
        self._beside.shutdown(cancel_futures=True)
        self._let_go()

    def _let_go(self) -> None:
        self.__dict__.pop("_store", None)

    @cached_property
    def _store(self) -> Oxigraph:
        return Oxigraph(str(self._path))

    def _finish(self, contents: StoreContents) -> None:
        if not self._renewed(contents):
            self._write(contents)
        self._let_go()
        _note(self._path, contents)

    def _renewed(self, contents: StoreContents) -> bool:
        """Whether the store could be made from the one before."""
        if self._before and self._known:
            with suppress(StoreTooDifferent, OSError):
                _renew(self._path, contents, self._before, self._known, self._progress)
                return True
            shutil.rmtree(self._path, ignore_errors=True)
        return False

    def _write(self, contents: StoreContents) -> None:
        stored = {graph for graph, begun in self._begun.items() if contents.sha256.get(graph) == begun.sha256}
        for begun in self._begun.values():
            for future in begun.stored:
                future.result()
        for graph in self._begun.keys() - stored:
            self._store.remove_graph(NamedNode(graph))
        for graph in sorted(contents.files.keys() - stored):
            self._load(graph, graph_file(self._path, contents, graph))
        self._progress.step("compacting the store")
        self._store.optimize()
        self._store.flush()

    def _load(self, graph: str, file: Path) -> None:
        _load(self._store, graph, file, self._progress)

    def _load_piece(self, graph: str, piece: Path) -> None:
        _load(self._store, graph, piece, self._progress)
        piece.unlink()


def _renew(path: Path, contents: StoreContents, before: Path, known: StoreContents, progress: Progress) -> None:
    """Take the store before and write what has changed. Raises `StoreTooDifferent` where that is most of it."""
    new, gone = contents.files.keys() - known.files.keys(), known.files.keys() - contents.files.keys()
    room = _MOST_CHANGES
    changes: dict[str, tuple[list[str], list[str]]] = {}
    for graph in contents.files.keys() & known.files.keys():
        if known.sha256[graph] == contents.sha256[graph]:
            continue
        lines = changed_lines(graph_file(before, known, graph), graph_file(path, contents, graph))
        found = list(islice(lines, room + 1))
        room -= len(found)
        if room < 0:
            raise StoreTooDifferent
        changes[graph] = ([line for is_new, line in found if not is_new], [line for is_new, line in found if is_new])
    for graph in gone:
        room -= _lines(graph_file(before, known, graph), room)
        if room < 0:
            raise StoreTooDifferent
    path.mkdir()
    for file in before.iterdir():
        (link_or_copy if file.suffix == ".sst" else shutil.copyfile)(file, path / file.name)
    store = Oxigraph(str(path))
    for graph in sorted(gone):
        store.remove_graph(NamedNode(graph))
    for graph, (went, came) in sorted(changes.items()):
        progress.step(f"{len(went) + len(came):,} statements changed in {graph or 'the current view'}")
        if not any(line.startswith("_:") or " _:" in line for line in (*went, *came)):
            _write(store, graph, went, came)
        elif graph:
            # A blank node has no name by which a statement about it could be found.
            store.clear_graph(NamedNode(graph))
            _load(store, graph, graph_file(path, contents, graph), progress)
        else:
            raise StoreTooDifferent
    for graph in sorted(new):
        _load(store, graph, graph_file(path, contents, graph), progress)
    store.flush()


def _write(store: Oxigraph, graph: str, went: Sequence[str], came: Sequence[str]) -> None:
    place = NamedNode(graph) if graph else DefaultGraph()
    for start in range(0, len(went), _BATCH):
        said = "".join(went[start : start + _BATCH])
        store.update(f"DELETE DATA {{ GRAPH <{graph}> {{ {said} }} }}" if graph else f"DELETE DATA {{ {said} }}")
    quads = parse("".join(came), format=RdfFormat.N_TRIPLES)
    store.bulk_extend(Quad(quad.subject, quad.predicate, quad.object, place) for quad in quads)


def _load(store: Oxigraph, graph: str, file: Path, progress: Progress) -> None:
    """Store a file of sorted N-Triples, piece by piece, so that it can be told how far it has come.

    A blank node is one within a piece only, so lines that name one are stored together.
    """
    place = NamedNode(graph) if graph else DefaultGraph()
    size = file.stat().st_size
    if size < _PIECE:
        store.bulk_load(path=str(file), format=RdfFormat.N_TRIPLES, to_graph=place)
        return
    done = progress.work(f"storing {graph or 'the current view'}")
    nameless: list[bytes] = []
    with file.open("rb") as whole:
        while piece := whole.read(_PIECE):
            named, others = _apart(piece + whole.readline())
            nameless += others
            store.bulk_load(named, format=RdfFormat.N_TRIPLES, to_graph=place)
            done(whole.tell() / size)
    store.bulk_load(b"".join(nameless), format=RdfFormat.N_TRIPLES, to_graph=place)


def _apart(lines: bytes) -> tuple[bytes, list[bytes]]:
    """Lines without those that name a blank node, and those."""
    if not _BLANK.search(lines):
        return lines, []
    each = lines.splitlines(keepends=True)
    return b"".join(line for line in each if not _BLANK.search(line)), [line for line in each if _BLANK.search(line)]


def _note(store: Path, contents: StoreContents) -> None:
    contents_file(store).write_text(json.dumps(asdict(contents), indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _lines(path: Path, most: int) -> int:
    with path.open("rb") as file:
        return sum(1 for _ in islice(file, most + 1))


PIECE = ".piece"
"""How the names of the pieces of a part that is still being written end, after the part's own name."""
