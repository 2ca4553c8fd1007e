"""The questions in `queries/`: one file each, words first (`#+` lines), then SPARQL.

`pages/` are what pages ask, `examples/` are for people to start from, `checks/` are asked of every build:
a check answers with the faults it finds, and one of severity *violation* stops the build.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pyoxigraph import QuerySolutions

from begrepp.records import Text
from begrepp.settings import ROOT
from begrepp.store import DiskStore

QUERIES = ROOT / "queries"
EXAMPLES_KEPT = 10


@dataclass(frozen=True, slots=True)
class Query:
    """A query file: what its `#+` lines say, by key (`title`, `title_sv`, `summary`, `severity`), and its SPARQL."""

    name: str
    said: Mapping[str, str]
    text: str

    @property
    def title(self) -> str:
        """The question in English."""
        return self.said.get("title", self.name)

    @property
    def summary(self) -> str:
        """What the answer holds, in English."""
        return self.said.get("summary", "")

    def words(self, key: str, language: str) -> Text:
        """The title or summary in the reader's language, else in English."""
        if translated := self.said.get(f"{key}_{language}"):
            return Text(translated, language)
        return Text(self.said.get(key, ""), "en")


@cache
def read_query(path: Path) -> Query:
    """A query file with what its `#+` lines say; a line without a key goes on with the one before."""
    lines = path.read_text(encoding="utf-8").splitlines()
    said: dict[str, str] = {}
    key = ""
    for line in lines:
        if not line.startswith("#+"):
            continue
        words = line.removeprefix("#+").strip()
        name, colon, value = words.partition(":")
        if colon and name.isidentifier():
            key, said[name] = name, value.strip().strip('"')
        elif key:
            said[key] += f" {words}"
    text = "\n".join(line for line in lines if not line.startswith("#+")).strip() + "\n"
    return Query(path.stem, said, text)


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
                title=query.title,
                severity=query.said["severity"],
                count=count,
                examples=tuple(examples),
            )
