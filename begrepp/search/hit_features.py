"""Features of search hits: what the learned order of a list of hits decides by.

A feature describes a hit, the query, or the place of the hit among the others: whether its broader code or the same
code in another system stands before it, how many hits of its code system do, and how far its score is from theirs.
No feature names a code system, a language or a concept, so that an order learned on one build holds for another.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from begrepp.records import in_language
from begrepp.search.query_parser import ParsedSearch
from begrepp.search.ranking import Label
from begrepp.search.relatives import Scored
from begrepp.search.species import ANIMAL
from begrepp.text.stemming import code_key, lowercase_words
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
    typed, words, whole = fold(search.text), len(search.slots), search.codes.whole
    scores = np.array([result.score for _, result in scored])
    ties = (abs(scores[:, None] - scores) < _TIE).sum(axis=1).tolist()
    first, first_score = scored[0][0], scored[0][1].score
    first_names = {fold(label.value) for label in first.labels if label.role in ("pref", "alt")}
    systems = Counter(document.scheme for document, _ in scored)
    lengths: dict[str, list[int]] = {}
    for document, _ in scored:
        lengths.setdefault(document.scheme, []).append(len(document.notation))
    for some in lengths.values():
        some.sort()
    before, last_scores, codes = Counter[str](), dict[str, float](), Counter[str]()
    notations, beginnings = set[tuple[str, str]](), Counter[tuple[str, str]]()
    rows = []
    for place, (document, result) in enumerate(scored):
        scheme, notation, label, score = document.scheme, document.notation, result.label or _NO_LABEL, result.score
        label_words = len(lowercase_words(label.value))
        names, is_called_so, is_named, borrowed = _describe_labels(document.labels, typed, language)
        is_same_system = place > 0 and scheme == first.scheme and bool(notation and first.notation)
        code = code_key(notation)
        parts = [(scheme, notation[:end]) for end in range(1, len(notation))]
        rows.append((
            *(score, result.match, score - result.match, score - first_score, place, ties[place]),
            *(_place(_ROLES, label.role), label_words, label_words - words, fold(label.value) == typed, typed in names),
            is_called_so,
            in_language(label.lang, language) if label.lang else 0,
            is_named,
            any(code_key(each) in whole for each in document.codes) if whole else 0,
            *(_place(_KINDS, document.kind), len(notation), document.species == ANIMAL, borrowed),
            *(len(document.relatives or ()), words, bool(whole)),
            *(before[scheme], last_scores.get(scheme, score) - score, systems[scheme]),
            *(bisect_left(lengths[scheme], len(notation)), codes[code] if code else 0),
            *(sum(map(notations.__contains__, parts)), beginnings[scheme, notation] if notation else 0),
            *(scheme == first.scheme, is_same_system and notation.startswith(first.notation)),
            *(is_same_system and first.notation.startswith(notation), not first_names.isdisjoint(names)),
        ))  # fmt: skip
        before[scheme] += 1
        last_scores[scheme] = score
        codes[code] += 1
        notations.add((scheme, notation))
        for part in parts:
            beginnings[part] += 1
    return np.array(rows, np.float32)


_NO_LABEL = Label("", "", "")


def _describe_labels(labels: Iterable[Label], typed: str, language: str) -> tuple[set[str], bool, bool, int]:
    """Return the folded own names, whether a preferred one is what was typed, whether one is in the language, and the
    number of borrowed names."""
    names, is_called_so, is_named, borrowed = set[str](), False, False, 0
    for label in labels:
        if label.role in _NAMES:
            name = fold(label.value)
            names.add(name)
            if label.role == "pref":
                is_called_so = is_called_so or name == typed
                is_named = is_named or in_language(label.lang, language)
        elif label.role in _BORROWED:
            borrowed += 1
    return names, is_called_so, is_named, borrowed


def _place(names: Sequence[str], name: str) -> int:
    return names.index(name) if name in names else len(names)
