"""Search quality: judged queries scored by nDCG@10, MRR, P@1 and the share without hits, by type of query.

A judged set is a table with the columns `type`, `query` and `answers`: what the query should find, each with a grade
from 1 (related) to 3 (what is meant). The sets lie in `tests/begrepp/search/`; `docs/search-quality.md` says who wrote
them and when.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
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
_ALL = "all"


Search = Callable[[str], Sequence[str]]
"""Returns the references of the first hits of a query, best first."""


@dataclass(frozen=True)
class Judged:
    """A query and its judgements: references such as `icd-10-se:C50.*` with grades."""

    query: str
    grades: dict[str, int]
    type: str = ""

    def grade(self, reference: str) -> int:
        """Return the grade of a hit; the most specific reference counts."""
        if reference in self.grades:
            return self.grades[reference]
        return max((g for pattern, g in self.grades.items() if fnmatchcase(reference, pattern)), default=0)

    def grades_of(self, references: Sequence[str]) -> list[int]:
        """Return the grades of hits in order; a reference counts where it stands first.

        The same variable of several years has one reference.
        """
        return [self.grade(each) if each not in references[:place] else 0 for place, each in enumerate(references)]

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

    @property
    def first_is_meant(self) -> bool:
        """Whether the first hit has grade 3."""
        return self.reciprocal_rank == 1.0


def read_judged(path: Path = JUDGED) -> list[Judged]:
    """Return the judged queries of a table."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [Judged(row["query"], dict(_grades(row["answers"])), row["type"]) for row in rows]


def _grades(answers: str) -> Iterator[tuple[str, int]]:
    for answer in answers.split():
        reference, _, grade = answer.rpartition("=")
        yield reference, int(grade)


def reference(hit: Hit, iris: Iris) -> str:
    """Return the reference of a hit as in judgements: `icd-10-se:C50.9`, `dataset:nkbc`, `variable:nkbc/d_her2`."""
    if hit.kind == "dataset":
        return "dataset:" + hit.iri.removeprefix(iris.dataset(""))
    if hit.kind == "variable":
        return f"variable:{hit.iri.removeprefix(iris.dataset('')).partition('/')[0]}/{hit.notation}"
    scheme = (hit.iri if hit.kind == "scheme" else hit.scheme).removeprefix(iris.scheme(""))
    return f"scheme:{scheme}" if hit.kind == "scheme" else f"{scheme}:{hit.notation}"


def score(judged: Judged, found: Sequence[str]) -> Scored:
    """Return nDCG@10 with gain 2^grade - 1, and the reciprocal rank of the first hit with grade 3."""
    first_hits = found[:DEPTH]
    grades = judged.grades_of(first_hits)
    matched = (grade for each, grade in zip(first_hits, grades, strict=True) if each not in judged.grades)
    ideal = sorted([*judged.named, *matched])
    best = _gain(reversed(ideal[-DEPTH:]))
    first = next((rank for rank, grade in enumerate(grades, 1) if grade == 3), 0)
    return Scored(judged, _gain(grades) / best if best else 0.0, 1 / first if first else 0.0, tuple(found))


def _gain(grades: Iterable[int]) -> float:
    return sum((2.0**grade - 1) / math.log2(rank + 1) for rank, grade in enumerate(grades, 1))


def evaluate(search: Search, judged: Iterable[Judged]) -> list[Scored]:
    """Run judged queries; return the scores, worst first. `search` returns the references of the first hits."""
    return sorted((score(each, search(each.query)) for each in judged), key=lambda s: (s.ndcg, s.judged.query))


def index_search(index: TextIndex, iris: Iris) -> Search:
    """Return a function that searches an index as the search page does."""
    return lambda query: [reference(hit, iris) for hit in index.search(query, limit=DEPTH)[1]]


def mean(values: Iterable[float]) -> float:
    """Return the mean."""
    kept = list(values)
    return sum(kept) / len(kept)


def report(scores: Sequence[Scored]) -> Iterator[str]:
    """Yield the lines of a table by type, all queries last; no line shows a query."""
    yield f"{'type':<12}{'queries':>8}{'nDCG@10':>9}{'MRR':>7}{'P@1':>7}{'none':>7}"
    for each in [*dict.fromkeys(s.judged.type for s in scores), _ALL]:
        kept = [s for s in scores if each in (_ALL, s.judged.type)]
        yield (
            f"{each:<12}{len(kept):>8}{mean(s.ndcg for s in kept):>9.3f}{mean(s.reciprocal_rank for s in kept):>7.3f}"
            f"{mean(s.first_is_meant for s in kept):>7.3f}{mean(not s.found for s in kept):>7.3f}"
        )


def run(data: Path, *tables: str) -> None:
    """Score the build in DATA on the judged sets, or on the tables named; queries of tables are not shown."""
    settings = Settings(data=data)
    search = index_search(TextIndex(current_build(settings) / "index"), Iris(settings.base))
    for path in map(Path, tables) if tables else sorted(JUDGED.parent.glob("judged*.tsv")):
        scores = evaluate(search, read_judged(path))
        print(f"{path.name}", *report(scores), sep="\n")
        if not tables:
            print("\nThe ten worst:")
            for each in scores[:DEPTH]:
                print(f"{each.ndcg:.2f}  {each.judged.query}: {', '.join(each.found[:5]) or 'nothing'}")
