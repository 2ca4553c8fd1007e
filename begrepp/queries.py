"""The questions in `queries/`: one file each, words first (`#+` lines), then SPARQL.

`pages/` are what pages ask, `examples/` are for people to start from, `checks/` are asked of every build:
a check answers with the faults it finds, and one of severity *violation* stops the build.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pyoxigraph import QuerySolutions

from begrepp.settings import ROOT
from begrepp.store import DiskStore

QUERIES = ROOT / "queries"
EXAMPLES_KEPT = 10


@dataclass(frozen=True, slots=True)
class Query:
    """A query file: its words by key (`title`, `title_sv`, `summary`, `severity`) and its SPARQL."""

    name: str
    words: dict[str, str]
    text: str

    def title(self, language: str = "en") -> str:
        """The question in a language, English where there is no other."""
        return self.words.get(f"title_{language}") or self.words.get("title", self.name)


@cache
def read_query(path: Path) -> Query:
    """A query file with what its `#+` lines say."""
    words: dict[str, str] = {}
    lines = path.read_text(encoding="utf-8").splitlines()
    for line in lines:
        if line.startswith("#+"):
            key, _, value = line.removeprefix("#+").partition(":")
            words[key.strip()] = value.strip()
    text = "\n".join(line for line in lines if not line.startswith("#+")).strip() + "\n"
    return Query(path.stem, words, text)


def queries(folder: str) -> list[Query]:
    """All queries of a folder of `queries/`, in the order of their names."""
    return [read_query(path) for path in sorted((QUERIES / folder).glob("*.rq"))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a check found in the current view: how many faults, and the first of them."""

    check: str
    title: str
    severity: str
    count: int
    examples: tuple[str, ...]


def run_checks(store: DiskStore) -> Iterator[Finding]:
    """Ask every check of a store; those that find nothing are left out."""
    for query in queries("checks"):
        answer = store.query(query.text)
        assert isinstance(answer, QuerySolutions)
        count = 0
        examples: list[str] = []
        for row in answer:
            count += 1
            if count <= EXAMPLES_KEPT:
                examples.append(" ".join(str(getattr(term, "value", term)) for term in row if term))
        if count:
            yield Finding(
                check=query.name,
                title=query.title(),
                severity=query.words["severity"],
                count=count,
                examples=tuple(examples),
            )
