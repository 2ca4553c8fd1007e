"""Ranking of candidate concepts for variables and codes, with scores and reasons.

Evidence: words of labels, names and descriptions (folded, stemmed, compounds split, abbreviations expanded, synonyms
and translations); shared three-letter sequences where words differ; linked variables elsewhere with the same name,
label or values; unit and datatype. The score is a confidence (`confidence.py`). Suggestions are never
asserted as links.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Sequence

from begrepp.text.dictionary_tokenizer import split_words
from begrepp.text.swedish import fold
from begrepp.text.units import parse_unit
from begrepp.variables.suggestion.confidence import MatchEvidence, confidence, letter_similarity
from begrepp.variables.suggestion.entries import ConceptTarget, LinkedVariable, Suggestion, VariableEntry
from begrepp.variables.suggestion.label_index import LabelIndex, LabelMatch
from begrepp.variables.suggestion.query_texts import DATE_TYPES, folded_labels, query_texts
from begrepp.variables.suggestion.weights import DEFAULT_WEIGHTS, Weights

MIN_SCORE = 0.25
"""Nothing is suggested for an entry whose best concept has a lower confidence."""
MIN_ALTERNATIVE = 0.05
"""The lowest confidence of a concept that is shown below a better one."""
MAX_RANKED = 20
"""So many concepts are ranked for an entry."""


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
        self._index = LabelIndex(targets, weights)
        self._position = {target.iri: number for number, target in enumerate(targets)}
        self._linked = [each for each in linked if any(iri in self._position for iri in each.concepts)]

    def suggest(
        self,
        entry: VariableEntry,
        *,
        dataset: str = "",
        limit: int = 5,
        min_score: float = MIN_SCORE,
        denied: Container[str] = (),
    ) -> list[Suggestion]:
        """Return the best concepts for an entry, the best first, without the `denied` ones (IRIs)."""
        found: list[Suggestion] = []
        highest, lowest = 0.99, min_score
        for target, evidence, reasons in self.rank(entry, dataset=dataset):
            highest = min(highest, confidence(evidence))
            if highest < lowest or len(found) == limit:
                break
            lowest = min(MIN_ALTERNATIVE, min_score)
            if target.iri not in denied:
                found.append(Suggestion(entry, target, round(highest, 3), reasons, evidence.complete))
        return found

    def rank(
        self, entry: VariableEntry, *, dataset: str = ""
    ) -> list[tuple[ConceptTarget, MatchEvidence, tuple[str, ...]]]:
        """Return the concepts that some evidence speaks for, the best first, with the evidence and the reasons."""
        scores: dict[int, float] = {}
        reasons: dict[int, list[str]] = defaultdict(list)
        matches: dict[int, LabelMatch] = {}
        texts = query_texts(entry, self._index.tokenizer, self._weights)
        for number in self._index.find_candidates(texts):
            match = self._index.match(texts, number)
            if match.score > 0:
                block = self._weights.block if self._targets[number].is_block else 1.0
                matches[number], scores[number], reasons[number] = match, match.score * block, [match.reason]
        linked = self._add_linked_evidence(entry, dataset, scores, reasons)
        for number in scores:
            self._adjust_for_datatype_and_unit(entry, number, scores, reasons)
        ranked = sorted(scores, key=lambda number: (-scores[number], self._targets[number].notation))[:MAX_RANKED]
        found = []
        for place, number in enumerate(ranked):
            other = ranked[1] if place == 0 and len(ranked) > 1 else ranked[0]
            match = matches.get(number, LabelMatch())
            evidence = MatchEvidence(
                score=scores[number],
                margin=scores[number] - (scores[other] if other != number else 0.0),
                letters=letter_similarity(match.text, match.label),
                complete=match.complete and not self._targets[number].is_block,
                origin=match.origin,
                linked=number in linked,
            )
            found.append((self._targets[number], evidence, tuple(reasons[number])))
        return found

    def _add_linked_evidence(
        self, entry: VariableEntry, dataset: str, scores: dict[int, float], reasons: dict[int, list[str]]
    ) -> set[int]:
        """Raise the scores of concepts of linked variables with the same label, name or values; return which."""
        entry_labels = folded_labels(entry)
        values = _value_keys(entry)
        gains: dict[int, float] = defaultdict(float)
        for linked in self._linked:
            if linked.dataset == dataset or linked.entry.iri == entry.iri:
                continue
            gain, reason = 0.0, ""
            if entry_labels & folded_labels(linked.entry):
                gain, reason = self._weights.same_label, f"the same label as {linked.entry.name}"
            elif fold(entry.name) == fold(linked.entry.name) and len(entry.name) > 2:
                gain, reason = self._weights.same_name, f"the same name as {linked.entry.name}"
            if common := _common_values(values, _value_keys(linked.entry)):
                gain, reason = (
                    gain + self._weights.shared_values,
                    f"{reason}, {common} values in common with {linked.entry.name}".strip(", "),
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
        return {*gains}

    def _adjust_for_datatype_and_unit(
        self, entry: VariableEntry, number: int, scores: dict[int, float], reasons: dict[int, list[str]]
    ) -> None:
        """Adjust the score of a target by datatype (dates) and by the units of variables that measure it."""
        target = self._targets[number]
        is_date_concept = any(
            "datum" in word or word == "date" for text in target.labels for word in split_words(text.value)
        )
        if entry.datatype in DATE_TYPES:
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


def _value_keys(entry: VariableEntry) -> tuple[set[str], set[str]]:
    """Return the folded labels of the values of a variable, and its codes that are no figures."""
    labels = {fold(label) for code, label in entry.values if label and label != code}
    return labels, {fold(code) for code, _ in entry.values if any(sign.isalpha() for sign in code)}


def _common_values(left: tuple[set[str], set[str]], right: tuple[set[str], set[str]]) -> int:
    """Return how many values two variables have in common; 0 for fewer than three or no more than half."""
    for one, other in zip(left, right, strict=True):
        common = len(one & other)
        if common > 2 and 2 * common > len(one | other):
            return common
    return 0
