"""Data of the page about a feed's gaps: what the holder of each dataset has to state."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from begrepp.rdf.namespaces import compact
from begrepp.records import Text
from server.http.urls import document_path
from server.served.build import ServedBuild
from server.served.labels import choose_text


class GapRow(Struct, frozen=True, kw_only=True):
    """A missing or wrong property: its name, the requirement, and the node it is of if that is not the dataset."""

    name: Text
    requirement: Text
    node: str


class GapSubject(Struct, frozen=True, kw_only=True):
    """A dataset, or the catalogue, with its gaps and the names of properties that are required on a condition."""

    title: Text
    href: str
    gaps: Sequence[GapRow]
    conditional: Sequence[Text]


class FeedGapsPage(Struct, frozen=True, kw_only=True):
    """The page: those with gaps, and those whose description is complete."""

    profile: str
    lacking: Sequence[GapSubject]
    complete: Sequence[GapSubject]


def feed_gaps_page(build: ServedBuild, profile: str, content: bytes, language: str) -> FeedGapsPage:
    """Return the data of the page from the JSON that `begrepp.exports.feed_gaps` writes."""
    subjects = [_subject(build, each, language) for each in msgspec.json.decode(content, type=list[_Described])]
    subjects.sort(key=lambda each: each.title.value.casefold())
    return FeedGapsPage(
        profile=profile,
        lacking=[each for each in subjects if each.gaps],
        complete=[each for each in subjects if not each.gaps],
    )


class _Gap(msgspec.Struct):
    path: str
    node: str
    names: dict[str, str]
    messages: dict[str, str]


class _Described(msgspec.Struct):
    iri: str
    titles: dict[str, str]
    gaps: list[_Gap]
    conditional: list[_Gap]


def _subject(build: ServedBuild, described: _Described, language: str) -> GapSubject:
    is_ours = described.iri.startswith(build.iris.root)
    return GapSubject(
        title=_choose(described.titles, language, described.iri),
        href=document_path(build.iris, described.iri) if is_ours else "/dataset",
        gaps=[
            GapRow(
                name=_choose(gap.names, language, compact(gap.path)),
                requirement=_choose(gap.messages, language, ""),
                node="" if gap.node == described.iri else gap.node,
            )
            for gap in described.gaps
        ],
        conditional=[_choose(gap.names, language, compact(gap.path)) for gap in described.conditional],
    )


def _choose(texts: dict[str, str], language: str, otherwise: str) -> Text:
    """Return the text in the language of the reader, else in another, else `otherwise`, which has no language."""
    return choose_text((Text(value, lang) for lang, value in texts.items()), language) or Text(otherwise, "")
