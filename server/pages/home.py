"""Data of the home page: counts, new editions, recent changes and entry points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pyoxigraph import Literal

from begrepp.queries.page_queries import named_nodes, select, value
from begrepp.queries.query_files import Query, read_queries
from begrepp.rdf.namespaces import compact, expand
from begrepp.records import Text
from begrepp.text.swedish import sort_key
from server.http.urls import document_path
from server.pages.schemes.scheme import SchemeRow, scheme_rows
from server.served.build import ServedBuild
from server.served.labels import choose_text, find_refs
from server.served.refs import Ref

SCHEMES_SHOWN = 8
CHANGES_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetRow:
    """A dataset in a list, or a specification without data of its own."""

    ref: Ref
    is_specification: bool
    description: Text | None
    holder: Ref | None
    variables: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingSetRow:
    """A mapping set in a list."""

    href: str
    title: Text
    version: str
    mappings: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RecentChange:
    """A difference between two editions, with its number of changes."""

    href: str
    title: Text
    old: str
    new: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEdition:
    """A recent edition."""

    href: str
    title: Text
    version: str
    valid_from: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HomePage:
    """Data of the home page."""

    schemes: Sequence[SchemeRow]
    schemes_total: int
    datasets: Sequence[DatasetRow]
    mapping_sets: Sequence[MappingSetRow]
    concepts: int
    variables: int
    mappings: int
    changes: Sequence[RecentChange]
    releases: Sequence[NewEdition]
    example: Query | None
    built_at: str
    triples: int
    hash: str
    software: str
    public: bool


def home_page(build: ServedBuild, language: str) -> HomePage:
    """Return the data of the home page, from the manifest and two queries."""
    rows = scheme_rows(build, language)
    manifest = build.manifest
    return HomePage(
        schemes=rows[:SCHEMES_SHOWN],
        schemes_total=len(rows),
        datasets=[row for row in dataset_rows(build, language) if not row.is_specification],
        mapping_sets=mapping_set_rows(build, language),
        concepts=sum(g.concepts for g in manifest.current_graphs("scheme")),
        variables=sum(g.variables for kind in ("dataset", "catalogue") for g in manifest.current_graphs(kind)),
        mappings=sum(g.mappings for g in manifest.current_graphs("mapping")),
        changes=_changes(build, language),
        releases=_releases(build, language),
        example=next(iter(read_queries("examples")), None),
        built_at=manifest.built_at,
        triples=manifest.triples,
        hash=manifest.hash,
        software=manifest.software,
        public=manifest.public,
    )


def _changes(build: ServedBuild, language: str) -> list[RecentChange]:
    """Return the newest differences between editions of code systems."""
    newest = sorted(build.manifest.differences, key=lambda d: (d.new_valid_from, d.scheme), reverse=True)
    return [
        RecentChange(
            href=document_path(build.iris, d.graph),
            title=_title(build, d.scheme, language),
            old=d.old,
            new=d.new,
            count=sum(d.counts.values()),
        )
        for d in newest[:CHANGES_SHOWN]
    ]


def _releases(build: ServedBuild, language: str) -> list[NewEdition]:
    """Return the editions of code systems that came into force last."""
    newest = sorted(build.manifest.current_graphs("scheme"), key=lambda g: (g.valid_from, g.id), reverse=True)
    return [
        NewEdition(
            href=document_path(build.iris, g.graph),
            title=_title(build, g.id, language),
            version=g.version,
            valid_from=g.valid_from.isoformat(),
        )
        for g in newest[:CHANGES_SHOWN]
    ]


def _title(build: ServedBuild, scheme: str, language: str) -> Text:
    facts = build.schemes.by_id.get(scheme)
    return (choose_text(facts.titles, language) if facts else None) or Text(scheme, "")


def dataset_rows(build: ServedBuild, language: str) -> list[DatasetRow]:
    """Return the datasets and specifications, sorted by title in Swedish order."""
    said: dict[str, dict[str, list[Text]]] = {}
    for row in select(build.store, "datasets"):
        term = row["value"]
        lang = term.language or "" if isinstance(term, Literal) else ""
        about = said.setdefault(value(row, "dataset"), {})
        about.setdefault(compact(value(row, "property")), []).append(Text(value(row, "value"), lang))
    holders = {
        t.value for about in said.values() for n in ("geodcatap:custodian", "dct:publisher") for t in about.get(n, [])
    }
    known = find_refs(build, {*said, *holders}, language)
    counts = {build.iris.dataset(g.id): g.variables for g in build.manifest.current_graphs("dataset")}
    # The manifest has one count for all datasets of a harvested catalogue.
    if harvested := [iri for iri in said if iri not in counts]:
        for row in select(build.store, "variables-counted", dataset=named_nodes(harvested)):
            counts[value(row, "dataset")] = int(value(row, "n"))
    rows = [
        DatasetRow(
            ref=known[iri],
            is_specification=expand("begrepp:Specification") in {t.value for t in about.get("rdf:type", [])},
            description=choose_text(about.get("dct:description", []), language),
            holder=next(
                (known[t.value] for n in ("geodcatap:custodian", "dct:publisher") for t in about.get(n, [])), None
            ),
            variables=counts.get(iri, 0),
        )
        for iri, about in said.items()
    ]
    return sorted(rows, key=lambda row: sort_key(row.ref.label.value))


def mapping_set_rows(build: ServedBuild, language: str) -> list[MappingSetRow]:
    """Return the mapping sets as rows."""
    rows = [
        MappingSetRow(
            href=f"/mapping/{g.id}",
            title=choose_text([Text(words, lang) for lang, words in g.titles.items()], language) or Text(g.id, ""),
            version=g.version,
            mappings=g.mappings,
        )
        for g in build.manifest.current_graphs("mapping")
    ]
    return sorted(rows, key=lambda row: sort_key(row.title.value))
