"""What is asked: the words of a query, each with the other words that would answer it too.

*lungcancer* is asked as *lungcancer*, as *lung* and *cancer*, and as *lung* and *malign tumör*. A word that
nothing in the index has is asked for with a letter or two wrong.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from begrepp.search.synonyms import LONGEST, Words, synonyms
from begrepp.text.stemming import code_key, spelled

_SHORTEST_PART = 3
_SHORTEST_CORRECTED = 4
_RARE, _OFTEN = 10, 10
_PARTS, _SYNONYM, _PART_WIDENED = 0.92, 0.82, 0.78
_MOST_SPLITS = 3
_MOST_CODES = 3
# Words that say nothing by themselves.
FILLERS = frozenset("och i med av på vid för till hos som den det en ett the of in and with for on to a an at".split())  # noqa: SIM905

Known = Callable[[str], int]
"""In how many things a folded word occurs, as a word, as a part of one or as a form of it."""

Begun = Callable[[str], bool]
"""Whether a longer word of the index begins so."""

Nearest = Callable[[str], str]
"""The word of the index that is nearest to one that it does not have, or nothing."""


@dataclass(frozen=True, slots=True)
class WordSlot:
    """One thing that is asked for: the words as typed, and other words that say the same; all of a row are needed.

    Each of the `others` has how near it comes, below 1. A rare word weighs more than a usual one. `slip` is the usual
    word that a very rare one is taken for a misspelling of.
    """

    typed: Words
    others: Mapping[Words, float]
    last: bool
    weight: float
    slip: str = ""


@dataclass(frozen=True, slots=True)
class ParsedSearch:
    """A query, understood."""

    text: str
    slots: tuple[WordSlot, ...]
    corrections: tuple[tuple[str, str], ...] = ()

    @property
    def code(self) -> str:
        """The query as a code."""
        return code_key(self.text.removeprefix("urn:oid:"))

    @property
    def codes(self) -> tuple[str, ...]:
        """The words that may be codes, where more is said: `ICD-10 C50.9`, `C50.9 bröst`, FHIR's `system|code`.

        A short number is one only where it stands first: *typ 2 diabetes*.
        """
        return _codes_beside_words(self.text)

    def names(self, system: str) -> bool:
        """Whether a code system is named beside a code; `system` is its IRI, of whose last part the beginning will
        do: `icd-10`."""
        home = code_key(system.rpartition("/")[2])
        return bool(home) and home.startswith(_systems_beside_codes(self.text))

    @property
    def is_code(self) -> bool:
        """Whether a code may be meant: there is a digit in it."""
        return _has_digit(self.text)

    @property
    def words(self) -> list[str]:
        """The words as they were typed, in lower case."""
        return [word for slot in self.slots for word in slot.typed]


def parse_search(text: str, known: Known, begun: Begun, nearest: Nearest) -> ParsedSearch:
    """The question that a query asks of an index whose words are `known`; a word it does not have is corrected,
    unless it is the last and may still be on its way to be one."""
    text = " ".join(text.split())[:200]
    typed = spelled(text)
    meant = [word for word in typed if word not in FILLERS] or typed
    unfinished = meant[-1:] if meant and begun(meant[-1]) else []
    strange = [word for word in meant if word not in unfinished and _is_strange(word, known)]
    corrected = {word: right for word in strange if (right := nearest(word))}
    slots = tuple(_slots([corrected.get(word, word) for word in meant], known, nearest, unfinished))
    corrected |= {slot.typed[0]: slot.slip for slot in slots if slot.slip}
    return ParsedSearch(text, slots, tuple(corrected.items()))


@lru_cache(maxsize=1000)
def _codes_beside_words(text: str) -> tuple[str, ...]:
    words = _pieces(text)
    meant = (
        word
        for place, word in enumerate(words)
        if _has_digit(word) and (not place or not word.isdigit() or len(word) > _SHORTEST_PART)
    )
    return tuple(map(code_key, meant))[:_MOST_CODES] if len(words) > 1 else ()


@lru_cache(maxsize=1000)
def _systems_beside_codes(text: str) -> tuple[str, ...]:
    named = (code_key(word.rpartition("/")[2]) for word in _pieces(text))
    return tuple(word for word in named if len(word) >= _SHORTEST_PART)


def _pieces(text: str) -> list[str]:
    return text.replace("|", " ").split()


def _has_digit(text: str) -> bool:
    return any(character.isdigit() for character in text)


def _is_strange(word: str, known: Known) -> bool:
    """Whether no label has the word, or its parts, or another word for it."""
    return _is_correctable(word) and not known(word) and not synonyms((word,)) and not _splits(word, known)


def _is_correctable(word: str) -> bool:
    return len(word) >= _SHORTEST_CORRECTED and word.isalpha()


def _slots(words: Sequence[str], known: Known, nearest: Nearest, unfinished: Sequence[str]) -> Iterator[WordSlot]:
    at = 0
    while at < len(words):
        length, synonymous = _phrase(words[at:])
        typed = tuple(words[at : at + length])
        at += length
        rare = min(known(word) for word in typed)
        others, slip = dict.fromkeys(synonymous, _SYNONYM), ""
        if length == 1:
            splits = _splits(typed[0], known)
            others |= {wider: _PART_WIDENED for split in splits for wider in _widened(split)}
            others |= dict.fromkeys(splits, _PARTS)
            doubtful = not synonymous and rare <= _RARE and typed[0] not in unfinished and _is_correctable(typed[0])
            if doubtful and (right := nearest(typed[0])):
                # A slip of somebody who wrote a label: the same slip must not hide what is spelt right.
                slip = right if known(right) > _OFTEN * rare else ""
                others |= {(slip,): _SYNONYM} if slip else {}
        yield WordSlot(typed, others, at == len(words), 1 / math.log2(4 + rare), slip)


def _phrase(words: Sequence[str]) -> tuple[int, list[Words]]:
    """How many of the first words are one phrase of the list of synonyms, and the others of its group."""
    for length in range(min(LONGEST, len(words)), 0, -1):
        if others := synonyms(words[:length]):
            return length, others
    return 1, []


def _splits(word: str, known: Known) -> list[Words]:
    """The ways to take a compound apart into words of the index, the most usual words first."""
    found = []
    for cut in range(_SHORTEST_PART, len(word) - _SHORTEST_PART + 1):
        tail = word[cut:]
        for head in dict.fromkeys((word[:cut], word[:cut].removesuffix("s"))):
            if len(head) >= _SHORTEST_PART and (usual := min(known(head), known(tail))):
                found.append((min(len(head), len(tail)) >= 4, usual, (head, tail)))
    return [words for _, _, words in sorted(found, reverse=True)[:_MOST_SPLITS]]


def _widened(split: Words) -> Iterator[Words]:
    """The same parts, one of them in other words: *lung* and *malign tumör*."""
    for place, part in enumerate(split):
        for other in synonyms((part,)):
            yield (*split[:place], *other, *split[place + 1 :])
