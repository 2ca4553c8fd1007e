"""Texts that consist of pieces."""

from __future__ import annotations

import pytest

from begrepp.text.pieces import match_pieces


@pytest.mark.parametrize(
    ("pattern", "text", "values"),
    [
        ("Nothing.", "Nothing.", []),
        ("No {} in {}.", "No C50 in atc.", ["C50", "atc"]),
        ("No {} in {}.", "No C50 on atc.", None),
        ("{}: {}", "a: b: c", ["a", "b: c"]),
        ("a{}a", "a", None),
    ],
)
def test_texts_between_pieces_are_found(pattern: str, text: str, values: list[str] | None) -> None:
    assert match_pieces(text, pattern.split("{}")) == values
