"""Writes the store of a build: all graphs anew, or the store of the build before with what has changed since.

The engine never changes a table file that it has written, so a new store can begin as hard links to those of the
store before, and only the statements that went or came are written. What a store holds stands beside it in
`store.json`, and that alone decides what has changed. (docs/decisions/store.md)
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path

from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, parse
from pyoxigraph import Store as Oxigraph

from begrepp.cache import link
from begrepp.lines import changed_lines
from begrepp.store import contents_file

DEFAULT = ""
"""What the default graph is called in the contents of a store."""
_MOST_CHANGES = 200_000
"""Beyond so many statements that went or came, a store is sooner written anew."""
_BATCH = 20_000
Step = Callable[[str], None]


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
    def of(cls, graphs: Iterable[tuple[str, Path]], default: Path, apart: Iterable[str]) -> Contents:
        """The contents of a store to be written: each file into its named graph, one into the default graph."""
        files = [*graphs, (DEFAULT, default)]
        return cls(
            files={graph: file.name for graph, file in files},
            sha256={graph: _sha256(file) for graph, file in files},
            apart=[*apart],
        )

    def view_sha256(self) -> str:
        """A checksum of the current view."""
        return hashlib.sha256("".join(self.sha256[graph] for graph in (DEFAULT, *self.apart)).encode()).hexdigest()


def write_store(path: Path, contents: Contents, before: Path | None, step: Step) -> None:
    """Write a store. The files of its contents lie in `graphs/` beside it.

    `before` is the store of an earlier build, from which what has not changed is taken.
    """
    known = read_contents(before) if before else None
    if before and known:
        with suppress(TooMuchChanged, OSError):
            _renew(path, contents, before, known, step)
            _note(path, contents)
            return
    shutil.rmtree(path, ignore_errors=True)
    store = Oxigraph(str(path))
    for graph in sorted(contents.files):
        _load(store, graph, _file(path, contents, graph), step)
    step("putting the store in order")
    store.optimize()
    store.flush()
    _note(path, contents)


def _renew(path: Path, contents: Contents, before: Path, known: Contents, step: Step) -> None:
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
        step(f"{len(went) + len(came):,} statements changed in {graph or 'the current view'}")
        if not any(line.startswith("_:") or " _:" in line for line in (*went, *came)):
            _write(store, graph, went, came)
        elif graph:
            # A blank node has no name by which a statement about it could be found.
            store.clear_graph(NamedNode(graph))
            _load(store, graph, _file(path, contents, graph), step)
        else:
            raise TooMuchChanged
    for graph in sorted(new):
        _load(store, graph, _file(path, contents, graph), step)
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


def _load(store: Oxigraph, graph: str, file: Path, step: Step) -> None:
    if file.stat().st_size > 100_000_000:
        step(f"storing {file.stat().st_size / 1e6:,.0f} MB of {graph or 'the current view'}")
    place = NamedNode(graph) if graph else DefaultGraph()
    store.bulk_load(path=str(file), format=RdfFormat.N_TRIPLES, to_graph=place)


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
