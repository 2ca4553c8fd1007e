"""Costs of typing errors."""

from __future__ import annotations

import pytest

from begrepp.text.typing_errors import typing_cost


def test_a_word_costs_nothing_with_or_without_accents() -> None:
    assert typing_cost("höft", "höft") == typing_cost("hoft", "höft") == 0


@pytest.mark.parametrize(
    ("typed", "meant", "other"),
    [
        ("halsflus", "halsfluss", "halsflusen"),  # a single letter for a double one
        ("reumatiod", "reumatoid", "reumatisk"),  # two letters that changed places
        ("astna", "astma", "astra"),  # the key beside
        ("amoxisilin", "amoxicillin", "amoxapin"),  # the same sound
        ("bronket", "bronkit", "bronken"),  # another vowel
        ("schögren", "sjögren", "skogen"),
    ],
)
def test_errors_that_people_make_cost_less(typed: str, meant: str, other: str) -> None:
    assert typing_cost(typed, meant) < 1
    assert typing_cost(typed, meant) < typing_cost(typed, other)


def test_another_first_letter_costs_more_unless_it_sounds_alike() -> None:
    assert typing_cost("bastma", "astma") > typing_cost("asbtma", "astma")
    assert typing_cost("kolekystit", "colekystit") < 1
