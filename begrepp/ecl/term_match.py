"""Matching of search terms with descriptions: prefixes of words in any order, or the whole text with wildcards.

Folding follows chapter 5.5 of the specification: case does not count; an unmarked letter of the search matches marked
letters too (`resume` finds `résumé`), a marked letter only the same. In Nordic languages å, ä, ö, æ and ø are letters
of their own, and in Swedish æ and ø are ä and ö.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache

WORD = re.compile(r"\w+")
_OWN_LETTERS = frozenset("åäöæø")
_NORDIC = frozenset({"sv", "da", "nb", "nn", "no", "fi"})
_SWEDISH = str.maketrans("æø", "äö")
_EXPANDED = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "đ": "d", "ł": "l"})


def folding_class(language: str) -> str:
    """Return the class of languages that fold letters alike: `sv`, `nordic` or empty."""
    primary = language[:2].lower()
    return "sv" if primary == "sv" else "nordic" if primary in _NORDIC else ""


def lowered(text: str, folding: str) -> str:
    """Return the text in small letters, its marks kept."""
    small = unicodedata.normalize("NFC", text.casefold())
    return small.translate(_SWEDISH) if folding == "sv" else small


def fold_marks(text: str, folding: str) -> str:
    """Return a text in small letters without the marks that make no other letter in the class of languages."""
    return text if text.isascii() else "".join(_bare(letter, folding) for letter in text)


@cache
def _bare(letter: str, folding: str) -> str:
    if folding and letter in _OWN_LETTERS:
        return letter
    bare = "".join(part for part in unicodedata.normalize("NFD", letter) if not unicodedata.combining(part))
    return bare.translate(_EXPANDED)


def keeps_marks(searched: str, found: str, folding: str) -> bool:
    """Return whether a text starts with a search, marks included; both in small letters and equal without marks."""
    return all(
        mine == other or mine == fold_marks(other, folding) for mine, other in zip(searched, found, strict=False)
    )


def wildcard_pieces(pattern: str) -> list[str]:
    r"""Return the texts between the asterisks of a pattern, with `\*` and `\\` resolved; one piece: no asterisk."""
    pieces, piece = [], ""
    for found in re.finditer(r"\\([*\\])|(\*)|([^\\*]+|\\)", pattern):
        if found[2]:
            pieces.append(piece)
            piece = ""
        else:
            piece += found[1] or found[3]
    return [*pieces, piece]


def matches_wildcards(pieces: Sequence[str], text: str) -> bool:
    """Return whether the pieces stand in the text in their order, the first at its start, the last at its end."""
    first, last = pieces[0], pieces[-1]
    if len(pieces) == 1:
        return text == first
    if not text.startswith(first) or not text.endswith(last) or len(text) < len(first) + len(last):
        return False
    at, end = len(first), len(text) - len(last)
    for piece in pieces[1:-1]:
        found = text.find(piece, at, end)
        if found < 0:
            return False
        at = found + len(piece)
    return True
