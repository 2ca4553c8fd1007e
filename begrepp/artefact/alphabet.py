"""The concepts of each code system in the order of their names, letter by letter: worked out once, in the build.

A file for each language of the interface, as columns; a page of a letter is read from it without the rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from begrepp.rdf.frames import empty_frame, select_properties
from begrepp.rdf.iris import Iris
from begrepp.rdf.ntriples import name
from begrepp.rdf.sorted_files import parse_literal
from begrepp.settings import LANGUAGES, languages_for
from begrepp.text.swedish import NO_LETTER, index_letter, sort_key

_GROUP = 20_000
_COLUMNS = ("concept", "notation", "name", "lang", "active")


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexEntry:
    """A concept in the index; `lang` is the language of its name, empty where it has none."""

    concept: str
    notation: str
    name: str
    lang: str
    active: bool


class Alphabet:
    """Orders the concepts that it reads of the current view (a reader of `begrepp.build.view_scan`)."""

    _PROPERTIES = ("skos:prefLabel", "skos:notation", "skos:inScheme", "begrepp:status")

    def __init__(self, base: str) -> None:
        self._schemes = Iris(base).scheme("")
        self._said = {each: [empty_frame("subject", "rest")] for each in self._PROPERTIES}

    def add(self, said: pl.DataFrame) -> None:
        """Keep what is said of concepts, all lines of a subject at once."""
        for each, kept in self._said.items():
            kept.append(select_properties(said, each))

    def write(self, folder: Path) -> None:
        """Write the order in each language into the build's folder."""
        labels, notations, schemes, statuses = map(pl.concat, self._said.values())
        id_ = pl.col("rest").str.extract(rf"^<{self._schemes}([^/>]+)> \.$")
        inactive = statuses.filter(pl.col("rest") == f"{name('begrepp:inactive')} .")
        texts = labels["rest"].str.extract_groups(r'^"(?<name>.*)"(?:@(?<lang>[\w-]+))? \.$').struct.unnest()
        concepts = (
            schemes.select("subject", scheme=id_)
            .drop_nulls()
            .join(
                notations.select("subject", notation=_unescaped(notations["rest"].str.extract(r'^"(.*)"'))),
                on="subject",
            )
            .join(
                labels.select("subject").with_columns(_unescaped(texts["name"]), texts["lang"].fill_null("")),
                on="subject",
            )
            .with_columns(active=~pl.col("subject").is_in(inactive["subject"].implode()))
        )
        for language in LANGUAGES:
            _ordered(concepts, language).write_parquet(path_of(folder, language), row_group_size=_GROUP)


def path_of(folder: Path, language: str) -> Path:
    """Where the order in a language lies in a build."""
    return folder / f"alphabet.{language}.parquet"


def letters_of(folder: Path, scheme: str, language: str) -> Mapping[str, int]:
    """The letters of a code system in Swedish order, with the number of names under each."""
    counts = _index(folder, scheme, language).group_by("letter").len().collect().iter_rows()
    return dict(sorted(counts, key=lambda pair: (pair[0] == NO_LETTER, sort_key(pair[0]))))


def entries_of(folder: Path, scheme: str, language: str, letter: str, offset: int, most: int) -> Sequence[IndexEntry]:
    """The names under a letter, from one of them on."""
    here = _index(folder, scheme, language).filter(pl.col("letter") == letter).slice(offset, most)
    return [IndexEntry(**row) for row in here.select(_COLUMNS).collect().iter_rows(named=True)]


def _index(folder: Path, scheme: str, language: str) -> pl.LazyFrame:
    """In a language of the interface that the build does not know, the order is that of the first it knows."""
    path = path_of(folder, language)
    found = path if path.exists() else path_of(folder, LANGUAGES[0])
    return pl.scan_parquet(found).filter(pl.col("scheme") == scheme)


def _unescaped(texts: pl.Series) -> pl.Series:
    """What is meant, of literals without their quotation marks; few have anything to unescape."""
    escaped = texts.str.contains("\\", literal=True)
    meant = {text: parse_literal(f'"{text}"').value for text in texts.filter(escaped)}
    return texts.replace(meant) if meant else texts


def _ordered(concepts: pl.DataFrame, language: str) -> pl.DataFrame:
    """Each concept with one name: in the language, else in another of ours, else in any."""
    order = languages_for(language)
    rank = pl.col("lang").replace_strict({lang: place for place, lang in enumerate(order)}, default=len(order))
    named = (
        concepts.with_columns(rank=rank, length=pl.col("name").str.len_chars())
        .sort("rank", "lang", "length", "name", descending=[False, False, True, False])
        .unique(["scheme", "subject"], keep="first")
    )
    first = named["name"].str.strip_chars().str.slice(0, 1)
    letters = {each: index_letter(each) for each in first.unique()}
    return (
        named.with_columns(
            concept=pl.col("subject").str.slice(1, pl.col("subject").str.len_chars() - 2),
            letter=first.replace_strict(letters, return_dtype=pl.String),
            place=pl.Series(map(sort_key, named["name"]), dtype=pl.String),
            code=pl.Series(map(sort_key, named["notation"]), dtype=pl.String),
        )
        .sort("scheme", "place", "code", "concept")
        .select("scheme", "letter", *_COLUMNS)
    )
