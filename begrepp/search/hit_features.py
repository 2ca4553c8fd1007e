"""Features of search hits: what the learned order of a list of hits decides by.

A feature describes a hit, the query, the place of the hit among the others (whether its broader code or the same code
in another system stands before it, how many hits of its code system do, how far its score is from theirs), the company
that it has among them (`hit_relations`), or how all of its names match the query (`hit_matches`).
No feature names a code system, a language or a concept, so that an order learned on one build holds for another.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz

from begrepp.records import in_language
from begrepp.search.hit_matches import MATCH_FEATURES, match_features
from begrepp.search.hit_relations import RELATION_FEATURES, relation_features
from begrepp.search.indexed_documents import Label
from begrepp.search.query_parser import ParsedSearch
from begrepp.search.relatives import Scored
from begrepp.search.species import ANIMAL
from begrepp.text.stemming import lowercase_words
from begrepp.text.swedish import fold

Features = npt.NDArray[np.float32]

FEATURES = (
    *("score", "match", "prior", "behind_first", "place", "ties"),
    *(
        "role",
        "label_words",
        "further_words",
        "is_exact",
        "has_exact_name",
        "is_called_so",
        "in_language",
        "named_in_language",
    ),
    "has_exact_code",
    *("kind", "code_length", "is_animal", "borrowed_names", "relatives"),
    *("query_words", "is_code"),
    *("before_in_system", "behind_in_system", "in_system", "shorter_codes", "same_code_before"),
    *("broader_before", "narrower_before", "is_first_system", "is_below_first", "is_above_first", "has_first_name"),
    *("first_match", "known_words", "likeness", "likeness_of_words"),
    *("label_covered", "query_covered", "typed_covered", "covered_anywhere", "is_rest", "is_in_subject"),
    *RELATION_FEATURES,
    *MATCH_FEATURES,
)
"""The columns of `hit_features`."""
_KINDS = {kind: place for place, kind in enumerate(("concept", "dataset", "variable", "scheme"))}
_ROLES = {
    role: place
    for place, role in enumerate(
        ("pref", "code", "alt", "hidden", "keyword", "via", "sibling", "variant", "measured", "namesake", "parent")
    )
}
_TIE = 0.1
"""Hits whose scores differ by less are as good as equal."""


def hit_features(scored: Sequence[Scored], search: ParsedSearch, language: str) -> Features:
    """Return the features of hits, which are sorted by score: a row per hit, a column for each of `FEATURES`.

    `language` is the user's.
    """
    if not scored:
        return np.zeros((0, len(FEATURES)), np.float32)
    typed, words, whole = fold(search.text), len(search.slots), search.codes.whole
    scores = np.array([result.score for _, result in scored])
    ties = (abs(scores[:, None] - scores) < _TIE).sum(axis=1).tolist()
    first, first_score = scored[0][0], scored[0][1].score
    first_names = {fold(label.value) for label in first.labels if label.role in ("pref", "alt")}
    tags = {label.lang for document, result in scored for label in (*document.preferred, result.label or _NO_LABEL)}
    understood = {tag for tag in tags if in_language(tag, language)}
    systems = {scheme: _System() for scheme in {document.scheme for document, _ in scored}}
    for document, _ in scored:
        systems[document.scheme].lengths.append(len(document.notation))
    for system in systems.values():
        system.lengths.sort()
    subjects = frozenset[str]().union(*(slot.subjects for slot in search.slots))
    codes = Counter[str]()
    first_match = max(result.match for _, result in scored)
    known_words = sum(slot.is_known for slot in search.slots)
    rows = []
    for place, (document, result) in enumerate(scored):
        notation, forms, label, score = document.notation, document.forms, result.label or _NO_LABEL, result.score
        name, length = fold(label.value), len(notation)
        label_words = len(lowercase_words(label.value))
        system = systems[document.scheme]
        is_same_system = place > 0 and document.scheme == first.scheme and bool(notation and first.notation)
        beginnings = [notation[:end] for end in range(1, length)]
        rows.append((
            score, result.match, score - result.match, score - first_score, place, ties[place],
            _ROLES.get(label.role, len(_ROLES)), label_words, label_words - words, name == typed, typed in forms.names,
            typed in forms.preferred,
            bool(label.lang) and label.lang in understood,
            any(label.lang in understood for label in document.preferred),
            result.has_code,
            _KINDS.get(document.kind, len(_KINDS)), length, document.species == ANIMAL, forms.borrowed,
            len(document.relatives or ()), words, bool(whole),
            system.before, system.last_score - score if system.before else 0, len(system.lengths),
            bisect_left(system.lengths, length), codes[forms.code] if forms.code else 0,
            sum(map(system.notations.__contains__, beginnings)), system.beginnings.get(notation, 0) if notation else 0,
            document.scheme == first.scheme, is_same_system and notation.startswith(first.notation),
            is_same_system and first.notation.startswith(notation), not first_names.isdisjoint(forms.names),
            first_match, known_words,
            fuzz.ratio(typed, name), fuzz.token_sort_ratio(typed, name),
            *result.coverage(), document.is_rest, document.scheme in subjects if subjects else -1,
        ))  # fmt: skip
        system.add(notation, beginnings, score)
        codes[forms.code] += 1
    return np.hstack([np.array(rows, np.float32), relation_features(scored), match_features(scored, search)])


_NO_LABEL = Label("", "", "")


class _System:
    """A code system of hits: the sorted lengths of its codes, and those of its hits that stand before a place."""

    __slots__ = ("before", "beginnings", "last_score", "lengths", "notations")

    def __init__(self) -> None:
        self.lengths: list[int] = []
        self.before = 0
        self.last_score = 0.0
        self.notations = set[str]()
        self.beginnings: dict[str, int] = {}

    def add(self, notation: str, beginnings: Iterable[str], score: float) -> None:
        """Add a hit that stands before the next; `beginnings` are those of its code."""
        self.before += 1
        self.last_score = score
        self.notations.add(notation)
        for each in beginnings:
            self.beginnings[each] = self.beginnings.get(each, 0) + 1
