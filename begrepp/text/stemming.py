"""When two words are one: *tumören*, *tumörer* and *tumour*; *karcinom* and *carcinoma*; *mamografi* too.

The **key** of a word is what is left when its ending, its accents and the spelling habits of Swedish, English
and Latin are taken off. Stems are Snowball's (https://snowballstem.org).
"""

from __future__ import annotations

import re
from functools import lru_cache
from hashlib import blake2b

from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

from begrepp.text.swedish import fold


def _stemmer(language: str) -> TextAnalyzer:
    return TextAnalyzerBuilder(Tokenizer.raw()).filter(Filter.stemmer(language)).build()


_SV, _EN = _stemmer("swedish"), _stemmer("english")
_WORD = re.compile(r"\w+")
_PUNCTUATION = re.compile(r"[\W_]+")
# The spellings that English and Latin have of what Swedish spells in one way.
_SOUNDS = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"ph", "f"),
        (r"th", "t"),
        (r"rh", "r"),
        (r"ae|oe", "e"),
        (r"our(?=\b|[^aeiouy])", "or"),
        (r"qu", "kv"),
        (r"ch(?!$)|ck", "k"),
        (r"c(?=[aouklrtn]|$)", "k"),
        (r"z", "s"),
        (r"(.)\1", r"\1"),
    )
)
# What remains of an ending when a stemmer of one language has seen a word of another.
_ENDING = re.compile(r"(?<=\w{4})(?:ning|ing|ium|iae|ia|et|at|an|um|us|a|e|i|y)$")


def code_key(text: str) -> str:
    """A code however it is written: `c50.9`, `C509`, `C50 9` and `C50.9-` are one."""
    return _PUNCTUATION.sub("", fold(text)).upper()


def whole_key(text: str) -> str:
    """A whole label or query, however it is capitalised and accented: short, since the index holds millions."""
    return blake2b(fold(text).encode(), digest_size=8).hexdigest()


@lru_cache(maxsize=500_000)
def keys(word: str) -> tuple[str, ...]:
    """The keys of a word in lower case: as Swedish, as English, and as what is typed without its accents."""
    if len(word) < 4 or word.isdigit():
        return (fold(word),)
    stems = (word, *_SV.analyze(word), *_EN.analyze(word), *_SV.analyze(fold(word)))
    return tuple(dict.fromkeys(map(_sound, stems)))


def _sound(stem: str) -> str:
    stem = fold(stem)
    for pattern, sound in _SOUNDS:
        stem = pattern.sub(sound, stem)
    return _ENDING.sub("", stem)


def spelled(text: str) -> list[str]:
    """The words of a text in lower case, accents kept."""
    return _WORD.findall(text.casefold())
