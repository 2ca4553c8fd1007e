"""Dataset catalogues in RDF: DCAT-AP, DCAT-AP-SE, HealthDCAT-AP and FAIR Data Point pages.

A format: `source.toml` beside the files gives the catalogue's publisher and licence. Reads Turtle, RDF/XML, JSON-LD,
N-Triples, N-Quads and TriG; several files are one catalogue. Each dataset and dataset series gets an IRI of begrepp
in addition to the publisher's; its columns (`health:hasVariables`) become variables. All other triples are kept
unchanged, except that moved IRIs of authority lists are updated. Missing properties are not filled in:
`begrepp validate` reports them per profile.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from begrepp.errors import InputError, Origin
from begrepp.records import (
    EditionFiles,
    Record,
    Redistribution,
    Source,
)
from begrepp.sources.editions import data_files
from begrepp.sources.meter import current_meter
from loaders.dcat.authority_lists import check_namespaces
from loaders.dcat.reader import CatalogueReader
from loaders.declaration.agents import slug
from loaders.declaration.source_toml import read_declaration, read_edition_dates, read_rights
from loaders.support.agencies import BEGREPP
from loaders.support.rdf_files import Graph, GraphNode, read_rdf

SOURCE = Source(
    id="dcat",
    title="Katalog över datamängder i RDF (DCAT)",
    publisher=BEGREPP,
    licence="",
    redistribution=Redistribution.NOT_ALLOWED,
    homepage="https://www.w3.org/TR/vocab-dcat-3/",
    reads="DCAT-AP, DCAT-AP-SE, HealthDCAT-AP or FAIR Data Point pages: .ttl, .rdf, .xml, .jsonld, .nt, .nq or .trig",
)


def load(edition: EditionFiles, *, declared: Mapping[str, Any] | None = None) -> Iterator[Record]:
    """Yield the catalogue, its datasets with their variables, and every other triple as a statement."""
    declaration = read_declaration(edition, declared)
    rights = read_rights(declaration)
    dates = read_edition_dates(declaration, edition)
    base, language = declaration.iri("base"), declaration.language("language")
    declaration.done()
    files = data_files(edition)
    if not files:
        raise InputError(Origin(f"{edition.source}/{edition.version}"), "there is no file.", "Add an RDF file.")
    graph = Graph(Origin(files[0].name))
    origins: dict[GraphNode, Origin] = {}
    for path in files:
        check_namespaces(path)
        graph.origin = Origin(path.name)
        for quad in read_rdf(path, base):
            current_meter().rows += 1
            graph.add(quad)
            origins.setdefault(quad.subject, graph.origin)  # type: ignore[arg-type]  # Graph.add refused all else
    yield from CatalogueReader(graph, origins, slug(edition.source), rights, dates, language).records()
