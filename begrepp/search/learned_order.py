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
    """Regression trees as one array of nodes; a leaf is its own child on both sides.

    `roots` are the first nodes of the trees. A hit goes left if its feature is at most the threshold.
    """

    features: list[str]
    roots: list[int]
    feature: list[int]
    threshold: list[float]
    left: list[int]
    right: list[int]
    value: list[float]
    depth: int


class TreeEnsemble:
    """Trees that are evaluated for many hits at once."""

    def __init__(self, trees: Trees) -> None:
        if trees.features != [*FEATURES]:
            raise ValueError("the trees are for other features: run `python -m bench search-training`")
        self._roots = np.array(trees.roots, np.intp)
        self._feature = np.array(trees.feature, np.intp)
        self._threshold = np.array(trees.threshold, np.float32)
        self._children = np.stack([np.array(trees.left, np.intp), np.array(trees.right, np.intp)], axis=1).ravel()
        self._value = np.array(trees.value, np.float64)
        self._depth = trees.depth

    def values(self, features: Features) -> npt.NDArray[np.float64]:
        """Return the sum of all trees for each row of features."""
        hits, columns = features.shape
        flat = features.ravel()
        nodes = np.tile(self._roots, hits)
        starts = np.repeat(np.arange(hits) * columns, len(self._roots))
        for _ in range(self._depth):
            is_right = flat.take(starts + self._feature.take(nodes)) > self._threshold.take(nodes)
            nodes = self._children.take(2 * nodes + is_right)
        found: npt.NDArray[np.float64] = self._value.take(nodes).reshape(hits, -1).sum(axis=1)
        return found


@cache
def load_trees() -> TreeEnsemble:
    """Return the trees of the model."""
    return TreeEnsemble(msgspec.json.decode(MODEL.read_bytes(), type=Trees))


def sort_hits(scored: Sequence[Scored], search: ParsedSearch, language: str) -> list[Scored]:
    """Return documents in the order of hits, best first, retired ones last; `language` is the user's."""
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
    order = sorted(range(len(first)), key=lambda n: (not first[n][0].active, -known[n]))
    rest = by_score[ORDERED_HITS:]
    score = known[order[0]] + _LESS
    scores = [score := min(score - _LESS, known[n]) for n in order]
    above = max(0.0, rest[0][1].score + _LESS - score) if rest else 0.0
    ordered = [(*first[n], new + above) for n, new in zip(order, scores, strict=True)]
    return [*((document, HitScore(new, result.match, result.label)) for document, result, new in ordered), *rest]


_SCORE = FEATURES.index("score")
_EXACT = [FEATURES.index("has_exact_code"), FEATURES.index("is_called_so")]


def sort_by_score(scored: Sequence[Scored]) -> list[Scored]:
    """Return documents by score, best first, retired ones last."""
    return sorted(
        scored,
        key=lambda each: (not each[0].active, -round(each[1].score, 3), len(each[0].notation), each[0].notation),
    )
