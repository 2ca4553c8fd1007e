"""Search quality: judged queries scored by nDCG@10 and MRR, worst first.

The judgements lie in `tests/begrepp/search/judged.tsv`: a query, a tab, and what it should find, each with a grade from
1 (related) to 3 (what is meant). They were written from the publishers' lists before the ranking was.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path

from begrepp.artefact.manifest import current_build
from begrepp.rdf.iris import Iris
from begrepp.search import Hit, TextIndex
from begrepp.settings import ROOT, Settings

JUDGED = ROOT / "tests" / "begrepp" / "search" / "judged.tsv"
DEPTH = 10


@dataclass(frozen=True)
class Judged:
    """A query and its judgements: references such as `icd-10-se:C50.*` with grades."""

    query: str
    grades: dict[str, int]

    def grade(self, reference: str) -> int:
        """Return the grade of a hit; the most specific reference counts."""
        if reference in self.grades:
            return self.grades[reference]
        return max((g for pattern, g in self.grades.items() if fnmatchcase(reference, pattern)), default=0)

    @cached_property
    def named(self) -> list[int]:
        """Grades of references without a wildcard."""
        return [grade for reference, grade in self.grades.items() if not set("*?") & set(reference)]


@dataclass(frozen=True, slots=True)
class Scored:
    """A query, its scores and its hits."""

    judged: Judged
    ndcg: float
    reciprocal_rank: float
    found: tuple[str, ...]


def read_judged(path: Path = JUDGED) -> list[Judged]:
    """Return the judged queries."""
    lines = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines() if line[:1] != "#")
    return [Judged(query, dict(_grades(answers))) for query, answers in lines]


def _grades(answers: str) -> Iterator[tuple[str, int]]:
    for answer in answers.split():
        reference, _, grade = answer.rpartition("=")
        yield reference, int(grade)


def reference(hit: Hit, iris: Iris) -> str:
    """Return the reference of a hit as in judgements: `icd-10-se:C50.9`, `dataset:nkbc`, `var:nkbc/d_her2`."""
    if hit.kind == "dataset":
        return "dataset:" + hit.iri.removeprefix(iris.dataset(""))
    if hit.kind == "variable":
        return f"var:{hit.iri.removeprefix(iris.dataset('')).partition('/')[0]}/{hit.notation}"
    scheme = (hit.iri if hit.kind == "scheme" else hit.scheme).removeprefix(iris.scheme(""))
    return f"scheme:{scheme}" if hit.kind == "scheme" else f"{scheme}:{hit.notation}"


def score(judged: Judged, found: Sequence[str]) -> Scored:
    """Return nDCG@10 with gain 2^grade - 1, and the reciprocal rank of the first hit with grade 3."""
    grades = [judged.grade(each) for each in found[:DEPTH]]
    ideal = sorted([*judged.named, *(g for each, g in zip(found, grades, strict=False) if each not in judged.grades)])
    best = _gain(reversed(ideal[-DEPTH:]))
    first = next((rank for rank, grade in enumerate(grades, 1) if grade == 3), 0)
    return Scored(judged, _gain(grades) / best if best else 0.0, 1 / first if first else 0.0, tuple(found))


def _gain(grades: Iterable[int]) -> float:
    return sum((2.0**grade - 1) / math.log2(rank + 1) for rank, grade in enumerate(grades, 1))


def evaluate(index: TextIndex, iris: Iris) -> list[Scored]:
    """Run every judged query; return the scores, worst first."""
    scores = [
        score(judged, [reference(hit, iris) for hit in index.search(judged.query, limit=DEPTH)[1]])
        for judged in read_judged()
    ]
    return sorted(scores, key=lambda s: (s.ndcg, s.judged.query))


def mean(values: Iterable[float]) -> float:
    """Return the mean."""
    kept = list(values)
    return sum(kept) / len(kept)


def run(data: Path) -> None:
    """Score the build in DATA."""
    settings = Settings(data=data)
    scores = evaluate(TextIndex(current_build(settings) / "index"), Iris(settings.base))
    print(f"{len(scores)} queries, nDCG@10 {mean(s.ndcg for s in scores):.3f}, ", end="")
    print(f"MRR {mean(s.reciprocal_rank for s in scores):.3f}\n\nThe ten worst:")
    for each in scores[:DEPTH]:
        print(f"{each.ndcg:.2f}  {each.judged.query}: {', '.join(each.found[:5]) or 'nothing'}")
