"""Features of search hits: what the learned order of a list of hits decides by.

A feature describes a hit, the query, or the place of the hit among the others: whether its broader code or the same
code in another system stands before it, how many hits of its code system do, and how far its score is from theirs.
No feature names a code system, a language or a concept, so that an order learned on one build holds for another.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from begrepp.records import in_language
from begrepp.search.query_parser import ParsedSearch
from begrepp.search.ranking import Label
from begrepp.search.relatives import Scored
from begrepp.search.species import ANIMAL
from begrepp.text.stemming import code_key, label_key, lowercase_words

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
)
"""The columns of `hit_features`."""
_KINDS = ("concept", "dataset", "variable", "scheme")
_ROLES = ("pref", "code", "alt", "hidden", "keyword", "via", "sibling", "variant", "measured", "namesake", "parent")
_NAMES = ("pref", "alt", "hidden")
_BORROWED = ("sibling", "namesake", "via")
_TIE = 0.1
"""Hits whose scores differ by less are as good as equal."""


def hit_features(scored: Sequence[Scored], search: ParsedSearch, language: str) -> Features:
    """Return the features of hits, which are sorted by score: a row per hit, a column for each of `FEATURES`.

    `language` is the user's.
    """
    if not scored:
        return np.zeros((0, len(FEATURES)), np.float32)
    typed, words, is_code = label_key(search.text), len(search.slots), float(bool(search.codes.whole))
    scores = np.array([result.score for _, result in scored])
    ties = (abs(scores[:, None] - scores) < _TIE).sum(axis=1)
    first, first_score = scored[0][0], scored[0][1].score
    first_names = {label_key(label.value) for label in first.labels if label.role in ("pref", "alt")}
    systems = Counter(document.scheme for document, _ in scored)
    lengths: dict[str, list[int]] = {}
    for document, _ in scored:
        lengths.setdefault(document.scheme, []).append(len(document.notation))
    before, last_scores, codes = Counter[str](), dict[str, float](), Counter[str]()
    notations, beginnings = set[tuple[str, str]](), Counter[tuple[str, str]]()
    rows = []
    for place, (document, result) in enumerate(scored):
        scheme, notation, label = document.scheme, document.notation, result.label or _NO_LABEL
        label_words = len(lowercase_words(label.value))
        names = {label_key(each.value) for each in document.labels if each.role in _NAMES}
        is_same_system = place > 0 and scheme == first.scheme and bool(notation and first.notation)
        code = code_key(notation)
        parts = [(scheme, notation[:end]) for end in range(1, len(notation))]
        rows.append((
            *(result.score, result.match, result.score - result.match, result.score - first_score, place, ties[place]),
            _place(_ROLES, label.role),
            *(label_words, label_words - words, label_key(label.value) == typed, typed in names),
            any(each.role == "pref" and label_key(each.value) == typed for each in document.labels),
            in_language(label.lang, language) if label.lang else 0,
            any(each.role == "pref" and in_language(each.lang, language) for each in document.labels),
            any(code_key(each) in search.codes.whole for each in document.codes),
            *(_place(_KINDS, document.kind), len(notation), document.species == ANIMAL),
            sum(each.role in _BORROWED for each in document.labels),
            *(len(document.relatives or ()), words, is_code),
            *(before[scheme], last_scores.get(scheme, result.score) - result.score, systems[scheme]),
            *(sum(length < len(notation) for length in lengths[scheme]), codes[code] if code else 0),
            *(sum(part in notations for part in parts), beginnings[scheme, notation] if notation else 0),
            *(scheme == first.scheme, is_same_system and notation.startswith(first.notation)),
            *(is_same_system and first.notation.startswith(notation), not first_names.isdisjoint(names)),
        ))  # fmt: skip
        before[scheme] += 1
        last_scores[scheme] = result.score
        codes[code] += 1
        notations.add((scheme, notation))
        beginnings.update(parts)
    return np.array(rows, np.float32)


_NO_LABEL = Label("", "", "")


def _place(names: Sequence[str], name: str) -> int:
    return names.index(name) if name in names else len(names)
