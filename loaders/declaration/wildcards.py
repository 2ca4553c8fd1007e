"""Texts in which `*` stands for any characters, as in declarations."""

from __future__ import annotations

import re
from functools import cache


@cache
def wildcard_pattern(text: str) -> re.Pattern[str]:
    """Return the pattern of a text in which `*` stands for any characters."""
    return re.compile(".*".join(map(re.escape, text.split("*"))), re.DOTALL)


def matches_any(value: str, patterns: tuple[str, ...]) -> bool:
    """Return whether a value is one of the patterns, or matches one."""
    return value in patterns or any("*" in each and wildcard_pattern(each).fullmatch(value) for each in patterns)
