"""Similarity of two titles: equal except for spelling, reworded, or different (docs/decisions/differences.md).

The rules compare words, not meanings: a synonym looks like another meaning. Such a change is therefore reported
as suspect, for a person to review.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from begrepp.text.swedish import fold

REWORDED_THRESHOLD = 0.34
"""The lowest share of common words at which two titles count as one title reworded."""
STEM_LENGTH = 5
"""Words with so many first letters in common are forms of one word: `orsakade`, `orsakad`."""
# fmt: off
STOP_WORDS = frozenset(
    {
        "i", "pa", "av", "en", "ett", "och", "eller", "som", "med", "vid", "till", "for", "fran", "den",
        "det", "de", "att", "om", "efter", "under", "inom", "dess", "sin", "a", "an", "the", "of", "in", "on",
        "by", "with", "or", "and", "to", "from", "at", "its", "other", "unspecified", "specified", "annan",
        "annat", "andra", "ovrig", "ovriga", "ospecificerad", "ospecificerat", "ospecificerade", "uns", "nos",
        "specificerad", "specificerat", "specificerade", "klassificeras", "klassificerad", "klassificerade",
        "plats", "classified", "elsewhere",
    }
)
# fmt: on
"""Words that do not distinguish titles."""
NEGATIONS = frozenset(["ej", "inte", "icke", "utan", "ingen", "inget", "inga", "not", "no", "non", "without"])
OPPOSITES = tuple(
    tuple(fold(side).split("|"))
    for pair in (
        "höger|högra|hogersidig/vänster|vänstra|vanstersidig",
        "akut|akuta/kronisk|kroniska|kroniskt",
        "manlig|manligt|man|män|mans/kvinnlig|kvinnligt|kvinna|kvinnor|kvinnans",
        "benign|benigna|godartad|godartade/malign|maligna|elakartad|elakartade",
        "primär|primära/sekundär|sekundära",
        "övre/nedre",
        "medfödd|medfödda/förvärvad|förvärvade",
        "positiv|positiva/negativ|negativa",
        "right/left",
        "acute/chronic",
        "male/female",
        "benign/malignant",
        "primary/secondary",
        "upper/lower",
        "congenital/acquired",
        "positive/negative",
    )
    for side in pair.split("/")
)
_QUALIFIERS = frozenset(word for side in OPPOSITES for word in side)
_RESERVE_CODE = re.compile(
    r"\b(kod som kan tas i bruk|reservkod|reserverad kod|spare code|reserved code|ledig kod)\b", re.I
)
# Signs that carry meaning are kept; a hyphen only at the end of a word, as in `HER2-`.
_PUNCTUATION = re.compile(r"[^\w+<>≥≤%=°-]+|_+")
_HYPHEN = re.compile(r"-(?=\w)|(?<!\w)-|-(?=-)")
_NUMBER = re.compile(r"\d+")


@lru_cache(maxsize=4096)
def spelling_key(text: str) -> str:
    """Return a text without case, diacritics, spaces and punctuation; texts with equal keys differ in spelling only.

    The numbers are appended, so that 1,5 and 15 have different keys.
    """
    return "".join(_split(text)) + " " + " ".join(_NUMBER.findall(text))


@lru_cache(maxsize=4096)
def _split(text: str) -> tuple[str, ...]:
    return tuple(_PUNCTUATION.sub(" ", _HYPHEN.sub(" ", fold(text))).split())


@lru_cache(maxsize=4096)
def content_words(text: str) -> frozenset[str]:
    """Return the words of a text without stop words and negations."""
    return frozenset(word for word in _split(text) if word not in STOP_WORDS and word not in NEGATIONS)


def similarity(old: str, new: str) -> float:
    """Return the share of the shorter text's content words that the other text has, 0 to 1."""
    a, b = _head_words(old), _head_words(new)
    if not a or not b:
        return 0.0
    shorter, longer = (a, b) if len(a) <= len(b) else (b, a)
    return sum(any(_same_stem(word, other) for other in longer) for word in shorter) / len(shorter)


def other_words(old: Mapping[str, str], new: Mapping[str, str]) -> bool:
    """Return whether two labels, by language, have hardly a word in common in every language that both have.

    A code in reserve has no meaning that another label could contradict.
    """
    common = old.keys() & new.keys()
    if not common or any(is_reserved_code(old[lang]) for lang in common):
        return False
    return all(similarity(old[lang], new[lang]) < REWORDED_THRESHOLD for lang in common)


def _head_words(text: str) -> frozenset[str]:
    """Return the content words without qualifiers such as *akut* and *kvinnlig*, unless there are no others."""
    words = content_words(text)
    return words - _QUALIFIERS or words


def _same_stem(a: str, b: str) -> bool:
    if a == b:
        return True
    if a.isdigit() or b.isdigit():
        return False
    return len(a) >= STEM_LENGTH and len(b) >= STEM_LENGTH and a[:STEM_LENGTH] == b[:STEM_LENGTH]


def negation_differs(old: str, new: str) -> bool:
    """Return whether only one of the texts has a negation."""
    return bool(NEGATIONS & {*_split(old)}) != bool(NEGATIONS & {*_split(new)})


def has_opposite(old: str, new: str) -> bool:
    """Return whether a word is replaced by its opposite: left by right, acute by chronic."""
    a, b = {*_split(old)}, {*_split(new)}
    for one, other in zip(OPPOSITES[::2], OPPOSITES[1::2], strict=True):
        for before, after in ((one, other), (other, one)):
            if a & {*before} and not a & {*after} and b & {*after} and not b & {*before}:
                return True
    return False


def numbers_differ(old: str, new: str) -> bool:
    """Return whether each text has a number that the other lacks: a limit, a type, a grade."""
    a, b = set(_NUMBER.findall(old)), set(_NUMBER.findall(new))
    return bool(a - b) and bool(b - a)


def is_reserved_code(title: str) -> bool:
    """Return whether a title states that the code is reserved and has no meaning yet."""
    return bool(_RESERVE_CODE.search(title))
