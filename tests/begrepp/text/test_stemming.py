"""Keys of words: the same for the same word in Swedish, English and Latin."""

from __future__ import annotations

import pytest

from begrepp.text.stemming import word_keys


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("kolecystit", "cholecystitis"),
        ("pankreatit", "pancreatitis"),
        ("retention", "retentio"),
        ("kommotion", "commotio"),
        ("demens", "dementia"),
        ("insufficiens", "insufficientia"),
        ("hepatisk", "hepatic"),
        ("kroniska", "chronic"),
        ("artroskopisk", "artroskopi"),
        ("skintigrafi", "scintigraphy"),
        ("psykiatriskt", "psykiatri"),
        ("knäet", "knä"),
        ("tårna", "tå"),
    ],
)
def test_words_of_two_languages_or_with_two_endings_share_a_key(one: str, other: str) -> None:
    assert not {*word_keys(one)}.isdisjoint(word_keys(other))


@pytest.mark.parametrize(("one", "other"), [("kronisk", "krona"), ("kliniskt", "klinga")])
def test_short_words_keep_their_ending(one: str, other: str) -> None:
    assert {*word_keys(one)}.isdisjoint(word_keys(other))
