"""Units are compared, not only named: publishers' words become UCUM, and UCUM tells dimension and factor."""

from __future__ import annotations

import pytest

from begrepp.text.units import conversion_factor, parse_unit


@pytest.mark.parametrize(
    ("words", "code"),
    [("mm", "mm"), ("år", "a"), ("10^9/L", "10*9/L"), ("kg/m²", "kg/m2"), ("µg/L", "ug/L"), ("procent", "%")],
)
def test_publishers_words_become_ucum(words: str, code: str) -> None:
    known = parse_unit(words)
    assert known is not None
    assert known.code == code


def test_a_piece_is_no_stere() -> None:
    assert parse_unit("st") == parse_unit("1")


@pytest.mark.parametrize("words", ["", "tum ungefär", "furlong", "stycken per vecka", "mmol per liter", "µ"])
def test_words_that_are_no_unit_are_none(words: str) -> None:
    assert parse_unit(words) is None


@pytest.mark.parametrize(
    ("source", "target", "times"),
    [
        ("ug/L", "ng/mL", 1.0),
        ("g/L", "mg/dL", 100.0),
        ("a", "mo", 12.0),
        ("cm", "mm", 10.0),
        ("mol/L", "mmol/L", 1000.0),
    ],
)
def test_units_of_one_quantity_have_a_factor(source: str, target: str, times: float) -> None:
    left, right = parse_unit(source), parse_unit(target)
    assert left and right
    assert left.dimension == right.dimension
    assert conversion_factor(left, right) == pytest.approx(times)


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("g/L", "mmol/L"),  # the substance's molar mass is needed
        ("[iU]/L", "U/L"),  # what an international unit is depends on the substance
        ("{SEK}", "{score}"),  # annotations mean nothing to UCUM, but to people
        ("mL/min", "mL/min/{1.73_m2}"),
        ("Cel", "K"),  # a factor is not all: there is an offset
        ("[pH]", "1"),
    ],
)
def test_units_that_only_look_alike_have_none(source: str, target: str) -> None:
    left, right = parse_unit(source), parse_unit(target)
    assert left and right
    assert conversion_factor(left, right) is None


def test_a_celsius_degree_has_an_offset() -> None:
    celsius, fahrenheit = parse_unit("°C"), parse_unit("[degF]")
    assert celsius and fahrenheit
    assert (37 + celsius.offset) * celsius.factor == pytest.approx((98.6 + fahrenheit.offset) * fahrenheit.factor)
