"""Data of a mapping set page: publisher and one page of mappings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, TypedDict

from markupsafe import Markup
from msgspec import Struct

from begrepp.queries.page_queries import value
from begrepp.rdf.namespaces import compact
from begrepp.records import Text
from server.http.i18n import Translator
from server.http.urls import document_path
from server.pages.concepts.mapping_rows import external_name
from server.pages.paging import Paged
from server.pages.schemes.editions import EditionRow, LoadRow, editions_of, loads_of
from server.pages.schemes.mapping_flow import KINDS, mapping_flow
from server.pages.schemes.mapping_query import select_mappings
from server.served.build import ServedBuild
from server.served.labels import (
    choose_text,
    find_refs,
    find_statements,
    property_iris,
    property_texts,
    property_value,
    sort_texts,
)
from server.served.refs import Ref
from server.served.resolver import Resolved

PAGE = 200
SORTED = 2000
"""Largest number of mappings that are sorted; a larger set is listed in the order of the store."""


class MappingPair(Struct, frozen=True, kw_only=True):
    """A mapping between two concepts."""

    href: str
    subject: Ref
    predicate: str
    object: Ref
    negated: bool
    confidence: str
    system: Text
    """The code system of `object`: its title, or its short name if the build does not have it."""
    code: str
    """The code of `object`, if the build does not have it."""
    is_missing: bool
    """Whether the build has the code system of `object`, but not the code."""


class MappingSetPage(Paged, frozen=True, kw_only=True):
    """Data of a mapping set page."""

    size: ClassVar[int] = PAGE
    ref: Ref
    other_titles: Sequence[Text]
    publisher: Ref | None
    creators: Sequence[Ref]
    creator_labels: Sequence[Text]
    licence: str
    releases: Sequence[EditionRow]
    load: LoadRow | None
    pairs: Sequence[MappingPair]
    flow: Markup
    to: Ref | None
    """The code system whose mappings alone are drawn."""
    kinds: ClassVar[Mapping[str, str]] = KINDS
    """CSS class of each property in the drawing."""


class _SystemAndCode(TypedDict):
    system: Text
    code: str
    is_missing: bool


def mapping_set_page(
    build: ServedBuild, found: Resolved, translate: Translator, offset: int, to: str = ""
) -> MappingSetPage:
    """Return the data of a mapping set page; `to` is the id of the code system whose mappings alone are drawn."""
    said = find_statements(build, found.iri)
    id_ = found.iri.rpartition("/")[2]
    graph = build.manifest.find_graph("mapping", id_)
    total = graph.mappings if graph else 0
    sorts = total <= SORTED
    span = f"LIMIT {SORTED} OFFSET 0" if sorts else f"LIMIT {PAGE} OFFSET {offset}"
    rows = [*select_mappings(build, found.iri, span)]
    ends = {value(row, name) for row in rows for name in ("subject", "object")}
    target = build.schemes.by_id.get(to)
    named = {
        found.iri,
        *ends,
        *property_iris(said, "dct:publisher"),
        *property_iris(said, "dct:creator"),
        *([target.iri] if target else ()),
    }
    known = find_refs(build, named, translate.language)
    pairs = [
        MappingPair(
            href=document_path(build.iris, value(row, "mapping")),
            subject=known[value(row, "subject")],
            predicate=compact(value(row, "predicate")),
            object=known[value(row, "object")],
            negated=bool(value(row, "modifier")),
            confidence=value(row, "confidence"),
            **_system_and_code(build, known[value(row, "object")], translate.language),
        )
        for row in rows
    ]
    here = known[found.iri]
    title = translate("mappings.flow", title=here.label.value)
    return MappingSetPage(
        ref=here,
        other_titles=[
            text for text in sort_texts(property_texts(said, "dct:title"), translate.language) if text != here.label
        ],
        publisher=next((known[iri] for iri in property_iris(said, "dct:publisher")), None),
        creators=[known[iri] for iri in property_iris(said, "dct:creator")],
        creator_labels=property_texts(said, "sssom:creator_label"),
        licence=property_value(said, "dct:license"),
        releases=editions_of(build, "mapping", id_),
        load=loads_of(build, said),
        pairs=sorted(pairs, key=lambda p: p.subject.sort_key)[offset : offset + PAGE] if sorts else pairs,
        total=total,
        offset=offset,
        flow=mapping_flow(build, found.iri, target.id if target else "", title, translate),
        to=known[target.iri] if target else None,
    )


def _system_and_code(build: ServedBuild, end: Ref, language: str) -> _SystemAndCode:
    """Return the title of the code system of a mapped thing, and its code if the build does not have it."""
    system, code = external_name(end.iri) if not end.known else (end.scheme, "")
    facts = build.schemes.by_id.get(system)
    title = choose_text(facts.titles, language) if facts else None
    return {"system": title or Text(system, ""), "code": code, "is_missing": bool(facts and code)}
