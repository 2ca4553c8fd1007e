"""Does a text follow a pattern? Asked of a million texts at once, in time that grows with their length alone.

`sh:pattern` and SPARQL's REGEX are read as Python's patterns, and so as pySHACL reads them. Where Python and Rust's
engine agree on what a pattern means, Rust's answers: it never backtracks, so no pattern makes it explode. Patterns
that look ahead or back, and texts with control characters, are Python's.
"""

from __future__ import annotations

import re
from functools import lru_cache

import numpy as np
import polars as pl

from begrepp.errors import InputError
from begrepp.validation.shacl.term_table import Mask

_FLAGS = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL, "x": re.VERBOSE}
_CLASS = r"\[\^?(?:[^\\\[\]&~-]|-(?!-)|\\[dDwWsS]|\\[^A-Za-z0-9<>\s])+\]"
_SHARED = re.compile(
    rf"(?:[^\\\[\](){{}}*+?]|\\[dDwWsSbB]|\\[^A-Za-z0-9<>\s]|\((?:\?:)?(?!\?)|\)|{_CLASS}"
    r"|(?:[*+?]|\{\d{1,3}(?:,\d{0,3})?\})\??(?![*+?{]))*"
)
"""The patterns that both engines read alike, for texts without control characters."""
_ASCII_ALIKE = re.compile(r"\\[wWbB]")
_CONTROL = r"[\x00-\x1f\x7f]"
_CONTROL_OR_BEYOND_ASCII = r"[^\x20-\x7e]"


@lru_cache(maxsize=1000)
def compiled(pattern: str, flags: str) -> re.Pattern[str]:
    """A pattern as Python's. Raises `InputError` where it is none."""
    chosen = re.NOFLAG
    try:
        for letter in flags:
            chosen |= _FLAGS[letter]
        return re.compile(pattern, chosen)
    except (re.error, KeyError) as error:
        raise InputError(
            "shapes", f"{pattern!r} is not a valid regular expression: {error}", "Correct sh:pattern."
        ) from error


def follow(texts: pl.Series, pattern: str, flags: str) -> Mask:
    """Which of the texts the pattern is found in; in none where there is no text."""
    exact = compiled(pattern, flags)
    found = np.zeros(len(texts), dtype=np.bool_)
    if not len(texts):
        return found
    easy = _easy(texts, pattern, flags)
    if easy.any():
        try:
            quick = texts.filter(pl.Series(easy)).str.contains(f"(?{flags}){pattern}" if flags else pattern)
            found[easy] = quick.to_numpy()
        except pl.exceptions.PolarsError:  # too large for it
            easy[:] = False
    hard = np.flatnonzero(~easy)
    rest = texts.gather(hard)
    found[hard] = [text is not None and exact.search(text) is not None for text in rest]
    return found


def _easy(texts: pl.Series, pattern: str, flags: str) -> Mask:
    """Which of the texts the pattern means the same for in both engines."""
    ascii_alike = "i" in flags or _ASCII_ALIKE.search(pattern)
    if "x" in flags or not _SHARED.fullmatch(pattern) or (ascii_alike and not pattern.isascii()):
        return np.zeros(len(texts), dtype=np.bool_)
    odd = _CONTROL_OR_BEYOND_ASCII if ascii_alike else _CONTROL
    return np.asarray(~texts.str.contains(odd).fill_null(True), dtype=np.bool_)
