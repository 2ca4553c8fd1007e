"""Writes the store of a build: all graphs anew, or the store of the build before with what has changed since.

The engine never changes a table file that it has written, so a new store can begin as hard links to those of the
store before, and only the statements that went or came are written. What a store holds stands beside it in
`store.json`, and that alone decides what has changed. (docs/decisions/store.md)
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from types import MappingProxyType

from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, parse
from pyoxigraph import Store as Oxigraph

from begrepp.cache import link
from begrepp.lines import changed_lines
from begrepp.progress import Progress
from begrepp.store import contents_file

DEFAULT = ""
"""What the default graph is called in the contents of a store."""
_MOST_CHANGES = 200_000
"""Beyond so many statements that went or came, a store is sooner written anew."""
_BATCH = 20_000
_PIECE = 1 << 27
"""So many bytes are stored at a time: about as many statements as the engine sorts at a time."""


class TooMuchChanged(Exception):
    """The store before is of no use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a store holds: its graphs with the names and checksums of the files that they are read from.

    `apart` names the graphs that belong to the current view without being copied into the default graph.
    """

    files: dict[str, str]
    sha256: dict[str, str]
    apart: list[str]

    @classmethod
    def of(
        cls,
        graphs: Iterable[tuple[str, Path]],
        default: Path,
        apart: Iterable[str],
        known: Mapping[Path, str] = MappingProxyType({}),
    ) -> Contents:
        """The contents of a store to be written: each file into its named graph, one into the default graph.

        `known` are checksums that need not be worked out.
        """
        files = [*graphs, (DEFAULT, default)]
        return cls(
            files={graph: file.name for graph, file in files},
            sha256={graph: known.get(file) or _sha256(file) for graph, file in files},
            apart=[*apart],
        )

    def view_sha256(self) -> str:
        """A checksum of the current view."""
        return hashlib.sha256("".join(self.sha256[graph] for graph in (DEFAULT, *self.apart)).encode()).hexdigest()


class StoreWriter:
    """Writes the store of a build beside other work, each graph as soon as its file is whole.

    `before` is the store of an earlier build, from which what has not changed is taken; then nothing is begun early.
    """

    def __init__(self, path: Path, before: Path | None, progress: Progress) -> None:
        self._path = path
        self._before = before
        self._known = read_contents(before) if before else None
        self._progress = progress
        self._beside = ThreadPoolExecutor(1)
        self._begun: dict[str, tuple[str, Future[None]]] = {}

    def begin(self, graph: str, file: Path, sha256: str) -> None:
        """Store a graph already, since it is not likely to change before the store is finished."""
        if not self._known:
            self._begun[graph] = sha256, self._beside.submit(self._load, graph, file)

    def finish(self, contents: Contents) -> Future[None]:
        """Store all else. The files of the contents lie in `graphs/` beside the store."""
        return self._beside.submit(self._finish, contents)

    def close(self) -> None:
        """Let go of the store, finished or not."""
        self._beside.shutdown(cancel_futures=True)
        self.__dict__.pop("_store", None)

    @cached_property
    def _store(self) -> Oxigraph:
        return Oxigraph(str(self._path))

    def _finish(self, contents: Contents) -> None:
        if not self._renewed(contents):
            self._write(contents)
        _note(self._path, contents)

    def _renewed(self, contents: Contents) -> bool:
        """Whether the store could be made from the one before."""
        if self._before and self._known:
            with suppress(TooMuchChanged, OSError):
                _renew(self._path, contents, self._before, self._known, self._progress)
                return True
            shutil.rmtree(self._path, ignore_errors=True)
        return False

    def _write(self, contents: Contents) -> None:
        stored = {graph for graph, (sha256, _) in self._begun.items() if contents.sha256.get(graph) == sha256}
        for _, future in self._begun.values():
            future.result()
        for graph in self._begun.keys() - stored:
            self._store.remove_graph(NamedNode(graph))
        for graph in sorted(contents.files.keys() - stored):
            self._load(graph, _file(self._path, contents, graph))
        self._progress.step("putting the store in order")
        self._store.optimize()
        self._store.flush()

    def _load(self, graph: str, file: Path) -> None:
        _load(self._store, graph, file, self._progress)


def _renew(path: Path, contents: Contents, before: Path, known: Contents, progress: Progress) -> None:
    """Take the store before and write what has changed. Raises `TooMuchChanged` where that is most of it."""
    new, gone = contents.files.keys() - known.files.keys(), known.files.keys() - contents.files.keys()
    room = _MOST_CHANGES
    changes: dict[str, tuple[list[str], list[str]]] = {}
    for graph in contents.files.keys() & known.files.keys():
        if known.sha256[graph] == contents.sha256[graph]:
            continue
        lines = changed_lines(_file(before, known, graph), _file(path, contents, graph))
        found = list(islice(lines, room + 1))
        room -= len(found)
        if room < 0:
            raise TooMuchChanged
        changes[graph] = ([line for is_new, line in found if not is_new], [line for is_new, line in found if is_new])
    for graph in gone:
        room -= _lines(_file(before, known, graph), room)
        if room < 0:
            raise TooMuchChanged
    path.mkdir()
    for file in before.iterdir():
        (link if file.suffix == ".sst" else shutil.copyfile)(file, path / file.name)
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
            _load(store, graph, _file(path, contents, graph), progress)
        else:
            raise TooMuchChanged
    for graph in sorted(new):
        _load(store, graph, _file(path, contents, graph), progress)
    store.flush()


def _write(store: Oxigraph, graph: str, went: Sequence[str], came: Sequence[str]) -> None:
    place = NamedNode(graph) if graph else DefaultGraph()
    for start in range(0, len(went), _BATCH):
        said = "".join(went[start : start + _BATCH])
        store.update(f"DELETE DATA {{ GRAPH <{graph}> {{ {said} }} }}" if graph else f"DELETE DATA {{ {said} }}")
    quads = parse("".join(came), format=RdfFormat.N_TRIPLES)
    store.bulk_extend(Quad(quad.subject, quad.predicate, quad.object, place) for quad in quads)


def _file(store: Path, contents: Contents, graph: str) -> Path:
    return store.parent / "graphs" / contents.files[graph]


def _load(store: Oxigraph, graph: str, file: Path, progress: Progress) -> None:
    """Store a file of sorted N-Triples, piece by piece, so that it can be told how far it has come."""
    place = NamedNode(graph) if graph else DefaultGraph()
    size = file.stat().st_size
    if size < _PIECE:
        store.bulk_load(path=str(file), format=RdfFormat.N_TRIPLES, to_graph=place)
        return
    done = progress.work(f"storing {graph or 'the current view'}")
    with file.open("rb") as whole:
        while piece := whole.read(_PIECE):
            store.bulk_load(piece + whole.readline(), format=RdfFormat.N_TRIPLES, to_graph=place)
            done(whole.tell() / size)


def read_contents(store: Path) -> Contents | None:
    """What a store of an earlier build holds; None where it does not say, or its files are gone."""
    try:
        contents = Contents(**json.loads(contents_file(store).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return contents if all(_file(store, contents, graph).exists() for graph in contents.files) else None


def _note(store: Path, contents: Contents) -> None:
    contents_file(store).write_text(json.dumps(asdict(contents), indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _lines(path: Path, most: int) -> int:
    with path.open("rb") as file:
        return sum(1 for _ in islice(file, most + 1))
