"""Compounds of queries taken apart, by the frequencies of words in an invented index."""

from __future__ import annotations

import pytest

from begrepp.search import query_compounds
from begrepp.search.query_compounds import (
    is_likely_compound,
    join_synonym,
    join_words,
    loose_alternatives,
    other_joints,
    split_compound,
)
from begrepp.search.query_corrections import correction_of, is_slight_error, is_unknown
from tests.begrepp.search.test_query_parts import EveryWord

FREQUENCIES = {
    "oxe": 150,
    "led": 400,
    "protes": 60,
    "operation": 500,
    "oxvagn": 12,
    "körtel": 40,
    "bukkörtel": 9,
    "bukskörtel": 2,
    "psori": 8,
    "aris": 8,
    "morfolog": 30,
    "lunga": 3,
    "lungakörtel": 40,
    "lugnakörtel": 1,
}


class Words(EveryWord):
    """An index that has some words so often."""

    def frequency(self, word: str) -> int:
        return FREQUENCIES.get(word, 0)

    def is_written(self, word: str) -> bool:
        return word in FREQUENCIES


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("bukskörtel", "bukkörtel"),
        ("bukkörtel", ""),  # it is the more frequent one
        ("oxsvagnar", ""),  # no word of the index stands after the joint
        ("rökskörtel", ""),
    ],
)
def test_a_compound_is_sought_with_an_s_less_or_more_between_its_parts(word: str, other: str) -> None:
    assert other_joints(word, Words()) == ([(other,)] if other else [])


def test_a_part_of_a_compound_may_be_known_by_a_synonym_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    assert split_compound("oxkärraoperation", Words()) == []
    groups = {("oxkärra",): [("oxvagn",)]}
    monkeypatch.setattr(query_compounds, "synonyms", lambda phrase: groups.get(tuple(phrase), []))
    assert split_compound("oxkärraoperation", Words()) == [("oxkärra", "operation")]


def test_a_compound_of_three_may_begin_with_a_short_word() -> None:
    assert loose_alternatives("oxeledoperation", Words()) == [("oxe", "led", "operation"), ("operation",)]


def test_a_word_that_nothing_is_called_by_is_sought_by_its_longest_known_part() -> None:
    assert loose_alternatives("morfologkod", Words()) == [("morfolog",)]
    assert loose_alternatives("zzzzzzzz", Words()) == []


def test_two_rare_words_are_no_likely_compound() -> None:
    assert is_likely_compound(("protes", "operation"), Words())
    assert not is_likely_compound(("psori", "aris"), Words())


def test_two_exchanged_letters_are_an_error_though_the_word_may_be_a_compound_or_a_form_of_another() -> None:
    assert is_unknown("lunagkörtel", Words()) and correction_of("lunagkörtel", Words()) == "lungakörtel"
    assert correction_of("lugnakörtel", Words()) == ""  # a label has it
    assert correction_of("ulngakörtel", Words()) == ""  # people type the first letter right


def test_three_words_are_one_compound_if_it_has_synonyms(monkeypatch: pytest.MonkeyPatch) -> None:
    assert join_words(("oxe", "leds", "protes"), Words()) is None
    monkeypatch.setattr(query_compounds, "is_synonym", "oxeledprotes".__eq__)
    monkeypatch.setattr(
        query_compounds, "synonyms", lambda phrase: [("operation",)] if "oxeledprotes" in phrase else []
    )
    assert join_words(("oxe", "leds", "protes"), Words()) == ("oxeledprotes", 3)


def test_words_are_a_compound_that_no_label_has_if_it_has_synonyms(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(query_compounds, "is_synonym", "knäledsprov".__eq__)
    monkeypatch.setattr(query_compounds, "synonyms", lambda phrase: [("test",)] if "knäledsprov" in phrase else [])
    assert join_synonym(("knä", "leds", "prov", "nu"), 2) == ("knäledsprov", 3)
    assert join_synonym(("knäled", "prov"), 2) == ("knäledsprov", 2)
    assert join_synonym(("knäled", "prov"), 3) is None


def test_words_of_circumstances_are_no_parts_of_compounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FREQUENCIES, "barnoxe", 50)
    monkeypatch.setitem(FREQUENCIES, "ledoxe", 50)
    assert join_words(("led", "oxe"), Words()) == ("ledoxe", 2)
    assert join_words(("barn", "oxe"), Words()) is None


def test_a_long_word_may_have_a_slight_error() -> None:
    assert is_slight_error("kolonskopi", "koloskopi") and not is_slight_error("kolon", "koln")
