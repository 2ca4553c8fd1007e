"""Matches of the words of a label with the words of a query."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from begrepp.search.label_variants import label_variants
from begrepp.search.query_parser import ParsedSearch, WordSlot
from begrepp.search.query_words import SAME_KEY, AnalysedWord, QueryWords, analyse_word
from begrepp.search.synonyms import Phrase
from begrepp.search.words import FUNCTION_WORDS, UNSPECIFIED
from begrepp.text.stemming import lowercase_words
from begrepp.text.word_cache import MAX_LABEL, cached_by_text

_WHOLE, _ALL_WORDS = 1.3, 1.12
"""The score of a label that is the query, and of one that has the words of the query and no others."""
_COVERAGE, _FIRST, _VARIANT = 0.65, 0.015, 0.02
"""Weights of the covered share of a label and of its first word, and the deduction for a variant of it."""
_UNINFORMATIVE_WEIGHT = 0.1
_UNINFORMATIVE = FUNCTION_WORDS | UNSPECIFIED


class _SlotMatch(NamedTuple):
    """The match of a label with a slot: quality 0 to 1, the indexes of the matching words, the number of the phrase.

    Phrase 0 is the slot's own words, the others are its alternatives in their order.
    """

    quality: float
    places: frozenset[int]
    phrase: int = 0


_NO_MATCH = _SlotMatch(0.0, frozenset())


@cached_by_text(10_000, entry_bytes=2_000, longest=MAX_LABEL)
def _analyse_label(label: str) -> tuple[AnalysedWord, ...]:
    return tuple(analyse_word(word) for word in lowercase_words(label))


class LabelMatcher:
    """Matches labels against one query; results are kept, since the labels of related concepts recur."""

    def __init__(self, search: ParsedSearch) -> None:
        self._search = search
        self._text = search.text.casefold()
        self._weight = sum(slot.weight for slot in search.slots)
        self._names_only = [bool(slot.systems or slot.kinds) for slot in search.slots]
        self._words = QueryWords()
        self._phrases = [[*self._slot_phrases(slot)] for slot in search.slots]
        self._without = [_NO_MATCH] * len(search.slots)
        self._matches: dict[str, list[_SlotMatch]] = {}

    def _slot_phrases(self, slot: WordSlot) -> Iterator[tuple[float, list[int]]]:
        """Yield the words of a slot and of its alternatives as numbers, each with its weight, the slot's own first."""
        last = len(slot.words) - 1
        yield (
            1.0,
            [
                self._words.add(
                    word, is_beginning=slot.is_last and at == last, has_forms=word not in self._search.capitals
                )
                for at, word in enumerate(slot.words)
            ],
        )
        for words, weight in slot.alternatives.items():
            yield weight, [self._words.add(word) for word in words]

    def score(self, label: str, context: Sequence[float]) -> float:
        """Return the best score of the variants of a label, 0 to 1.3; `context` are qualities of slots elsewhere."""
        variants = label_variants(label)
        best = self._variant_score(variants[0], context)
        return max([best, *(self._variant_score(variant, context) - _VARIANT for variant in variants[1:])])

    def qualities(self, label: str) -> list[float]:
        """Return how well a label matches each slot, 0 to 1; nothing if it has no word of the query."""
        matches = self._label_matches(label)
        return [] if matches is self._without else [quality for quality, _, _ in matches]

    def synonyms(self, label: str) -> list[tuple[Phrase, Phrase]]:
        """Return the words of the query that a label has only in other words, with these: `("cancer",), (…)`."""
        matches = zip(self._search.slots, self._label_matches(label), strict=True)
        return [(slot.words, [*slot.alternatives][match.phrase - 1]) for slot, match in matches if match.phrase]

    def _label_matches(self, label: str) -> list[_SlotMatch]:
        matches = self._matches.get(label)
        if matches is None:
            found = self._found_words(label)
            matches = [_best_phrase(phrases, found) for phrases in self._phrases] if found else self._without
            self._matches[label] = matches
        return matches

    def _found_words(self, label: str) -> dict[int, tuple[float, int]]:
        """Return the words of the query that a label has, by number: the best quality and its place."""
        found: dict[int, tuple[float, int]] = {}
        for at, word in enumerate(_analyse_label(label)):
            for number, quality in self._words.qualities(word).items():
                if number not in found or quality > found[number][0]:
                    found[number] = quality, at
        return found

    def _variant_score(self, label: str, context: Sequence[float]) -> float:
        matches = self._label_matches(label)
        if matches is self._without:
            return 0.0
        own = [quality for (quality, _, _), named in zip(matches, self._names_only, strict=True) if not named]
        if not any(own or [quality for quality, _, _ in matches]):
            return 0.0
        if label.casefold() == self._text:
            return _WHOLE
        words = _analyse_label(label)
        total = sum(
            max(quality, around) * slot.weight
            for (quality, _, _), around, slot in zip(matches, context, self._search.slots, strict=True)
        )
        used = frozenset[int]().union(*(places for _, places, _ in matches))
        informative = sum(word.typed not in _UNINFORMATIVE for word in words)
        covered = len(used) / max(informative + _UNINFORMATIVE_WEIGHT * (len(words) - informative), len(used), 1)
        share = total / self._weight
        if covered > 0.99 and share > 0.95 and len(used) == informative:
            return _ALL_WORDS * share
        return share * (1 - _COVERAGE + _COVERAGE * covered) + (_FIRST if 0 in used else 0.0)


def _best_phrase(phrases: Iterable[tuple[float, list[int]]], found: Mapping[int, tuple[float, int]]) -> _SlotMatch:
    """Return the best match of a label, given the words of the query that it has, with one of some phrases."""
    best = _NO_MATCH
    if not found:
        return best
    for number, (weight, numbers) in enumerate(phrases):
        if weight > best.quality and all(each in found for each in numbers):
            quality = sum(found[each][0] for each in numbers) / len(numbers)
            if quality * weight > best.quality:
                best = _SlotMatch(quality * weight, frozenset(found[each][1] for each in numbers), number)
            if weight == 1.0 and quality >= SAME_KEY:
                return best
    return best
