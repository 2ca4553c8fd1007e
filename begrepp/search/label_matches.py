"""Matches of the words of a label with the words of a query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from begrepp.search.label_variants import label_variants
from begrepp.search.query_parser import ParsedSearch, WordSlot
from begrepp.search.words import FUNCTION_WORDS, UNSPECIFIED
from begrepp.text.stemming import lowercase_words, word_keys
from begrepp.text.swedish import fold

_TYPED, _FOLDED, _KEY, _COMPOUND, _PREFIX = 1.0, 0.97, 0.92, 0.8, 0.7
_WHOLE, _ALL_WORDS = 1.3, 1.12
"""The score of a label that is the query, and of one that has the words of the query and no others."""
_COVERAGE, _FIRST, _VARIANT = 0.65, 0.015, 0.02
"""Weights of the covered share of a label and of its first word, and the deduction for a variant of it."""
_UNINFORMATIVE_WEIGHT = 0.1
_UNINFORMATIVE = FUNCTION_WORDS | UNSPECIFIED


@dataclass(frozen=True, slots=True)
class _AnalysedWord:
    """A word of a label: as written in lower case, folded, and its keys."""

    typed: str
    folded: str
    keys: frozenset[str]


@lru_cache(maxsize=50_000)
def _analyse_label(label: str) -> tuple[_AnalysedWord, ...]:
    return tuple(_analyse_word(word) for word in lowercase_words(label))


@lru_cache(maxsize=100_000)
def _analyse_word(word: str) -> _AnalysedWord:
    return _AnalysedWord(word, fold(word), frozenset(word_keys(word)))


class LabelMatcher:
    """Matches labels against one query; results are kept, since the labels of related concepts recur."""

    def __init__(self, search: ParsedSearch) -> None:
        self._search = search
        self._weight = sum(slot.weight for slot in search.slots)
        self._names_only = [bool(slot.systems or slot.kinds) for slot in search.slots]
        self._similarities: dict[tuple[str, str, bool], float] = {}
        self._matches: dict[str, list[tuple[float, frozenset[int]]]] = {}

    def score(self, label: str, context: Sequence[float]) -> float:
        """Return the best score of the variants of a label, 0 to 1.3; `context` are qualities of slots elsewhere."""
        variants = label_variants(label)
        best = self._variant_score(variants[0], context)
        return max([best, *(self._variant_score(variant, context) - _VARIANT for variant in variants[1:])])

    def qualities(self, label: str) -> list[float]:
        """Return how well a label matches each slot, 0 to 1."""
        return [quality for quality, _ in self._label_matches(label)]

    def _label_matches(self, label: str) -> list[tuple[float, frozenset[int]]]:
        matches = self._matches.get(label)
        if matches is None:
            words = _analyse_label(label)
            matches = self._matches[label] = [self._slot_match(slot, words) for slot in self._search.slots]
        return matches

    def _variant_score(self, label: str, context: Sequence[float]) -> float:
        matches = self._label_matches(label)
        own = [quality for (quality, _), named in zip(matches, self._names_only, strict=True) if not named]
        if not any(own or [quality for quality, _ in matches]):
            return 0.0
        if label.casefold() == self._search.text.casefold():
            return _WHOLE
        words = _analyse_label(label)
        total = sum(
            max(quality, around) * slot.weight
            for (quality, _), around, slot in zip(matches, context, self._search.slots, strict=True)
        )
        used = frozenset[int]().union(*(places for _, places in matches))
        informative = sum(word.typed not in _UNINFORMATIVE for word in words)
        covered = len(used) / max(informative + _UNINFORMATIVE_WEIGHT * (len(words) - informative), len(used), 1)
        share = total / self._weight
        if covered > 0.99 and share > 0.95 and len(used) == informative:
            return _ALL_WORDS * share
        return share * (1 - _COVERAGE + _COVERAGE * covered) + (_FIRST if 0 in used else 0.0)

    def _slot_match(self, slot: WordSlot, words: Sequence[_AnalysedWord]) -> tuple[float, frozenset[int]]:
        """Return how well the words of a label match one slot, 0 to 1, and the indexes of the matching words."""
        best = self._phrase_match(slot.words, words, prefix=slot.is_last)
        if best[0] >= _KEY:
            return best
        for alternative, weight in slot.alternatives.items():
            if weight > best[0]:
                quality, places = self._phrase_match(alternative, words, prefix=False)
                if quality * weight > best[0]:
                    best = quality * weight, places
        return best

    def _phrase_match(
        self, phrase: Sequence[str], words: Sequence[_AnalysedWord], *, prefix: bool
    ) -> tuple[float, frozenset[int]]:
        """Return how well a label matches all words of a phrase, 0 if one is missing, and the matching places."""
        total, used = 0.0, []
        for number, word in enumerate(phrase, 1):
            quality, place = self._word_match(word, words, prefix=prefix and number == len(phrase))
            if not quality:
                return 0.0, frozenset()
            total += quality
            used.append(place)
        return total / len(phrase), frozenset(used)

    def _word_match(self, typed: str, words: Sequence[_AnalysedWord], *, prefix: bool) -> tuple[float, int]:
        best, place = 0.0, -1
        for at, word in enumerate(words):
            key = typed, word.typed, prefix
            quality = self._similarities.get(key)
            if quality is None:
                quality = self._similarities[key] = _word_similarity(_analyse_word(typed), word, prefix=prefix)
            if quality > best:
                best, place = quality, at
        return best, place


def _word_similarity(typed: _AnalysedWord, word: _AnalysedWord, *, prefix: bool) -> float:
    if typed.folded == word.folded:
        return _TYPED if typed.typed == word.typed else _FOLDED
    if not typed.keys.isdisjoint(word.keys):
        return _KEY
    if prefix and word.folded.startswith(typed.folded):
        return _PREFIX + 0.15 * len(typed.folded) / len(word.folded)
    if len(typed.folded) < 3 or len(word.folded) < len(typed.folded) + 3:
        return 0.0
    if _is_affix(typed.folded, word.folded):
        return _COMPOUND
    return _COMPOUND - 0.05 if any(_is_affix(key, word.folded) for key in typed.keys if len(key) > 3) else 0.0


def _is_affix(part: str, word: str) -> bool:
    return word.endswith(part) or word.startswith(part)
