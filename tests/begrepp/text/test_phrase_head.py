"""Heads of phrases, and what is no word of a label."""

from __future__ import annotations

import pytest

from begrepp.text.dictionary_tokenizer import DictionaryTokenizer, is_unit, split_words, strip_annotations
from begrepp.text.phrase_head import phrase_head


@pytest.mark.parametrize(
    ("phrase", "head"),
    [
        ("Year of death", "year"),
        ("Age at drug dispensing", "age"),
        ("Hormone therapy dosage units", "units"),
        ("tumörens storlek", "storlek"),
        ("antal lymfkörtlar med metastas", "lymfkortlar"),
        ("blodprov taget", "blodprov"),
        ("PSA-värde, senaste", "varde"),
        ("", ""),
    ],
)
def test_the_head_is_the_word_before_the_first_preposition(phrase: str, head: str) -> None:
    assert phrase_head(phrase) == head


@pytest.mark.parametrize(
    ("label", "without"),
    [
        ("Height (cm)", "Height"),
        ("BMI [kg/m²]", "BMI"),
        ("Death date (DD-MM-YYYY)", "Death date"),
        ("Participant [_][_][_]", "Participant"),
        ("Encefalit (G05.1)", "Encefalit"),
        ("progesteronreceptor (PgR)", "progesteronreceptor (PgR)"),
        ("stadium (FIGO)", "stadium (FIGO)"),
    ],
)
def test_units_formats_and_codes_in_brackets_are_no_words(label: str, without: str) -> None:
    assert strip_annotations(label) == without


def test_a_unit_is_case_sensitive_and_no_word_beside_others() -> None:
    assert is_unit("cm") and is_unit("mmol/L") and is_unit("10^9/L") and not is_unit("cM") and not is_unit("pT")
    tokenizer = DictionaryTokenizer([])
    assert [token.word for token in tokenizer.tokens("längd cm")] == ["langd"]
    assert [token.word for token in tokenizer.tokens("cm")] == ["cm"]


def test_qualifiers_of_both_languages_are_the_same_words() -> None:
    tokenizer = DictionaryTokenizer([])
    swedish, english = (tokenizer.tokens(text) for text in ("Annan specificerad njursvikt", "Other specified failure"))
    assert [token.word for token in swedish[:2]] == [token.word for token in english[:2]] == ["other", "specified"]
    assert split_words("F.d. rökare") == ["fd", "rokare"]
