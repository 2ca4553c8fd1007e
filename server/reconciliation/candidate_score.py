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


def score_name(hit: FoundConcept, text: str, best: float, *, place: int = 0) -> ScoredConcept:
    """Score how well the labels and the code of a concept match a text; `best` is the best score of the search.

    `place` is that of a concept which the search has not found, after those that it has.
    """
    key, folded = code_key(text), _fold_words(text)
    is_code = bool(key) and key == code_key(hit.notation)
    is_name = any(_fold_words(label.value) == folded for label in hit.labels)
    labels = [(label, 1.0) for label in hit.labels]
    if hit.matched:
        labels.append((hit.matched, _EXACT_OTHER_LABEL / _EXACT if hit.is_own_label else _MAPPED_LABEL))
    similarity = max((_similarity(folded, _fold_words(label.value)) * weight for label, weight in labels), default=0.0)
    is_other_name = hit.matched is not None and hit.is_own_label and _fold_words(hit.matched.value) == folded
    is_id = text == hit.iri or (hit.score == 0 and may_be_identifier(text))
    exact = is_id or is_code or is_name or is_other_name
    if exact:
        score = _EXACT if is_id or is_code or is_name else _EXACT_OTHER_LABEL
    else:
        rank = hit.score / best if best > 0 else 0.0
        score = _MOST_SIMILAR * ((1 - _SEARCH_SHARE) * similarity / 100 + _SEARCH_SHARE * max(0.0, min(rank, 1.0)))
    features: dict[str, bool | float] = {
        "name_exact": is_name or is_other_name,
        "code_exact": is_code,
        "name_similarity": round(similarity, 1),
        "search_score": round(hit.score, 3),
        "deprecated": not hit.active,
    }
    score *= 1 if hit.active else _RETIRED
    return ScoredConcept(concept=hit, score=score, exact=exact, features=features, place=place)


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


def _similarity(a: str, b: str) -> float:
    return max(fuzz.ratio(a, b), fuzz.token_sort_ratio(a, b))
