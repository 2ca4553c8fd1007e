"""Matches of the words of a label with the words of a query."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import compress
from operator import mul
from typing import NamedTuple

import msgspec

from begrepp.search.indexed_documents import Label
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
_OWN_NAMES = frozenset(["pref", "alt"])
_NAMES = _OWN_NAMES | {"hidden", "synonym", "via", "sibling", "variant", "namesake", "inclusion"}
"""The roles of labels that are names of a document itself or of the same elsewhere."""
_UNINFORMATIVE_WEIGHT = 0.1
_UNINFORMATIVE = FUNCTION_WORDS | UNSPECIFIED


class _SlotPhrase(NamedTuple):
    """The words of a slot or of an alternative: the numbers of the slot, of the phrase and of its words, its weight."""

    slot: int
    phrase: int
    words: Sequence[int]
    weight: float


_PhraseMatches = tuple[list[float], list[int], Collection[int]]
"""The quality and the number of the phrase by slot, and the places of the words that match, each once."""


class _LabelMatch(msgspec.Struct, gc=False):
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


class MatchCoverage(NamedTuple):
    """Shares of what a label and a query have of each other, 0 to 1.

    `label` is the share of the label's words that the query has; `query` that of the weight of the query's words that
    the label has, `typed` as they are typed and not as synonyms, `anywhere` also in what the document lies in.
    """

    label: float
    query: float
    typed: float
    anywhere: float


class NameMatches(NamedTuple):
    """Matches of several names: numbers of phrases of the query, and the best quality for each of its slots.

    `phrases` are in any of the names, `covered` are a whole name, `own` one that is not taken from another concept.
    """

    phrases: int
    covered: int
    own: int
    qualities: list[float]


NO_COVERAGE = MatchCoverage(0.0, 0.0, 0.0, 0.0)


class LabelMatcher:
    """Matches labels against one query; results are kept, since the labels of related concepts recur."""

    def __init__(self, search: ParsedSearch) -> None:
        self._search = search
        self._text = search.text.casefold()
        self._weights = [slot.weight for slot in search.slots]
        self._weight = sum(self._weights)
        self._shares = [weight / self._weight for weight in self._weights]
        words_alone = [number for number, slot in enumerate(search.slots) if slot.is_content]
        self._words_alone = words_alone if len(words_alone) < len(search.slots) else []
        self._words = QueryWords()
        self._by_first_word: dict[int, list[_SlotPhrase]] = {}
        for number, slot in enumerate(search.slots):
            for each in self._slot_phrases(number, slot):
                self._by_first_word.setdefault(each.words[0], []).append(each)
        self._no_qualities = [0.0] * len(search.slots)
        self._no_phrases = [0] * len(search.slots)
        self._matches: dict[str, _LabelMatch | None] = {}

    def _slot_phrases(self, number: int, slot: WordSlot) -> Iterator[_SlotPhrase]:
        """Yield the words of a slot and of its alternatives, the slot's own first."""
        last = len(slot.words) - 1
        own = [
            self._words.add(word, is_beginning=slot.is_last and at == last, has_forms=word not in self._search.capitals)
            for at, word in enumerate(slot.words)
        ]
        yield _SlotPhrase(number, 0, own, 1.0)
        for phrase, (words, weight) in enumerate(slot.alternatives.items(), start=1):
            yield _SlotPhrase(number, phrase, [self._words.add(word) for word in words], weight)

    def score(self, label: str, context: Sequence[float] | None) -> float:
        """Return the best score of the variants of a label, 0 to 1.3; `context` are qualities of slots elsewhere."""
        match = self._match(label)
        best = self._score_match(match, context) if match else 0.0
        if "(" in label or "[" in label:
            for variant in label_variants(label)[1:]:
                if match := self._match(variant):
                    best = max(best, self._score_match(match, context) - _VARIANT)
        return best

    def qualities(self, label: str) -> list[float]:
        """Return how well a label matches each slot, 0 to 1; nothing if it has no word of the query."""
        match = self._match(label)
        return match.qualities if match else []

    def coverage(self, label: str, context: Sequence[float] | None) -> MatchCoverage:
        """Return how much of the query a label has, and how much of the label the query."""
        match = self._match(label)
        if match is None:
            return NO_COVERAGE
        qualities, shares = match.qualities, self._shares
        is_typed = [bool(quality) and not phrase for quality, phrase in zip(qualities, match.phrases, strict=True)]
        return MatchCoverage(
            label=match.covered,
            query=sum(map(mul, shares, qualities)),
            typed=sum(compress(shares, is_typed)),
            anywhere=sum(map(mul, shares, map(max, qualities, context or qualities))),
        )

    def phrase(self, label: str) -> int:
        """Return the highest number of a phrase that a label matches a slot with: 0 as typed, -1 not at all."""
        match = self._match(label)
        return max(match.phrases) if match else -1

    def match_names(self, labels: Iterable[Label]) -> NameMatches:
        """Return the matches of the names among the labels of a document, of those that have been matched before."""
        phrases, covered, own = set[tuple[int, int]](), set[tuple[int, int]](), set[tuple[int, int]]()
        best, matches = self._no_qualities.copy(), self._matches
        for label in labels:
            if (match := matches.get(label.value)) is None or label.role not in _NAMES:
                continue
            for slot, quality in enumerate(match.qualities):
                if quality:
                    phrase = slot, match.phrases[slot]
                    phrases.add(phrase)
                    if match.is_covered:
                        covered.add(phrase)
                        if label.role in _OWN_NAMES:
                            own.add(phrase)
                    best[slot] = max(best[slot], quality)
        return NameMatches(len(phrases), len(covered), len(own), best)

    def synonyms(self, label: str) -> list[tuple[Phrase, Phrase]]:
        """Return the words of the query that a label has only in other words, with these: `("cancer",), (…)`."""
        match = self._match(label)
        phrases = zip(self._search.slots, match.phrases if match else (), strict=False)
        return [(slot.words, [*slot.alternatives][phrase - 1]) for slot, phrase in phrases if phrase]

    def _match(self, label: str) -> _LabelMatch | None:
        """Return the match of a label, None if it has no word of the query."""
        if label not in self._matches:
            self._matches[label] = self._new_match(label)
        return self._matches[label]

    def _new_match(self, label: str) -> _LabelMatch | None:
        words, known = lowercase_words(label), self._words
        found: dict[int, tuple[float, int]] = {}
        for at, word in enumerate(words):
            if qualities := known[word]:
                for number, quality in qualities.items():
                    if number not in found or quality > found[number][0]:
                        found[number] = quality, at
        if not found:
            return None
        each, phrases, places = self._match_one(found) if len(found) == 1 else self._match_phrases(found)
        own = [each[number] for number in self._words_alone] if self._words_alone else each
        uninformative = sum(map(_UNINFORMATIVE.__contains__, words))
        informative, used = len(words) - uninformative, len(places)
        covered = used / max(informative + _UNINFORMATIVE_WEIGHT * uninformative, used, 1)
        return _LabelMatch(
            each,
            phrases,
            any(own),
            label.casefold() == self._text,
            covered > _COVERED and used == informative,
            covered,
            0 in places,
        )

    def _match_one(self, found: Mapping[int, tuple[float, int]]) -> _PhraseMatches:
        """Return what `_match_phrases` does for a label with one word of the query, which most labels have."""
        [(number, (quality, place))] = found.items()
        possible = self._by_first_word.get(number, ())
        if len(possible) != 1 or len(possible[0].words) != 1:
            return self._match_phrases(found)
        slot, phrase, _, weight = possible[0]
        each, phrases = self._no_qualities.copy(), self._no_phrases.copy()
        each[slot], phrases[slot] = quality * weight, phrase
        return each, phrases, (place,)

    def _match_phrases(self, found: Mapping[int, tuple[float, int]]) -> _PhraseMatches:
        """Return the best match of each slot, given the words of the query that a label has with quality and place.

        These are its quality, 0 to 1, the number of the phrase, and the places of the words of all matches. Phrase 0 is
        the slot's own words, the others are its alternatives in their order. With the best match that there may be, no
        further phrases are compared.
        """
        starts = self._by_first_word
        possible = [phrase for number in found if number in starts for phrase in starts[number]]
        possible.sort()
        each, phrases = self._no_qualities.copy(), self._no_phrases.copy()
        used: dict[int, Iterable[int]] = {}
        finished = -1
        for slot, phrase, words, weight in possible:
            if weight <= each[slot] or slot == finished:
                continue
            if len(words) == 1:
                quality, place = found[words[0]]
                places: Iterable[int] = (place,)
            elif all(map(found.__contains__, words)):
                quality = sum([found[word][0] for word in words]) / len(words)
                places = [found[word][1] for word in words]
            else:
                continue
            if weight == 1.0 and quality >= SAME_KEY:
                finished = slot  # phrases come sorted by slot
            if quality * weight > each[slot]:
                each[slot], phrases[slot], used[slot] = quality * weight, phrase, places
        return each, phrases, {place for places in used.values() for place in places}

    def _score_match(self, match: _LabelMatch, context: Sequence[float] | None) -> float:
        if not match.is_named:
            return 0.0
        if match.is_whole:
            return _WHOLE
        total = 0.0
        if context is None:
            for quality, weight in zip(match.qualities, self._weights, strict=True):
                total += quality * weight
        else:
            for quality, around, weight in zip(match.qualities, context, self._weights, strict=True):
                total += (quality if quality > around else around) * weight
        share = total / self._weight
        if match.is_covered and share > _SHARED:
            return _ALL_WORDS * share
        return share * (1 - _COVERAGE + _COVERAGE * match.covered) + (_FIRST if match.has_first else 0.0)
