"""Plural forms and written numbers in Swedish and English, by the rules of Unicode CLDR."""

from __future__ import annotations


def plural_category(n: float) -> str:
    """Returns `one` for the whole number 1, else `other`: the rule that Swedish and English share."""
    return "one" if n == 1 and isinstance(n, int) else "other"


def written_number(number: float, language: str) -> str:
    """Returns the number with separators of the language: `12 345,5` (no-break space) in Swedish, else `12,345.5`."""
    written = f"{number:,}"
    return written.replace(",", "\u00a0").replace(".", ",") if language == "sv" else written
