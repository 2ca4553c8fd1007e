"""Index of the labels of candidate concepts: finds candidates by words and letters, and scores texts against labels."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from begrepp.text.dictionary_tokenizer import DictionaryTokenizer, WordToken, split_words, stem, strip_annotations
from begrepp.text.phrase_head import phrase_head
from begrepp.text.swedish import fold
from begrepp.variables.suggestion.entries import ConceptTarget
from begrepp.variables.suggestion.query_texts import QueryText
from begrepp.variables.suggestion.token_match import is_part, match_strength, synonym_stems, token_keys
from begrepp.variables.suggestion.weights import Weights

MAX_CANDIDATES = 120
MIN_STRONG_MATCH = 0.5
"""Words that match less are no reason to say that the head of a phrase is the same."""
MAX_PARTS = 1.3
"""The most that the parts of a compound count together."""
FIRST_WORDS = 3
"""A description says what a variable is in its first words."""


@dataclass(slots=True)
class _Label:
    """A tokenised label of a target, with the total weight of its tokens and the stem of its head."""

    text: str
    tokens: list[WordToken]
    weight: float
    head: str
    borrowed: bool
    total: float = 0.0


@dataclass(slots=True)
class _Comparison:
    """The words that a text and a label share."""

    common: float = 0.0
    text_weight: float = 0.0
    first: int = 0
    """Place in the text of the first word that matches."""
    whole: set[int] = field(default_factory=set)
    """Places of the words of the label that match whole, or by two of their parts."""
    stems: set[str] = field(default_factory=set)
    label_stems: set[str] = field(default_factory=set)
    words: list[str] = field(default_factory=list)
    specific: bool = False
    """Whether a pair of words can determine a concept."""


@dataclass(frozen=True, slots=True)
class LabelMatch:
    """The best match of the texts of an entry with the labels of a concept."""

    score: float = 0.0
    reason: str = ""
    origin: str = ""
    text: str = ""
    label: str = ""
    complete: bool = False
    """Whether every word of the text and of the label matches."""


class LabelIndex:
    """Labels of targets, tokenised, with the frequencies of their words."""

    def __init__(self, targets: Sequence[ConceptTarget], weights: Weights) -> None:
        self._weights = weights
        self.tokenizer = DictionaryTokenizer(
            word for target in targets for text in target.names for word in split_words(text.value)
        )
        self._labels: list[list[_Label]] = []
        self._postings: dict[str, list[int]] = defaultdict(list)
        self._frequency: Counter[str] = Counter()
        self._count = max(len(targets), 1)
        self._strengths: dict[tuple[str, str], float] = {}
        self._synonyms: dict[str, frozenset[str]] = {}
        for number, target in enumerate(targets):
            labels = self._read_labels(target)
            self._labels.append(labels)
            keys = {key for label in labels for token in label.tokens for key in token_keys(token)}
            for key in keys:
                self._postings[key].append(number)
            self._frequency.update(keys)
        for labels in self._labels:
            for label in labels:
                label.total = sum(self._token_weight(token) for token in label.tokens)

    def _read_labels(self, target: ConceptTarget) -> list[_Label]:
        weighted = (
            (target.labels, 1.0),
            (target.other, self._weights.alternative_label),
            (target.borrowed, self._weights.borrowed_label),
        )
        return [
            _Label(
                text.value,
                self.tokenizer.tokens(text.value),
                weight,
                stem(phrase_head(strip_annotations(text.value))),
                texts is target.borrowed,
            )
            for texts, weight in weighted
            for text in texts
        ]

    def find_candidates(self, texts: Sequence[QueryText]) -> list[int]:
        """Return the targets that share the rarest keys (words, stems, parts, trigrams) with the texts."""
        found: dict[int, float] = defaultdict(float)
        for text in texts:
            tokens = [token for slot in text.slots for token in slot]
            keys = {key for token in tokens for key in token_keys(token)}
            for key in keys | {word for token in tokens for word in self._synonyms_of(token.word)}:
                posting = self._postings.get(key, ())
                # Keys of more than a third of the targets are skipped; trigrams count a quarter.
                if not posting or len(posting) * 3 > self._count > 100:
                    continue
                rarity = math.log(1 + self._count / (1 + len(posting))) * (0.25 if key.startswith("#") else 1)
                for number in posting:
                    found[number] += rarity * text.weight
        return sorted(found, key=lambda number: (-found[number], number))[:MAX_CANDIDATES]

    def match(self, texts: Sequence[QueryText], number: int) -> LabelMatch:
        """Return the best match of texts with the labels of a target."""
        best = LabelMatch()
        for text in texts:
            for label in self._labels[number]:
                score, shared, complete = self._score(text, label)
                if score > best.score + 1e-9:
                    best = LabelMatch(
                        score,
                        f"{text.origin}: {', '.join(shared)} ~ {label.text}",
                        text.origin,
                        text.plain,
                        label.text,
                        complete,
                    )
        return best

    def _score(self, text: QueryText, label: _Label) -> tuple[float, list[str], bool]:
        """Return the score of a text and a label, the words that match, and whether all do."""
        weight = text.weight * label.weight
        if text.origin == "label" and fold(label.text) == text.plain:
            return weight, [text.plain], not label.borrowed
        found = self._compare(text, label)
        if not found.common:
            return 0.0, found.words, False
        coverage = found.common / max(found.text_weight, 1e-9)
        if text.origin == "description":
            if len(found.words) < 2 and len(text.slots) > 2:
                return 0.0, found.words, False
            if found.first >= FIRST_WORDS:
                weight *= self._weights.late_in_description
            share = found.common / max(label.total, 1e-9)
            return weight * share * min(coverage, 1.0) ** self._weights.coverage, found.words, False
        score = weight * 2 * found.common / (found.text_weight + label.total)
        whole_label = len(found.whole) == len(label.tokens)
        if whole_label and coverage > 0.99:
            return min(score, weight), found.words, text.origin == "label" and not label.borrowed
        if not found.specific and not (whole_label and len(found.whole) > 1):
            score *= self._weights.generic_words
        if text.head and text.head not in found.stems:
            score *= self._weights.missing_head
        elif text.head and whole_label:
            score = max(score, weight * self._weights.whole_head)
        if label.head not in found.label_stems:
            score *= self._weights.missing_target_head
        return min(score, self._weights.incomplete), found.words, False

    def _compare(self, text: QueryText, label: _Label) -> _Comparison:
        """Compare the words of a text with those of a label; two words may match the parts of one compound."""
        found = _Comparison(first=len(text.slots))
        matches: dict[int, list[float]] = {}
        for position, slot in enumerate(text.slots):
            slot_weight = 0.0
            for token in slot:
                if weight := self._match_parts(token, label, found):
                    found.first = min(found.first, position)
                    slot_weight += weight
                    continue
                strength, place = self._find_partner(token, label, found.whole)
                if place < 0:
                    continue
                other = label.tokens[place]
                weight = strength * min(self._token_weight(token), self._token_weight(other))
                if is_part(token, other):
                    matches.setdefault(place, []).append(weight)
                    if other.word.endswith(token.word):
                        found.label_stems.add(other.stem)
                else:
                    found.whole.add(place)
                    found.label_stems.add(other.stem)
                    matches[place] = [weight]
                if strength >= MIN_STRONG_MATCH:
                    found.stems.add(token.stem)
                found.specific |= token.specific and other.specific
                found.words.append(token.word if token.word == other.word else f"{token.word}={other.word}")
                found.first = min(found.first, position)
                slot_weight += self._token_weight(token)
            found.text_weight += slot_weight or max(map(self._token_weight, slot))
        for place, weights in matches.items():
            if len(weights) > 1:
                found.whole.add(place)
                share = min(self._weights.compound_part * len(weights), MAX_PARTS)
                found.common += share * self._token_weight(label.tokens[place])
            else:
                found.common += weights[0]
        return found

    def _match_parts(self, token: WordToken, label: _Label, found: _Comparison) -> float:
        """Match a compound of the text with two words of a label, *bröstcancer* with *cancer i bröstet*; return the
        weight of these."""
        places = [
            place
            for place, other in enumerate(label.tokens)
            if place not in found.whole and other.stem in token.parts and other.stem != token.stem
        ]
        if len(places) < 2:
            return 0.0
        words = [label.tokens[place] for place in places]
        weight = sum(map(self._token_weight, words))
        found.whole |= {*places}
        found.label_stems |= {word.stem for word in words}
        found.stems.add(token.stem)
        found.specific |= any(word.specific for word in words)
        found.words.append(f"{token.word}={' '.join(word.word for word in words)}")
        found.common += self._weights.same_stem * weight
        return weight

    def _find_partner(self, token: WordToken, label: _Label, taken: set[int]) -> tuple[float, int]:
        """Return the word of a label, by its place, that a word matches most; -1 if none does."""
        strongest, partner = 0.0, -1
        for place, other in enumerate(label.tokens):
            if place not in taken and (strength := self._strength(token, other)) > strongest:
                strongest, partner = strength, place
        return strongest, partner

    def _strength(self, token: WordToken, other: WordToken) -> float:
        key = (token.word, other.word)
        if key not in self._strengths:
            self._strengths[key] = match_strength(token, other, self._weights, self._synonyms_of(token.word))
        return self._strengths[key]

    def _synonyms_of(self, word: str) -> frozenset[str]:
        if word not in self._synonyms:
            self._synonyms[word] = synonym_stems(word)
        return self._synonyms[word]

    def _token_weight(self, token: WordToken) -> float:
        """Return the weight of a token: its own weight times the inverse document frequency of the word."""
        return token.weight * math.log(1 + self._count / (1 + self._frequency.get(token.word, 0)))
