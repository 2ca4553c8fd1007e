"""Regular expressions of `sh:pattern` and SPARQL's REGEX over columns of text.

Patterns have Python's syntax, as in pySHACL. If Python's and Rust's engines agree on the meaning of a pattern,
Rust's matches it in linear time, since it does not backtrack. Python matches patterns with lookaround and texts with
control characters.
"""

from __future__ import annotations

import re
from functools import lru_cache

import numpy as np
import polars as pl

from begrepp.errors import InputError
from begrepp.validation.shacl.data.term_table import Mask

_FLAGS = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL, "x": re.VERBOSE}
_CLASS = r"\[\^?(?:[^\\\[\]&~-]|-(?!-)|\\[dDwWsS]|\\[^A-Za-z0-9<>\s])+\]"
_SHARED = re.compile(
    rf"(?:[^\\\[\](){{}}*+?]|\\[dDwWsSbB]|\\[^A-Za-z0-9<>\s]|\((?:\?:)?(?!\?)|\)|{_CLASS}"
    r"|(?:[*+?]|\{\d{1,3}(?:,\d{0,3})?\})\??(?![*+?{]))*"
)
"""Patterns with the same meaning in both engines, for texts without control characters."""
_ASCII_DEPENDENT = re.compile(r"\\[wWbB]")
_CONTROL = r"[\x00-\x1f\x7f]"
_CONTROL_OR_BEYOND_ASCII = r"[^\x20-\x7e]"


@lru_cache(maxsize=1000)
def compile_pattern(pattern: str, flags: str) -> re.Pattern[str]:
    """Compile a pattern for Python's engine. Raises `InputError` if the pattern or a flag is invalid."""
    options = re.NOFLAG
    try:
        for letter in flags:
            options |= _FLAGS[letter]
        return re.compile(pattern, options)
    except (re.error, KeyError) as error:
        raise InputError(
            "shapes", f"{pattern!r} is not a valid regular expression: {error}", "Correct sh:pattern."
        ) from error


def matches_pattern(texts: pl.Series, pattern: str, flags: str) -> Mask:
    """Return which of the texts contain a match of the pattern; null contains none."""
    exact = compile_pattern(pattern, flags)
    mask = np.zeros(len(texts), dtype=np.bool_)
    if not len(texts):
        return mask
    shared = _engines_agree(texts, pattern, flags)
    if shared.any():
        try:
            matches = texts.filter(pl.Series(shared)).str.contains(f"(?{flags}){pattern}" if flags else pattern)
            mask[shared] = matches.to_numpy()
        except pl.exceptions.PolarsError:  # the compiled pattern exceeds the size limit
            shared[:] = False
    rows = np.flatnonzero(~shared)
    others = texts.gather(rows)
    mask[rows] = [text is not None and exact.search(text) is not None for text in others]
    return mask


def _engines_agree(texts: pl.Series, pattern: str, flags: str) -> Mask:
    """For which of the texts the pattern has the same meaning in both engines."""
    ascii_dependent = "i" in flags or _ASCII_DEPENDENT.search(pattern)
    if "x" in flags or not _SHARED.fullmatch(pattern) or (ascii_dependent and not pattern.isascii()):
        return np.zeros(len(texts), dtype=np.bool_)
    differing = _CONTROL_OR_BEYOND_ASCII if ascii_dependent else _CONTROL
    return np.asarray(~texts.str.contains(differing).fill_null(True), dtype=np.bool_)
