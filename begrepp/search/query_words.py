"""The words of a query and of its alternatives, to be looked up by the words of labels.

A label word finds the query words that it matches by its letters, its keys, its beginning and its end, whatever their
number: a query with synonyms has a hundred words, and the labels of its candidates have thousands.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import NamedTuple

from begrepp.text.stemming import word_keys
from begrepp.text.swedish import fold
from begrepp.text.word_cache import cached_by_text

TYPED, FOLDED, SAME_KEY, COMPOUND, PREFIX = 1.0, 0.97, 0.92, 0.7, 0.7
"""Quality of the match of a word: as typed, without accents, the same key, part of a compound, beginning."""
_KEY_PART = 0.05
"""Deduction where a key of the word, and not the word itself, is part of the compound."""
_MIN_PART, _MIN_REST = 3, 3


@dataclass(frozen=True, slots=True)
class AnalysedWord:
    """A word: as written in lower case, folded, and its keys."""

    typed: str
    folded: str
    keys: frozenset[str]


@cached_by_text(30_000, entry_bytes=3_000)
def analyse_word(word: str) -> AnalysedWord:
    """Analyse a word in lower case."""
    return AnalysedWord(word, fold(word), frozenset(word_keys(word)))


class _Part(NamedTuple):
    """A word of the query, or a key of it, as a part of compounds of at least so many letters."""

    text: str
    number: int
    quality: float
    least: int


class QueryWords(dict[str, Mapping[int, float]]):
    """The numbered words of a query, looked up by a label word in lower case.

    The value of a label word is how well it matches the words of the query, 0 to 1, by number; without those at 0. It
    is computed at the first look-up, after all words have been added.
    """

    def __init__(self) -> None:
        super().__init__()
        self._numbers: dict[tuple[str, bool], int] = {}
        self._words: list[AnalysedWord] = []
        self._by_folded: dict[str, list[int]] = {}
        self._by_key: dict[str, list[int]] = {}
        self._beginnings: list[int] = []
        self._first_parts: dict[str, list[_Part]] = {}
        self._last_parts: dict[str, list[_Part]] = {}

    def add(self, word: str, *, is_beginning: bool = False, has_forms: bool = True) -> int:
        """Add a word in lower case and return its number; with `is_beginning`, longer words match too.

        A word without forms matches by its letters only: *HIV* is not *hives*.
        """
        number = self._numbers.setdefault((word, is_beginning), len(self._words))
        if number == len(self._words):
            analysed = analyse_word(word)
            self._words.append(analysed)
            self._by_folded.setdefault(analysed.folded, []).append(number)
            for key in analysed.keys if has_forms else ():
                self._by_key.setdefault(key, []).append(number)
            if is_beginning:
                self._beginnings.append(number)
            if len(analysed.folded) >= _MIN_PART:
                self._add_part(_Part(analysed.folded, number, COMPOUND, len(analysed.folded) + _MIN_REST))
                for key in analysed.keys:
                    if len(key) > _MIN_PART:
                        least = len(analysed.folded) + _MIN_REST
                        self._add_part(_Part(key, number, COMPOUND - _KEY_PART, least))
        return number

    def _add_part(self, part: _Part) -> None:
        self._first_parts.setdefault(part.text[:_MIN_PART], []).append(part)
        self._last_parts.setdefault(part.text[-_MIN_PART:], []).append(part)

    def __missing__(self, word: str) -> Mapping[int, float]:
        """Compare a label word with the words of the query."""
        self[word] = found = self._compare(analyse_word(word))
        return found

    def _compare(self, word: AnalysedWord) -> Mapping[int, float]:
        found: dict[int, float] = {}
        folded = word.folded
        if numbers := self._by_folded.get(folded):
            for number in numbers:
                found[number] = TYPED if self._words[number].typed == word.typed else FOLDED
        if not self._by_key.keys().isdisjoint(word.keys):
            for key in word.keys:
                for number in self._by_key.get(key, ()):
                    found.setdefault(number, SAME_KEY)
        for number in self._beginnings:
            beginning = self._words[number].folded
            if number not in found and folded.startswith(beginning):
                found[number] = PREFIX + 0.15 * len(beginning) / len(folded)
        first, last = self._first_parts.get(folded[:_MIN_PART]), self._last_parts.get(folded[-_MIN_PART:])
        if first or last:
            length = len(folded)
            parts = [part for part in first or () if length >= part.least and folded.startswith(part.text)]
            parts += [part for part in last or () if length >= part.least and folded.endswith(part.text)]
            if len(parts) > 1:
                parts.sort(key=_quality, reverse=True)
            for _, number, quality, _ in parts:
                found.setdefault(number, quality)
        return found


_quality = attrgetter("quality")
