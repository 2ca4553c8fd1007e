"""Codes for the values of a dictionary: by their words, and by how they are written."""

from __future__ import annotations

import pytest

from begrepp.records import Text
from begrepp.variables.suggestion.code_suggester import CodeSuggester, value_entry
from begrepp.variables.suggestion.entries import ConceptTarget

TNM = [
    ConceptTarget(iri=f"tnm/{code}", notation=code, scheme="tnm", labels=(Text(code, "zxx"),))
    for code in ("T0", "Tis", "T1", "T1a", "T1b", "T2", "TX")
]
YES_NO = [
    ConceptTarget(iri=f"ja-nej/{code}", notation=code, scheme="ja-nej", labels=(Text(words, "sv"),))
    for code, words in (("0", "nej"), ("1", "ja"))
]


@pytest.mark.parametrize(
    ("code", "words", "right"),
    [("1b", "T: 1b", "T1b"), ("10", "T1 (NKBC)", "T1"), ("X", "T: X", "TX"), ("5", "Tis (NKBC)", "Tis")],
)
def test_a_code_is_found_however_it_is_written(code: str, words: str, right: str) -> None:
    first = CodeSuggester(TNM).suggest(value_entry("v", "t", code, words))[0]
    assert first.target.notation == right
    assert any("code:" in reason or "~" in reason for reason in first.reasons)


def test_words_outweigh_a_figure() -> None:
    assert CodeSuggester(YES_NO).suggest(value_entry("v", "rok", "0", "ja"))[0].target.notation == "1"
    assert CodeSuggester(YES_NO).suggest(value_entry("v", "rok", "9", "ja"))[0].target.notation == "1"
