"""Units of measure: publishers' words as UCUM, and what two units have to do with each other.

UCUM (https://ucum.org/ucum) is read by ucumvert and reckoned by Pint. A unit is described as QUDT does it:
a dimension vector, which units of the same quantity share, and the factor to the coherent SI unit, so that
"the same quantity, in another unit" is a join and a conversion is a division.
"""

from __future__ import annotations

import csv
import logging
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lark import Lark
    from ucumvert import PintUcumRegistry

_DIMENSIONS = {
    "A": "[substance]",
    "E": "[current]",
    "L": "[length]",
    "I": "[luminosity]",
    "M": "[mass]",
    "H": "[temperature]",
    "T": "[time]",
}
"""The letters of QUDT's dimension vectors, in their order, and Pint's names."""

_VECTORS = "http://qudt.org/vocab/dimensionvector/"
# Arbitrary units (§24 of UCUM) depend on a procedure, and compare with no other unit, not even of the same name
# in another substance. They all end in U within brackets, but for these.
_ARBITRARY = re.compile(
    r"\[[A-Za-z']*U\]|\[[hk]p_[XCMQ]\]|\[[CTE]C?ID_50\]|\[Amb'a'1'U\]|\[anti'Xa'U\]|\[(IR|Lf)\]|\[D'ag'U\]"
)
# Units on special scales (§21 of UCUM) are no multiples of another unit; the two that count have an offset.
_SPECIAL = re.compile(
    r"\[degRe\]|\[p'diop\]|%\[slope\]|\[hp'_[XCMQ]\]|\[pH\]|(?<![A-Za-z])Np|(?<![A-Za-z])d?B(?![A-Za-z])"
)
_OFFSETS = {"Cel": (1.0, 273.15), "[degF]": (5 / 9, 459.67)}
_TEMPERATURE = "A0E0L0I0M0H1T0D0"
# UCUM gives annotations no meaning, people do: `{SEK}` is not `{score}`, and `mL/min/{1.73_m2}` not `mL/min`.
_ANNOTATED = re.compile(r"^[\d*^.]*\{[^{}]*\}$|/\{[^{}]*\}")


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: its UCUM code; `dimension` is QUDT's address of its dimension vector, empty where it compares with none.

    A value in the coherent SI unit is `(value + offset) * factor`.
    """

    code: str
    dimension: str = ""
    factor: float = 0.0
    offset: float = 0.0


@cache
def unit(words: str) -> Unit | None:
    """The unit that words or a UCUM code stand for; None if they are neither.

    What publishers write goes before UCUM: `st` is a piece, never a stere.
    """
    code = unit_words().get(_key(words), words.strip())
    if not code or any(character.isspace() for character in code) or not code.isascii():
        return None
    if code in _OFFSETS:
        return Unit(code, _VECTORS + _TEMPERATURE, *_OFFSETS[code])
    if not _parses(code):
        return None
    if _SPECIAL.search(code) or _ARBITRARY.search(code) or _ANNOTATED.search(code):
        return Unit(code)
    return _reckoned(code)


def _reckoned(code: str) -> Unit | None:
    from pint.errors import PintError

    try:
        base = _registry().from_ucum(code).to_base_units()
    except PintError:
        return None
    powers = {str(name): float(power) for name, power in base.dimensionality.items()}
    vector = "".join(letter + _power(powers.pop(name, 0.0)) for letter, name in _DIMENSIONS.items())
    # What is left over (bits, plane angle) has no letter; such units compare with none.
    if powers:
        return Unit(code)
    return Unit(
        code, _VECTORS + vector + ("D0" if any(c in "123456789" for c in vector) else "D1"), _tidy(base.magnitude)
    )


def factor(source: Unit, target: Unit) -> float | None:
    """By what to multiply a value in one unit to have it in another; None where that is not all, or nothing does."""
    if not source.dimension or source.dimension != target.dimension or source.offset or target.offset:
        return None
    return _tidy(source.factor / target.factor)


@cache
def unit_words() -> dict[str, str]:
    """What publishers write for units, and the UCUM code it stands for."""
    with Path(__file__).with_name("unit_words.csv").open(encoding="utf-8", newline="") as file:
        return {_key(row["words"]): row["ucum"] for row in csv.DictReader(file)}


def _key(words: str) -> str:
    """Words as they are looked up. Case counts where UCUM's does: `mm` and `Mm` are not the same unit."""
    return " ".join(words.split()).removesuffix(".")


def _parses(code: str) -> bool:
    from lark.exceptions import LarkError

    try:
        _parser().parse(code)
    except LarkError:
        return False
    return True


# Pint and Lark take a second or two to be ready, so they are imported where the first unit is met.


@cache
def _parser() -> Lark:
    from ucumvert import get_ucum_parser

    parser: Lark = get_ucum_parser()
    return parser


@cache
def _registry() -> PintUcumRegistry:
    # Pint speaks of every unit that UCUM defines otherwise.
    from ucumvert import PintUcumRegistry

    logging.getLogger("pint").setLevel(logging.ERROR)
    return PintUcumRegistry()


def _power(power: float) -> str:
    return f"{power:g}".replace(".", "dot")


def _tidy(number: float) -> float:
    """Without the last digit that binary reckoning leaves wrong."""
    return float(f"{float(number):.14g}")
