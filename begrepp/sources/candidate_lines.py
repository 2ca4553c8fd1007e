"""Lines of a text that may hold an identity number, found by a fast first test.

The patterns of `begrepp.sources.identity_numbers` look at what stands around a number, for which Python's engine needs
70 ms a megabyte of digits. The pattern here matches wherever one of them does, and more, without looking around.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import accumulate, chain

from begrepp import lazy_polars as pl

_SHORT = 1 << 15
"""Shorter texts are searched whole: dividing them takes longer."""
_MAYBE = (
    # Year, month, day and the last four.
    r"(?:^|[^0-9])(?:1[89]|20)?[0-9]{2}[-./ ]?[01][0-9][-./ ]?[0-36-9][0-9][-+./_ ]{0,7}"
    r"[0-9TRSUWXJKLMN][0-9F][0-9]{2}(?:[^0-9]|$)"
    # Digits in groups.
    r"|[0-9][ .'](?:[0-9]{3}[ .'][0-9]{3}[ .'][0-9]{3}|[0-9]{2} [0-9]{2} [0-9]{2} [0-9]{2})"
    # Single digits.
    r"|[0-9] [0-9] [0-9] [0-9] [0-9] [0-9]"
)


class CandidateLines:
    """The lines of a text, with plain digits, that may hold an identity number; a short text is one of them whole."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._spans = [(0, len(text))] if len(text) < _SHORT else _find_lines(text)

    def matches(self, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
        """Yield the matches in these lines of a pattern that matches no line feed; it sees what stands around them."""
        return chain.from_iterable(pattern.finditer(self._text, *span) for span in self._spans)


def _find_lines(text: str) -> list[tuple[int, int]]:
    lines = text.split("\n")
    starts = [0, *accumulate(len(line) + 1 for line in lines)]
    found = pl.Series(lines, dtype=pl.String).str.contains(_MAYBE).arg_true().to_list()
    return [(starts[number], starts[number + 1] - 1) for number in found]
