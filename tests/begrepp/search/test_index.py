"""The search index of a build: Swedish words, codes, and pages of hits."""

from __future__ import annotations

import pytest

from begrepp.artefact.manifest import current_build
from begrepp.search import TextIndex, code_key
from tests.support.small import HEADER, ROWS, build_small, put, settings_in


def test_a_code_is_one_however_it_is_written() -> None:
    assert {code_key(code) for code in ("C50.9", "c509", "C50 9")} == {"C509"}
    assert code_key("8500/3") == "85003"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> TextIndex:
    settings = settings_in(tmp_path_factory.mktemp("index"))
    extra = (
        "C34.9,Lungcancer UNS,Lung cancer NOS,A00,,\n"
        "C50.9,Bröstcancer UNS,Breast cancer NOS,A00,,\n"
        "C80.9,Cancer i lunga,Cancer of lung,A00,,\n"
        "E10.9,Diabetes UNS,Diabetes NOS,A00,,\n"
    )
    put(settings, HEADER + ROWS + extra)
    build_small(settings)
    return TextIndex(current_build(settings) / "index")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("cancer", "C34.9"),  # finds lungcancer
        ("brostcancer", "C50.9"),
        ("BRÖSTCANCER", "C50.9"),
        ("lungc", "C34.9"),
        ("c509", "C50.9"),
        ("C50.9", "C50.9"),
        ("diabtes", "E10.9"),
        ("breast cancer", "C50.9"),
    ],
)
def test_search_finds_what_is_meant(index: TextIndex, query: str, expected: str) -> None:
    _, hits = index.search(query)
    assert expected in [hit.notation for hit in hits]


def test_every_word_of_the_query_counts(index: TextIndex) -> None:
    assert [hit.notation for hit in index.search("cancer lunga")[1]][:1] == ["C80.9"]


def test_nothing_is_found_for_nonsense_and_for_nothing(index: TextIndex) -> None:
    assert index.search("qqqqxxxx") == (0, [])
    assert index.search("  ") == (0, [])


def test_pages_of_hits_do_not_overlap(index: TextIndex) -> None:
    total, first = index.search("cancer", limit=1)
    _, second = index.search("cancer", limit=1, offset=1)
    assert total >= 3 and first[0].iri != second[0].iri
