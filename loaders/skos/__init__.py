"""Vocabularies in SKOS: Turtle, RDF/XML, JSON-LD, N-Triples, N-Quads or TriG.

The publisher's IRIs are kept, and every triple that no record covers becomes a `Statement`. Graph names are not kept:
an edition is one graph. Nothing is fetched: a remote JSON-LD context is an error, and a DTD may only contain short
namespace entities.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from begrepp.errors import InputError, Origin
from begrepp.records import EditionFiles, Record, Redistribution, Source
from begrepp.sources.editions import data_files
from begrepp.sources.meter import current_meter
from loaders.declaration.source_toml import (
    join_names,
    new_declared_edition,
    read_declaration,
    read_edition_dates,
    read_rights,
)
from loaders.declaration.toml_table import TomlTable
from loaders.skos.properties import ISSUED, first_date
from loaders.skos.reader import SkosReader
from loaders.skos.schemes import find_schemes, new_schemes, suggested_rights
from loaders.support.agencies import BEGREPP
from loaders.support.rdf_files import Graph, read_rdf

SOURCE = Source(
    id="skos",
    title="Vokabulär i SKOS",
    publisher=BEGREPP,
    licence="",
    redistribution=Redistribution.NOT_ALLOWED,
    homepage="https://www.w3.org/TR/skos-reference/",
    reads="a SKOS file: .ttl, .rdf, .xml, .jsonld, .nt, .nq or .trig",
)


def load(edition: EditionFiles, *, declared: Mapping[str, Any] | None = None) -> Iterator[Record]:
    """Yield the schemes with their editions and concepts, and every other triple as a statement."""
    declaration = read_declaration(edition, declared)
    graph = _read_files(edition, declaration)
    scheme_nodes = find_schemes(graph, declaration)
    schemes, language = new_schemes(declaration, edition, graph, scheme_nodes)
    first = scheme_nodes[0]
    rights = read_rights(declaration, suggested=suggested_rights(graph, first))
    dates = read_edition_dates(declaration, edition, suggested=first_date(graph, first, ISSUED, graph.origin))
    declaration.done()
    reader = SkosReader(graph=graph, language=language, schemes=schemes, edition_start=dates.valid_from)
    for scheme in reader.used_schemes():
        yield scheme
        yield new_declared_edition(scheme, dates, rights)
    yield from reader.records()


def _read_files(edition: EditionFiles, declaration: TomlTable) -> Graph:
    names = [name for each in declaration.tables("file") if (name := _file_name(each))]
    files = [p for p in data_files(edition) if not names or p.name in names]
    if not files:
        raise InputError(
            declaration.origin, f"no file is called {join_names(names)}.", "Correct [[file]] name, or add the file."
        )
    graph = Graph(Origin(files[0].name))
    base = declaration.iri("base")
    for path in files:
        graph.origin = Origin(path.name)
        for quad in read_rdf(path, base):
            current_meter().rows += 1
            graph.add(quad)
    return graph


def _file_name(section: TomlTable) -> str:
    name = section.text("name", required=True)
    section.text("format")
    section.done()
    return name
