"""Ranking of candidate concepts for variables and codes, with scores and reasons.

Evidence: words of labels, names and descriptions (folded, stemmed, compounds split, abbreviations expanded); shared
three-letter sequences where words differ; linked variables elsewhere with the same name, label or values; unit and
datatype. Suggestions are never asserted as links.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from begrepp.text.dictionary_tokenizer import DictionaryTokenizer, WordToken, split_column_name, split_words
from begrepp.text.swedish import fold
from begrepp.text.units import parse_unit
from begrepp.variables.suggestion.entries import ConceptTarget, LinkedVariable, Suggestion, VariableEntry
from begrepp.variables.suggestion.token_match import match_strength, token_keys
from begrepp.variables.suggestion.weights import DEFAULT_WEIGHTS, Weights

MAX_CANDIDATES = 120
MIN_SCORE = 0.25
"""Suggestions with a lower score are discarded."""


@dataclass(slots=True)
class _Label:
    """A tokenised label of a target, with the total weight of its tokens."""

    text: str
    tokens: list[WordToken]
    total: float = 0.0
    weight: float = 1.0


class Suggester:
    """Ranks target concepts for entries; linked variables of the entry's own dataset are ignored."""

    def __init__(
        self,
        targets: Sequence[ConceptTarget],
        linked: Iterable[LinkedVariable] = (),
        weights: Weights = DEFAULT_WEIGHTS,
    ) -> None:
        self._targets = targets
        self._weights = weights
        self._wording = DictionaryTokenizer(
            word for target in targets for text in (*target.labels, *target.other) for word in split_words(text.value)
        )
        self._labels: list[list[_Label]] = []
        self._postings: dict[str, list[int]] = defaultdict(list)
        frequency: Counter[str] = Counter()
        for number, target in enumerate(targets):
            labels = [_Label(text.value, self._wording.tokens(text.value)) for text in target.labels]
            labels += [
                _Label(text.value, self._wording.tokens(text.value), weight=weights.alternative_label)
                for text in target.other
            ]
            self._labels.append(labels)
            keys = {key for label in labels for token in label.tokens for key in token_keys(token)}
            for key in keys:
                self._postings[key].append(number)
            frequency.update(keys)
        self._count = max(len(targets), 1)
        self._frequency = frequency
        self._position = {target.iri: number for number, target in enumerate(targets)}
        for labels in self._labels:
            for label in labels:
                label.total = sum(self._token_weight(token) for token in label.tokens)
        self._linked = [each for each in linked if any(iri in self._position for iri in each.concepts)]

    def suggest(
        self, entry: VariableEntry, *, dataset: str = "", limit: int = 5, min_score: float = MIN_SCORE
    ) -> list[Suggestion]:
        """Return the best concepts for an entry, highest score first."""
        scores: dict[int, float] = {}
        reasons: dict[int, list[str]] = defaultdict(list)
        texts = self._query_texts(entry)
        for number in self._find_candidates(texts):
            score, reason = self._label_score(texts, number)
            if score > 0:
                scores[number], reasons[number] = score, reason
        self._add_linked_evidence(entry, dataset, scores, reasons)
        for number in scores:
            self._adjust_for_datatype_and_unit(entry, number, scores, reasons)
        ranked = sorted(scores, key=lambda number: (-scores[number], self._targets[number].notation))
        return [
            Suggestion(entry, self._targets[number], round(min(scores[number], 0.99), 3), tuple(reasons[number]))
            for number in ranked[:limit]
            if scores[number] >= min_score
        ]

    def _query_texts(self, entry: VariableEntry) -> list[tuple[str, list[WordToken], float]]:
        """Return the texts of an entry as triples of origin, tokens and weight."""
        found = [("label", self._wording.tokens(text.value), self._weights.label) for text in entry.labels]
        name = split_column_name(entry.name)
        found.append(("name", self._wording.tokens(name), self._weights.name))
        for origin, text in (("name", name), *(("label", label.value) for label in entry.labels)):
            if expansion := [*dict.fromkeys(self._wording.expand_abbreviations(text))]:
                rest = [token for token in self._wording.tokens(text) if token not in expansion]
                found.append((f"abbreviation in {origin}", expansion, self._weights.abbreviation))
                if rest:
                    found.append((f"abbreviation in {origin}", [*expansion, *rest], self._weights.abbreviation))
        found += [
            ("description", self._wording.tokens(text.value), self._weights.description) for text in entry.descriptions
        ]
        return [query for query in found if query[1]]

    def _find_candidates(self, texts: Sequence[tuple[str, list[WordToken], float]]) -> list[int]:
        """Return the targets that share the rarest keys (words, stems, parts, trigrams) with the texts."""
        found: dict[int, float] = defaultdict(float)
        for _, tokens, weight in texts:
            for key in {key for token in tokens for key in token_keys(token)}:
                posting = self._postings.get(key, ())
                # Keys of more than a third of the targets are skipped; trigrams count a quarter.
                if len(posting) * 3 > self._count > 100:
                    continue
                rarity = weight * math.log(1 + self._count / (1 + len(posting))) * (0.25 if key.startswith("#") else 1)
                for number in posting:
                    found[number] += rarity
        return sorted(found, key=lambda number: (-found[number], number))[:MAX_CANDIDATES]

    def _token_weight(self, token: WordToken) -> float:
        """Return the weight of a token: its own weight times the inverse document frequency of the word."""
        return token.weight * math.log(1 + self._count / (1 + self._frequency.get(token.word, 0)))

    def _label_score(self, texts: Sequence[tuple[str, list[WordToken], float]], number: int) -> tuple[float, list[str]]:
        best, reason = 0.0, []
        for origin, tokens, weight in texts:
            text_weight = sum(self._token_weight(token) for token in tokens)
            for label in self._labels[number]:
                common, shared = self._shared_weight(tokens, label.tokens)
                if not common:
                    continue
                if origin == "description":
                    score = weight * common / max(label.total, 1e-9)
                else:
                    score = 2 * common / (text_weight + label.total)
                    score *= weight * label.weight
                    if fold(label.text) == " ".join(token.word for token in tokens):
                        score = max(score, weight)
                if score > best + 1e-9:
                    best, reason = score, [f"{origin}: {', '.join(shared)} ~ {label.text}"]
        return best, reason

    def _shared_weight(self, left: Sequence[WordToken], right: Sequence[WordToken]) -> tuple[float, list[str]]:
        """Return the shared weight of two texts and the shared words; a compound may match two words."""
        total, shared = 0.0, []
        remaining = dict.fromkeys(range(len(right)), 1.0)
        for token in left:
            strongest, partner = 0.0, -1
            for position, other in enumerate(right):
                strength = min(match_strength(token, other, self._weights), remaining[position])
                if strength > strongest:
                    strongest, partner = strength, position
            if partner >= 0:
                other = right[partner]
                remaining[partner] -= 0.5 if strongest <= self._weights.compound_part else 1.0
                total += strongest * min(self._token_weight(token), self._token_weight(other))
                shared.append(token.word if token.word == other.word else f"{token.word}={other.word}")
        return total, shared

    def _add_linked_evidence(
        self, entry: VariableEntry, dataset: str, scores: dict[int, float], reasons: dict[int, list[str]]
    ) -> None:
        """Raise the scores of concepts of linked variables with the same label, name or values."""
        entry_labels = {fold(text.value) for text in entry.labels}
        codes = {code for code, _ in entry.values}
        gains: dict[int, float] = defaultdict(float)
        for linked in self._linked:
            if linked.dataset == dataset or linked.entry.iri == entry.iri:
                continue
            gain, reason = 0.0, ""
            if entry_labels & {fold(text.value) for text in linked.entry.labels}:
                gain, reason = self._weights.same_label, f"the same label as {linked.entry.name}"
            elif fold(entry.name) == fold(linked.entry.name) and len(entry.name) > 2:
                gain, reason = self._weights.same_name, f"the same name as {linked.entry.name}"
            other_codes = {code for code, _ in linked.entry.values}
            if (
                len(codes) > 2
                and len(common := codes & other_codes) > 2
                and len(common) / len(codes | other_codes) > 0.5
            ):
                gain, reason = (
                    gain + self._weights.shared_values,
                    f"{reason}, {len(common)} values in common with {linked.entry.name}".strip(", "),
                )
            if not gain:
                continue
            for iri in linked.concepts:
                number = self._position.get(iri)
                if number is not None and gain > gains[number]:
                    gains[number] = gain
                    reasons[number].append(reason)
        for number, gain in gains.items():
            label_score = scores.get(number, 0.0)
            bonus = 0.0 if label_score else self._weights.no_label_match
            scores[number] = label_score + gain * (1 - label_score) + bonus

    def _adjust_for_datatype_and_unit(
        self, entry: VariableEntry, number: int, scores: dict[int, float], reasons: dict[int, list[str]]
    ) -> None:
        """Adjust the score of a target by datatype (dates) and by the units of variables that measure it."""
        target = self._targets[number]
        is_date_concept = any(
            "datum" in word or word == "date" for text in target.labels for word in split_words(text.value)
        )
        if entry.datatype in ("date", "dateTime"):
            scores[number] *= (
                self._weights.date_and_date_concept if is_date_concept else self._weights.date_and_other_concept
            )
        elif entry.datatype and is_date_concept and entry.datatype not in ("string", "gYear", "gYearMonth"):
            scores[number] *= self._weights.other_and_date_concept
        if entry.unit and (entry_unit := parse_unit(entry.unit)):
            units = {
                linked.entry.unit for linked in self._linked if target.iri in linked.concepts and linked.entry.unit
            }
            for other in sorted(units):
                other_unit = parse_unit(other)
                if other_unit and (
                    other_unit.code == entry_unit.code
                    or (entry_unit.dimension and other_unit.dimension == entry_unit.dimension)
                ):
                    scores[number] += self._weights.matching_unit * (1 - min(scores[number], 1))
                    reasons[number].append(f"unit {entry.unit} fits {other}")
                    break
