"""An index that was renewed holds what one written whole holds."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from tantivy import Query

from begrepp.search import TextIndex, incremental, update_index, write_index
from begrepp.search.index_state import STATE_FILE, IndexState
from begrepp.search.schema import schema

BASE, SKOS = "https://example.org/", "http://www.w3.org/2004/02/skos/core#"
TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
FIELDS = ("word", "key", "part", "via", "text", "edge", "start", "code", "whole", "scheme", "dataset", "kind", "status")


def concept(name: str, label: str, same: str = "") -> set[str]:
    subject = f"<{BASE}{name}>"
    said = {f"{subject} {TYPE} <{SKOS}Concept> .\n", f'{subject} <{SKOS}prefLabel> "{label}"@sv .\n'}
    said |= {f'{subject} <{SKOS}notation> "{name}" .\n'}
    return said | ({f"{subject} <{SKOS}exactMatch> <{BASE}{same}> .\n"} if same else set())


def variable(name: str, column: str) -> set[str]:
    subject = f"<{BASE}{name}>"
    csvw = "http://www.w3.org/ns/csvw#"
    return {f"{subject} {TYPE} <{csvw}Column> .\n", f'{subject} <{csvw}name> "{column}" .\n'}


def dataset(name: str) -> set[str]:
    return {f"<{BASE}{name}> {TYPE} <http://www.w3.org/ns/dcat#Dataset> .\n"}


FIRST = [
    *(concept(f"a{n}", f"påhittat ord nummer {n}") for n in range(40)),
    concept("b1", "lungcancer"),
    concept("b2", "elakartad lungsjukdom", same="b1"),
    concept("b3", "blåsa"),
    variable("d/1", "lungcancer_datum"),
    variable("d/2", "vikt"),
]
LATER = {
    "nothing": FIRST,
    "a label": [*FIRST[1:], concept("a0", "annat ord")],
    "the name of what means the same": [
        *(s for s in FIRST if s != concept("b1", "lungcancer")),
        concept("b1", "lungtumör"),
    ],
    "what means the same": [*FIRST, concept("b4", "körtelcancer", same="b2")],
    "a word that compounds are made of": [*FIRST, concept("c1", "cancer"), concept("c2", "lung")],
    "one gone and one come": [*FIRST[3:], concept("z", "nytt")],
    "a dataset around variables": [*FIRST, dataset("d")],
    "back again": FIRST[5:],
}


def write(folder: Path, name: str, parts: list[set[str]]) -> Path:
    view = folder / f"{name}.nt"
    view.write_text("".join(sorted(set().union(*parts))), encoding="utf-8")
    return view


def held(path: Path, terms: set[tuple[str, str]] | None = None) -> dict[tuple[str, str], set[str]]:
    """Return the stored fields of the documents that an index has for each term."""
    searcher = TextIndex(path)._searcher
    if terms is None:
        terms = {(field, term) for field in FIELDS for term, _ in searcher.terms_with_prefix(field, "", limit=10_000)}
    found = {}
    for field, term in terms:
        hits = searcher.search(Query.term_query(schema(), field, term, index_option="basic"), limit=1000).hits
        found[field, term] = {str(searcher.doc(address).get_first("stored")) for _, address in hits}
    return found


@pytest.mark.parametrize("what", LATER)
def test_a_renewed_index_holds_what_one_written_whole_holds(tmp_path: Path, what: str) -> None:
    first, later = write(tmp_path, "first", FIRST), write(tmp_path, "later", LATER[what])
    write_index(tmp_path / "before", first)
    was = held(tmp_path / "before")
    count = update_index(tmp_path / "renewed", later, tmp_path / "before", first, lambda part: None)
    assert count == write_index(tmp_path / "whole", later)
    whole = held(tmp_path / "whole")
    assert held(tmp_path / "renewed", {*whole}) == whole
    assert held(tmp_path / "renewed", {*was}) == held(tmp_path / "whole", {*was})
    assert held(tmp_path / "before") == was
    one, other = IndexState.read(tmp_path / "renewed"), IndexState.read(tmp_path / "whole")
    assert one and other and one.updates == 1
    one.updates = 0
    assert one == other


def test_an_index_is_renewed_again_and_again(tmp_path: Path) -> None:
    rng = random.Random(1)
    view, index = write(tmp_path, "0", FIRST), tmp_path / "index0"
    write_index(index, view)
    for number in range(1, 6):
        parts = [
            *rng.sample(FIRST, 30),
            *(concept(f"n{n}", f"ord {rng.choice(('cancer', 'lung', 'ö'))}") for n in range(3)),
        ]
        later, renewed = write(tmp_path, str(number), parts), tmp_path / f"index{number}"
        assert update_index(renewed, later, index, view, lambda part: None) == write_index(
            tmp_path / f"whole{number}", later
        )
        whole = held(tmp_path / f"whole{number}")
        assert held(renewed, {*whole}) == whole
        view, index = later, renewed


def test_where_much_has_changed_or_nothing_is_known_it_is_written_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, later = write(tmp_path, "first", FIRST), write(tmp_path, "later", FIRST[6:])
    write_index(tmp_path / "before", first)

    def renewed() -> int | None:
        return update_index(tmp_path / "renewed", later, tmp_path / "before", first, lambda part: None)

    monkeypatch.setattr(incremental, "_MAX_CHANGES", 5)
    assert renewed() is None
    monkeypatch.undo()
    monkeypatch.setattr(incremental, "_MAX_UPDATES", 0)
    assert renewed() is None
    monkeypatch.undo()
    (tmp_path / "before" / STATE_FILE).write_bytes(b"no ledger")
    assert renewed() is None and not (tmp_path / "renewed").exists()
