"""Corrections of the words of a query that the index does not have."""

from __future__ import annotations

import math
from collections.abc import Set

from begrepp.search.query_compounds import is_likely_compound, is_plain_compound, split_compound
from begrepp.search.query_lexicon import Lexicon
from begrepp.search.schema import MAX_SOUNDED
from begrepp.search.synonyms import expansions, is_synonym, synonyms
from begrepp.text.sound import sound
from begrepp.text.stemming import lowercase_words
from begrepp.text.swedish import fold
from begrepp.text.typing_errors import typing_cost

_MIN_CORRECTED_LENGTH = 4
"""Letters of the shortest word that is corrected, if it sounds alike; longer ones are corrected to what is near too."""
_LONG_WORD = 8
"""Letters of a word that is corrected though it might be a compound."""
_SLIGHT = 0.75
"""The cost of an error for which a word is corrected though it has rare words of the index as parts."""
_MUCH_OFTENER = 20
"""Least ratio of the documents with a word to those with its misspelling by two exchanged letters."""


def is_unknown(word: str, lexicon: Lexicon) -> bool:
    """Return whether a word is not in the index, neither in names nor in texts, and has no synonyms.

    A form of a word of the index is unknown too if two letters of a far more frequent one are exchanged in it.
    """
    if not _is_correctable(word):
        return False
    if _transposed(word, lexicon):
        return True
    if lexicon.frequency(word) or synonyms((word,)) or expansions(word):
        return False
    return not lexicon.is_in_texts(word)


def sounded_corrections(text: str, kept: Set[str], lexicon: Lexicon) -> dict[str, str]:
    """Return the corrections of words of a text that is no label, but sounds like one: *krons sjukdom*."""
    words = lowercase_words(text)
    if not 1 < len(words) <= MAX_SOUNDED or not kept.isdisjoint(words) or lexicon.is_label(text):
        return {}
    meant = lexicon.sounding_label(words)
    return {word: other for word, other in zip(words, meant, strict=False) if fold(word) != fold(other)}


def correction_of(word: str, lexicon: Lexicon) -> str:
    """Return the word that is meant, or an empty string if there is none or the word is a compound of known words.

    *protatacancer* is *prostatacancer*: no label has the part *protata*, and the word is long and one letter away.
    """
    if transposed := _transposed(word, lexicon):
        return transposed
    correction = lexicon.closest(word)
    splits = split_compound(word, lexicon)
    alike = sound(word) == sound(correction)
    if len(word) == _MIN_CORRECTED_LENGTH and not alike:
        return ""
    if not splits or not correction or alike:
        return correction
    cost = typing_cost(word, correction) if len(word) >= _LONG_WORD else math.inf
    if cost <= _SLIGHT:
        return "" if any(is_plain_compound(split, lexicon) for split in splits) else correction
    return correction if cost <= 1 and not any(is_likely_compound(split, lexicon) for split in splits) else ""


def is_slight_error(word: str, other: str) -> bool:
    """Return whether a long word differs from another by a slight error."""
    return len(word) >= _LONG_WORD and typing_cost(word, other) <= _SLIGHT


def _transposed(word: str, lexicon: Lexicon) -> str:
    """Return the frequent word that is meant by one in which two letters are exchanged; empty if there is none.

    No label has the word itself: *malingt* is *malignt*, though it might be a form of *malingering*.
    """
    if lexicon.is_written(word) or is_synonym(word) or expansions(word):
        return ""
    least = _MUCH_OFTENER * max(1, lexicon.frequency(word))
    others = {word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(1, len(word) - 1)} - {word}
    counts = {other: lexicon.frequency(other) for other in others if lexicon.is_written(other)}
    return max(
        (other for other, count in counts.items() if count >= least),
        key=lambda other: (counts[other], other),
        default="",
    )


def _is_correctable(word: str) -> bool:
    return len(word) >= _MIN_CORRECTED_LENGTH and word.isalpha()
