"""Data of the home page: counts, the picture of what is here, what was loaded, and new editions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache

from msgspec import Struct
from pyoxigraph import Literal

from begrepp.artefact.manifest import GraphEntry
from begrepp.queries.page_queries import named_nodes, select, value
from begrepp.rdf.namespaces import compact, expand
from begrepp.records import Text
from begrepp.settings import BUNDLED, ROOT
from begrepp.sources.editions import find_editions
from begrepp.text.swedish import sort_key
from server.http.i18n import Translator
from server.http.urls import document_path
from server.pages.landscape import Landscape, landscape
from server.served.build import ServedBuild
from server.served.labels import choose_text, find_refs
from server.served.refs import Ref

EDITIONS_SHOWN = 6


class DatasetRow(Struct, frozen=True, kw_only=True):
    """A dataset in a list, or a specification without data of its own."""

    ref: Ref
    is_specification: bool
    description: Text | None
    holder: Ref | None
    variables: int


class MappingSetRow(Struct, frozen=True, kw_only=True):
    """A mapping set in a list."""

    href: str
    title: Text
    version: str
    mappings: int


class NewEdition(Struct, frozen=True, kw_only=True):
    """A recent edition, with the page and the number of its changes from the edition before it, if there is one."""

    href: str
    title: Text
    version: str
    valid_from: str
    changes_href: str
    changes: int


class HomePage(Struct, frozen=True, kw_only=True):
    """Data of the home page; `added` are the titles of the code systems that were added to the bundled content."""

    schemes: int
    datasets: Sequence[DatasetRow]
    concepts: int
    variables: int
    mappings: int
    landscape: Landscape
    added: Sequence[Text]
    bundled: bool
    releases: Sequence[NewEdition]
    built_at: str


def home_page(build: ServedBuild, translate: Translator) -> HomePage:
    """Return the data of the home page, from the manifest and some queries."""
    language, manifest = translate.language, build.manifest
    bundled = _bundled_sources()
    current = manifest.current_graphs("scheme")
    return HomePage(
        schemes=len(build.schemes.by_iri),
        datasets=[row for row in dataset_rows(build, language) if not row.is_specification],
        concepts=sum(g.concepts for g in current),
        variables=sum(g.variables for kind in ("dataset", "catalogue") for g in manifest.current_graphs(kind)),
        mappings=sum(g.mappings for g in manifest.current_graphs("mapping")),
        landscape=landscape(build, translate),
        added=[
            _title(build, g.id, language) for g in sorted(current, key=lambda g: -g.concepts) if g.source not in bundled
        ],
        bundled=any(g.source in bundled for g in current),
        releases=_releases(build, language),
        built_at=manifest.built_at,
    )


@cache
def _bundled_sources() -> frozenset[str]:
    """Return the names of the sources that begrepp bundles."""
    return frozenset(edition.source for name in BUNDLED for edition in find_editions(ROOT / name))


def _releases(build: ServedBuild, language: str) -> list[NewEdition]:
    """Return the editions of code systems that came into force last.

    Selections of codes follow whole editions. Bundled lists without changes are left out if the operator has added code
    systems.
    """
    differences = {(d.scheme, d.new): d for d in build.manifest.differences}

    def rank(graph: GraphEntry) -> tuple[bool, date, int]:
        return (
            graph.coverage == "complete" or (graph.id, graph.version) in differences,
            graph.valid_from,
            graph.concepts,
        )

    current, bundled = build.manifest.current_graphs("scheme"), _bundled_sources()
    added = [g for g in current if g.source not in bundled or (g.id, g.version) in differences]
    rows = []
    for g in sorted(added or current, key=rank, reverse=True)[:EDITIONS_SHOWN]:
        change = differences.get((g.id, g.version))
        rows.append(
            NewEdition(
                href=document_path(build.iris, g.graph),
                title=_title(build, g.id, language),
                version=g.version,
                valid_from=g.valid_from.isoformat(),
                changes_href=document_path(build.iris, change.graph) if change else "",
                changes=sum(change.counts.values()) if change else 0,
            )
        )
    return rows


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
