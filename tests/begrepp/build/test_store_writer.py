"""A store that was renewed holds what one written anew holds, and a release that is not copied is still in the view."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, NamedNode, QuerySolutions
from pyoxigraph import Store as Oxigraph

from begrepp.artefact.manifest import Manifest, current_build
from begrepp.artefact.parts import Kind, Part
from begrepp.build import store_writer
from begrepp.build.pipeline import build
from begrepp.build.store_writer import PIECE_SUFFIX, StoreWriter
from begrepp.history import view_files
from begrepp.records import Coverage, Redistribution
from begrepp.settings import Settings
from begrepp.store.contents import StoreContents
from begrepp.store.disk import DiskStore, has_dataset_clause
from tests.support.small import HEADER, ROWS, Quiet, jobs, put, settings_in

Graphs = dict[str, set[str]]
A, B, C = "https://example.org/a", "https://example.org/b", "https://example.org/c"


def triple(n: int | str, value: int | str = 1) -> str:
    return f'<https://example.org/{n}> <https://example.org/p> "{value}" .\n'


def blank(value: int) -> str:
    return f'_:b <https://example.org/p> "{value}" .\n'


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes a build's store from sets of lines; the first graph, without a name, is the default one."""

    def write(name: str, graphs: Graphs, before: Path | None = None, steps: list[str] | None = None) -> Path:
        folder = tmp_path / name / "graphs"
        folder.mkdir(parents=True)
        files = {}
        for number, (graph, lines) in enumerate(sorted(graphs.items())):
            files[graph] = folder / f"{number}.nt"
            files[graph].write_text("".join(sorted(lines)), encoding="utf-8")
        named = [(graph, path) for graph, path in files.items() if graph]
        contents = StoreContents.from_files(named, files[""], [])
        watcher = Quiet(steps if steps is not None else [])
        writer = StoreWriter(tmp_path / name / "store", before, watcher)
        writer.finish(contents).result()
        writer.close()
        return tmp_path / name / "store"

    return write


def quads(store: Path) -> list[str]:
    return sorted(map(str, Oxigraph.read_only(str(store))))


@pytest.mark.parametrize(
    "later",
    [
        {"": {triple(1), triple(2)}, A: {triple(1)}, B: {triple(2)}},  # nothing
        {"": {triple(1), triple(3)}, A: {triple(1)}, B: {triple(3)}},  # other statements
        {"": {triple(1), triple(4)}, A: {triple(1)}, C: {triple(4)}},  # a graph went, another came
        {"": {triple(1), triple(2)}, A: {blank(1), blank(2)}, B: {triple(2)}},  # blank nodes in a graph
        {"": {blank(3)}, A: {triple(1)}, B: {triple(2)}},  # blank nodes in the default graph
        {"": set(), A: set(), B: set()},
    ],
)
def test_a_renewed_store_holds_what_one_written_anew_holds(write: Callable[..., Path], later: Graphs) -> None:
    first = write("first", {"": {triple(1), triple(2)}, A: {triple(1)}, B: {triple(2)}})
    was = quads(first)
    renewed = write("renewed", later, before=first)
    assert quads(first) == was

    def nameless(store: Path) -> list[str]:
        return sorted(str(quad.object) + str(quad.graph_name) for quad in Oxigraph.read_only(str(store)))

    anew = write("anew", later)
    assert nameless(renewed) == nameless(anew)
    if not any("_:" in line for lines in later.values() for line in lines):
        assert quads(renewed) == quads(anew)


def test_small_graphs_are_stored_together_each_under_its_name(
    write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A literal may end like a line, and the same label of a blank node in two files is two nodes."""
    ends_like_a_line = triple(1, "the end .") + triple(2, r"<https://example.org/x> .\n")
    graphs: Graphs = {"": {triple(3)}, A: {ends_like_a_line}, B: {blank(1), blank(2)}, C: {blank(3), triple(4)}}
    together = write("together", graphs)
    monkeypatch.setattr(store_writer, "_SMALL_BYTES", 0)
    alone = write("alone", graphs)

    def found(store: Path) -> list[tuple[str, str, str]]:
        return sorted(
            ("" if str(quad.subject).startswith("_:") else str(quad.subject), str(quad.object), str(quad.graph_name))
            for quad in Oxigraph.read_only(str(store))
        )

    assert found(together) == found(alone) and len(found(together)) == 7
    nodes = {str(quad.subject) for quad in Oxigraph.read_only(str(together)) if str(quad.subject).startswith("_:")}
    assert len(nodes) == 2


def test_where_most_has_changed_the_store_is_written_anew(
    write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_writer, "_MAX_CHANGES", 3)
    first = write("first", {"": {triple(n) for n in range(9)}})
    steps: list[str] = []
    few = write("few", {"": {triple(n) for n in range(8)}}, first, steps)
    assert len(quads(few)) == 8 and steps == ["1 statements changed in the current view"]
    many = write("many", {"": {triple(n) for n in range(20, 24)}}, few, steps)
    assert len(quads(many)) == 4 and steps[-1] == "compacting the store"


def test_a_store_that_does_not_say_what_it_holds_is_not_built_upon(write: Callable[..., Path]) -> None:
    first = write("first", {"": {triple(1)}})
    first.with_suffix(".json").write_text("{}", encoding="utf-8")
    assert len(quads(write("second", {"": {triple(1), triple(2)}}, before=first))) == 2


def test_a_renewed_store_outlives_the_one_before(write: Callable[..., Path]) -> None:
    import shutil

    first = write("first", {"": {triple(n) for n in range(100)}})
    second = write("second", {"": {triple(n) for n in range(101)}}, before=first)
    shutil.rmtree(first.parent)
    assert len(quads(second)) == 101


QUESTIONS = (
    "SELECT * { ?s ?p ?o FILTER(!isBlank(?s) && !isBlank(?o) && ?p != prov:startedAtTime) }",
    "SELECT (COUNT(*) AS ?n) { ?s a ?class }",
    "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g",
    'SELECT ?a { ?c skos:notation "A00.9" ; skos:broader+/skos:notation ?a }',
    "SELECT * FROM <https://w3id.org/begrepp/id/cs/icd-10-se/release/2021> { ?s a skos:Concept }",
    "SELECT * FROM NAMED <https://w3id.org/begrepp/id/cs/icd-10-se/release/2021> { ?s a skos:Concept }",
)


def answers(settings: Settings) -> list[list[str]]:
    """Return the results of the test queries on the current build, sorted."""
    store = DiskStore(current_build(settings) / "store")
    found = []
    for question in QUESTIONS:
        rows = store.query(question)
        assert isinstance(rows, QuerySolutions)
        found.append(sorted(" ".join(map(str, row)) for row in rows))
    return found


def test_a_release_that_is_not_copied_is_in_the_view_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def built(name: str, apart_from: int) -> tuple[Settings, Manifest]:
        settings = settings_in(tmp_path / name)
        put(settings, HEADER + ROWS)
        put(settings, "key,value\nA,Matsmältning\nA01,Mun\n", source="atc")
        monkeypatch.setattr(view_files, "MIN_TRIPLES_NOT_COPIED", apart_from)
        return settings, build(jobs(settings), settings, Quiet())

    (copied, one), (apart, other) = built("copied", 1_000_000), built("apart", 1)
    assert one.hash == other.hash and one.triples == other.triples and one.things == other.things
    lines = [(current_build(s) / "graphs" / "current.nt").read_text("utf-8") for s in (copied, apart)]
    assert lines[0].count("\n") == lines[1].count("\n") == one.triples
    assert (current_build(apart) / "graphs" / "copied.nt").exists()
    assert answers(copied) == answers(apart)


def test_only_a_code_system_is_left_out_of_the_copied_view(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(view_files, "MIN_TRIPLES_NOT_COPIED", 2)

    def part(kind: Kind, lines: int) -> Part:
        path = tmp_path / f"{kind}-{lines}.nt"
        path.write_text("".join(triple(f"{kind}{lines}-{n}") for n in range(lines)), encoding="utf-8")
        return Part(
            kind=kind,
            id=kind,
            version="1",
            graph=f"https://example.org/graph/{kind}{lines}",
            valid_from=date(2026, 1, 1),
            redistribution=Redistribution.ALLOWED,
            coverage=Coverage.COMPLETE,
            source=kind,
            path=path,
            triples=lines,
        )

    kinds: list[Kind] = ["scheme", "mapping", "catalogue", "dataset", "structure"]
    parts = [part(kind, lines) for kind in kinds for lines in (1, 2)]
    view = view_files.write_view(tmp_path, [[part] for part in parts], [])
    assert view.apart == ("https://example.org/graph/scheme2",)
    copied, whole = view.copied.read_text("utf-8"), view.path.read_text("utf-8")
    assert whole.count("\n") == view.triples == 15 and copied.count("\n") == 13
    assert "scheme2-" not in copied and all(f"{kind}2-" in copied for kind in kinds if kind != "scheme")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT * FROM <https://a.example/> { ?s ?p ?o }", True),
        ("SELECT * from NAMED <https://a.example/> { GRAPH ?g { ?s ?p ?o } }", True),
        ("SELECT * FROM ex:a { ?s ?p ?o }", True),
        ("SELECT ?from { ?from ?p <https://a.example/FROM> }", False),
        ('SELECT * { ?s ?p "FROM <https://a.example/>" }', False),
        ("SELECT * { ?s ?p ?o } # FROM <https://a.example/>\n", False),
        ("SELECT * { ?s from:x ex:from }", False),
        ("SELECT * { ?s ?p '''it's FROM <https://a.example/>''' }", False),
    ],
)
def test_a_query_that_names_its_graphs_is_known(query: str, expected: bool) -> None:
    assert has_dataset_clause(query) is expected


def test_what_was_stored_early_and_has_changed_since_is_stored_again(tmp_path: Path) -> None:
    (tmp_path / "graphs").mkdir()
    files = {graph: tmp_path / "graphs" / f"{n}.nt" for n, graph in enumerate(("", A, B, C))}
    for file in files.values():
        file.write_text(triple(file.stem), encoding="utf-8")
    writer = StoreWriter(tmp_path / "store", None, Quiet())
    for graph in (A, B, C):
        writer.store_graph(graph, files[graph], StoreContents.from_files([], files[graph], []).sha256[""])
    writer._executor.submit(lambda: None).result()
    files[B].write_text(triple("other"), encoding="utf-8")
    writer.finish(StoreContents.from_files([(A, files[A]), (B, files[B])], files[""], [])).result()
    writer.close()
    found = {quad.graph_name: quad.subject.value for quad in Oxigraph.read_only(str(tmp_path / "store"))}
    said = {DefaultGraph(): 0, NamedNode(A): 1, NamedNode(B): "other"}
    assert found == {graph: f"https://example.org/{subject}" for graph, subject in said.items()}


def test_a_graph_is_stored_in_pieces_while_it_is_read(tmp_path: Path) -> None:
    (tmp_path / "graphs").mkdir()
    default, whole, refused = (tmp_path / "graphs" / name for name in ("0.nt", "a.nt", "b.nt"))
    default.touch()

    def piece(of: Path, number: int, lines: set[str]) -> Path:
        path = of.with_suffix(f".run{number}{PIECE_SUFFIX}")
        path.write_text("".join(sorted(lines)), encoding="utf-8")
        return path

    writer = StoreWriter(tmp_path / "store", None, Quiet())
    told = piece(whole, 0, {triple(1), triple(2)})
    writer.store_piece(A, told)
    writer.store_piece(A, told)
    writer.store_piece(B, piece(refused, 0, {triple(9)}))  # of an edition that is refused when it is whole
    piece(whole, 1, {triple(2), triple(3)})  # nobody was told of it yet
    whole.write_text("".join(triple(n) for n in (1, 2, 3)), encoding="utf-8")
    contents = StoreContents.from_files([(A, whole)], default, [])
    writer.store_graph(A, whole, contents.sha256[A])
    writer.finish(contents).result()
    writer.close()
    found = Oxigraph.read_only(str(tmp_path / "store"))
    assert sorted(quad.subject.value[-1] for quad in found) == ["1", "2", "3"]
    assert {quad.graph_name for quad in found} == {NamedNode(A)}
    assert not [*tmp_path.rglob(f"*{PIECE_SUFFIX}")]


def test_a_blank_node_stays_one_where_a_file_is_stored_piece_by_piece(
    write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_writer, "_PIECE_BYTES", 40)
    naming = f"<{A}> <https://example.org/p> _:b .\n"
    store = Oxigraph.read_only(str(write("first", {"": {naming, blank(1), *map(triple, range(9))}})))
    answer = store.query("SELECT ?value { ?s ?p ?node . ?node ?p ?value FILTER(isBlank(?node)) }")
    assert isinstance(answer, QuerySolutions) and [row["value"].value for row in answer] == ["1"]


@pytest.mark.skipif(sys.platform != "linux", reason="threads are scheduled on Linux only")
def test_tables_are_merged_when_all_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_writer, "_SMALL_BYTES", 0)
    (tmp_path / "graphs").mkdir()
    default, named = (tmp_path / "graphs" / name for name in ("0.nt", "a.nt"))
    for file in (default, named):
        file.write_text(triple(file.stem), encoding="utf-8")

    def policies() -> set[int]:
        threads = Path("/proc/self/task").iterdir()
        merging = [thread for thread in threads if (thread / "comm").read_text("utf-8").strip() == "rocksdb:low"]
        return {os.sched_getscheduler(int(thread.name)) for thread in merging}

    contents = StoreContents.from_files([(A, named)], default, [])
    writer = StoreWriter(tmp_path / "store", None, Quiet())
    writer.store_graph(A, named, contents.sha256[A])
    writer._executor.submit(lambda: None).result()
    assert policies() == {os.SCHED_IDLE}
    writer.finish(contents).result()
    assert policies() == {os.SCHED_OTHER}
    writer.close()
