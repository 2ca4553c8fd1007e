"""Learned order of search hits: regression trees that were trained on judged queries (LambdaMART).

`python -m bench search-training` trains the trees with LightGBM on the judged sets that have been read, and writes
them as arrays; here they are evaluated with numpy, since LightGBM takes a second to import. Nothing overtakes
what has exactly the code or name of the query. docs/decisions/search.md says what is gained.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt

from begrepp.search.hit_features import FEATURES, Features, hit_features
from begrepp.search.query_parser import ParsedSearch
from begrepp.search.ranking import HitScore
from begrepp.search.relatives import Scored

HitOrder = Callable[[Sequence[Scored], ParsedSearch, str], list[Scored]]
"""Sorts documents that were scored for a query of a user of a language."""

ORDERED_HITS = 40
"""The number of hits, best first, whose order is learned."""
MODEL = Path(__file__).with_name("learned_order.json")
WEIGHT = 0.9
"""Weight of the trees beside the score."""
_LESS = 0.001
"""Difference of the scores of hits of which one may not overtake the other: scores are compared with three decimals."""


class Trees(msgspec.Struct, frozen=True, kw_only=True):
    """Regression trees as one array of nodes in preorder; a leaf is its own child on both sides.

    `roots` are the first nodes of the trees. A hit goes left if its feature is at most the threshold.
    """

    features: list[str]
    roots: list[int]
    feature: list[int]
    threshold: list[float]
    left: list[int]
    right: list[int]
    value: list[float]


class TreeEnsemble:
    """Trees that are evaluated for many hits at once.

    Each tree is a set of leaves, of which each feature of a hit leaves some: its value excludes the left sides of the
    nodes whose threshold it exceeds. The first leaf that no feature excludes is the one that the hit reaches
    (QuickScorer: C. Lucchese and others, 2015). Walking down the trees takes two to three times as long.
    """

    def __init__(self, trees: Trees) -> None:
        if trees.features != [*FEATURES]:
            raise ValueError("the trees are for other features: run `python -m bench search-training`")
        roots, left, right = (np.array(each, np.int64) for each in (trees.roots, trees.left, trees.right))
        nodes = np.arange(len(left))
        tree = roots.searchsorted(nodes, side="right") - 1
        is_leaf = left == nodes
        before = np.cumsum(is_leaf) - is_leaf  # leaves before each node
        number = before - before[roots][tree]
        if number.max() >= _MOST_LEAVES:
            raise ValueError(f"a tree has more than {_MOST_LEAVES} leaves")
        self._values = np.zeros((len(roots), _MOST_LEAVES))
        self._values[tree[is_leaf], number[is_leaf]] = np.array(trees.value)[is_leaf]
        self._first_leaves = np.arange(len(roots)) * _MOST_LEAVES

        inner = ~is_leaf
        feature = np.array(trees.feature, np.int64)[inner]
        thresholds = _sortable(np.array(trees.threshold, np.float32)[inner]) + feature * _FEATURE_STEP
        self._thresholds = np.unique(thresholds)
        self._columns = np.arange(len(FEATURES))
        self._column_starts = self._columns * _FEATURE_STEP
        excluded = (1 << (before[right] - before[left])[inner]) - 1 << number[left][inner]
        self._remaining = np.full((len(self._thresholds) + len(FEATURES), len(roots)), _ALL_LEAVES)
        places = self._thresholds.searchsorted(thresholds) + feature + 1
        np.bitwise_and.at(self._remaining, (places, tree[inner]), ~excluded.astype(np.uint32))
        starts = self._thresholds.searchsorted(self._column_starts - _FEATURE_STEP // 2) + self._columns
        for some in np.split(self._remaining, starts[1:]):
            np.bitwise_and.accumulate(some, axis=0, out=some)

    def values(self, features: Features) -> npt.NDArray[np.float64]:
        """Return the sum of all trees for each row of features."""
        exceeded = self._thresholds.searchsorted(_sortable(features) + self._column_starts) + self._columns
        leaves = np.bitwise_and.reduce(self._remaining.take(exceeded.T, axis=0), axis=0)
        first = np.frexp((leaves & -leaves).astype(np.float32))[1] - 1
        found: npt.NDArray[np.float64] = self._values.take(self._first_leaves + first).sum(axis=1)
        return found


_MOST_LEAVES = 32
_ALL_LEAVES = np.uint32(0xFFFFFFFF)
_FEATURE_STEP = 1 << 32
"""Difference between the sortable numbers of two features, larger than that between any two values of one."""


def _sortable(values: Features) -> npt.NDArray[np.int64]:
    """Return numbers that sort as 32-bit floats do: -2³¹ or more, and less than 2³¹."""
    bits = (values + np.float32(0)).view(np.int32).astype(np.int64)  # -0.0 is 0.0
    return bits ^ ((bits >> 31) & 0x7FFFFFFF)


@cache
def load_trees() -> TreeEnsemble:
    """Return the trees of the model."""
    return TreeEnsemble(msgspec.json.decode(MODEL.read_bytes(), type=Trees))


def sort_hits(scored: Sequence[Scored], search: ParsedSearch, language: str) -> list[Scored]:
    """Return documents in the order of hits, best first, as in `sort_by_score`; `language` is the user's."""
    return order_hits(scored, search, language, load_trees())


def order_hits(scored: Sequence[Scored], search: ParsedSearch, language: str, trees: TreeEnsemble) -> list[Scored]:
    """Return documents by score, the first of them in the order that trees give to them.

    Their scores are those that they are then sorted by.
    """
    by_score = sort_by_score(scored)
    first = by_score[:ORDERED_HITS]
    if len(first) < 2 or search.codes.first:  # the codes of a range have an order
        return by_score
    features = hit_features(first, search, language)
    values = features[:, _SCORE] + WEIGHT * trees.values(features)
    ceilings = np.where(features[:, _EXACT].any(axis=1), values, np.inf)
    values = np.minimum(values, np.minimum.accumulate(ceilings))  # equal values keep the order by score
    known = values.tolist()
    order = sorted(range(len(first)), key=lambda n: (_is_late(first[n]), -known[n]))
    rest = by_score[ORDERED_HITS:]
    score = known[order[0]] + _LESS
    scores = [score := min(score - _LESS, known[n]) for n in order]
    above = max(0.0, rest[0][1].score + _LESS - score) if rest else 0.0
    ordered = [(*first[n], new + above) for n, new in zip(order, scores, strict=True)]
    return [
        *(
            (document, HitScore(new, result.match, result.label, has_code=result.has_code))
            for document, result, new in ordered
        ),
        *rest,
    ]


_SCORE = FEATURES.index("score")
_EXACT = [FEATURES.index("has_exact_code"), FEATURES.index("is_called_so")]


def _is_late(scored: Scored) -> bool:
    """Return whether a document comes after all active ones: a retired one, unless the query is its code."""
    document, result = scored
    return not document.active and not result.has_code


def sort_by_score(scored: Sequence[Scored]) -> list[Scored]:
    """Return documents by score, best first, retired ones last but for those whose code is the query."""
    return sorted(
        scored,
        key=lambda each: (_is_late(each), -round(each[1].score, 3), len(each[0].notation), each[0].notation),
    )
