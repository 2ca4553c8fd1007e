"""How alike two texts are: the same but for spelling, in part the same words, or other words altogether.

The rules are those of docs/decisions/differences.md. They read words, not meanings: a synonym looks like
another meaning, and that is why such a change is called suspect and left to a reader.
"""

from __future__ import annotations

import re
from functools import lru_cache

from begrepp.text.swedish import fold

ENOUGH = 0.34
"""From this share of common words on, two titles count as one title reworded."""
SAME_STEM = 5
"""So many first letters make two words forms of one: `orsakade`, `orsakad`."""
# fmt: off
STOP = frozenset(
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
"""Words that many titles share and that tell nothing apart."""
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
_SPARE = re.compile(r"\b(kod som kan tas i bruk|reservkod|reserverad kod|spare code|reserved code|ledig kod)\b", re.I)
# Signs that carry meaning stay; a hyphen only where it ends a word, as in `HER2-`.
_PLAIN = re.compile(r"[^\w+<>≥≤%=°-]+|_+")
_HYPHEN = re.compile(r"-(?=\w)|(?<!\w)-|-(?=-)")
_NUMBER = re.compile(r"\d+")


@lru_cache(maxsize=4096)
def spelling(text: str) -> str:
    """A text without case, diacritics, blanks and punctuation; what is equal here is a matter of spelling.

    Its numbers follow, so that 1,5 and 15 stay apart.
    """
    return "".join(_split(text)) + " " + " ".join(_NUMBER.findall(text))


@lru_cache(maxsize=4096)
def _split(text: str) -> tuple[str, ...]:
    return tuple(_PLAIN.sub(" ", _HYPHEN.sub(" ", fold(text))).split())


@lru_cache(maxsize=4096)
def telling(text: str) -> frozenset[str]:
    """The words of a text that tell it from others; whether it says *not* is looked at apart."""
    return frozenset(word for word in _split(text) if word not in STOP and word not in NEGATIONS)


def similarity(old: str, new: str) -> float:
    """The share of the shorter text's telling words that the other has too, 0 to 1."""
    a, b = _naming(old), _naming(new)
    if not a or not b:
        return 0.0
    few, many = (a, b) if len(a) <= len(b) else (b, a)
    return sum(any(_one_word(word, other) for other in many) for word in few) / len(few)


def _naming(text: str) -> frozenset[str]:
    """The telling words without those that only qualify, such as *akut* and *kvinnlig*, unless there are no others."""
    words = telling(text)
    return words - _QUALIFIERS or words


def _one_word(a: str, b: str) -> bool:
    if a == b:
        return True
    if a.isdigit() or b.isdigit():
        return False
    return len(a) >= SAME_STEM and len(b) >= SAME_STEM and a[:SAME_STEM] == b[:SAME_STEM]


def negation_differs(old: str, new: str) -> bool:
    """Whether one text says not and the other does not."""
    return bool(NEGATIONS & {*_split(old)}) != bool(NEGATIONS & {*_split(new)})


def opposite(old: str, new: str) -> bool:
    """Whether a word gave way to its opposite: left for right, acute for chronic."""
    a, b = {*_split(old)}, {*_split(new)}
    for one, other in zip(OPPOSITES[::2], OPPOSITES[1::2], strict=True):
        for before, after in ((one, other), (other, one)):
            if a & {*before} and not a & {*after} and b & {*after} and not b & {*before}:
                return True
    return False


def numbers_differ(old: str, new: str) -> bool:
    """Whether both texts name numbers, and not the same: a limit, a type, a grade."""
    a, b = set(_NUMBER.findall(old)), set(_NUMBER.findall(new))
    return bool(a - b) and bool(b - a)


def is_spare(title: str) -> bool:
    """Whether a title says that the code has no meaning yet."""
    return bool(_SPARE.search(title))
