"""Data of an edition page: publisher, dates, licence, and the files it was loaded from."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from begrepp.artefact.manifest import GraphEntry
from begrepp.rdf.namespaces import compact
from begrepp.records import Text
from server.http.i18n import Translator
from server.http.urls import document_path
from server.pages.concepts.resource import Property, properties
from server.served.build import ServedBuild
from server.served.labels import Statements, find_refs, find_statements, property_iris, property_texts, property_value
from server.served.refs import Ref
from server.served.resolver import Resolved


class FileRow(Struct, frozen=True, kw_only=True):
    """A publisher's file."""

    name: str
    sha256: str
    bytes: int
    href: str


class LoadRow(Struct, frozen=True, kw_only=True):
    """A load: date, number of rows, files."""

    href: str
    source: str
    version: str
    rows_read: int
    rows_skipped: int
    warnings: int
    files: Sequence[FileRow]


class EditionRow(Struct, frozen=True, kw_only=True):
    """An edition in a list."""

    href: str
    graph: str
    version: str
    valid_from: str
    current: bool
    partial: bool
    concepts: int
    redistribution: str
    label: Text | None = None


class EditionPage(Struct, frozen=True, kw_only=True):
    """Data of an edition page."""

    ref: Ref
    row: EditionRow | None
    scheme: Ref | None
    publisher: Ref | None
    licence: str
    redistributable: bool
    valid_to: str
    load: LoadRow | None
    counts: dict[str, int]
    levels: dict[str, int]
    triples: int
    sha256: str
    properties: Sequence[Property]


def edition_row(build: ServedBuild, graph: GraphEntry, label: Text | None = None) -> EditionRow:
    """Return a graph of the manifest as a row."""
    return EditionRow(
        href=document_path(build.iris, graph.graph),
        graph=graph.graph,
        version=graph.version,
        valid_from=graph.valid_from.isoformat(),
        current=graph.current,
        partial=graph.coverage == "partial",
        concepts=graph.concepts,
        redistribution=graph.redistribution,
        label=label,
    )


def editions_of(build: ServedBuild, kind: str, id_: str) -> list[EditionRow]:
    """Return the editions of a scheme, mapping set or dataset, newest first."""
    return [edition_row(build, graph) for graph in build.manifest.editions(kind, id_)[::-1]]


def load_row(build: ServedBuild, load_iri: str) -> LoadRow | None:
    """Return a load of the manifest as a row."""
    statements = build.manifest.find_load(load_iri)
    if statements is None:
        return None
    return LoadRow(
        href=document_path(build.iris, load_iri),
        source=statements.source,
        version=statements.version,
        rows_read=statements.rows_read,
        rows_skipped=statements.rows_skipped,
        warnings=statements.warnings,
        files=[
            FileRow(
                name=file.name,
                sha256=file.sha256,
                bytes=file.bytes,
                href=document_path(build.iris, build.iris.file(file.sha256)),
            )
            for file in statements.files
        ],
    )


def loads_of(build: ServedBuild, statements: Statements) -> LoadRow | None:
    """Return the loads that an edition or description came from."""
    return next(filter(None, (load_row(build, iri) for iri in property_iris(statements, "prov:wasGeneratedBy"))), None)


def edition_page(build: ServedBuild, found: Resolved, translate: Translator) -> EditionPage:
    """Return the data of an edition page, from the graph and the manifest."""
    statements = find_statements(build, found.iri)
    graph = next((g for g in build.manifest.graphs if g.graph == found.iri), None)
    known = find_refs(
        build,
        [
            found.iri,
            *property_iris(statements, "begrepp:releaseOf"),
            *property_iris(statements, "dct:publisher"),
            _thing_of(graph, build),
        ],
        translate.language,
    )
    scheme = next(iter(property_iris(statements, "begrepp:releaseOf")), _thing_of(graph, build))
    publisher = next(iter(property_iris(statements, "dct:publisher")), "")
    titled = property_texts(statements, "dct:title")
    own, of = known[found.iri], known.get(scheme)
    if of and not of.known:  # the information structure has no document of its own
        of = None
    return EditionPage(
        ref=own if titled or not graph else _titled(own, of, graph.version),
        row=edition_row(build, graph) if graph else None,
        scheme=of,
        publisher=known.get(publisher),
        licence=property_value(statements, "dct:license"),
        redistributable=compact(property_value(statements, "begrepp:redistribution")) != "begrepp:notAllowed",
        valid_to=property_value(statements, "begrepp:validTo"),
        load=loads_of(build, statements),
        counts={key: n for key in ("concepts", "inactive", "variables", "mappings") if (n := getattr(graph, key))}
        if graph
        else {},
        levels=graph.levels if graph else {},
        triples=graph.triples if graph else 0,
        sha256=graph.sha256 if graph else "",
        properties=properties(build, statements, translate, _SHOWN),
    )


_SHOWN = [
    "rdf:type",
    "begrepp:releaseOf",
    "dcat:version",
    "begrepp:validFrom",
    "begrepp:validTo",
    "dct:license",
    "dct:publisher",
    "dct:title",
    "begrepp:redistribution",
    "prov:wasGeneratedBy",
    "prov:wasDerivedFrom",
    "begrepp:inGraph",
    "begrepp:coverage",
]


def _thing_of(graph: GraphEntry | None, build: ServedBuild) -> str:
    """Return the IRI of the scheme, mapping set or dataset that a graph of the manifest is an edition of."""
    if graph is None:
        return ""
    iris = build.iris
    minted = {"scheme": iris.scheme, "mapping": iris.mapping_set, "dataset": iris.dataset, "catalogue": iris.catalogue}
    return minted.get(graph.kind, iris.structure)(graph.id)


def _titled(own: Ref, of: Ref | None, version: str) -> Ref:
    label = Text(f"{of.label.value} {version}", of.label.lang) if of else Text(version, "")
    return Ref(iri=own.iri, href=own.href, label=label)
