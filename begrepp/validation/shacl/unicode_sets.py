"""Sets of Unicode characters in regular expressions: blocks and case variants."""

from __future__ import annotations

import re
from functools import cache, lru_cache

_OLD_BLOCKS = {
    "Greek": "GreekandCoptic",
    "CombiningMarksforSymbols": "CombiningDiacriticalMarksforSymbols",
    "PrivateUse": "PrivateUseArea",
}
"""Names of blocks in XSD 1.0 that Unicode has renamed."""


def code(character: str) -> str:
    """Write a character so that it stands for itself, in a set too."""
    return character if character.isalnum() else f"\\U{ord(character):08X}"


@cache
def case_variants() -> dict[int, tuple[str, ...]]:
    """Return the case variants of each character that has some: those with the same upper or lower case."""
    found: dict[int, set[str]] = {}
    for point in range(0x20000):
        character = chr(point)
        for other in (character.lower(), character.upper()):
            if len(other) == 1 and other != character:
                found.setdefault(point, set()).add(other)
                found.setdefault(ord(other), set()).add(character)
    return {point: tuple(sorted(others)) for point, others in sorted(found.items())}


@lru_cache(maxsize=400)
def block(name: str) -> str:
    """Return the set of the characters of a Unicode block, named as in XSD: without spaces. Empty if there is none."""
    import regex  # noqa: PLC0415  # takes 60 ms, and few patterns name a block

    label = _OLD_BLOCKS.get(name, name)
    try:
        span = regex.search(rf"\p{{Block={label}}}+", _every_character())
    except regex.error:
        span = None
    if span is None or "\ud800" <= span[0][0] <= "\udfff" or not re.fullmatch("[A-Z][A-Za-z0-9-]*", label):
        return ""
    return f"[{code(span[0][0])}-{code(span[0][-1])}]"


@cache
def _every_character() -> str:
    return "".join(map(chr, range(0x110000)))
