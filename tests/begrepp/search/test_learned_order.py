"""Learned order of hits: evaluation of the trees, features of a list, and what no tree may change."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from begrepp.search.hit_features import FEATURES, hit_features
from begrepp.search.indexed_documents import IndexedDocument, Label
from begrepp.search.learned_order import (
    MODEL,
    ORDERED_HITS,
    TreeEnsemble,
    Trees,
    load_trees,
    order_hits,
    sort_by_score,
)
from begrepp.search.query_codes import QueryCodes
from begrepp.search.query_parser import ParsedSearch, WordSlot
from begrepp.search.ranking import HitScore
from begrepp.search.relatives import Scored

SEARCH = ParsedSearch("kvantvok", (WordSlot(("kvantvok",), {}, True, 1.0),))
SHORTER_FIRST = FEATURES.index("code_length")


def found(
    notation: str, score: float, *names: str, scheme: str = "a", active: int = 1, has_code: bool = False
) -> Scored:
    labels = [Label("pref" if place == 0 else "alt", "sv", name) for place, name in enumerate(names or ("Annat",))]
    document = IndexedDocument(
        iri=f"{scheme}/{notation}", kind="concept", scheme=scheme, notation=notation, active=active, codes=[notation],
        is_demonstration=0, species="", part_of="", dataset="", labels=labels,
    )  # fmt: skip
    return document, HitScore(score, score - 0.25, labels[0], has_code=has_code)


def trees(*, feature: int = SHORTER_FIRST, threshold: float = 3.5, low: float = 5.0, high: float = -5.0) -> Trees:
    """One tree: `low` if the feature is at most the threshold, else `high`."""
    return Trees(
        features=[*FEATURES], roots=[0], feature=[feature, 0, 0], threshold=[threshold, 0.0, 0.0],
        left=[1, 1, 2], right=[2, 1, 2], value=[0.0, low, high],
    )  # fmt: skip


def codes(scored: list[Scored], search: ParsedSearch = SEARCH, model: Trees | None = None) -> list[str]:
    ordered = order_hits(scored, search, "sv", TreeEnsemble(model or trees()))
    assert [each[0].notation for each in sort_by_score(ordered)] == [each[0].notation for each in ordered]
    return [document.notation for document, _ in ordered]


def test_trees_are_evaluated_as_written() -> None:
    model = Trees(
        features=[*FEATURES], roots=[0, 5], feature=[0, 1, 0, 0, 0, 0], threshold=[1.0, 2.0, 0, 0, 0, 0],
        left=[1, 2, 2, 3, 4, 5], right=[4, 3, 2, 3, 4, 5], value=[0, 0, 10, 20, 40, 0.5],
    )  # fmt: skip
    rows = np.zeros((4, len(FEATURES)), np.float32)
    rows[:, 0], rows[:, 1] = (1.0, 1.0, 1.5, 1.5), (2.0, 2.5, 2.0, 2.5)
    assert TreeEnsemble(model).values(rows).tolist() == [10.5, 20.5, 40.5, 40.5]


def test_thresholds_are_compared_as_numbers() -> None:
    values = (-2.0, -1.5, -1.0, -0.0, 0.0, 1e-9, 1.0, 3e38)
    rows = np.zeros((len(values), len(FEATURES)), np.float32)
    for feature in (0, len(FEATURES) - 1):
        rows[:, feature] = values
        for threshold in (-1.5, -0.0, 0.0, 1.0):
            found = TreeEnsemble(trees(feature=feature, threshold=threshold)).values(rows)
            assert found.tolist() == [5.0 if value <= threshold else -5.0 for value in values]


def test_a_tree_has_at_most_32_leaves() -> None:
    inner = range(0, 64, 2)  # each has a leaf on its left
    left, right = [*range(65)], [*range(65)]
    for node in inner:
        left[node], right[node] = node + 1, node + 2
    many = Trees(
        features=[*FEATURES], roots=[0], feature=[0] * 65, threshold=[0.0] * 65, left=left, right=right,
        value=[0.0] * 65,
    )  # fmt: skip
    with pytest.raises(ValueError, match="32 leaves"):
        TreeEnsemble(many)


def test_the_model_is_for_the_features() -> None:
    assert load_trees().values(np.zeros((1, len(FEATURES)), np.float32)).shape == (1,)
    assert MODEL.stat().st_size < 800_000
    with pytest.raises(ValueError, match="search-training"):
        TreeEnsemble(Trees(**{**{each: getattr(trees(), each) for each in Trees.__struct_fields__}, "features": ["x"]}))


def test_trees_change_the_order() -> None:
    assert codes([found("A1.23", 2.0), found("B1", 1.9), found("C1.11", 1.8)]) == ["B1", "A1.23", "C1.11"]


def test_nothing_overtakes_what_is_called_so_or_has_the_code() -> None:
    called, others = found("A1.23", 2.0, "Kvantvok"), [found("B1", 1.9), found("C1", 1.95), found("D1.11", 2.5)]
    assert codes([called, *others]) == ["D1.11", "A1.23", "C1", "B1"]
    coded = replace(SEARCH, text="a1.23", codes=QueryCodes(whole=("A123",)))
    assert codes([found("A1.23", 2.0, has_code=True), *others], coded) == ["D1.11", "A1.23", "C1", "B1"]
    retired = found("A1.23", 2.0, active=0, has_code=True)
    assert codes([retired, *others], coded) == ["D1.11", "A1.23", "C1", "B1"]


def test_hits_behind_the_first_and_retired_ones_stay_behind() -> None:
    many = [found(f"K{number:05}", 3.0 - number / 100) for number in range(ORDERED_HITS)]
    assert codes([*many, found("L1", 0.5)])[-1] == "L1"
    assert codes([found("A1.23", 1.0), found("B1", 2.0, active=0)]) == ["A1.23", "B1"]


def test_features_tell_the_place_among_the_others() -> None:
    listed = [found("K10", 2.0, "Kvantvok"), found("K10.1", 1.95), found("K10.1", 1.5, "Annat", "Kvantvok", scheme="b")]
    rows = [dict(zip(FEATURES, map(float, row), strict=True)) for row in hit_features(listed, SEARCH, "sv")]
    first, narrower, elsewhere = rows
    assert (first["is_called_so"], first["has_exact_name"], first["place"], first["narrower_before"]) == (1, 1, 0, 0)
    assert (narrower["broader_before"], narrower["is_below_first"], narrower["before_in_system"]) == (1, 1, 1)
    assert (narrower["behind_in_system"], narrower["behind_first"]) == pytest.approx((0.05, -0.05), abs=1e-6)
    assert (elsewhere["same_code_before"], elsewhere["is_first_system"], elsewhere["has_first_name"]) == (1, 0, 1)
    assert (elsewhere["is_called_so"], elsewhere["has_exact_name"], elsewhere["broader_before"]) == (0, 1, 0)
    assert [row["ties"] for row in rows] == [2, 2, 1] and first["prior"] == 0.25
    assert hit_features([], SEARCH, "sv").shape == (0, len(FEATURES))
