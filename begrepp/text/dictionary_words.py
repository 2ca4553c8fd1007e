"""Words as a data dictionary writes them: abbreviations, compounds, inflection, names of columns.

`a_pat_alder` has the words *patient* and *ålder*, `diadat` is *diagnosdatum*, `tumörens storlek` and `tumörstorlek`
share both their words, and `lymfkörtlar` is a form of `lymfkörtel`.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path

from begrepp.text.similarity import STOP
from begrepp.text.stemming import keys
from begrepp.text.swedish import SHORTEST_PART, compound_parts, fold

_CAMEL = re.compile(r"(?<=[a-zåäö])(?=[A-ZÅÄÖ])|(?<=[A-ZÅÄÖ])(?=[A-ZÅÄÖ][a-zåäö])")
_WORD = re.compile(r"[^\W_]+(?:[+-](?=\W|$))?")
_EMPTY = STOP | frozenset(["enligt", "datum", "date", "of", "value", "varde", "kod", "code", "uppgift"]) - {
    "datum",
    "date",
}


@dataclass(frozen=True, slots=True)
class WordToken:
    """A word of a text: as it stands (folded), its stem, its parts as stems, and what it may be short for."""

    word: str
    stem: str
    parts: frozenset[str] = field(default_factory=frozenset)
    weight: float = 1.0


def split_name(name: str) -> str:
    """The name of a column as words: `dateOfBirth`, `op_kir_dat`, `ICD10` → `date Of Birth`, `op kir dat`, `ICD 10`."""
    return re.sub(r"(?<=[^\W\d_])(?=\d{2,})", " ", _CAMEL.sub(" ", name.replace("_", " ").replace(".", " ")))


def words(text: str) -> list[str]:
    """The folded words of a text; a plus or minus that ends a word stays, since `HER2+` is not `HER2-`."""
    return [fold(word) for word in _WORD.findall(text)]


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """The key of a word in Swedish or English, whichever takes more away; numbers and codes are as they are."""
    if len(word) < 4 or any(sign.isdigit() for sign in word):
        return word
    return min(keys(word), key=len) or word


@cache
def abbreviations() -> dict[str, tuple[str, ...]]:
    """What data dictionaries shorten: folded abbreviation → the words it may stand for."""
    found: dict[str, tuple[str, ...]] = {}
    with Path(__file__).with_name("abbreviations.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            key = fold(row["short"])
            found[key] = (*found.get(key, ()), *(words(row["words"])))
    return found


class Wording:
    """Reads texts into tokens, with compounds split by a vocabulary."""

    def __init__(self, vocabulary: Iterable[str]) -> None:
        self._vocabulary = {word for word in vocabulary if len(word) >= SHORTEST_PART and not word.isdigit()}
        self._cache: dict[str, WordToken] = {}

    def tokens(self, text: str) -> list[WordToken]:
        """The telling words of a text; where there is none, all of them."""
        found = words(text)
        telling = [word for word in found if word not in _EMPTY] or found
        return [self.token(word) for word in dict.fromkeys(telling)]

    def token(self, word: str) -> WordToken:
        """A word with its stem and parts."""
        if word not in self._cache:
            parts = frozenset(stem(part) for part in compound_parts(word, self._vocabulary)) - {stem(word)}
            self._cache[word] = WordToken(word, stem(word), parts)
        return self._cache[word]

    def expanded(self, text: str) -> Iterator[WordToken]:
        """What the abbreviations of a text stand for, also those that a word is made of: `diadat`, `opdatum`."""
        short = abbreviations()
        for word in words(text):
            for piece in (word, *_pieces(word, short)):
                for meant in short.get(piece, ()):
                    yield self.token(meant)


def _pieces(word: str, short: dict[str, tuple[str, ...]]) -> Iterator[str]:
    """A word that is two abbreviations, or one and a word of three letters or more: `diadat` → `dia`, `dat`."""
    for cut in range(2, len(word) - 1):
        head, tail = word[:cut], word[cut:]
        if head in short and tail in short and len(word) > 4:
            yield head
            yield tail
