"""Tokenizer for data dictionaries: abbreviations, compounds, inflected forms and column names.

`a_pat_alder` gives the words *patient* and *ålder*, `diadat` gives *diagnosdatum*, `tumörens storlek` and
`tumörstorlek` share both words, and `lymfkörtlar` is a form of `lymfkörtel`.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path

from begrepp.text.similarity import STOP_WORDS
from begrepp.text.stemming import word_keys
from begrepp.text.swedish import MIN_PART_LENGTH, compound_parts, fold

_CAMEL = re.compile(r"(?<=[a-zåäö])(?=[A-ZÅÄÖ])|(?<=[A-ZÅÄÖ])(?=[A-ZÅÄÖ][a-zåäö])")
_WORD = re.compile(r"[^\W_]+(?:[+-](?=\W|$))?")
_STOP_WORDS = STOP_WORDS | frozenset(["enligt", "datum", "date", "of", "value", "varde", "kod", "code", "uppgift"]) - {
    "datum",
    "date",
}


@dataclass(frozen=True, slots=True)
class WordToken:
    """A word of a text: folded, its stem, the stems of the parts of a compound, and a weight."""

    word: str
    stem: str
    parts: frozenset[str] = field(default_factory=frozenset)
    weight: float = 1.0


def split_column_name(name: str) -> str:
    """Split a column name: `dateOfBirth`, `op_kir_dat`, `ICD10` → `date Of Birth`, `op kir dat`, `ICD 10`."""
    return re.sub(r"(?<=[^\W\d_])(?=\d{2,})", " ", _CAMEL.sub(" ", name.replace("_", " ").replace(".", " ")))


def split_words(text: str) -> list[str]:
    """Split a text into folded words; a final plus or minus is kept, since `HER2+` is not `HER2-`."""
    return [fold(word) for word in _WORD.findall(text)]


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """Return the shortest key of a word; words with digits are returned unchanged."""
    if len(word) < 4 or any(sign.isdigit() for sign in word):
        return word
    return min(word_keys(word), key=len) or word


@cache
def abbreviations() -> dict[str, tuple[str, ...]]:
    """Read the abbreviations of data dictionaries: folded abbreviation → folded words that it may stand for."""
    expansions: dict[str, tuple[str, ...]] = {}
    with Path(__file__).with_name("abbreviations.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            key = fold(row["short"])
            expansions[key] = (*expansions.get(key, ()), *(split_words(row["words"])))
    return expansions


class DictionaryTokenizer:
    """Converts texts to tokens; compounds are split by a vocabulary."""

    def __init__(self, vocabulary: Iterable[str]) -> None:
        self._vocabulary = {word for word in vocabulary if len(word) >= MIN_PART_LENGTH and not word.isdigit()}
        self._cache: dict[str, WordToken] = {}

    def tokens(self, text: str) -> list[WordToken]:
        """Return the content words of a text; all its words if there are none."""
        all_words = split_words(text)
        content = [word for word in all_words if word not in _STOP_WORDS] or all_words
        return [self.token(word) for word in dict.fromkeys(content)]

    def token(self, word: str) -> WordToken:
        """Return a folded word with its stem and parts; cached."""
        if word not in self._cache:
            parts = frozenset(stem(part) for part in compound_parts(word, self._vocabulary)) - {stem(word)}
            self._cache[word] = WordToken(word, stem(word), parts)
        return self._cache[word]

    def expand_abbreviations(self, text: str) -> Iterator[WordToken]:
        """Yield the words that abbreviations in a text stand for, also within words: `diadat`, `opdatum`."""
        short = abbreviations()
        for word in split_words(text):
            for piece in (word, *_split_abbreviations(word, short)):
                for expansion in short.get(piece, ()):
                    yield self.token(expansion)


def _split_abbreviations(word: str, short: dict[str, tuple[str, ...]]) -> Iterator[str]:
    """Split a word that consists of two abbreviations: `diadat` → `dia`, `dat`."""
    for cut in range(2, len(word) - 1):
        head, tail = word[:cut], word[cut:]
        if head in short and tail in short and len(word) > 4:
            yield head
            yield tail
