"""Matches of all names of hits with a query, as features of the learned order."""

from __future__ import annotations

from begrepp.search.hit_matches import MATCH_FEATURES, match_features
from begrepp.search.indexed_documents import IndexedDocument, Label
from begrepp.search.label_matches import LabelMatcher
from begrepp.search.query_parser import ParsedSearch, WordSlot
from begrepp.search.ranking import HitScore
from begrepp.search.relatives import Scored

SEARCH = ParsedSearch(
    "gnissel armen",
    (
        WordSlot(("gnissel",), {("knarr",): 0.8, ("krepitation",): 0.8}, is_last=False, weight=3.0),
        WordSlot(("armen",), {}, is_last=True, weight=1.0),
    ),
)


def found(*labels: Label) -> Scored:
    """A hit with some labels, scored by the first."""
    document = IndexedDocument(
        iri="a/1", kind="concept", scheme="a", notation="1", active=1, codes=["1"], is_demonstration=0, species="",
        part_of="", dataset="", labels=[*labels], relatives=[],
    )  # fmt: skip
    matcher = LabelMatcher(SEARCH)
    for label in labels:
        matcher.score(label.value, None)
    return document, HitScore(1.0, 1.0, labels[0], matcher)


def features(hit: Scored) -> dict[str, float]:
    """The features of a hit by name."""
    return dict(zip(MATCH_FEATURES, map(float, match_features([hit], SEARCH)[0]), strict=True))


def test_names_of_a_group_of_synonyms_are_counted_and_those_of_broader_concepts_are_not() -> None:
    hit = features(
        found(Label("pref", "sv", "Knarr"), Label("via", "en", "Krepitation"), Label("parent", "sv", "Gnissel i armen"))
    )
    assert (hit["names_covered"], hit["own_names_covered"], hit["phrases_matched"]) == (2, 1, 2)
    assert hit["phrase"] == 1 and hit["phrases"] == 2 and hit["words_not_in_label"] == 1


def test_words_in_different_names_are_covered_together() -> None:
    hit = features(found(Label("pref", "sv", "Gnissel"), Label("alt", "sv", "Fel i armen")))
    assert hit["covered_by_names"] == hit["least_match"] == hit["match_of_rarest"] == 1
    assert hit["own_names_covered"] == 1 and hit["phrases_matched"] == 2
