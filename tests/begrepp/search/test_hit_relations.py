"""Relations among hits as features of the learned order."""

from __future__ import annotations

import math

import pytest

from begrepp.search.hit_relations import RELATION_FEATURES, relation_features
from begrepp.search.indexed_documents import IndexedDocument, Label
from begrepp.search.ranking import HitScore
from begrepp.search.relatives import Scored
from begrepp.search.schema import Relative


def found(code: str, score: float, name: str, *, scheme: str = "a", relatives: tuple[Relative, ...] = ()) -> Scored:
    """A hit with one name."""
    label = Label("pref", "sv", name)
    document = IndexedDocument(
        iri=f"{scheme}/{code}", kind="concept", scheme=scheme, notation=code, active=1, codes=[code],
        is_demonstration=0, species="", part_of="", dataset="", labels=[label], relatives=[*relatives],
    )  # fmt: skip
    return document, HitScore(score, score, label)


def features(*hits: Scored) -> list[dict[str, float]]:
    """The features of hits by name."""
    return [dict(zip(RELATION_FEATURES, map(float, row), strict=True)) for row in relation_features(hits)]


def test_the_same_code_elsewhere_is_equal_with_the_weight_of_its_score() -> None:
    first, other, alone = features(
        found("K10", 2.0, "Kvantvok"), found("K10", 1.0, "Annat", scheme="b"), found("M99", 0.5, "Tredje", scheme="b")
    )
    assert other["equal_hits"] == 1 and other["best_equal_hit"] == 1
    assert first["equal_hits"] == pytest.approx(math.exp(-1)) and first["best_equal_hit"] == -1
    assert alone["equal_hits"] == 0 and alone["best_equal_hit"] == -20


def test_short_codes_are_not_equal_and_codes_of_one_system_never() -> None:
    short = features(found("K1", 2.0, "Kvantvok"), found("K1", 1.0, "Annat", scheme="b"))
    assert [each["equal_hits"] for each in short] == [0, 0]


def test_a_stated_relative_is_equal_both_ways() -> None:
    mapped = found("X-1", 1.0, "Annat", scheme="b", relatives=(Relative("same", "a/K10"),))
    first, other = features(found("K10", 1.0, "Kvantvok"), mapped)
    assert first["equal_hits"] == other["equal_hits"] == 1


def test_codes_and_parents_tell_what_is_broader_and_beside() -> None:
    parent = (Relative("parent", "a/Q"),)
    broad, one, two, cousin = features(
        found("K10", 2.0, "Kvantvok"), found("K10.1", 2.0, "Annat"), found("K10.2", 2.0, "Tredje"),
        found("Z9", 2.0, "Fjärde", relatives=parent),
    )  # fmt: skip
    assert (broad["broader_hits"], broad["narrower_hits"], broad["hits_beside"]) == (0, 2, 0)
    assert (one["broader_hits"], one["narrower_hits"], one["hits_beside"]) == (1, 0, 1)
    assert two["best_broader_hit"] == two["best_hit_beside"] == 0
    assert cousin["hits_beside"] == 0
    siblings = features(found("Y1", 2.0, "Femte", relatives=parent), found("Z9", 2.0, "Fjärde", relatives=parent))
    assert [each["hits_beside"] for each in siblings] == [1, 1]


def test_relatives_of_what_is_the_same_elsewhere_are_near_equal() -> None:
    first, elsewhere, below = features(
        found("K10", 2.0, "Kvantvok"), found("K10", 2.0, "Annat", scheme="b"), found("K10.1", 2.0, "Tredje", scheme="b")
    )
    assert first["near_equal_hits"] == 1 and below["near_equal_hits"] == 1 and elsewhere["near_equal_hits"] == 0


def test_names_are_compared_with_the_first_and_with_all() -> None:
    first, same, half = features(
        found("K10", 1.0, "Akut kvantvok"),
        found("M1", 1.0, "kvantvok, akut", scheme="b"),
        found("N1", 1.0, "Kvantvok i hand", scheme="c"),
    )
    assert same["likeness_to_first"] > half["likeness_to_first"] > 0
    assert (same["shared_words_of_first"], same["like_words_of_first"]) == (1, 1)
    assert half["shared_words_of_first"] == pytest.approx(1 / 2) and half["like_words_of_first"] == pytest.approx(1 / 4)
    assert half["shared_names_of_others"] == pytest.approx(1 / 2, abs=1e-5)
    assert first["shared_words_of_first"] == 0
    assert same["namesake_hits"] == 0
    namesake = features(found("K10", 1.0, "Kvantvok"), found("M1", 1.0, "kvantvok", scheme="b"))
    assert [each["namesake_hits"] for each in namesake] == [1, 1]


def test_a_hit_alone_has_no_company() -> None:
    (alone,) = features(found("K10", 1.0, "Kvantvok"))
    assert alone["equal_hits"] == 0 and alone["shared_names_of_others"] == 0 and alone["likeness_to_first"] == 100
