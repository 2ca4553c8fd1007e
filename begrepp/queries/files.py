"""The questions in `queries/`: one file each, words first (`#+` lines), then SPARQL.

`pages/` are what pages ask, `checks/` are asked of every build (a check answers with the faults it finds, and
one of severity *violation* stops the build), and `examples/` are the cookbook: questions that people ask, each
of which is a page, a REST address and a command. What may be changed in one is declared as

    #+ param_disease: {type: concept, scheme: onkologi, en: Disease, sv: Sjukdom}

and stands in the SPARQL as a line `VALUES ?disease { … }`, which holds the default (`UNDEF`: none), so that the
file is SPARQL as it stands and can be run by anyone who reads it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import yaml

from begrepp.errors import NotFound
from begrepp.records import Text
from begrepp.settings import ROOT

QUERIES = ROOT / "queries"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """What may be changed in a question: its name in the query, what kind of thing it is, and what it is called.

    Kinds: `concept`, `dataset`, `scheme` (their IRIs), and `code`, `version`, `words`, `number`, `date`, `choice`
    (literals). `default` is a SPARQL term, or empty where the question can be asked without a value.
    """

    name: str
    kind: str
    titles: Mapping[str, str]
    default: str
    scheme: str = ""
    options: tuple[str, ...] = ()

    def title(self, language: str) -> str:
        """What it is called in the reader's language."""
        return self.titles.get(language, self.titles["en"])


KINDS = ("concept", "dataset", "scheme", "code", "version", "words", "number", "date", "choice")
UNDEF = "UNDEF"


def place_of(name: str) -> re.Pattern[str]:
    """Where in a query the value of a parameter stands; the term is group 1."""
    return re.compile(rf"VALUES \?{name} \{{ (\S.*?) \}}")


@dataclass(frozen=True)
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

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """What may be changed in it, in the order of the file."""
        return tuple(self._parameter(key) for key in self.said if key.startswith("param_"))

    def _parameter(self, key: str) -> Parameter:
        name = key.removeprefix("param_")
        said: dict[str, Any] = yaml.safe_load(self.said[key])
        place = place_of(name).search(self.text)
        assert place, f"{self.name}.rq has no line 'VALUES ?{name} {{ … }}'"
        assert said["type"] in KINDS, f"{self.name}.rq: the parameter {name} is of no known type"
        return Parameter(
            name=name,
            kind=said["type"],
            titles={language: said[language] for language in ("en", "sv")},
            default="" if place[1] == UNDEF else place[1],
            scheme=said.get("scheme", ""),
            options=tuple(map(str, said.get("options", ()))),
        )

    @property
    def links(self) -> dict[str, str]:
        """Which column holds the IRI of what another names: `title=dataset, name=variable`."""
        pairs = [pair.partition("=") for pair in self.said.get("links", "").split(", ") if pair]
        return {words: iri for words, _, iri in pairs}

    @property
    def form(self) -> str:
        """Select, ask, construct or describe."""
        found = _FORM.search(self.text)
        return found[1].lower() if found else "select"


_FORM = re.compile(r"^\s*(SELECT|ASK|CONSTRUCT|DESCRIBE)\b", re.IGNORECASE | re.MULTILINE)


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


def example(name: str) -> Query:
    """The question of that name in the cookbook; raises `NotFound`."""
    path = QUERIES / "examples" / f"{name}.rq"
    if not re.fullmatch(r"[a-z0-9-]+", name) or not path.is_file():
        raise NotFound(f"There is no question '{name}'.", "The list of questions is at /queries.")
    return read_query(path)


def queries(folder: str) -> list[Query]:
    """All queries of a folder of `queries/`, in the order of their names."""
    return [read_query(path) for path in sorted((QUERIES / folder).glob("*.rq"))]
