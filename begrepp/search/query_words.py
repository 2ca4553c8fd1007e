"""The words of a query and of its alternatives, to be looked up by the words of labels.

A label word finds the query words that it matches by its letters, its keys, its beginning and its end, whatever their
number: a query with synonyms has a hundred words, and the labels of its candidates have thousands.
"""

from __future__ import annotations

from dataclasses import dataclass

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


class QueryWords:
    """The numbered words of a query; `qualities` returns those that a label word matches."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, bool], int] = {}
        self._words: list[AnalysedWord] = []
        self._by_folded: dict[str, list[int]] = {}
        self._by_key: dict[str, list[int]] = {}
        self._beginnings: list[int] = []
        self._parts: dict[str, list[tuple[int, float]]] = {}
        self._lengths: list[int] = []
        self._ends: set[str] = set()
        self._found: dict[str, dict[int, float]] = {}

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
                self._parts.setdefault(analysed.folded, []).append((number, COMPOUND))
                for key in analysed.keys:
                    if len(key) > _MIN_PART:
                        self._parts.setdefault(key, []).append((number, COMPOUND - _KEY_PART))
            self._lengths = sorted({*map(len, self._parts)})
            self._ends.update(end for part in self._parts for end in (part[:_MIN_PART], part[-_MIN_PART:]))
        return number

    def qualities(self, word: AnalysedWord) -> dict[int, float]:
        """Return how well a label word matches the words of the query, 0 to 1, by number; without those at 0."""
        found = self._found.get(word.typed)
        if found is None:
            found = self._found[word.typed] = self._compare(word)
        return found

    def _compare(self, word: AnalysedWord) -> dict[int, float]:
        found: dict[int, float] = {}
        for number in self._by_folded.get(word.folded, ()):
            found[number] = TYPED if self._words[number].typed == word.typed else FOLDED
        for key in word.keys:
            for number in self._by_key.get(key, ()):
                found.setdefault(number, SAME_KEY)
        for number in self._beginnings:
            beginning = self._words[number].folded
            if number not in found and word.folded.startswith(beginning):
                found[number] = PREFIX + 0.15 * len(beginning) / len(word.folded)
        for number, quality in self._compound_parts(word.folded).items():
            found.setdefault(number, quality)
        return found

    def _compound_parts(self, folded: str) -> dict[int, float]:
        """Return the words of the query that a word starts or ends with."""
        found: dict[int, float] = {}
        if folded[:_MIN_PART] not in self._ends and folded[-_MIN_PART:] not in self._ends:
            return found
        for length in self._lengths:
            if length > len(folded):
                break
            for piece in (folded[:length], folded[-length:]):
                for number, quality in self._parts.get(piece, ()):
                    if len(folded) >= len(self._words[number].folded) + _MIN_REST:
                        found[number] = max(quality, found.get(number, 0.0))
        return found
