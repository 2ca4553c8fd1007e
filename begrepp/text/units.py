"""Units of measure: parses publishers' words and UCUM codes, and computes conversion factors.

UCUM (https://ucum.org/ucum) is parsed by ucumvert and converted by Pint. A unit is described as in QUDT: by a
dimension vector, which units of the same quantity share, and the factor to the coherent SI unit. Units of the same
quantity can then be joined on the vector, and a conversion is a division of factors.
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
"""The letters of QUDT's dimension vectors, in order, and Pint's names of the dimensions."""

_VECTORS = "http://qudt.org/vocab/dimensionvector/"
# Arbitrary units (§24 of UCUM) depend on a procedure and are not comparable with any other unit, not even of the same
# name for another substance. Their codes end in U within brackets, except these.
_ARBITRARY = re.compile(
    r"\[[A-Za-z']*U\]|\[[hk]p_[XCMQ]\]|\[[CTE]C?ID_50\]|\[Amb'a'1'U\]|\[anti'Xa'U\]|\[(IR|Lf)\]|\[D'ag'U\]"
)
# Units on special scales (§21 of UCUM) are not multiples of another unit; only these two are supported, by an offset.
_SPECIAL = re.compile(
    r"\[degRe\]|\[p'diop\]|%\[slope\]|\[hp'_[XCMQ]\]|\[pH\]|(?<![A-Za-z])Np|(?<![A-Za-z])d?B(?![A-Za-z])"
)
_OFFSETS = {"Cel": (1.0, 273.15), "[degF]": (5 / 9, 459.67)}
_TEMPERATURE = "A0E0L0I0M0H1T0D0"
# Annotations have no meaning in UCUM but have one in use: `{SEK}` is not `{score}`, `mL/min/{1.73_m2}` not `mL/min`.
_ANNOTATION = re.compile(r"^[\d*^.]*\{[^{}]*\}$|/\{[^{}]*\}")


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of measure by its UCUM code.

    `dimension` is the IRI of its QUDT dimension vector, empty if the unit is not comparable with any other.

    A value in the coherent SI unit is `(value + offset) * factor`.
    """

    code: str
    dimension: str = ""
    factor: float = 0.0
    offset: float = 0.0


@cache
def parse_unit(words: str) -> Unit | None:
    """Parse a publisher's words or a UCUM code; returns None if they are neither.

    Publishers' words take precedence over UCUM: `st` is a piece, not a stere.
    """
    code = read_unit_words().get(_lookup_key(words), words.strip())
    if not code or any(character.isspace() for character in code) or not code.isascii():
        return None
    if code in _OFFSETS:
        return Unit(code, _VECTORS + _TEMPERATURE, *_OFFSETS[code])
    if not _parses(code):
        return None
    if _SPECIAL.search(code) or _ARBITRARY.search(code) or _ANNOTATION.search(code):
        return Unit(code)
    return _measure(code)


def _measure(code: str) -> Unit | None:
    from pint.errors import PintError

    try:
        base = _registry().from_ucum(code).to_base_units()
    except PintError:
        return None
    powers = {str(name): float(power) for name, power in base.dimensionality.items()}
    vector = "".join(letter + _power(powers.pop(name, 0.0)) for letter, name in _DIMENSIONS.items())
    # Other dimensions (bits, plane angle) have no letter; such units are not comparable.
    if powers:
        return Unit(code)
    return Unit(
        code, _VECTORS + vector + ("D0" if any(c in "123456789" for c in vector) else "D1"), _round(base.magnitude)
    )


def conversion_factor(source: Unit, target: Unit) -> float | None:
    """Return the factor that converts values from one unit to another.

    Returns None if the units measure different quantities or are on scales with an offset.
    """
    if not source.dimension or source.dimension != target.dimension or source.offset or target.offset:
        return None
    return _round(source.factor / target.factor)


@cache
def read_unit_words() -> dict[str, str]:
    """Read the map from publishers' words for units to UCUM codes."""
    with Path(__file__).with_name("unit_words.csv").open(encoding="utf-8", newline="") as file:
        return {_lookup_key(row["words"]): row["ucum"] for row in csv.DictReader(file)}


def _lookup_key(words: str) -> str:
    """Normalise spaces and a final full stop; case is significant, since `mm` and `Mm` are different units."""
    return " ".join(words.split()).removesuffix(".")


def _parses(code: str) -> bool:
    from lark.exceptions import LarkError

    try:
        _parser().parse(code)
    except LarkError:
        return False
    return True


# Pint and Lark take one to two seconds to load, so they are imported on first use.


@cache
def _parser() -> Lark:
    from ucumvert import get_ucum_parser

    parser: Lark = get_ucum_parser()
    return parser


@cache
def _registry() -> PintUcumRegistry:
    # Pint logs a warning for every unit that UCUM redefines.
    from ucumvert import PintUcumRegistry

    logging.getLogger("pint").setLevel(logging.ERROR)
    return PintUcumRegistry()


def _power(power: float) -> str:
    return f"{power:g}".replace(".", "dot")


def _round(number: float) -> float:
    """Round to 14 significant digits, to remove the error of binary arithmetic."""
    return float(f"{float(number):.14g}")
