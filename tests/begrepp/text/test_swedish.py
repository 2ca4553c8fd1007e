"""Swedish words, identity numbers and the search index."""

from __future__ import annotations

from pathlib import Path

import pytest

from begrepp.artefact.manifest import current_build
from begrepp.search import TextIndex, code_key
from begrepp.sources.privacy import find_identity_number
from begrepp.text.swedish import compound_parts, fold, sort_key
from tests.support.small import HEADER, ROWS, build_small, put, settings_in


def test_swedish_letters_sort_last() -> None:
    assert sorted(["öra", "arm", "zon", "ärr", "åder", "Armé"], key=sort_key) == [
        "arm",
        "Armé",
        "zon",
        "åder",
        "ärr",
        "öra",
    ]


def test_numbers_sort_by_value() -> None:
    assert sorted(["T10", "T2", "T1"], key=sort_key) == ["T1", "T2", "T10"]


def test_folding_takes_the_dots_off() -> None:
    assert fold("Bröstcancer ÅÄÖ") == "brostcancer aao"


def test_a_compound_has_its_parts() -> None:
    assert compound_parts("lungcancer", {"lung", "cancer", "canc"}) == {"lung", "cancer"}
    assert compound_parts("livsfara", {"fara", "livet"}) == {"fara"}


def test_a_code_is_one_however_it_is_written() -> None:
    assert {code_key(code) for code in ("C50.9", "c509", "C50 9")} == {"C509"}
    assert code_key("8500/3") == "85003"


@pytest.mark.parametrize(
    # Skatteverket's published test numbers, in every spelling.
    "number",
    ["811218-9876", "8112189876", "19811218-9876", "198112189876", "811218+9876", "18811218-9876", "811278-9873"],
)
def test_identity_numbers_are_seen_in_every_spelling(number: str) -> None:
    assert find_identity_number(f"rad {number}, kommentar") == number


@pytest.mark.parametrize(
    "text", ["811218-9875", "811318-9876", "1.2.752.116.1.1.1", "0811218987612", "8112189876543", "2020-01-01"]
)
def test_other_numbers_are_let_through(text: str) -> None:
    assert find_identity_number(text) is None


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


def test_pages_of_hits_do_not_overlap(index: TextIndex, tmp_path: Path) -> None:
    total, first = index.search("cancer", limit=1)
    _, second = index.search("cancer", limit=1, offset=1)
    assert total >= 3 and first[0].iri != second[0].iri
