"""Which concepts may a variable or a code stand for? Ranked, with how alike they are and why; asserted never.

What is weighed: the words of labels, names and descriptions (folded, stemmed, compounds split, abbreviations read out),
letters in common where words differ, the same name or label on a variable that is linked already, values in common
with the list of such a variable, the unit, and whether a date is asked for.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from begrepp.text.dictionary_words import Wording, WordToken, split_name, words
from begrepp.text.swedish import fold
from begrepp.text.units import unit
from begrepp.variables.suggestion.entries import ConceptTarget, LinkedVariable, Suggestion, VariableEntry
from begrepp.variables.suggestion.token_match import COMPOUND_PART, match_strength, token_keys

MAX_CANDIDATES = 120
MIN_SCORE = 0.25
"""What is less alike is no suggestion."""


@dataclass(slots=True)
class _Label:
    """A label of a target as tokens."""

    text: str
    tokens: list[WordToken]
    total: float = 0.0
    weight: float = 1.0


class Suggester:
    """Ranks the targets for entries. What it learns of linked variables never includes the entry's own dataset."""

    def __init__(self, targets: Sequence[ConceptTarget], linked: Iterable[LinkedVariable] = ()) -> None:
        self._targets = targets
        self._wording = Wording(
            word for target in targets for text in (*target.labels, *target.other) for word in words(text.value)
        )
        self._labels: list[list[_Label]] = []
        self._postings: dict[str, list[int]] = defaultdict(list)
        frequency: Counter[str] = Counter()
        for number, target in enumerate(targets):
            labels = [_Label(text.value, self._wording.tokens(text.value)) for text in target.labels]
            labels += [_Label(text.value, self._wording.tokens(text.value), weight=0.96) for text in target.other]
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
        self._linked = [one for one in linked if any(iri in self._position for iri in one.concepts)]

    def suggest(
        self, entry: VariableEntry, *, dataset: str = "", most: int = 5, least: float = MIN_SCORE
    ) -> list[Suggestion]:
        """The best concepts for an entry, the most alike first."""
        scores: dict[int, float] = {}
        reasons: dict[int, list[str]] = defaultdict(list)
        said = self._query_texts(entry)
        for number in self._find_candidates(said):
            alike, why = self._label_score(said, number)
            if alike > 0:
                scores[number], reasons[number] = alike, why
        self._add_linked_evidence(entry, dataset, scores, reasons)
        for number in scores:
            self._adjust_for_datatype_and_unit(entry, number, scores, reasons)
        ranked = sorted(scores, key=lambda number: (-scores[number], self._targets[number].notation))
        return [
            Suggestion(entry, self._targets[number], round(min(scores[number], 0.99), 3), tuple(reasons[number]))
            for number in ranked[:most]
            if scores[number] >= least
        ]

    # The words.

    def _query_texts(self, entry: VariableEntry) -> list[tuple[str, list[WordToken], float]]:
        """Which texts speak of the entry, as tokens, and how much each counts."""
        found = [("label", self._wording.tokens(text.value), 1.0) for text in entry.labels]
        name = split_name(entry.name)
        found.append(("name", self._wording.tokens(name), 0.85))
        for origin, text in (("name", name), *(("label", label.value) for label in entry.labels)):
            if meant := [*dict.fromkeys(self._wording.expanded(text))]:
                rest = [token for token in self._wording.tokens(text) if token not in meant]
                found.append((f"abbreviation in {origin}", meant, 0.8))
                if rest:
                    found.append((f"abbreviation in {origin}", [*meant, *rest], 0.8))
        found += [("description", self._wording.tokens(text.value), 0.55) for text in entry.descriptions]
        return [query for query in found if query[1]]

    def _find_candidates(self, said: Sequence[tuple[str, list[WordToken], float]]) -> list[int]:
        """The targets that share the rarest words, stems, parts or letters with the texts."""
        found: dict[int, float] = defaultdict(float)
        for _, tokens, weight in said:
            for key in {key for token in tokens for key in token_keys(token)}:
                posting = self._postings.get(key, ())
                # What every third target has tells nothing; letters alone count little.
                if len(posting) * 3 > self._count > 100:
                    continue
                rarity = weight * math.log(1 + self._count / (1 + len(posting))) * (0.25 if key.startswith("#") else 1)
                for number in posting:
                    found[number] += rarity
        return sorted(found, key=lambda number: (-found[number], number))[:MAX_CANDIDATES]

    def _token_weight(self, token: WordToken) -> float:
        """How telling a word is: rare words more."""
        return token.weight * math.log(1 + self._count / (1 + self._frequency.get(token.word, 0)))

    def _label_score(self, said: Sequence[tuple[str, list[WordToken], float]], number: int) -> tuple[float, list[str]]:
        best, why = 0.0, []
        for origin, tokens, counts in said:
            whole = sum(self._token_weight(token) for token in tokens)
            for label in self._labels[number]:
                common, shared = self._shared_weight(tokens, label.tokens)
                if not common:
                    continue
                if origin == "description":
                    score = counts * common / max(label.total, 1e-9)
                else:
                    score = 2 * common / (whole + label.total)
                    score *= counts * label.weight
                    if fold(label.text) == " ".join(token.word for token in tokens):
                        score = max(score, counts)
                if score > best + 1e-9:
                    best, why = score, [f"{origin}: {', '.join(shared)} ~ {label.text}"]
        return best, why

    def _shared_weight(self, left: Sequence[WordToken], right: Sequence[WordToken]) -> tuple[float, list[str]]:
        """How much of two texts is common, and the words that are; a compound may answer to two words."""
        total, shared = 0.0, []
        room = dict.fromkeys(range(len(right)), 1.0)
        for token in left:
            strongest, partner = 0.0, -1
            for place, other in enumerate(right):
                strength = min(match_strength(token, other), room[place])
                if strength > strongest:
                    strongest, partner = strength, place
            if partner >= 0:
                other = right[partner]
                room[partner] -= 0.5 if strongest <= COMPOUND_PART else 1.0
                total += strongest * min(self._token_weight(token), self._token_weight(other))
                shared.append(token.word if token.word == other.word else f"{token.word}={other.word}")
        return total, shared

    # What is linked already, and what fits.

    def _add_linked_evidence(
        self, entry: VariableEntry, dataset: str, scores: dict[int, float], reasons: dict[int, list[str]]
    ) -> None:
        """Concepts of variables elsewhere that have the same name, the same label or the same values."""
        own = {fold(text.value) for text in entry.labels}
        codes = {code for code, _ in entry.values}
        gained: dict[int, float] = defaultdict(float)
        for one in self._linked:
            if one.dataset == dataset or one.entry.iri == entry.iri:
                continue
            gain, why = 0.0, ""
            if own & {fold(text.value) for text in one.entry.labels}:
                gain, why = 0.32, f"the same label as {one.entry.name}"
            elif fold(entry.name) == fold(one.entry.name) and len(entry.name) > 2:
                gain, why = 0.28, f"the same name as {one.entry.name}"
            there = {code for code, _ in one.entry.values}
            if len(codes) > 2 and len(common := codes & there) > 2 and len(common) / len(codes | there) > 0.5:
                gain, why = gain + 0.15, f"{why}, {len(common)} values in common with {one.entry.name}".strip(", ")
            if not gain:
                continue
            for iri in one.concepts:
                number = self._position.get(iri)
                if number is not None and gain > gained[number]:
                    gained[number] = gain
                    reasons[number].append(why)
        for number, gain in gained.items():
            before = scores.get(number, 0.0)
            scores[number] = before + gain * (1 - before) + (0.15 if not before else 0.0)

    def _adjust_for_datatype_and_unit(
        self, entry: VariableEntry, number: int, scores: dict[int, float], reasons: dict[int, list[str]]
    ) -> None:
        """A date asks for a concept of a date; a unit for one that is measured in such a unit elsewhere."""
        target = self._targets[number]
        says_date = any("datum" in word or word == "date" for text in target.labels for word in words(text.value))
        if entry.datatype in ("date", "dateTime"):
            scores[number] *= 1.1 if says_date else 0.75
        elif entry.datatype and says_date and entry.datatype not in ("string", "gYear", "gYearMonth"):
            scores[number] *= 0.7
        if entry.unit and (mine := unit(entry.unit)):
            units = {one.entry.unit for one in self._linked if target.iri in one.concepts and one.entry.unit}
            for other in sorted(units):
                theirs = unit(other)
                if theirs and (theirs.code == mine.code or (mine.dimension and theirs.dimension == mine.dimension)):
                    scores[number] += 0.05 * (1 - min(scores[number], 1))
                    reasons[number].append(f"unit {entry.unit} fits {other}")
                    break
