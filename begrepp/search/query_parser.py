"""Search query parser: splits a query into words, with alternatives for each word and spelling corrections.

*lungcancer* has the alternatives *lung* and *cancer*, and *lung* and *malign tumör*. A word that does not occur in the
index is replaced by the closest word that does.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from begrepp.search.synonyms import MAX_PHRASE_WORDS, Phrase, synonyms
from begrepp.text.stemming import code_key, lowercase_words

_MIN_PART_LENGTH = 3
_MIN_CORRECTED_LENGTH = 4
_RARE, _FREQUENCY_RATIO = 10, 10
_PARTS, _SYNONYM, _PART_SYNONYM = 0.92, 0.82, 0.78
_MAX_SPLITS = 3
_MAX_CODES = 3
# Swedish and English function words.
FUNCTION_WORDS = frozenset(
    "och i med av på vid för till hos som den det en ett the of in and with for on to a an at".split()  # noqa: SIM905
)

DocumentFrequency = Callable[[str], int]
"""Returns the number of documents in which a word occurs, in any form or as a part of a compound."""

IsPrefix = Callable[[str], bool]
"""Returns whether a longer word of the index starts with the text."""

ClosestWord = Callable[[str], str]
"""Returns the word of the index with the smallest edit distance to a word, or an empty string."""


@dataclass(frozen=True, slots=True)
class WordSlot:
    """A word or phrase of a query with its alternatives.

    `alternatives` maps phrases to weights below 1; all words of a phrase are needed. `weight` is higher for rare words.
    `correction` is the frequent word of which a very rare word is taken to be a misspelling, otherwise empty.
    """

    words: Phrase
    alternatives: Mapping[Phrase, float]
    is_last: bool
    weight: float
    correction: str = ""


@dataclass(frozen=True, slots=True)
class ParsedSearch:
    """A parsed query: its text, its words with alternatives, and the corrections as (typed, corrected)."""

    text: str
    slots: tuple[WordSlot, ...]
    corrections: tuple[tuple[str, str], ...] = ()

    @property
    def code(self) -> str:
        """The whole query normalised as a code."""
        return code_key(self.text.removeprefix("urn:oid:"))

    @property
    def codes(self) -> tuple[str, ...]:
        """Words that may be codes, in a query of several words: `ICD-10 C50.9`, `C50.9 bröst`, FHIR's `system|code`.

        A short number counts as a code only as the first word: not in *typ 2 diabetes*.
        """
        return _find_codes(self.text)

    def names_system(self, system: str) -> bool:
        """Return whether the query names a code system by the beginning of the last segment of its IRI: `icd-10`."""
        scheme_id = code_key(system.rpartition("/")[2])
        return bool(scheme_id) and scheme_id.startswith(_find_systems(self.text))

    @property
    def is_code(self) -> bool:
        """Whether the query may be a code, which has at least one digit."""
        return _has_digit(self.text)

    @property
    def words(self) -> list[str]:
        """The words of the query after correction, in lower case."""
        return [word for slot in self.slots for word in slot.words]


def parse_search(text: str, frequency: DocumentFrequency, is_prefix: IsPrefix, closest: ClosestWord) -> ParsedSearch:
    """Parse a query; the functions look up words in the index.

    Only the first 200 characters are used. A word that the index does not have is corrected, unless it is the last and
    the beginning of a word.
    """
    text = " ".join(text.split())[:200]
    typed = lowercase_words(text)
    words = [word for word in typed if word not in FUNCTION_WORDS] or typed
    unfinished = words[-1:] if words and is_prefix(words[-1]) else []
    unknown = [word for word in words if word not in unfinished and _is_unknown(word, frequency)]
    corrected = {word: correction for word in unknown if (correction := closest(word))}
    slots = tuple(_slots([corrected.get(word, word) for word in words], frequency, closest, unfinished))
    corrected |= {slot.words[0]: slot.correction for slot in slots if slot.correction}
    return ParsedSearch(text, slots, tuple(corrected.items()))


@lru_cache(maxsize=1000)
def _find_codes(text: str) -> tuple[str, ...]:
    words = _split_codes(text)
    codes = (
        word
        for index, word in enumerate(words)
        if _has_digit(word) and (not index or not word.isdigit() or len(word) > _MIN_PART_LENGTH)
    )
    return tuple(map(code_key, codes))[:_MAX_CODES] if len(words) > 1 else ()


@lru_cache(maxsize=1000)
def _find_systems(text: str) -> tuple[str, ...]:
    names = (code_key(word.rpartition("/")[2]) for word in _split_codes(text))
    return tuple(word for word in names if len(word) >= _MIN_PART_LENGTH)


def _split_codes(text: str) -> list[str]:
    return text.replace("|", " ").split()


def _has_digit(text: str) -> bool:
    return any(character.isdigit() for character in text)


def _is_unknown(word: str, frequency: DocumentFrequency) -> bool:
    """Return whether a word is not in the index, not a compound of its words, and has no synonyms."""
    if not _is_correctable(word) or frequency(word) or synonyms((word,)):
        return False
    return not _split_compound(word, frequency)


def _is_correctable(word: str) -> bool:
    return len(word) >= _MIN_CORRECTED_LENGTH and word.isalpha()


def _slots(
    words: Sequence[str], frequency: DocumentFrequency, closest: ClosestWord, unfinished: Sequence[str]
) -> Iterator[WordSlot]:
    at = 0
    while at < len(words):
        length, phrases = _match_phrase(words[at:])
        typed = tuple(words[at : at + length])
        at += length
        lowest = min(frequency(word) for word in typed)
        alternatives, correction = dict.fromkeys(phrases, _SYNONYM), ""
        if length == 1:
            splits = _split_compound(typed[0], frequency)
            alternatives |= {phrase: _PART_SYNONYM for split in splits for phrase in _replace_parts(split)}
            alternatives |= dict.fromkeys(splits, _PARTS)
            doubtful = not phrases and lowest <= _RARE and typed[0] not in unfinished and _is_correctable(typed[0])
            if doubtful and (similar := closest(typed[0])):
                # A label may have the same misspelling, which must not hide labels with the correct spelling.
                correction = similar if frequency(similar) > _FREQUENCY_RATIO * lowest else ""
                alternatives |= {(correction,): _SYNONYM} if correction else {}
        yield WordSlot(typed, alternatives, at == len(words), 1 / math.log2(4 + lowest), correction)


def _match_phrase(words: Sequence[str]) -> tuple[int, list[Phrase]]:
    """Return the number of first words that are a phrase with synonyms, and the synonyms; otherwise 1 and none."""
    for length in range(min(MAX_PHRASE_WORDS, len(words)), 0, -1):
        if phrases := synonyms(words[:length]):
            return length, phrases
    return 1, []


def _split_compound(word: str, frequency: DocumentFrequency) -> list[Phrase]:
    """Return up to three ways to split a compound into words of the index, the most frequent words first."""
    splits = []
    for cut in range(_MIN_PART_LENGTH, len(word) - _MIN_PART_LENGTH + 1):
        tail = word[cut:]
        for head in dict.fromkeys((word[:cut], word[:cut].removesuffix("s"))):
            if len(head) >= _MIN_PART_LENGTH and (lowest := min(frequency(head), frequency(tail))):
                splits.append((min(len(head), len(tail)) >= 4, lowest, (head, tail)))
    return [words for _, _, words in sorted(splits, reverse=True)[:_MAX_SPLITS]]


def _replace_parts(split: Phrase) -> Iterator[Phrase]:
    """Yield the parts with one of them replaced by a synonym: *lung* and *malign tumör*."""
    for index, part in enumerate(split):
        for synonym in synonyms((part,)):
            yield (*split[:index], *synonym, *split[index + 1 :])
