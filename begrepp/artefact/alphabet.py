"""Alphabetical index: the concepts of each code system in the order of their names, written once in the build.

There is one Parquet file for each language of the interface; the page of a letter reads only its rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from begrepp import lazy_polars as pl
from begrepp.artefact.code_texts import LAST_DAY, write_code_texts
from begrepp.rdf.frames import TripleBlock, empty_frame, unescape_texts
from begrepp.rdf.iris import Iris
from begrepp.records import language_rank
from begrepp.settings import LANGUAGES, languages_for
from begrepp.text.swedish import NO_LETTER, index_letter, sort_key

_ROW_GROUP_SIZE = 20_000
_COLUMNS = ("concept", "notation", "name", "lang", "active")


@dataclass(frozen=True, slots=True, kw_only=True)
class AlphabeticalEntry:
    """A concept in the alphabetical index; `lang` is the language of its name, empty if it has none."""

    concept: str
    notation: str
    name: str
    lang: str
    active: bool


class AlphabetBuilder:
    """Builds the alphabetical index from the current view (a `ViewReader` of `begrepp.build.derived.view_scan`)."""

    _PROPERTIES = ("skos:prefLabel", "skos:notation", "skos:inScheme", "begrepp:validTo")

    def __init__(self, base: str) -> None:
        self._schemes = Iris(base).scheme("")
        self._frames = {prefixed: [empty_frame("subject", "rest")] for prefixed in self._PROPERTIES}
        self._concepts, self._inactive = [empty_frame("subject")], [empty_frame("subject")]

    def add(self, block: TripleBlock) -> None:
        """Collect the labels, notations, schemes and statuses of a block."""
        for prefixed, frames in self._frames.items():
            frames.append(block.select(prefixed))
        # A collection may be in a scheme and have a notation too.
        self._concepts.append(block.subjects("rdf:type", "skos:Concept"))
        self._inactive.append(block.subjects("begrepp:status", "begrepp:inactive"))

    def write(self, folder: Path) -> None:
        """Write the index in each language into the folder of the build."""
        labels, notations, schemes, days = map(pl.concat, self._frames.values())
        schemes = schemes.join(pl.concat(self._concepts), on="subject", how="semi")
        id_ = pl.col("rest").str.extract(rf"^<{self._schemes}([^/>]+)> \.$")
        inactive = pl.concat(self._inactive)
        texts = labels["rest"].str.extract_groups(r'^"(?<name>.*)"(?:@(?<lang>[\w-]+))? \.$').struct.unnest()
        labels = labels.select("subject").with_columns(unescape_texts(texts["name"]), texts["lang"].fill_null(""))
        notations = notations.select(
            "subject",
            text=unescape_texts(notations["rest"].str.extract(r'^"(.*)"')),
            tag=pl.col("rest").str.extract(r'^".*"(\^\^<[^"]*>)? \.$').fill_null(""),
        )
        write_code_texts(
            folder,
            memberships=schemes,
            notations=notations,
            labels=labels.select("subject", text="name", tag="@" + pl.col("lang")),
            days=days.select("subject", text=pl.col("rest").str.extract(r'^"([^"]*)"'), tag=pl.lit(LAST_DAY)),
            inactive=inactive["subject"],
        )
        # Of several codes the plain literal names the concept.
        codes = notations.sort("tag", "text").unique("subject", keep="first", maintain_order=True)
        concepts = (
            schemes.select("subject", scheme=id_)
            .drop_nulls()
            .join(codes.select("subject", notation="text"), on="subject")
            .join(labels, on="subject")
            .with_columns(active=~pl.col("subject").is_in(inactive["subject"].implode()))
        )
        for language in LANGUAGES:
            _sort_by_name(concepts, language).write_parquet(
                alphabet_path(folder, language), row_group_size=_ROW_GROUP_SIZE
            )


def alphabet_path(folder: Path, language: str) -> Path:
    """Return the path of the index in a language; `folder` is that of the build."""
    return folder / f"alphabet.{language}.parquet"


def count_letters(folder: Path, scheme: str, language: str) -> Mapping[str, int]:
    """Return the number of names under each letter of a code system, letters in Swedish order."""
    counts = _scan_scheme(folder, scheme, language).group_by("letter").len().collect().iter_rows()
    return dict(sorted(counts, key=lambda pair: (pair[0] == NO_LETTER, sort_key(pair[0]))))


def read_entries(
    folder: Path, scheme: str, language: str, letter: str, offset: int, most: int
) -> Sequence[AlphabeticalEntry]:
    """Return at most `most` names under a letter, from the name number `offset` on."""
    rows = _scan_scheme(folder, scheme, language).filter(pl.col("letter") == letter).slice(offset, most)
    return [AlphabeticalEntry(**row) for row in rows.select(_COLUMNS).collect().iter_rows(named=True)]


def _scan_scheme(folder: Path, scheme: str, language: str) -> pl.LazyFrame:
    """Return the rows of a scheme; the build may be older than a language, then in the first of `LANGUAGES`."""
    path = alphabet_path(folder, language)
    existing = path if path.exists() else alphabet_path(folder, LANGUAGES[0])
    return pl.scan_parquet(existing).filter(pl.col("scheme") == scheme)


def _sort_by_name(concepts: pl.DataFrame, language: str) -> pl.DataFrame:
    """Return each concept with one name, sorted by it: in the language, else in another of `LANGUAGES`, else in any."""
    order = languages_for(language)
    ranked = sorted(concepts["lang"].unique(), key=lambda lang: (language_rank(lang, order), lang))
    rank = pl.col("lang").replace_strict({lang: place for place, lang in enumerate(ranked)}, return_dtype=pl.Int64)
    named = (
        concepts.with_columns(rank=rank, length=pl.col("name").str.len_chars())
        .sort("rank", "length", "name", descending=[False, True, False])
        .unique(["scheme", "subject"], keep="first")
    )
    first = named["name"].str.strip_chars().str.slice(0, 1)
    letters = {character: index_letter(character) for character in first.unique()}
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
