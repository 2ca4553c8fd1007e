"""The cost of the errors between a typed word and the word that may be meant.

Errors that people make cost less than others: a double letter instead of a single one, two letters that changed places,
the key beside the right one on a Swedish keyboard, another letter for the same sound, another vowel.
"""

from __future__ import annotations

from itertools import pairwise, permutations

from rapidfuzz.distance import OSA

from begrepp.text.sound import sound
from begrepp.text.swedish import fold

_DOUBLED, _SWAPPED, _SAME_SOUND, _VOWEL, _NEIGHBOUR, _ONE_MORE = 0.5, 0.7, 0.6, 0.75, 0.75, 0.75
"""Costs of errors, the last of a letter too many or too few; any other is 1."""
_SOUND_ALIKE, _SOUND_ERROR = 0.6, 0.9
"""The cost of a word that sounds alike, and what each error in sound adds."""
_OTHER_FIRST_LETTER = 0.5
"""Added where the first letter and the first sound are others: few err in them."""

_KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_NEIGHBOURS = {pair for row in _KEYS for one in pairwise(row) for pair in permutations(one)}
_SOUNDS = {pair for some in ("cks", "sz", "kgq", "vwf", "bp", "dt", "ijy", "gj") for pair in permutations(some, 2)}
_VOWELS = {*permutations("aeiouy", 2)}


def typing_cost(typed: str, word: str) -> float:
    """Return the cost of the errors that make a word of another, 0 for none; both in lower case."""
    one, other = fold(typed), fold(word)
    heard = _SOUND_ALIKE + _SOUND_ERROR * OSA.distance(sound(typed), sound(word))
    first = one[:1] == other[:1] or sound(typed)[:1] == sound(word)[:1]
    return min(_letter_cost(one, other), heard) + (0.0 if first else _OTHER_FIRST_LETTER)


def _letter_cost(typed: str, word: str) -> float:
    """Return the least cost of single errors: the optimal string alignment with weights."""
    above: list[float] = []
    row = [float(at) for at in range(len(word) + 1)]
    for i, letter in enumerate(typed, 1):
        before, above, row = above, row, [float(i)]
        for j, right in enumerate(word, 1):
            extra = _DOUBLED if i > 1 and typed[i - 2] == letter else _ONE_MORE
            missing = _DOUBLED if j > 1 and word[j - 2] == right else _ONE_MORE
            cost = min(above[j] + extra, row[j - 1] + missing, above[j - 1] + _replacement(letter, right))
            if i > 1 and j > 1 and letter == word[j - 2] and typed[i - 2] == right and letter != right:
                cost = min(cost, before[j - 2] + _SWAPPED)
            row.append(cost)
    return row[-1]


def _replacement(typed: str, right: str) -> float:
    pair = typed, right
    if typed == right:
        return 0.0
    if pair in _SOUNDS:
        return _SAME_SOUND
    return _VOWEL if pair in _VOWELS else _NEIGHBOUR if pair in _NEIGHBOURS else 1.0
