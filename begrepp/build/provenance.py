"""What a build says of itself as RDF: which releases there are, and who says so, from which files, since when."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from pyoxigraph import CanonicalizationAlgorithm, Dataset, RdfFormat, parse, serialize

from begrepp.artefact.parts import FileUsed, LoadReport
from begrepp.queries.cookbook import cookbook_triples
from begrepp.rdf.iris import Iris
from begrepp.rdf.ntriples import iri, name, ntriples_line, plain, typed_literal
from begrepp.rdf.sorted_files import SortedFile
from begrepp.settings import DEFAULT_BASE, ROOT
from begrepp.validation.validate import validate


def write_catalogue(graphs: Path, others: list[str], iris: Iris) -> tuple[Path, str]:
    """The graph that says what there is: releases outside the current view, our own words, and what may be asked."""
    out = SortedFile(graphs / "catalog.nt")
    for line in others:
        out.add(line)
    for triple in cookbook_triples(iris):
        out.add(ntriples_line(triple))
    for line in _ontology_lines(iris):
        out.add(line)
    _, sha256 = out.close()
    return out.path, sha256


def _ontology_lines(iris: Iris) -> list[str]:
    """Our vocabulary, prefixes and catalogue as N-Triples, blank nodes named by RDFC-1.0 so that every build agrees.

    The catalogue and its SPARQL endpoint are at the base that is configured; the vocabulary is the same everywhere.
    """
    dataset = Dataset()
    for file in ("vocabulary.ttl", "prefixes.ttl", "catalog.ttl"):
        text = (ROOT / "ontology" / file).read_text(encoding="utf-8")
        if file == "catalog.ttl":
            text = text.replace(f"<{DEFAULT_BASE}", f"<{iris.base}")
        for quad in parse(text, format=RdfFormat.TURTLE, rename_blank_nodes=True):
            dataset.add(quad)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return (serialize(dataset, format=RdfFormat.N_TRIPLES) or b"").decode().splitlines(keepends=True)


def write_provenance(graphs: Path, reports: Sequence[LoadReport], base: str, *, public: bool) -> Path:
    """The graph that says who says so: files, checksums, rows, skips, and when it was loaded.

    Why a row was skipped may quote the row, so a public build says only where it stood.
    """
    out = SortedFile(graphs / "provenance.nt")
    iris = Iris(base)
    software = iri(iris.agent("begrepp"))
    for report in reports:
        load = iri(report.load_iri)
        triples = [
            (load, name("rdf:type"), name("begrepp:LoadActivity")),
            (load, name("rdfs:label"), plain(f"{report.source} {report.version}")),
            (load, name("prov:startedAtTime"), typed_literal(report.loaded_at, "xsd:dateTime")),
            (load, name("prov:wasAssociatedWith"), software),
            (software, name("rdf:type"), name("prov:SoftwareAgent")),
            (software, name("rdfs:label"), plain(f"begrepp {version('begrepp')}")),
            (load, name("begrepp:rowsRead"), typed_literal(report.rows_read, "xsd:integer")),
            (load, name("begrepp:rowsSkipped"), typed_literal(report.skipped, "xsd:integer")),
        ]
        triples += [
            (load, name("begrepp:skipReason"), plain(where if public else f"{where}: {why}"))
            for where, why in report.skips
        ]
        for file in report.files:
            triples += _file_triples(load, file, iris)
        for triple in triples:
            out.add(ntriples_line(triple))
    out.close()
    validate([out.path])
    return out.path


def _file_triples(load: str, file: FileUsed, iris: Iris) -> list[tuple[str, str, str]]:
    node = iri(iris.file(file.sha256))
    return [
        (load, name("prov:used"), node),
        (load, name("begrepp:sha256"), plain(file.sha256)),
        (node, name("rdf:type"), name("prov:Entity")),
        (node, name("rdfs:label"), plain(file.name)),
        (node, name("dcat:byteSize"), typed_literal(file.bytes, "xsd:nonNegativeInteger")),
        (node, name("begrepp:sha256"), plain(file.sha256)),
    ]
