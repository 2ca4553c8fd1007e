"""Swedish words as Swedes sort and type them: å, ä, ö last; *brostcancer* is *bröstcancer*; compounds have parts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_WORD = re.compile(r"\w+")
_DIGITS = re.compile(r"\d+")
NO_LETTER = "#"
"""What names stand under that begin with none."""
SHORTEST_PART = 4


class _Undotted(dict[int, str]):
    """Each character without its marks, worked out when it is first met."""

    def __missing__(self, codepoint: int) -> str:
        decomposed = unicodedata.normalize("NFD", chr(codepoint))
        self[codepoint] = plain = "".join(c for c in decomposed if not unicodedata.combining(c))
        return plain


_UNDOTTED = _Undotted({ord("ø"): "o", ord("æ"): "a"})
# Swedish order (SAOL): w after v, the letters å ä ö after z; accents otherwise do not count.
_LAST = _Undotted({ord("å"): "{", ord("ä"): "|", ord("æ"): "|", ord("ö"): "}", ord("ø"): "}"})

_AFTER_Z = {_LAST[ord(letter)]: letter.upper() for letter in "åäö"}


def fold(text: str) -> str:
    """Lower case without diacritics: `Bröstcancer` → `brostcancer`."""
    return text.lower() if text.isascii() else text.casefold().translate(_UNDOTTED)


def sort_key(text: str) -> str:
    """A key that sorts as Swedish does; numbers sort by value."""
    plain = text.casefold()
    if not plain.isascii():
        plain = plain.translate(_LAST)
    return _DIGITS.sub(lambda digits: digits[0].rjust(9, "0"), plain)


def letter_of(name: str) -> str:
    """The letter that a name stands under: å, ä and ö are letters of their own, other marks are taken off."""
    first = name.strip()[:1].upper()
    letter = sort_key(first)[:1] if first.isalpha() else ""
    return _AFTER_Z.get(letter) or (letter.upper() if "a" <= letter <= "z" else NO_LETTER)


def words(text: str) -> Iterator[str]:
    """The folded words of a text."""
    return (fold(word) for word in _WORD.findall(text))


def compound_parts(word: str, vocabulary: set[str]) -> set[str]:
    """The known words that a compound begins or ends with: `lungcancer` → `lung`, `cancer`."""
    parts = set()
    for cut in range(SHORTEST_PART, len(word) - SHORTEST_PART + 1):
        if word[cut:] in vocabulary:
            parts.add(word[cut:])
            head = word[:cut]
            if head in vocabulary:
                parts.add(head)
            if head[:-1] in vocabulary and head.endswith("s"):
                parts.add(head[:-1])
    return parts
