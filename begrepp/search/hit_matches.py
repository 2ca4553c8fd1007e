"""Matches of hits with a query by all of their names: what the learned order decides by beside the best name.

A concept that has several names of a group of synonyms is what the group is about; one that has a single name of it may
be something wider or narrower. Words of the query may be in different names of a hit.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from begrepp.search.label_matches import LabelMatcher
from begrepp.search.query_parser import ParsedSearch
from begrepp.search.relatives import Scored

_Matrix = npt.NDArray[np.float32]

MATCH_FEATURES = (
    *("names_covered", "own_names_covered", "phrases_matched"),
    *("covered_by_names", "least_match", "match_of_rarest", "match_of_rarest_anywhere"),
    *("phrase", "phrases", "words_not_in_label"),
)
"""The columns of `match_features`."""


def match_features(scored: Sequence[Scored], search: ParsedSearch) -> _Matrix:
    """Return a row for each hit and a column for each of `MATCH_FEATURES`.

    These are: the words of the query and their alternatives that are whole names of the hit, or its own names, and that
    any name has; the share of the weight of the query's words that its names have together, the quality of the match of
    the word that they match least, and of the rarest word, there and in what the hit lies in; the number of the
    alternative that the best name has, how many the query has, and how many of its words are not in the best name.
    """
    matcher = next((result.matcher for _, result in scored if result.matcher), None) or LabelMatcher(search)
    weights = [slot.weight for slot in search.slots]
    rarest, total = weights.index(max(weights)), sum(weights)
    alternatives = sum(len(slot.alternatives) for slot in search.slots)
    rows = []
    for document, result in scored:
        all_names = matcher.match_names(document.labels)
        best, context = all_names.qualities, result.context
        qualities = (matcher.qualities(result.label.value) if result.label else []) or [0.0] * len(weights)
        rows.append((
            all_names.covered, all_names.own, all_names.phrases,
            sum(weight * quality for weight, quality in zip(weights, best, strict=True)) / total,
            min(best), best[rarest], max(best[rarest], context[rarest] if context else 0.0),
            matcher.phrase(result.label.value) if result.label else -1,
            alternatives, qualities.count(0.0),
        ))  # fmt: skip
    return np.array(rows, np.float32)
