"""Matches of the words of a label with the words of a query."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from begrepp.search.label_variants import label_variants
from begrepp.search.query_parser import ParsedSearch, WordSlot
from begrepp.search.query_words import SAME_KEY, QueryWords
from begrepp.search.synonyms import Phrase
from begrepp.search.words import FUNCTION_WORDS, UNSPECIFIED
from begrepp.text.stemming import lowercase_words

_WHOLE, _ALL_WORDS = 1.3, 1.12
"""The score of a label that is the query, and of one that has the words of the query and no others."""
_COVERAGE, _FIRST, _VARIANT = 0.65, 0.015, 0.02
"""Weights of the covered share of a label and of its first word, and the deduction for a variant of it."""
_COVERED, _SHARED = 0.99, 0.95
"""A label has all words of the query and no others if more than this of its words and of the query is shared."""
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


class _SlotPhrases:
    """The words of a slot and of its alternatives as numbers, each with its weight, the slot's own first."""

    def __init__(self, phrases: Iterable[tuple[float, Sequence[int]]]) -> None:
        self._phrases = [*phrases]
        self._with_first: dict[int, list[int]] = {}
        for number, (_, words) in enumerate(self._phrases):
            self._with_first.setdefault(words[0], []).append(number)

    def best(self, found: Mapping[int, tuple[float, int]]) -> _SlotMatch:
        """Return the best match of a label, given the words of the query that it has, with one of the phrases."""
        best = _NO_MATCH
        for number in sorted(number for word in found for number in self._with_first.get(word, ())):
            weight, words = self._phrases[number]
            if weight > best.quality and all(each in found for each in words):
                quality = sum(found[each][0] for each in words) / len(words)
                if quality * weight > best.quality:
                    best = _SlotMatch(quality * weight, frozenset(found[each][1] for each in words), number)
                if weight == 1.0 and quality >= SAME_KEY:
                    return best
        return best


@dataclass(slots=True)
class _LabelMatch:
    """The match of a label with the slots of a query, in their order, without what stands elsewhere.

    `is_named` tells whether the label has a word of the query that is not the name of a system or kind, `covered` is
    the share of its words that the query has, `is_covered` whether it has no others, `has_first` whether its first
    word is one of them.
    """

    qualities: list[float]
    phrases: list[int]
    is_named: bool
    is_whole: bool
    is_covered: bool
    covered: float
    has_first: bool


class LabelMatcher:
    """Matches labels against one query; results are kept, since the labels of related concepts recur."""

    def __init__(self, search: ParsedSearch) -> None:
        self._search = search
        self._text = search.text.casefold()
        self._weights = [slot.weight for slot in search.slots]
        self._weight = sum(self._weights)
        self._names_only = [bool(slot.systems or slot.kinds) for slot in search.slots]
        self._words = QueryWords()
        self._phrases = [_SlotPhrases(self._slot_phrases(slot)) for slot in search.slots]
        self._matches: dict[str, _LabelMatch | None] = {}

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
        best = self._variant_score(label, context)
        if "(" in label or "[" in label:
            for variant in label_variants(label)[1:]:
                best = max(best, self._variant_score(variant, context) - _VARIANT)
        return best

    def qualities(self, label: str) -> list[float]:
        """Return how well a label matches each slot, 0 to 1; nothing if it has no word of the query."""
        match = self._match(label)
        return match.qualities if match else []

    def synonyms(self, label: str) -> list[tuple[Phrase, Phrase]]:
        """Return the words of the query that a label has only in other words, with these: `("cancer",), (…)`."""
        match = self._match(label)
        phrases = zip(self._search.slots, match.phrases if match else (), strict=False)
        return [(slot.words, [*slot.alternatives][phrase - 1]) for slot, phrase in phrases if phrase]

    def _match(self, label: str) -> _LabelMatch | None:
        """Return the match of a label, None if it has no word of the query."""
        try:
            return self._matches[label]
        except KeyError:
            match = self._matches[label] = self._new_match(label)
            return match

    def _new_match(self, label: str) -> _LabelMatch | None:
        words = lowercase_words(label)
        found: dict[int, tuple[float, int]] = {}
        for at, word in enumerate(words):
            for number, quality in self._words[word].items():
                if number not in found or quality > found[number][0]:
                    found[number] = quality, at
        if not found:
            return None
        matches = [phrases.best(found) for phrases in self._phrases]
        qualities = [match.quality for match in matches]
        own = [quality for quality, named in zip(qualities, self._names_only, strict=True) if not named]
        used = frozenset[int]().union(*(match.places for match in matches))
        informative = sum(word not in _UNINFORMATIVE for word in words)
        covered = len(used) / max(informative + _UNINFORMATIVE_WEIGHT * (len(words) - informative), len(used), 1)
        return _LabelMatch(
            qualities=qualities,
            phrases=[match.phrase for match in matches],
            is_named=any(own or qualities),
            is_whole=label.casefold() == self._text,
            is_covered=covered > _COVERED and len(used) == informative,
            covered=covered,
            has_first=0 in used,
        )

    def _variant_score(self, label: str, context: Sequence[float]) -> float:
        match = self._match(label)
        if match is None or not match.is_named:
            return 0.0
        if match.is_whole:
            return _WHOLE
        total = 0.0
        for quality, around, weight in zip(match.qualities, context, self._weights, strict=True):
            total += (quality if quality > around else around) * weight
        share = total / self._weight
        if match.is_covered and share > _SHARED:
            return _ALL_WORDS * share
        return share * (1 - _COVERAGE + _COVERAGE * match.covered) + (_FIRST if match.has_first else 0.0)
