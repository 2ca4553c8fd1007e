"""Words as a Swede hears them."""

from __future__ import annotations

import pytest

from begrepp.text.sound import sound


@pytest.mark.parametrize(
    "spellings",
    [
        ("sjögren", "schögren", "shögren"),
        ("crohn", "kron", "krohn"),
        ("pneumoni", "pnevmoni", "nevmoni"),
        ("migrän", "migren"),
        ("hjärtinfarkt", "hjertinfarkt", "järtinfarkt"),
        ("psykiatri", "psykjatri"),
        ("kolecystit", "cholecystit", "kolesystit"),
        ("exem", "eksem"),
        ("infektion", "infeksjon"),
        ("schizofreni", "skitsofreni"),
        ("alzheimer", "alzhaimer", "altzeimer"),
        ("hepatit", "hepatitt"),
    ],
)
def test_spellings_of_the_same_sound(spellings: tuple[str, ...]) -> None:
    assert len({sound(spelling) for spelling in spellings}) == 1


@pytest.mark.parametrize(
    ("one", "other"), [("hud", "hund"), ("lunga", "lugna"), ("njure", "jurer"), ("artrit", "artros")]
)
def test_other_words_sound_otherwise(one: str, other: str) -> None:
    assert sound(one) != sound(other)
