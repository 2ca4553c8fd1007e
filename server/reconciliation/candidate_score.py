"""Scores from 0 to 100 of how well the names and the code of a concept match a text, with their features."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct, structs
from rapidfuzz import fuzz

from begrepp.text.stemming import code_key
from begrepp.text.swedish import fold
from server.reconciliation.concept_search import FoundConcept, may_be_identifier
from server.reconciliation.entity_types import EntityType

_EXACT, _EXACT_OTHER_LABEL, _MOST_SIMILAR = 100.0, 97.0, 90.0
_MAPPED_LABEL = 0.85
"""Weight of a label of a concept that is mapped to the candidate."""
_SEARCH_SHARE = 0.3
"""Part of the score of a similar name that is the rank of the search, which also knows stems and compounds."""
_RETIRED = 0.9


class ScoredConcept(Struct, kw_only=True):
    """A concept with its score for one query."""

    concept: FoundConcept
    score: float
    exact: bool
    features: dict[str, bool | float]
    types: Sequence[EntityType] = ()
    has_all: bool = True
    predecessor: str = ""
    kept: bool = True
    place: int = 0
    """Place in the order of the search."""

    @property
    def has_code(self) -> bool:
        """Whether the text is the code or the identifier of the concept."""
        return bool(self.features.get("code_exact") or self.features.get("id_exact"))

    def copy(self) -> ScoredConcept:
        """Return a copy for another query with the same text."""
        return structs.replace(self, features={**self.features})


def score_identified(concept: FoundConcept) -> ScoredConcept:
    """Return the score of a concept that a query gives by its identifier."""
    features: dict[str, bool | float] = {"id_exact": True, "deprecated": not concept.active}
    return ScoredConcept(concept=concept, score=_EXACT, exact=True, features=features)


def score_listed(concept: FoundConcept) -> ScoredConcept:
    """Return the score of a concept that a query without a name finds by its properties, before these are weighed."""
    features: dict[str, bool | float] = {"deprecated": not concept.active}
    return ScoredConcept(
        concept=concept, score=_EXACT * (1 if concept.active else _RETIRED), exact=False, features=features
    )


class NameScorer:
    """Scores how well the labels and codes of concepts match a text; `best` is the best score of the search."""

    def __init__(self, text: str, best: float) -> None:
        self._text = text
        self._best = best
        self._code = code_key(text)
        self._folded = _fold_words(text)
        self._may_be_identifier = may_be_identifier(text)

    def score(self, hit: FoundConcept, *, place: int = 0) -> ScoredConcept:
        """Score a concept; `place` is that of one which the search has not found, after those that it has."""
        is_code = bool(self._code) and self._code == code_key(hit.notation)
        names = [_fold_words(label.value) for label in hit.labels]
        is_name = self._folded in names
        similarity = max(map(self._similarity, names), default=0.0)
        is_other_name = False
        if hit.matched:
            matched = _fold_words(hit.matched.value)
            is_other_name = hit.is_own_label and matched == self._folded
            weight = _EXACT_OTHER_LABEL / _EXACT if hit.is_own_label else _MAPPED_LABEL
            similarity = max(similarity, self._similarity(matched) * weight)
        is_id = self._text == hit.iri or (hit.score == 0 and self._may_be_identifier)
        exact = is_id or is_code or is_name or is_other_name
        if exact:
            score = _EXACT if is_id or is_code or is_name else _EXACT_OTHER_LABEL
        else:
            rank = hit.score / self._best if self._best > 0 else 0.0
            share = (1 - _SEARCH_SHARE) * similarity / 100 + _SEARCH_SHARE * max(0.0, min(rank, 1.0))
            score = _MOST_SIMILAR * share
        features: dict[str, bool | float] = {
            "name_exact": is_name or is_other_name,
            "code_exact": is_code,
            "name_similarity": round(similarity, 1),
            "search_score": round(hit.score, 3),
            "deprecated": not hit.active,
        }
        score *= 1 if hit.active else _RETIRED
        return ScoredConcept(concept=hit, score=score, exact=exact, features=features, place=place)

    def _similarity(self, name: str) -> float:
        ratio = fuzz.ratio(self._folded, name)
        return max(ratio, fuzz.token_sort_ratio(self._folded, name, score_cutoff=ratio))


def keep_search_order(scored: Sequence[ScoredConcept]) -> None:
    """Raise the scores of similar names to those of the names that the search has placed after them.

    So the candidates have the order of the search, with names and codes that are equal to the text before them.
    """
    least = 0.0
    for place, each in reversed([*enumerate(scored)]):
        each.place = place
        if not each.exact and each.concept.active:
            each.score = least = max(each.score, least)


def _fold_words(text: str) -> str:
    return " ".join(fold(text).split())
