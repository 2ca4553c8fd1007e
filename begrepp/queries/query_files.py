"""Parser of query files (`queries/**/*.rq`): metadata in `#+` lines, then SPARQL.

`pages/` holds the queries of pages; `checks/` those that are run on every build (each row of a result is a fault, a
check of severity *violation* stops the build, and one with `when` is run only where that pattern matches);
`examples/` the cookbook, where each query is a page, a REST address and a command. A parameter is declared as

    #+ param_disease: {type: concept, scheme: onkologi, en: Disease, sv: Sjukdom}

and is a line `VALUES ?disease { … }` in the SPARQL, which holds the default (`UNDEF`: none), so that every file can be
run unchanged.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from begrepp.errors import NotFound
from begrepp.records import Text
from begrepp.settings import ROOT

QUERIES_DIR = ROOT / "queries"


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryParameter:
    """A parameter of a query: the variable name, the kind of value, and titles by language.

    Kinds: `concept`, `dataset`, `scheme` (IRIs), and `code`, `version`, `words`, `number`, `date`, `choice`
    (literals). `default` is a SPARQL term, or empty if the query can be run without a value.
    """

    name: str
    kind: str
    titles: Mapping[str, str]
    default: str
    scheme: str = ""
    options: tuple[str, ...] = ()

    def title(self, language: str) -> str:
        """Return the title in a language, otherwise in English."""
        return self.titles.get(language, self.titles["en"])


PARAMETER_KINDS = ("concept", "dataset", "scheme", "code", "version", "words", "number", "date", "choice")
UNDEF = "UNDEF"


def values_pattern(name: str) -> re.Pattern[str]:
    """Return a pattern for the VALUES clause of a parameter; group 1 is the term."""
    return re.compile(rf"VALUES \?{name} \{{ (\S.*?) \}}")


@dataclass(frozen=True)
class Query:
    """A query file: its `#+` metadata by key (`title`, `title_sv`, `summary`, `severity`), and its SPARQL."""

    name: str
    metadata: Mapping[str, str]
    text: str

    @property
    def title(self) -> str:
        """The title in English."""
        return self.metadata.get("title", self.name)

    @property
    def summary(self) -> str:
        """The description of the result in English."""
        return self.metadata.get("summary", "")

    def translated(self, key: str, language: str) -> Text:
        """Return a metadata text (`title`, `summary`) in a language, otherwise in English."""
        if translated := self.metadata.get(f"{key}_{language}"):
            return Text(translated, language)
        return Text(self.metadata.get(key, ""), "en")

    @cached_property
    def parameters(self) -> tuple[QueryParameter, ...]:
        """The parameters, in the order of the file."""
        return tuple(self._parameter(key) for key in self.metadata if key.startswith("param_"))

    def _parameter(self, key: str) -> QueryParameter:
        import yaml  # noqa: PLC0415  # the queries of pages have no parameters

        name = key.removeprefix("param_")
        declaration: dict[str, Any] = yaml.safe_load(self.metadata[key])
        values = values_pattern(name).search(self.text)
        assert values, f"{self.name}.rq has no line 'VALUES ?{name} {{ … }}'"
        assert declaration["type"] in PARAMETER_KINDS, f"{self.name}.rq: the parameter {name} is of no known type"
        return QueryParameter(
            name=name,
            kind=declaration["type"],
            titles={language: declaration[language] for language in ("en", "sv")},
            default="" if values[1] == UNDEF else values[1],
            scheme=declaration.get("scheme", ""),
            options=tuple(map(str, declaration.get("options", ()))),
        )

    @property
    def links(self) -> dict[str, str]:
        """The column of the IRI for each column of names: `title=dataset, name=variable`."""
        pairs = [pair.partition("=") for pair in self.metadata.get("links", "").split(", ") if pair]
        return {name: iri for name, _, iri in pairs}

    @property
    def form(self) -> str:
        """The query form: `select`, `ask`, `construct` or `describe`."""
        match = _QUERY_FORM.search(self.text)
        return match[1].lower() if match else "select"


_QUERY_FORM = re.compile(r"^\s*(SELECT|ASK|CONSTRUCT|DESCRIBE)\b", re.IGNORECASE | re.MULTILINE)


@cache
def read_query(path: Path) -> Query:
    """Read a query file; a `#+` line without a key continues the line before it."""
    lines = path.read_text(encoding="utf-8").splitlines()
    metadata: dict[str, str] = {}
    key = ""
    for line in lines:
        if not line.startswith("#+"):
            continue
        content = line.removeprefix("#+").strip()
        name, colon, value = content.partition(":")
        if colon and name.isidentifier():
            key, metadata[name] = name, value.strip().strip('"')
        elif key:
            metadata[key] += f" {content}"
    text = "\n".join(line for line in lines if not line.startswith("#+")).strip() + "\n"
    return Query(path.stem, metadata, text)


def get_example(name: str) -> Query:
    """Return the cookbook query of that name; raises `NotFound`."""
    path = next((path for path in (QUERIES_DIR / "examples").glob("*.rq") if path.stem == name), None)
    if path is None:
        raise NotFound(f"There is no query '{name}'.", "See /queries for the list of queries.")
    return read_query(path)


def read_queries(folder: str) -> list[Query]:
    """Read all queries of a folder of `queries/`, in order of name."""
    return [read_query(path) for path in sorted((QUERIES_DIR / folder).glob("*.rq"))]
