"""Matches of the words of a label with the words of a query."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

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


_SlotMatch = tuple[float, frozenset[int]]
_NO_MATCH: _SlotMatch = (0.0, frozenset())


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
        self._matches: dict[str, list[_SlotMatch]] = {}

    def _slot_phrases(self, slot: WordSlot) -> Iterator[tuple[float, list[int]]]:
        """Yield the words of a slot and of its alternatives as numbers, each with its weight, the slot's own first."""
        last = len(slot.words) - 1
        own = [self._words.add(word, is_beginning=slot.is_last and at == last) for at, word in enumerate(slot.words)]
        yield 1.0, own
        for words, weight in slot.alternatives.items():
            yield weight, [self._words.add(word) for word in words]

    def score(self, label: str, context: Sequence[float]) -> float:
        """Return the best score of the variants of a label, 0 to 1.3; `context` are qualities of slots elsewhere."""
        variants = label_variants(label)
        best = self._variant_score(variants[0], context)
        return max([best, *(self._variant_score(variant, context) - _VARIANT for variant in variants[1:])])

    def qualities(self, label: str) -> list[float]:
        """Return how well a label matches each slot, 0 to 1."""
        return [quality for quality, _ in self._label_matches(label)]

    def synonyms(self, label: str) -> list[tuple[Phrase, Phrase]]:
        """Return the words of the query that a label has only in other words, with these: `("cancer",), (…)`."""
        words = [self._words.qualities(word) for word in _analyse_label(label)]
        used = []
        for slot, phrases in zip(self._search.slots, self._phrases, strict=True):
            others = zip([slot.words, *slot.alternatives], phrases, strict=True)
            scored = [(_phrase_match(numbers, words)[0] * weight, words_of) for words_of, (weight, numbers) in others]
            quality, other = max(scored, key=lambda each: each[0])
            if quality and other != slot.words:
                used.append((slot.words, other))
        return used

    def _label_matches(self, label: str) -> list[_SlotMatch]:
        matches = self._matches.get(label)
        if matches is None:
            words = [self._words.qualities(word) for word in _analyse_label(label)]
            if any(words):
                matches = [_best_phrase(phrases, words) for phrases in self._phrases]
            else:
                matches = [_NO_MATCH] * len(self._phrases)
            self._matches[label] = matches
        return matches

    def _variant_score(self, label: str, context: Sequence[float]) -> float:
        matches = self._label_matches(label)
        own = [quality for (quality, _), named in zip(matches, self._names_only, strict=True) if not named]
        if not any(own or [quality for quality, _ in matches]):
            return 0.0
        if label.casefold() == self._text:
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


def _best_phrase(phrases: Iterable[tuple[float, list[int]]], words: Sequence[Mapping[int, float]]) -> _SlotMatch:
    """Return how well the words of a label match one of some phrases, 0 to 1, and the indexes of the matching words."""
    best = _NO_MATCH
    for weight, numbers in phrases:
        if weight > best[0]:
            quality, places = _phrase_match(numbers, words)
            if quality * weight > best[0]:
                best = quality * weight, places
            if weight == 1.0 and quality >= SAME_KEY:
                return best
    return best


def _phrase_match(numbers: Sequence[int], words: Sequence[Mapping[int, float]]) -> _SlotMatch:
    """Return how well a label matches all words of a phrase, 0 if one is missing, and the matching places."""
    total, used = 0.0, []
    for number in numbers:
        best, place = 0.0, -1
        for at, qualities in enumerate(words):
            if (quality := qualities.get(number, 0.0)) > best:
                best, place = quality, at
        if not best:
            return _NO_MATCH
        total += best
        used.append(place)
    return total / len(numbers), frozenset(used)
