"""Matching of search terms with descriptions: prefixes of words in any order, or the whole text with wildcards.

Folding follows chapter 5.5 of the specification: case does not count; an unmarked letter of the search matches marked
letters too (`resume` finds `résumé`), a marked letter only the same. In Nordic languages å, ä, ö, æ and ø are letters
of their own, and in Swedish æ and ø are ä and ö.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from begrepp import lazy_polars as polars

WORD = re.compile(r"\w+")
MAX_TERM = 400
"""The longest search term, in characters."""
_NORDIC = frozenset({"sv", "da", "nb", "nn", "no", "fi"})
_FOREIGN = re.compile(r"[^\x00-\x7fåäö]")
"""Letters that a Swedish text in small letters rarely has, so that most texts need no translation."""
_EXPANDED = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "đ": "d", "ł": "l"})


class _FoldingTable(dict[int, str]):
    """Translation table that removes marks; entries are computed at their first use."""

    def __init__(self, own_letters: str) -> None:
        super().__init__({ord(letter): letter for letter in own_letters})

    def __missing__(self, codepoint: int) -> str:
        decomposed = unicodedata.normalize("NFD", chr(codepoint))
        bare = "".join(part for part in decomposed if not unicodedata.combining(part)).translate(_EXPANDED)
        self[codepoint] = bare
        return bare


_TABLES = {"": _FoldingTable(""), "sv": _FoldingTable("åäö"), "nordic": _FoldingTable("åäöæø")}


def folding_class(language: str) -> str:
    """Return the class of languages that fold letters alike: `sv`, `nordic` or empty."""
    primary = language[:2].lower()
    return "sv" if primary == "sv" else "nordic" if primary in _NORDIC else ""


def lowered(text: str, folding: str) -> str:
    """Return the text in small letters, its marks kept."""
    if text.isascii():
        return text.lower()
    small = unicodedata.normalize("NFC", text.casefold())
    return small.replace("æ", "ä").replace("ø", "ö") if folding == "sv" else small


def fold_marks(text: str, folding: str) -> str:
    """Return a text in small letters without the marks that make no other letter in the class of languages."""
    if text.isascii() or (folding == "sv" and not _FOREIGN.search(text)):
        return text
    return text.translate(_TABLES[folding])


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


def rows_of_pieces(texts: polars.Series, pieces: Sequence[str]) -> npt.NDArray[np.uint32]:
    """Return the places of the texts that consist of the pieces with any text between them, in linear time."""
    pattern = f"(?s)^{'.*'.join(map(polars.escape_regex, pieces))}$"
    return texts.str.contains(pattern).arg_true().to_numpy()
