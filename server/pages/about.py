"""Page about the data: what is loaded, from whom, in which edition and under which licence, and what is verified."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from threading import Lock

from cachetools import LRUCache, cached
from msgspec import Struct

from begrepp.artefact.manifest import GraphEntry
from begrepp.queries.page_queries import select, value
from begrepp.rdf.namespaces import compact
from begrepp.records import Text
from begrepp.text.swedish import sort_key
from server.pages.signposting import rights_of
from server.served.build import ServedBuild
from server.served.labels import choose_text, find_refs
from server.served.refs import Ref

KINDS = ("scheme", "dataset", "catalogue", "structure", "mapping")
"""Kinds of graphs in the order in which the page lists them."""
VERIFIED = "verified"
UNVERIFIED = "working knowledge"


class LoadedSource(Struct, frozen=True, kw_only=True):
    """A graph in force: what it is, from whom, its edition and terms, how much it holds and what was left out."""

    href: str
    title: Text
    publisher: Ref | None
    version: str
    valid_from: str
    licence: str
    redistributable: bool
    partial: bool
    count: int
    skipped: int


class VerifiedDataset(Struct, frozen=True, kw_only=True):
    """A register with the numbers of its variables whose description is verified, not verified, or without a note."""

    ref: Ref
    verified: int
    unverified: int
    unstated: int

    @property
    def total(self) -> int:
        """The number of variables."""
        return self.verified + self.unverified + self.unstated


class JustifiedMappings(Struct, frozen=True, kw_only=True):
    """Number of mappings of a justification, `` if none is stated; how many state a confidence, and its mean."""

    justification: str
    count: int
    stated: int
    mean: float | None


class AboutPage(Struct, frozen=True, kw_only=True):
    """Data of the page; `sources` are the loaded graphs by kind."""

    sources: Sequence[tuple[str, Sequence[LoadedSource]]]
    datasets: Sequence[VerifiedDataset]
    mappings: Sequence[JustifiedMappings]
    built_at: str
    failed: Sequence[str]

    @property
    def verified(self) -> int:
        """Number of variables of registers whose description is verified."""
        return sum(row.verified for row in self.datasets)

    @property
    def unstated(self) -> int:
        """Number of variables of registers without a note of certainty."""
        return sum(row.unstated for row in self.datasets)

    @property
    def variables(self) -> int:
        """Number of variables of registers."""
        return sum(row.total for row in self.datasets)


@cached(LRUCache(8), key=lambda build, language: (build.folder, language), lock=Lock())
def about_page(build: ServedBuild, language: str) -> AboutPage:
    """Return the data of the page; everything is read from the build."""
    sources = [(kind, _sources(build, kind, language)) for kind in KINDS]
    return AboutPage(
        sources=[(kind, rows) for kind, rows in sources if rows],
        datasets=_datasets(build, language),
        mappings=_mappings(build),
        built_at=build.manifest.built_at,
        failed=[failed.source for failed in build.manifest.failed],
    )


def _sources(build: ServedBuild, kind: str, language: str) -> list[LoadedSource]:
    graphs = build.manifest.current_graphs(kind)
    rights = {graph.graph: rights_of(build, graph.graph) for graph in graphs}
    skipped = {(load.source, load.version): load.rows_skipped for load in build.manifest.loads}
    iris = {graph.graph: _thing(build, graph) for graph in graphs}
    publishers = {each.publisher for each in rights.values() if each.publisher}
    known = find_refs(build, [*iris.values(), *publishers], language)

    def row(graph: GraphEntry) -> LoadedSource:
        scheme = build.schemes.by_id.get(graph.id) if kind == "scheme" else None
        ref = known[iris[graph.graph]]
        title = choose_text(scheme.titles, language) if scheme else ref.label
        return LoadedSource(
            href=ref.href,
            title=title or Text(graph.id, ""),
            publisher=known.get(rights[graph.graph].publisher),
            version=graph.version,
            valid_from=graph.valid_from.isoformat(),
            licence=rights[graph.graph].licence,
            redistributable=graph.redistribution == "allowed",
            partial=graph.coverage != "complete",
            count=graph.concepts or graph.variables or graph.mappings,
            skipped=skipped.get((graph.source, graph.version), 0),
        )

    return sorted(map(row, graphs), key=lambda each: (-each.count, sort_key(each.title.value)))


def _thing(build: ServedBuild, graph: GraphEntry) -> str:
    """Return the IRI of the thing that a graph describes."""
    if graph.kind == "scheme" and (scheme := build.schemes.by_id.get(graph.id)):
        return scheme.iri
    return f"{build.iris.root}{graph.kind}/{graph.id}" if graph.kind in ("dataset", "mapping") else graph.graph


def _datasets(build: ServedBuild, language: str) -> list[VerifiedDataset]:
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    registers = {build.iris.dataset(graph.id) for graph in build.manifest.current_graphs("dataset")}
    for row in select(build.store, "verified-variables"):
        if (dataset := value(row, "dataset")) in registers:
            counts[dataset][value(row, "certainty")] = int(value(row, "n"))
    known = find_refs(build, counts, language)
    rows = [
        VerifiedDataset(
            ref=known[dataset],
            verified=numbers.get(VERIFIED, 0),
            unverified=numbers.get(UNVERIFIED, 0),
            unstated=sum(n for name, n in numbers.items() if name not in (VERIFIED, UNVERIFIED)),
        )
        for dataset, numbers in counts.items()
    ]
    return sorted(rows, key=lambda row: sort_key(row.ref.label.value))


def _mappings(build: ServedBuild) -> list[JustifiedMappings]:
    rows = [
        JustifiedMappings(
            justification=compact(value(row, "justification")),
            count=int(value(row, "n")),
            stated=int(value(row, "stated")),
            mean=float(value(row, "sum")) / int(value(row, "stated")) if int(value(row, "stated")) else None,
        )
        for row in select(build.store, "justified-mappings")
    ]
    return sorted((row for row in rows if row.count), key=lambda row: -row.count)
