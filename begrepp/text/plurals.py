"""Plural categories and number formats of Swedish and English, by the rules of Unicode CLDR."""

from __future__ import annotations


def plural_category(n: float) -> str:
    """Return `one` for the whole number 1, else `other`: the rule that Swedish and English share."""
    return "one" if n == 1 and isinstance(n, int) else "other"


def format_number(number: float, language: str) -> str:
    """Return the number with separators of the language: `12 345,5` (no-break space) in Swedish, else `12,345.5`."""
    text = f"{number:,}"
    return text.replace(",", "\u00a0").replace(".", ",") if language == "sv" else text
