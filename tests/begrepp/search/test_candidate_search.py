"""Candidates of a search: the words that documents need beside one that is being typed, facets, words with a beginning.

Invented lists: 30 concepts *Akut njursten kvarter …*, and 300 with a word of their own that begins with *kva*.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from tantivy import Index

from begrepp.search import TextIndex, write_index
from begrepp.search.lexicon import IndexLexicon
from begrepp.search.query_parser import SlotMaker, parse_search
from begrepp.search.query_relaxation import slots_beside_beginning
from begrepp.search.schema import FACETS, register_tokenizer, schema
from tests.begrepp.search.test_borrowed_names import BASE, concept

STONES = [concept(f"stenar/S{n:02}", f"S{n:02}", sv=f"Akut njursten kvarter {n}") for n in range(30)]
OTHERS = [concept(f"andra/T{n:03}", f"T{n:03}", sv=f"Kva{'abcdefghij'[n % 10] * 2}{n}") for n in range(300)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("candidates")
    (path / "current.nt").write_text("".join(sorted(line for each in (*STONES, *OTHERS) for line in each)))
    write_index(path / "index", path / "current.nt")
    return path / "index"


@pytest.fixture(scope="module")
def index(folder: Path) -> TextIndex:
    return TextIndex(folder)


@pytest.mark.parametrize(
    ("query", "needed"),
    [("akut njursten kva", [0, 1, 2]), ("kva", []), ("akut njursten kvarter", []), ("akut njursten", [])],
)
def test_other_words_are_needed_beside_the_beginning_of_a_word(folder: Path, query: str, needed: list[int]) -> None:
    lexicon = IndexLexicon(schema(), register_tokenizer(Index.open(str(folder))).searcher())
    assert slots_beside_beginning(parse_search(query, SlotMaker(lexicon))) == needed


def test_suggestions_have_the_other_words_too(index: TextIndex) -> None:
    found = index.suggest("akut njursten kva", limit=20)
    assert len(found) == 20 and all(hit.iri.startswith(f"{BASE}stenar/") for hit in found)


def test_few_hits_with_all_words_are_followed_by_others(index: TextIndex) -> None:
    found = [hit.notation for hit in index.suggest("njursten 29 kva", limit=20)]
    assert found[0] == "S29" and len(found) == 20


@pytest.mark.parametrize("beginning", ["kvabb", "kvabb1", "kvac", "kvarter", "kvaxx"])
def test_words_with_a_beginning_are_found_few_or_many(index: TextIndex, beginning: str) -> None:
    labels = [f"kva{'abcdefghij'[n % 10] * 2}{n}" for n in range(300)]
    expected = sum(label.startswith(beginning) for label in labels) + 30 * (beginning == "kvarter")
    assert index.search(beginning)[0] == expected


def test_all_facets_are_those_counted_one_by_one(index: TextIndex) -> None:
    filters = {"scheme": f"{BASE}stenar", "status": "active"}
    together = index.facets("njursten", **filters)
    assert tuple(together) == FACETS
    assert together["scheme"] == {f"{BASE}stenar": 30} and together["status"] == {"active": 30}
    assert together["kind"] == index.facets("njursten")["kind"] == {"concept": 30}
