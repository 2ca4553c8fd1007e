"""The head of a short phrase: the word that says what the phrase is about, in Swedish and English.

*Year of death* is a year, *Weight at follow-up* a weight, *Hormone therapy dosage units* units, *tumörens storlek* a
size. The head is the last word before the first preposition, comma, bracket or dash; else the last word.
"""

from __future__ import annotations

import re

from begrepp.text.swedish import fold

_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
_END = re.compile(r"[,;:(\[/]|\s[-–—]\s")
# fmt: off
_PREPOSITIONS = frozenset(
    {
        "of", "at", "in", "for", "by", "with", "to", "from", "on", "after", "before", "during", "when", "that", "which",
        "av", "vid", "i", "pa", "fran", "till", "med", "utan", "efter", "fore", "under", "enligt", "som", "hos", "has",
        "is", "was", "orsakad", "orsakade", "orsakat", "due", "not", "ej",
    }
)
_STATES = frozenset(
    {
        "taget", "tagen", "given", "utford", "utfort", "utforda", "genomford", "genomfort", "gjord", "gjort",
        "borttaget",
        "planerad", "done", "taken", "performed", "present", "forekomst", "ja", "nej", "yes", "no",
        "inte", "aldrig", "never",
    }
)
# fmt: on
"""Words after a noun that say whether or when it is there."""


def phrase_head(text: str) -> str:
    """Return the folded head of a phrase; empty if it has no words."""
    words = [fold(word) for word in _WORD.findall(_END.split(text.strip(), maxsplit=1)[0])]
    while len(words) > 1 and words[-1] in _STATES:
        words.pop()
    for place, word in enumerate(words):
        if word in _PREPOSITIONS and place:
            return _last_part(words[place - 1])
    return _last_part(words[-1]) if words else ""


def _last_part(word: str) -> str:
    """Return the last part of a hyphenated word: `psa-varde` → `varde`."""
    return word.rpartition("-")[2]
