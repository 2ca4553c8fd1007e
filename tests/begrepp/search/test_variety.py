"""Variety of the first hits over the code systems."""

from __future__ import annotations

import pytest

from begrepp.search.query_codes import QueryCodes
from begrepp.search.query_parser import ParsedSearch, WordSlot
from begrepp.search.ranking import HitScore, IndexedDocument
from begrepp.search.relatives import Scored
from begrepp.search.variety import varied


def scored(name: str, score: float, *, active: int = 1) -> Scored:
    scheme = name.rstrip("0123456789")
    document = IndexedDocument(name, "concept", scheme, name, active, [name], 0, "", "", "", [])
    return document, HitScore(score, score, None)


def names(*hits: Scored) -> list[str]:
    return [document.iri for document, _ in varied(hits)]


def test_another_system_comes_before_the_subdivisions_of_the_first() -> None:
    hits = [scored(f"a{n}", 1 - n / 100) for n in range(6)]
    assert names(*hits, scored("b1", 0.945)) == ["a0", "a1", "b1", "a2", "a3", "a4", "a5"]


def test_a_hit_that_matches_little_and_one_that_is_retired_do_not_come_before_others() -> None:
    hits = [scored("a0", 2.0), *(scored(f"a{n}", 0.9 - n / 100) for n in range(1, 5))]
    assert names(*hits, scored("b1", 0.79), scored("c1", 0.85, active=0)) == ["a0", "a1", "a2", "a3", "a4", "b1", "c1"]


def test_hits_of_one_system_keep_their_order_and_none_is_lost() -> None:
    hits = [scored(f"a{n}", 1 - n / 100) for n in range(30)]
    assert names(*hits) == [f"a{n}" for n in range(30)]
    assert sorted(names(*hits, scored("b1", 0.9))) == sorted([*(f"a{n}" for n in range(30)), "b1"])


@pytest.mark.parametrize(
    ("search", "is_for_one"),
    [
        (ParsedSearch("astma", (WordSlot(("astma",), {}, True, 1.0),)), False),
        (ParsedSearch("atc", (WordSlot(("atc",), {}, True, 1.0, frozenset(["x"])),)), True),
        (ParsedSearch("C50", (), codes=QueryCodes(whole=("C50",))), True),
    ],
)
def test_a_search_that_names_a_system_or_a_code_is_for_one(search: ParsedSearch, is_for_one: bool) -> None:
    assert search.is_for_one_system is is_for_one
