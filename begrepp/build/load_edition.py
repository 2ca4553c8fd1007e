"""One edition of one source, loaded: its records checked, turned into RDF, written and validated.

Each release, mapping set and dataset description becomes a **part**: one named graph in one file of
sorted N-Triples without duplicates. Memory is flat in the number of triples.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from begrepp.artefact.parts import FileUsed, Kind, LoadReport, Part
from begrepp.build.record_checks import checked
from begrepp.errors import InputError, Origin, ValidationError
from begrepp.graph.triple_writer import Mint
from begrepp.rdf.iris import Iris
from begrepp.rdf.ntriples import ntriples
from begrepp.rdf.sorted_files import SortedFile
from begrepp.records import (
    Catalogue,
    CodeList,
    Concept,
    ConceptualVariable,
    Coverage,
    Dataset,
    Edition,
    Element,
    Level,
    Load,
    Mapping,
    MappingSet,
    Record,
    Release,
    RepresentedVariable,
    Scheme,
    Skipped,
    Statement,
    Structure,
    ValueSet,
    Variable,
)
from begrepp.sources.person_tables import refuse_person_tables
from begrepp.sources.privacy import refuse_identity_numbers, words_of
from begrepp.sources.tables import METER, Meter
from begrepp.validation.validate import Report, Result, Severity, validate

MAX_SKIPS_KEPT = 1000
Spilled = Callable[[str, Path], None]
"""Is told of the graph of a part that is being written, and of a run of its sorted lines."""


def file_used(path: Path) -> FileUsed:
    """Name, size and SHA-256 of a file."""
    with path.open("rb") as file:
        return FileUsed(
            name=path.name, sha256=hashlib.file_digest(file, "sha256").hexdigest(), bytes=path.stat().st_size
        )


def load_edition(edition: Edition, load: Load, folder: Path, base: str, meter: Meter) -> LoadReport:
    """Load one edition into sorted N-Triples files under `folder` and validate them.

    Raises `InputError` where the file is at fault and `ValidationError` where the shapes object.
    """
    return judge_edition(read_edition(edition, load, folder, base, meter), edition, load, base, meter)


def read_edition(
    edition: Edition,
    load: Load,
    folder: Path,
    base: str,
    meter: Meter,
    spilled: Spilled = lambda graph, run: None,
) -> LoadReport:
    """Read what a loader, or a share of it, makes of an edition into sorted N-Triples files under `folder`.

    Raises `InputError` where the file is at fault.
    """
    refuse_person_tables(edition.files)
    files = tuple(file_used(path) for path in edition.files)
    mint = _mint(edition, files, base)
    report = LoadReport(
        source=edition.source,
        version=edition.version,
        load_iri=mint.load_iri,
        files=files,
        loaded_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    writer = _PartWriter(edition, mint, folder, spilled)
    METER.set(meter)
    for record in checked(load(edition)):
        if isinstance(record, Skipped):
            report.skipped += 1
            if len(report.skips) < MAX_SKIPS_KEPT:
                report.skips.append((str(record.origin), record.reason))
        else:
            writer.take(record)
    report.rows_read = meter.rows
    report.parts = writer.close()
    return report


def together(shares: Sequence[LoadReport]) -> LoadReport:
    """What came of the shares of an edition, which have no part in common, as one."""
    return replace(
        shares[0],
        rows_read=sum(share.rows_read for share in shares),
        skipped=sum(share.skipped for share in shares),
        skips=[skip for share in shares for skip in share.skips][:MAX_SKIPS_KEPT],
        parts=[part for share in shares for part in share.parts],
    )


def judge_edition(report: LoadReport, edition: Edition, load: Load, base: str, meter: Meter) -> LoadReport:
    """Hold what was read against the shapes.

    Raises `InputError` where nothing was found, and `ValidationError` where the shapes object.
    """
    if not any(part.holds_something for part in report.parts):
        raise InputError(
            Origin(f"{edition.source}/{edition.version}"),
            "nothing was found to load"
            + (f"; the first row that was skipped: {report.skips[0]}." if report.skips else "."),
            "Check that these are the files that `begrepp sources` names.",
        )
    meter.stage = "validating"
    report.validation = validate([part.path for part in report.parts])
    _refuse_violations(report.validation, edition, load, base)
    return report


def _mint(edition: Edition, files: Iterable[FileUsed], base: str) -> Mint:
    iris = Iris(base)
    return Mint(
        iris,
        load_iri=iris.load(edition.source, edition.version),
        file_iris=tuple(iris.file(file.sha256) for file in files),
    )


_Opening = Release | MappingSet | Catalogue | Dataset | Structure
"""The records that a part begins with."""


class _PartWriter:
    """Sends each record's triples to the file of the part it belongs to."""

    def __init__(self, edition: Edition, mint: Mint, folder: Path, spilled: Spilled) -> None:
        self._edition = edition
        self._mint = mint
        self._folder = folder
        self._spilled = spilled
        self._open: dict[tuple[Kind, str], tuple[Part, SortedFile]] = {}
        self._schemes: dict[str, tuple[Scheme, list[str]]] = {}
        self._origin = Origin(f"{edition.source}/{edition.version}")

    def take(self, record: Record) -> None:
        """Write one record."""
        lines = [ntriples(triple) for triple in self._mint.triples(record)]
        refuse_identity_numbers(words_of(lines), getattr(record, "origin", self._origin))
        if isinstance(record, Scheme):
            self._schemes[record.id] = (record, lines)
            return
        key = self._key(record)
        # A dataset of somebody else's catalogue lies in the graph of the catalogue.
        if isinstance(record, _Opening) and key not in self._open:
            self._open[key] = self._begin(record, key, lines)
        part, file = self._open[key]
        file.extend(lines)
        _count(part, record)

    def _key(self, record: Record) -> tuple[Kind, str]:
        kind, id_ = _part_key(record)
        of = self._mint.datasets.get(id_) if kind == "dataset" else None
        return ("catalogue", of.catalogue) if of and of.catalogue else (kind, id_)

    def _begin(self, record: _Opening, key: tuple[Kind, str], lines: list[str]) -> tuple[Part, SortedFile]:
        refuse_identity_numbers(key[1], self._origin)
        part = _new_part(record, key, self._edition, self._mint.iris)
        part.path = self._folder / f"{self._edition.source}--{self._edition.version}--{key[0]}-{key[1]}.nt"
        part.header = list(lines)
        if isinstance(record, Release):
            scheme, part.scheme_header = self._schemes[record.scheme]
            part.hierarchical = scheme.hierarchical
            part.titles = {text.lang: text.value for text in scheme.titles}
            if scheme.part_of in self._schemes:
                part.scheme_header = part.scheme_header + self._schemes[scheme.part_of][1]
        file = SortedFile(part.path, partial(self._spilled, part.graph))
        file.extend(part.header + part.scheme_header)
        return part, file

    def close(self) -> list[Part]:
        """Finish all files."""
        for part, file in self._open.values():
            part.triples, part.sha256 = file.close()
        return [part for part, _ in self._open.values()]


def _part_key(record: Record) -> tuple[Kind, str]:
    match record:  # what there may be millions of first
        case Statement():
            key: tuple[Kind, str] = ("catalogue", record.catalogue) if record.catalogue else ("scheme", record.scheme)
        case Release() | Level() | Concept() | ValueSet():
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
            home = record.home
            key = ("dataset", home.dataset) if home.dataset else ("structure", home.structure)
        case Structure():
            key = ("structure", record.id)
        case Element():
            key = ("structure", record.structure)
        case _:
            raise TypeError(type(record).__name__)
    return key


def _new_part(record: _Opening, key: tuple[Kind, str], edition: Edition, iris: Iris) -> Part:
    kind, id_ = key
    graph = {
        "scheme": lambda: iris.release(id_, record.version),
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
        redistribution=record.redistribution,
        coverage=record.coverage if isinstance(record, Release) else Coverage.COMPLETE,
        source=edition.source,
        titles={text.lang: text.value for text in record.titles},
    )


def _count(part: Part, record: Record) -> None:
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
        case Variable():
            part.variables += 1
        case ValueSet():
            part.value_sets += 1
        case CodeList():
            part.code_lists += 1
            part.coded_values += len(record.values)
        case Element():
            part.elements += 1


def _refuse_violations(report: Report, edition: Edition, load: Load, base: str) -> None:
    """Raise if a shape is violated, naming the rows; they are found by reading the source once more."""
    violations = [result for result in report.results if result.severity is Severity.VIOLATION]
    if not violations:
        return
    wanted = {iri for result in violations for iri in (result.focus, result.value) if iri}
    origins = _locate(load(edition), wanted, _mint(edition, (), base))
    lines = [_describe(result, origins) for result in violations[:10]]
    more = f"\n  … and {len(violations) - 10} more" if len(violations) > 10 else ""
    raise ValidationError(
        f"{edition.source} {edition.version} breaks the shapes, so it is not published:\n  "
        + "\n  ".join(lines)
        + more,
        "\nCorrect the rows in a copy of the file and report them to the publisher.",
    )


def _locate(records: Iterator[Record], wanted: set[str], mint: Mint) -> dict[str, Origin]:
    found: dict[str, Origin] = {}
    for record in records:
        if not isinstance(record, Skipped):
            deque(mint.triples(record), maxlen=0)  # the names of schemes and datasets are learnt once more
        match record:
            case Concept():
                own = record.iri or mint.concept_iri(record.scheme, record.notation)
            case Variable():
                own = mint.variable_iri(record)
            case Dataset():
                own = mint.iris.dataset(record.id)
            case CodeList():
                own = mint.iris.code_list(mint.home_iri(record.home), record.id)
            case Element():
                own = mint.element_iri(record)
            case Mapping():
                own = mint.mapping_iri(record)
            case _:
                continue
        if own in wanted:
            found.setdefault(own, record.origin)
    return found


def _describe(result: Result, origins: dict[str, Origin]) -> str:
    about = result.focus if result.focus in origins else (result.value or result.focus)
    where = origins.get(about)
    words = result.messages.get("en") or next(iter(result.messages.values()), "")
    return f"{where or 'in the release'}: <{about}> {words} [{result.shape.rpartition('#')[2]}]"
