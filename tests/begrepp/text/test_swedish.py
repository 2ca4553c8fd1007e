"""Swedish words: folding, the order of the alphabet, and the parts of compounds."""

from __future__ import annotations

from begrepp.text.swedish import compound_parts, fold, has_other_accents, sort_key


def test_swedish_letters_sort_last() -> None:
    assert sorted(["öra", "arm", "zon", "ärr", "åder", "Armé"], key=sort_key) == [
        "arm",
        "Armé",
        "zon",
        "åder",
        "ärr",
        "öra",
    ]


def test_letters_of_other_languages_sort_as_their_swedish_ones() -> None:
    assert sorted(["øra", "ægg", "zon", "åder", "ära", "öga", "éa"], key=sort_key) == [
        *("éa", "zon", "åder", "ægg", "ära", "öga", "øra"),
    ]


def test_numbers_sort_by_value() -> None:
    assert sorted(["T10", "T2", "T1"], key=sort_key) == ["T1", "T2", "T10"]


def test_folding_takes_the_dots_off() -> None:
    assert fold("Bröstcancer ÅÄÖ") == "brostcancer aao"
    assert fold("Å\u0308gren, Ménière, Ødegård") == "agren, meniere, odegard"


def test_folding_lowers_and_raises_no_digits() -> None:
    assert fold("Vitamin B₁₂ 10⁹ m²") == "vitamin b12 109 m2"


def test_a_compound_has_its_parts() -> None:
    assert compound_parts("lungcancer", {"lung", "cancer", "canc"}) == {"lung", "cancer"}
    assert compound_parts("livsfara", {"fara", "livet"}) == {"fara"}


def test_words_that_begin_with_other_accents_are_other_words_but_for_plurals() -> None:
    assert has_other_accents("halsen", "hälsenan") and has_other_accents("svårt", "svart")
    assert not has_other_accents("tänder", "tand") and not has_other_accents("fot", "fötterna")
    assert not has_other_accents("hals", "halsen") and not has_other_accents("hals", "nacke")
