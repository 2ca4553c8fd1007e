"""Data of a code system page: editions, levels, and concepts as a tree or a list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import ClassVar

from msgspec import Struct
from pyoxigraph import Literal, NamedNode

from begrepp.queries.page_queries import select, value
from begrepp.rdf.namespaces import compact
from begrepp.records import Text
from begrepp.text.swedish import sort_key
from server.http.i18n import Translator
from server.http.urls import document_path
from server.pages.concepts.concept_variables import MeasuredIn, registers_coded_in
from server.pages.concepts.tree import Branch, top_concepts
from server.pages.datasets.timeline import Timeline
from server.pages.paging import Paged
from server.pages.pictures.system_picture import SystemPicture, system_treemap
from server.pages.schemes.edition_timeline import edition_timeline
from server.pages.schemes.editions import EditionRow, LoadRow, editions_of, loads_of
from server.served.build import ServedBuild
from server.served.dated_build import DatedBuild
from server.served.labels import (
    choose_text,
    find_refs,
    find_statements,
    name_ref,
    property_iris,
    property_value,
    sort_texts,
)
from server.served.refs import Ref
from server.served.schemes import SchemeFacts

PAGE = 200


class LevelRow(Struct, frozen=True, kw_only=True):
    """A level of a classification and its number of concepts."""

    ref: Ref
    depth: int
    count: int


class DifferenceRow(Struct, frozen=True, kw_only=True):
    """A difference between two editions, with its number of changes."""

    href: str
    old: str
    new: str
    count: int


class SchemeRow(Struct, frozen=True, kw_only=True):
    """A scheme in a list."""

    id: str
    href: str
    title: Text
    concepts: int
    inactive: int
    version: str
    valid_from: str
    redistributable: bool
    hierarchical: bool
    registers: int
    """Number of registers with variables that are coded in it."""
    parts: int = 0
    newest_changes: DifferenceRow | None = None


class Listing(Paged, frozen=True, kw_only=True):
    """One page of the concepts of a flat scheme, in Swedish order."""

    size: ClassVar[int] = PAGE
    rows: Sequence[Ref]
    offset: int


class SchemePage(Struct, frozen=True, kw_only=True):
    """Data of a code system page."""

    facts: SchemeFacts
    title: Text
    other_titles: Sequence[Text]
    descriptions: Sequence[Text]
    row: SchemeRow
    releases: Sequence[EditionRow]
    timeline: Timeline | None
    """The editions as bars of years, from the oldest."""
    differences: Sequence[DifferenceRow]
    publisher: Ref | None
    licence: str
    load: LoadRow | None
    levels: Sequence[LevelRow]
    parts: Sequence[SchemeRow]
    part_of: Ref | None
    top: Branch | None
    listing: Listing | None
    registers: Sequence[MeasuredIn]
    scale: tuple[int, int]
    """First and last year of the bars of the registers."""
    picture: SystemPicture | None
    hierarchy_meaning: str = ""
    """Meaning of the hierarchy as a code of FHIR, if it is another than `is-a`."""
    resource_version: str = ""
    """The version of the FHIR resource that the edition was loaded from."""


def scheme_row(build: ServedBuild, scheme: SchemeFacts, language: str) -> SchemeRow:
    """Return a scheme as a row with the counts of the manifest; a container has the sum of its parts."""
    parts = build.schemes.parts(scheme)
    graphs = [g for g in build.manifest.current_graphs("scheme") if g.id in {scheme.id, *(p.id for p in parts)}]
    own = next((g for g in graphs if g.id == scheme.id), graphs[0] if graphs else None)
    return SchemeRow(
        id=scheme.id,
        href=f"/cs/{scheme.id}",
        title=choose_text(scheme.titles, language) or Text(scheme.id, ""),
        concepts=sum(g.concepts for g in graphs),
        inactive=sum(g.inactive for g in graphs),
        version=own.version if own else "",
        valid_from=own.valid_from.isoformat() if own else "",
        redistributable=all(g.redistribution == "allowed" for g in graphs),
        hierarchical=scheme.hierarchical,
        registers=_register_count(build, scheme),
        parts=len(parts),
        newest_changes=next(iter(_differences(build, scheme)), None),
    )


def _register_count(build: ServedBuild, scheme: SchemeFacts) -> int:
    index = build.schemes.variables
    datasets = {index.variables[variable].dataset for variable in index.coded.get(scheme.iri, ())}
    return sum(not (dataset in index.datasets and index.datasets[dataset].is_specification) for dataset in datasets)


def _differences(build: ServedBuild, scheme: SchemeFacts) -> list[DifferenceRow]:
    """Return the differences between the editions of a scheme, newest first."""
    return [
        DifferenceRow(href=document_path(build.iris, d.graph), old=d.old, new=d.new, count=sum(d.counts.values()))
        for d in build.manifest.differences_of(scheme.id)
    ]


def scheme_rows(build: ServedBuild, language: str) -> list[SchemeRow]:
    """Return all schemes, largest first."""
    rows = [scheme_row(build, scheme, language) for scheme in build.schemes.by_iri.values()]
    return sorted(rows, key=lambda row: (-row.concepts, sort_key(row.title.value)))


def scheme_page(
    build: ServedBuild,
    scheme: SchemeFacts,
    translate: Translator,
    *,
    offset: int = 0,
    everything: bool = False,
    by_use: bool = False,
) -> SchemePage:
    """Return the data of a code system page; its picture is by number of concepts or by use in registers."""
    language = translate.language
    releases = editions_of(build, "scheme", scheme.id)
    current = next((row for row in releases if row.current), None)
    told = find_statements(build, current.graph) if current else {}
    publishers = property_iris(told, "dct:publisher")
    known = find_refs(build, [*publishers, *filter(None, [scheme.part_of])], language)
    title = choose_text(scheme.titles, language) or Text(scheme.id, "")
    tops = top_concepts(build, scheme, language, everything=everything) if scheme.hierarchical else None
    return SchemePage(
        facts=scheme,
        title=title,
        other_titles=[text for text in sort_texts(scheme.titles, language) if text != title],
        descriptions=sort_texts(scheme.descriptions, language),
        row=scheme_row(build, scheme, language),
        releases=releases,
        timeline=edition_timeline(releases, date.today().year),
        differences=_differences(build, scheme),
        publisher=next((known[iri] for iri in publishers), None),
        licence=property_value(told, "dct:license"),
        load=loads_of(build, told),
        levels=_levels(build, scheme, language),
        parts=[scheme_row(build, part, language) for part in build.schemes.parts(scheme)],
        part_of=known.get(scheme.part_of),
        top=tops,
        listing=None if tops else _listing(build, scheme, language, offset),
        registers=registers_coded_in(build, [scheme.iri], language),
        scale=build.schemes.variables.year_range,
        picture=_picture(build, scheme, translate, by_use=by_use),
        hierarchy_meaning=property_value(told, "begrepp:hierarchyMeaning").removeprefix("is-a"),
        resource_version=property_value(told, "pav:version"),
    )


def _picture(build: ServedBuild, scheme: SchemeFacts, translate: Translator, *, by_use: bool) -> SystemPicture | None:
    system = None if isinstance(build, DatedBuild) else build.stored.system(scheme.iri)
    return system_treemap(build, system, translate, by_use=by_use) if system else None


def _levels(build: ServedBuild, scheme: SchemeFacts, language: str) -> list[LevelRow]:
    found: dict[str, int] = {}
    for row in select(build.scheme_store(scheme.id), "scheme-levels", scheme=NamedNode(scheme.iri)):
        found[value(row, "level")] = int(value(row, "depth"))
    graph = build.manifest.find_graph("scheme", scheme.id)
    counts = graph.levels if graph else {}
    known = find_refs(build, found, language)
    rows = [
        LevelRow(ref=known[iri], depth=depth, count=counts.get(iri.rpartition("/")[2], 0))
        for iri, depth in found.items()
    ]
    return sorted(rows, key=lambda row: (row.depth, row.ref.iri))


def _listing(build: ServedBuild, scheme: SchemeFacts, language: str, offset: int) -> Listing | None:
    """Return one page of a flat list, by code and active codes first; None if the scheme has no concepts."""
    total, shown = build.concepts.listing(scheme.iri, offset, PAGE)
    return (
        Listing(rows=[name_ref(build, name, language) for name in shown], total=total, offset=offset) if total else None
    )


class VocabularyTerm(Struct, frozen=True, kw_only=True):
    """A class or property of the begrepp vocabulary."""

    id: str
    name: str
    label: Text
    definition: Text | None
    classes: Sequence[str]


def vocabulary(build: ServedBuild, language: str) -> list[VocabularyTerm]:
    """Return the classes and properties of the begrepp vocabulary."""
    said: dict[str, dict[str, list[Text]]] = {}
    for row in select(build.store, "vocabulary"):
        term = row["value"]
        lang = term.language or "" if isinstance(term, Literal) else ""
        about = said.setdefault(value(row, "term"), {})
        about.setdefault(compact(value(row, "property")), []).append(Text(value(row, "value"), lang))
    return sorted(
        (
            VocabularyTerm(
                id=iri.rpartition("#")[2],
                name=compact(iri),
                label=choose_text(about.get("rdfs:label", []), language) or Text(compact(iri), ""),
                definition=choose_text(about.get("skos:definition", []), language),
                classes=sorted(compact(text.value) for text in about.get("rdf:type", [])),
            )
            for iri, about in said.items()
        ),
        key=lambda term: (not term.id[:1].isupper(), term.id.casefold()),
    )
