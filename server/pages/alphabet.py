"""The alphabetical index of a code system: its concepts by their names, letter by letter, in Swedish order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import polars as pl
from pyoxigraph import NamedNode, QueryResultsFormat

from begrepp.namespaces import expand
from begrepp.records import Text
from begrepp.settings import LANGUAGES
from begrepp.swedish import sort_key
from server.addresses import document
from server.catalogue import SchemeFacts
from server.names import Ref
from server.pages.paging import Paged
from server.questions import select
from server.state import Build

PAGE = 200
OTHER = "#"
"""The letter of names that begin with none."""

_LAST = {"Å": "Å", "Ä": "Ä", "Æ": "Ä", "Ö": "Ö", "Ø": "Ö"}


@dataclass(frozen=True, slots=True, kw_only=True)
class AlphabetPage(Paged):
    """The names under one letter, and how many there are under each."""

    size: ClassVar[int] = PAGE
    scheme: SchemeFacts
    letter: str
    letters: Mapping[str, int]
    rows: Sequence[Ref]
    total: int
    offset: int


def alphabet_page(build: Build, scheme: SchemeFacts, language: str, *, letter: str, offset: int) -> AlphabetPage:
    """The page of a letter; of the first that there is, where none is asked for."""
    names = build.kept_names.get(scheme.iri, language)
    if names is None:
        names = _names(build, scheme, language)
        build.kept_names.keep(scheme.iri, language, names)
    counts = dict(names["letter"].value_counts().iter_rows())
    letters = dict(sorted(counts.items(), key=lambda pair: (pair[0] == OTHER, sort_key(pair[0]))))
    if letter not in letters:
        letter = next(iter(letters), "")
    here = names.filter(pl.col("letter") == letter)
    return AlphabetPage(
        scheme=scheme,
        letter=letter,
        letters=letters,
        rows=[
            Ref(
                iri=row["concept"],
                href=document(build.iris, row["concept"], scheme.id, row["notation"]),
                label=Text(row["name"], row["lang"] or ""),
                notation=row["notation"],
                scheme=scheme.id,
                active=row["active"],
            )
            for row in here[offset : offset + PAGE].iter_rows(named=True)
        ],
        total=len(here),
        offset=offset,
    )


def _names(build: Build, scheme: SchemeFacts, language: str) -> pl.DataFrame:
    """Every concept with one name, in order: columns, since Snomed CT has hundreds of thousands."""
    answer = select(build.store_of(scheme.id), "scheme-names", scheme=NamedNode(scheme.iri))
    said = pl.read_csv(answer.serialize(format=QueryResultsFormat.CSV) or b"", infer_schema=False)
    order = [language, *(other for other in LANGUAGES if other != language)]
    rank = pl.col("lang").replace_strict({lang: place for place, lang in enumerate(order)}, default=len(order))
    named = (
        said.with_columns(rank=rank, length=pl.col("name").str.len_chars())
        .sort("rank", "lang", "length", "name", descending=[False, False, True, False])
        .unique("concept", keep="first")
    )
    first = named["name"].str.strip_chars().str.slice(0, 1).fill_null("")
    letters = {each: letter_of(each) for each in first.unique()}
    return (
        named.with_columns(
            letter=first.replace_strict(letters, return_dtype=pl.String),
            active=pl.col("status").ne_missing(expand("begrepp:inactive")),
            place=pl.Series(map(sort_key, named["name"])),
            code=pl.Series(map(sort_key, named["notation"])),
        )
        .sort("place", "code", "concept")
        .select("concept", "notation", "name", "lang", "active", "letter")
    )


def letter_of(name: str) -> str:
    """The letter that a name stands under: å, ä and ö are letters of their own, other marks are taken off."""
    first = name.strip()[:1].upper()
    plain = _LAST.get(first) or sort_key(first)[:1].upper()
    return plain if "A" <= plain <= "Z" or plain in _LAST else OTHER
