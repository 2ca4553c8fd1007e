"""Training of the learned order of search hits: `python -m bench search-training DATA`.

The judged sets that have been read are asked in the national build in DATA. First each set is scored with trees that
were trained on the others, beside the order by score; then the trees of all sets are written to
`begrepp/search/learned_order.json`. LambdaMART: C. Burges, From RankNet to LambdaRank to LambdaMART, 2010.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from begrepp.artefact.manifest import current_build
from begrepp.rdf.iris import Iris
from begrepp.search import TextIndex
from begrepp.search.hit_features import FEATURES, Features, hit_features
from begrepp.search.hits import hit
from begrepp.search.learned_order import MODEL, ORDERED_HITS, TreeEnsemble, Trees, order_hits, sort_by_score
from begrepp.search.query_parser import ParsedSearch
from begrepp.search.ranking import Ranker
from begrepp.search.relatives import Scored
from begrepp.settings import Settings
from bench.search_quality import DEPTH, JUDGED, Judged, evaluate, index_search, mean, read_judged, reference

_PARAMETERS = {
    "objective": "lambdarank",
    "num_leaves": 31,
    "max_depth": 8,
    "min_data_in_leaf": 80,
    "learning_rate": 0.05,
    "label_gain": [0, 1, 2, 5],
    "lambdarank_truncation_level": 15,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "feature_fraction": 0.7,
    "deterministic": True,
    "num_threads": 1,
    "seed": 3,
    "verbose": -1,
}
_TREES = 450


@dataclass(frozen=True, slots=True)
class _Example:
    """The features of the hits of a judged query, and their grades."""

    features: Features
    grades: list[int]


def run(data: Path) -> None:
    """Print the scores of each set with the trees of the others, and write the trees of all sets."""
    settings = Settings(data=data)
    path, iris = current_build(settings) / "index", Iris(settings.base)
    sets = {file.stem: read_judged(file) for file in sorted(JUDGED.parent.glob("judged*.tsv"))}
    examples = {name: [*_examples(path, iris, judged)] for name, judged in sets.items()}
    print(f"{'set':<16}{'queries':>8}   nDCG@10, MRR, P@1 by score and with the trees of the other sets")
    for name, judged in sets.items():
        others = [each for other, found in examples.items() if other != name for each in found]
        learned = partial(order_hits, trees=TreeEnsemble(_train(others)))
        by_score = _scores(TextIndex(path, lambda scored, *_: sort_by_score(scored)), iris, judged)
        print(
            f"{name:<16}{len(judged):>8}   {by_score}   {_scores(TextIndex(path, learned), iris, judged)}", flush=True
        )
    MODEL.write_bytes(msgspec.json.encode(_train([each for found in examples.values() for each in found])) + b"\n")


def _scores(index: TextIndex, iris: Iris, judged: Iterable[Judged]) -> str:
    scores = evaluate(index_search(index, iris), judged)
    means = (
        mean(s.ndcg for s in scores),
        mean(s.reciprocal_rank for s in scores),
        mean(s.first_is_meant for s in scores),
    )
    return " ".join(f"{each:.4f}" for each in means)


def _examples(path: Path, iris: Iris, judged: Iterable[Judged]) -> Iterator[_Example]:
    """Yield the examples of judged queries that find something."""
    found: list[_Example] = []
    asked: Judged

    def record(scored: Sequence[Scored], search: ParsedSearch, language: str) -> list[Scored]:
        by_score = sort_by_score(scored)
        first = by_score[:ORDERED_HITS]
        ranker = Ranker(search, language, index.scheme_sizes)
        grades = asked.grades_of([reference(hit(ranker, *each, language), iris) for each in first])
        found.append(_Example(hit_features(first, search, language), grades))
        return by_score

    index = TextIndex(path, record)
    for asked in judged:
        index.search(asked.query, limit=DEPTH)
    yield from (each for each in found if each.grades)


def _train(examples: Sequence[_Example]) -> Trees:
    import lightgbm  # noqa: PLC0415 - only needed to train

    rows = lightgbm.Dataset(
        np.vstack([each.features for each in examples]),
        label=np.concatenate([each.grades for each in examples]),
        group=[len(each.grades) for each in examples],
    )
    booster = lightgbm.train(_PARAMETERS, rows, num_boost_round=_TREES)
    trees = _read_trees([tree["tree_structure"] for tree in booster.dump_model()["tree_info"]])
    features = np.vstack([each.features for each in examples])
    assert np.allclose(TreeEnsemble(trees).values(features), booster.predict(features), atol=2e-3)
    return trees


def _single(threshold: float) -> float:
    """Return the largest 32-bit float that is at most a threshold, so that the same features go left."""
    nearest = np.float32(threshold)
    if float(nearest) > threshold:
        nearest = np.nextafter(nearest, np.float32(-np.inf))
    return float(f"{nearest:.9g}")  # nine digits tell each 32-bit float apart


def _read_trees(structures: Iterable[dict[str, Any]]) -> Trees:
    """Return the trees of a model as arrays."""
    roots = list[int]()
    nodes = list[tuple[int, float, int, int, float]]()

    def add(node: dict[str, Any]) -> int:
        place = len(nodes)
        nodes.append((0, 0.0, place, place, round(node.get("leaf_value", 0.0), 5)))
        if "split_feature" in node:
            left, right = add(node["left_child"]), add(node["right_child"])
            nodes[place] = (node["split_feature"], _single(node["threshold"]), left, right, 0.0)
        return place

    for structure in structures:
        roots.append(add(structure))
    feature, threshold, left, right, value = map(list, zip(*nodes, strict=True))
    return Trees(
        features=[*FEATURES],
        roots=roots,
        feature=feature,
        threshold=threshold,
        left=left,
        right=right,
        value=value,
    )
