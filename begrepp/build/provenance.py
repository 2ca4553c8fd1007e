"""RDF about the build: the catalogue graph (editions, vocabulary, cookbook) and the provenance graph (loads, files)."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from pyoxigraph import CanonicalizationAlgorithm, Dataset, RdfFormat, parse, serialize

from begrepp.artefact.load_report import LoadReport
from begrepp.artefact.parts import FileUsed
from begrepp.build.loads.violations import refuse_invalid_graph
from begrepp.queries.example_queries import example_query_triples
from begrepp.rdf.iris import Iris
from begrepp.rdf.ntriples import iri, name, ntriples_line, plain, typed_literal
from begrepp.rdf.sorted_files import SortedFile
from begrepp.settings import DEFAULT_BASE, ROOT


def write_catalogue(graphs: Path, headers: list[str], iris: Iris) -> tuple[Path, str]:
    """Write the catalogue graph; return its path and SHA-256.

    It has the headers of editions outside the current view, the vocabulary of begrepp, and the queries of the cookbook.
    """
    out = SortedFile(graphs / "catalog.nt")
    for line in headers:
        out.add(line)
    for triple in example_query_triples(iris):
        out.add(ntriples_line(triple))
    for line in _ontology_lines(iris):
        out.add(line)
    _, sha256 = out.close()
    return out.path, sha256


def _ontology_lines(iris: Iris) -> list[str]:
    """Return vocabulary, prefixes and catalogue as N-Triples lines.

    Blank nodes are labelled by RDFC-1.0, so that they are the same in every build. The catalogue and its SPARQL
    endpoint have the base that is configured; the vocabulary is the same everywhere.
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
    """Write the provenance graph: files, checksums, rows, skipped rows and time of every load; return its path.

    A reason for skipping may quote the row, so a public build has only its position. Raises `ValidationError` if the
    graph violates the shapes.
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
            (load, name("begrepp:skipReason"), plain(where if public else f"{where}: {reason}"))
            for where, reason in report.skips
        ]
        triples += [
            (load, name("begrepp:loadRemark"), plain(where if public else f"{where}: {text}"))
            for where, text in report.remarks
        ]
        for file in report.files:
            triples += _file_triples(load, file, iris)
        for triple in triples:
            out.add(ntriples_line(triple))
    out.close()
    refuse_invalid_graph(out.path, "The provenance of the build", "This is a bug in begrepp. Report it.")
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
