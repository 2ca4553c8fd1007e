"""Part writer: writes the triples of each record to the sorted file of its part."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from pathlib import Path

from begrepp.artefact.parts import FileUsed, Kind, Part
from begrepp.build.loads.text_checks import clean_record, is_suspect, refuse_invalid_iris
from begrepp.errors import Origin
from begrepp.graph.triple_writer import TripleWriter
from begrepp.rdf.iris import Iris
from begrepp.rdf.ntriples import LanguageTagError
from begrepp.rdf.sorted_files import SortedFile
from begrepp.records import (
    Catalogue,
    CodeList,
    Concept,
    ConceptualVariable,
    Coverage,
    Dataset,
    Edition,
    EditionFiles,
    Element,
    Level,
    Mapping,
    MappingSet,
    Record,
    RepresentedVariable,
    Scheme,
    Statement,
    Structure,
    ValueSet,
    Variable,
)
from begrepp.sources.privacy import literal_text, refuse_identity_numbers
from begrepp.sources.row_faults import RowScope, add_remark

SpillCallback = Callable[[str, Path], None]
"""Called with the graph IRI of a part that is being written, and the file of a sorted run of its lines."""

_PartRecord = Edition | MappingSet | Catalogue | Dataset | Structure
"""The records that begin a part."""


class PartWriter:
    """Writes the triples of each record to the file of the part that it belongs to."""

    def __init__(
        self, edition: EditionFiles, triple_writer: TripleWriter, folder: Path, spilled: SpillCallback
    ) -> None:
        self._edition = edition
        self.triple_writer = triple_writer
        self._folder = folder
        self._spilled = spilled
        self._open: dict[tuple[Kind, str], tuple[Part, SortedFile]] = {}
        self._schemes: dict[str, tuple[Scheme, list[str]]] = {}
        self._scope = RowScope()
        self._origin = Origin(f"{edition.source}/{edition.version}")

    def write(self, record: Record) -> None:
        """Write one record. A record with invalid characters in its codes or addresses is the fault of its row."""
        with self._scope:
            self._write(record)

    def _write(self, record: Record) -> None:
        origin = getattr(record, "origin", self._origin)
        record, lines = self._lines(record, origin)
        refuse_identity_numbers(literal_text(lines), origin)
        if isinstance(record, Scheme):
            self._schemes[record.id] = (record, lines)
            return
        key = self._key(record)
        # A dataset of a harvested catalogue is in the graph of the catalogue.
        if isinstance(record, _PartRecord) and key not in self._open:
            self._open[key] = self._begin(record, key, lines)
        part, file = self._open[key]
        file.extend(lines)
        _count_record(part, record)

    def _lines(self, record: Record, origin: Origin) -> tuple[Record, list[str]]:
        """Return a record and its lines of N-Triples, without characters or language tags that no text may have."""
        with suppress(UnicodeEncodeError, LanguageTagError):  # a lone surrogate; a language tag that is not one
            lines = self._triples(record)
            if not is_suspect(lines):
                return record, lines
        record, remarks = clean_record(record, origin)
        for remark in remarks:
            add_remark(origin, remark)
        lines = self._triples(record)
        refuse_invalid_iris(lines, origin)
        return record, lines

    def _triples(self, record: Record) -> list[str]:
        # Written out: a call for each of many million triples is a tenth of the time of writing.
        return [f"{subject} {name} {value} .\n" for subject, name, value in self.triple_writer.triples(record)]

    def _key(self, record: Record) -> tuple[Kind, str]:
        kind, id_ = _part_key(record)
        dataset = self.triple_writer.datasets.get(id_) if kind == "dataset" else None
        return ("catalogue", dataset.catalogue) if dataset and dataset.catalogue else (kind, id_)

    def _begin(self, record: _PartRecord, key: tuple[Kind, str], lines: list[str]) -> tuple[Part, SortedFile]:
        refuse_identity_numbers(key[1], self._origin)
        part = _new_part(record, key, self._edition, self.triple_writer.iris)
        part.path = self._folder / f"{self._edition.source}--{self._edition.version}--{key[0]}-{key[1]}.nt"
        part.header = list(lines)
        if isinstance(record, Edition):
            scheme, part.scheme_header = self._schemes[record.scheme]
            part.hierarchical = scheme.hierarchical
            part.titles = {text.lang: text.value for text in scheme.titles}
            if scheme.part_of in self._schemes:
                part.scheme_header = part.scheme_header + self._schemes[scheme.part_of][1]
        file = SortedFile(part.path, partial(self._spilled, part.graph))
        file.extend(part.header + part.scheme_header)
        return part, file

    def close(self) -> list[Part]:
        """Close all files; return the parts with their number of triples and checksum."""
        for part, file in self._open.values():
            part.triples, part.sha256 = file.close()
        return [part for part, _ in self._open.values()]


def _part_key(record: Record) -> tuple[Kind, str]:
    match record:  # in the order of frequency: there may be millions of statements
        case Statement():
            key: tuple[Kind, str] = ("catalogue", record.catalogue) if record.catalogue else ("scheme", record.scheme)
        case Edition() | Level() | Concept() | ValueSet():
            key = ("scheme", record.scheme)
        case Catalogue():
            key = ("catalogue", record.id)
        case MappingSet():
            key = ("mapping", record.id)
        case Mapping():
            key = ("mapping", record.mapping_set)
        case Dataset():
            key = ("dataset", record.id)
        case Variable() | ConceptualVariable() | RepresentedVariable():
            key = ("dataset", record.dataset)
        case CodeList():
            owner = record.owner
            key = ("dataset", owner.dataset) if owner.dataset else ("structure", owner.structure)
        case Structure():
            key = ("structure", record.id)
        case Element():
            key = ("structure", record.structure)
        case _:
            raise TypeError(type(record).__name__)
    return key


def _new_part(record: _PartRecord, key: tuple[Kind, str], edition: EditionFiles, iris: Iris) -> Part:
    kind, id_ = key
    graph = {
        "scheme": lambda: iris.edition(id_, record.version),
        "mapping": lambda: iris.part(iris.mapping_set(id_), "release", record.version),
        "catalogue": lambda: iris.part(iris.catalogue(id_), "release", record.version),
        "dataset": lambda: iris.part(iris.dataset(id_), "release", record.version),
        "structure": lambda: iris.part(iris.structure(id_), "release", record.version),
    }[kind]()
    return Part(
        kind=kind,
        id=id_,
        version=record.version,
        graph=graph,
        valid_from=record.valid_from,
        valid_to=record.valid_to if isinstance(record, Edition) else None,
        redistribution=record.redistribution,
        coverage=record.coverage if isinstance(record, Edition) else Coverage.COMPLETE,
        source=edition.source,
        titles={text.lang: text.value for text in record.titles},
    )


def _count_record(part: Part, record: Record) -> None:
    match record:
        case Statement():
            pass
        case Concept():
            part.concepts += 1
            part.inactive += record.status == "inactive"
            if record.level:
                part.levels[record.level] = part.levels.get(record.level, 0) + 1
        case Mapping():
            part.mappings += 1
        case Dataset():
            part.datasets += 1
            part.studies += record.is_study
        case Variable():
            part.variables += 1
        case ValueSet():
            part.value_sets += 1
        case CodeList():
            part.code_lists += 1
            part.coded_values += len(record.values)
        case Element():
            part.elements += 1


def create_triple_writer(edition: EditionFiles, files: Iterable[FileUsed], base: str) -> TripleWriter:
    """Return a triple writer that mints the IRIs of an edition's load and files."""
    iris = Iris(base)
    return TripleWriter(
        iris,
        load_iri=iris.load(edition.source, edition.version),
        file_iris=tuple(iris.file(file.sha256) for file in files),
    )
