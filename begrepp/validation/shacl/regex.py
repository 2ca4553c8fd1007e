"""Matching of XPath regular expressions, in `sh:pattern` and SPARQL's REGEX, over columns of text.

Rust's engine matches in linear time, since it does not backtrack. It has no back-references and no line ends that
depend on their position (`^` and `$` with the flag `m`), and it limits the size of a pattern; such patterns run on the
`regex` package, which stops after `SECONDS`.
"""

from __future__ import annotations

import time
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from begrepp.errors import InputError
from begrepp.validation.shacl.data.term_table import Mask
from begrepp.validation.shacl.xpath_regex import PatternError, Translation, translate_pattern

if TYPE_CHECKING:
    import regex

SECONDS = 5.0
"""Longest time in which a backtracking pattern may search a column."""


def check_pattern(pattern: str, flags: str) -> Translation:
    """Translate a pattern. Raises `InputError` if the pattern or a flag is invalid."""
    try:
        return translate_pattern(pattern, flags)
    except PatternError as error:
        raise InputError(
            "shapes",
            f"{pattern!r} is not a valid regular expression: {error}",
            "Correct it; sh:pattern and REGEX have the syntax of XPath.",
        ) from error


def matches_pattern(texts: pl.Series, pattern: str, flags: str) -> Mask:
    """Return which of the texts contain a match of the pattern; null contains none.

    Raises `InputError` if the pattern is invalid or needs more than `SECONDS`.
    """
    translation = check_pattern(pattern, flags)
    if not len(texts):
        return np.zeros(0, dtype=np.bool_)
    if translation.linear:
        try:
            return match_in_linear_time(texts, translation.pattern)
        except pl.exceptions.PolarsError:  # the compiled pattern exceeds the size limit
            pass
    compiled, deadline = _compiled(translation.pattern), time.monotonic() + SECONDS
    try:
        return np.array([text is not None and _search(compiled, text, deadline) for text in texts], dtype=np.bool_)
    except TimeoutError as error:
        raise InputError(
            "shapes",
            f"the pattern {pattern!r} needs more than {SECONDS:g} seconds for {len(texts)} values.",
            "Write it without back-references, or without repetitions within repetitions.",
        ) from error


def match_in_linear_time(texts: pl.Series, translated: str) -> Mask:
    """Match a translated pattern with Rust's engine. Raises `PolarsError` if the compiled pattern is too large."""
    return np.asarray(texts.str.contains(translated).fill_null(False), dtype=np.bool_)


def has_match(text: str, pattern: str, flags: str) -> bool:
    """Return whether one text contains a match of the pattern. Raises `InputError` as `matches_pattern`."""
    return bool(matches_pattern(pl.Series([text], dtype=pl.String), pattern, flags)[0])


def _search(compiled: regex.Pattern[str], text: str, deadline: float) -> bool:
    if (seconds := deadline - time.monotonic()) <= 0:
        raise TimeoutError
    return compiled.search(text, timeout=seconds) is not None


@lru_cache(maxsize=1000)
def _compiled(pattern: str) -> regex.Pattern[str]:
    import regex  # noqa: PLC0415  # takes 60 ms, and few patterns need it

    return regex.compile(pattern, regex.V1)
