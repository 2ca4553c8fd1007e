"""The questions that pages ask of the graph: one file each in `queries/pages/`, their input put in and asked.

A query takes its input in a line `VALUES ?name { UNDEF }`, so that the file is SPARQL as it stands
and can be run unbound by anyone who reads it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pyoxigraph import Literal, NamedNode, QueryBoolean, QuerySolution, QuerySolutions, QueryTriples, Triple

from begrepp.records import Text
from begrepp.settings import ROOT
from begrepp.store import DiskStore

PAGES = ROOT / "queries" / "pages"
EXAMPLES = ROOT / "queries" / "examples"

Input = NamedNode | Literal


@dataclass(frozen=True, slots=True)
class Query:
    """A query file: its title and summary in words, and its SPARQL.

    `#+ title_sv:` and `#+ summary_sv:` say the same in another language.
    """

    name: str
    title: str
    summary: str
    text: str
    said: Mapping[str, str]

    def words(self, key: str, language: str) -> Text:
        """The title or summary in the reader's language, else in English."""
        if translated := self.said.get(f"{key}_{language}"):
            return Text(translated, language)
        return Text(self.said.get(key, ""), "en")


@cache
def read_query(path: Path) -> Query:
    """A query file with what its `#+` lines say."""
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
    return Query(path.stem, said.get("title", path.stem), said.get("summary", ""), text, said)


def examples() -> list[Query]:
    """The example queries, in the order of their file names."""
    return [read_query(path) for path in sorted(EXAMPLES.glob("*.rq"))]


def bound(name: str, **inputs: Iterable[Input] | Input) -> str:
    """The text of a page's query with its input in place."""
    text = read_query(PAGES / f"{name}.rq").text
    for variable, given in inputs.items():
        values = [given] if isinstance(given, NamedNode | Literal) else list(given)
        place = f"VALUES ?{variable} {{ UNDEF }}"
        assert place in text, f"{name}.rq has no line '{place}'"
        text = text.replace(place, f"VALUES ?{variable} {{ {' '.join(map(str, values))} }}")
    return text


def select(store: DiskStore, name: str, **inputs: Iterable[Input] | Input) -> Iterator[QuerySolution]:
    """The rows that answer a SELECT."""
    answer = store.query(bound(name, **inputs))
    assert isinstance(answer, QuerySolutions)
    return answer


def construct(store: DiskStore, name: str, **inputs: Iterable[Input] | Input) -> Iterator[Triple]:
    """The triples that answer a CONSTRUCT."""
    answer = store.query(bound(name, **inputs))
    assert isinstance(answer, QueryTriples)
    return answer


def ask(store: DiskStore, name: str, **inputs: Iterable[Input] | Input) -> bool:
    """Whether it is so."""
    answer = store.query(bound(name, **inputs))
    assert isinstance(answer, QueryBoolean)
    return bool(answer)


def value(row: QuerySolution, name: str) -> str:
    """The text or IRI of a variable, empty where it has none."""
    term = row[name]
    return str(getattr(term, "value", "")) if term is not None else ""
