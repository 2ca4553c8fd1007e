"""The build manifest (manifest.json): sources with checksums, counts, skipped rows, validation results, graph hash."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

import msgspec

from begrepp.artefact.inventory import refuse_damaged_build
from begrepp.artefact.parts import FileUsed, Kind, Part
from begrepp.errors import NoBuild
from begrepp.records import Coverage, Redistribution
from begrepp.settings import Settings
from begrepp.text.version_order import version_key

MANIFEST = "manifest.json"


class GraphEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One named graph: an edition of a scheme, or a state of a mapping set, catalogue, dataset or structure."""

    kind: Kind
    id: str
    version: str
    titles: dict[str, str]
    """Titles by language."""
    graph: str
    """IRI of the graph."""
    source: str
    valid_from: date
    coverage: Coverage
    redistribution: Redistribution
    hierarchical: bool
    current: bool
    """Whether the edition is in force, so that its scheme is described by it in the current view."""
    concepts: int
    inactive: int
    levels: dict[str, int]
    """Number of concepts by level."""
    datasets: int
    variables: int
    code_lists: int
    coded_values: int
    elements: int
    mappings: int
    triples: int
    sha256: str
    """SHA-256 of the sorted lines of the file."""
    header: list[str]
    """N-Triples lines that describe the edition and its scheme."""
    file: str
    """Name of the file in the `graphs` folder of the build."""
    valid_to: date | None = None
    """The last day of the edition, if it has one; without it the edition is in force until another one is."""

    def is_ended(self, day: date) -> bool:
        """Return whether the last day of the edition lies before a day."""
        return self.valid_to is not None and self.valid_to < day


class SkippedRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row that a loader skipped; the reason is empty in a public build, since it may quote the row."""

    where: str
    reason: str


class WarningGroup(msgspec.Struct, frozen=True, kw_only=True):
    """Validation results of one load with the same shape and cause."""

    shape: str
    severity: str
    count: int
    messages: dict[str, str]
    examples: list[str]


class LoadEntry(msgspec.Struct, frozen=True, kw_only=True):
    """The load of one edition: files, counts of rows, skipped rows, and the number of validation results."""

    source: str
    version: str
    load_iri: str = msgspec.field(name="load")
    loaded_at: str
    entry: str
    """Key of the edition in the part cache."""
    files: list[FileUsed]
    rows_read: int
    rows_skipped: int
    skips: list[SkippedRow]
    """The first skipped rows (`begrepp.build.loads.edition_loader.MAX_SKIPS_STORED`)."""
    remarks: list[SkippedRow]
    """Remarks on rows that are loaded; empty in a public build."""
    violations: int
    warnings: int
    warning_groups: list[WarningGroup]
    notices: list[str] = []
    """Decisions of the build about the edition, such as an address that another source has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelCoverage:
    """Number of codes of one level in each of two editions, and whether each edition lists the level completely."""

    level: str
    old: int
    new: int
    common: int
    old_covers: bool
    new_covers: bool


class DifferenceEntry(msgspec.Struct, frozen=True, kw_only=True):
    """The difference between two editions of a scheme, in a graph of its own."""

    scheme: str
    old: str
    """Version of the older edition."""
    new: str
    """Version of the newer edition."""
    old_valid_from: date
    new_valid_from: date
    old_partial: bool
    new_partial: bool
    graph: str
    """IRI of the graph."""
    file: str
    """Name of the file in the `graphs` folder of the build."""
    redistribution: Redistribution
    triples: int
    sha256: str
    counts: dict[str, int]
    """Number of changes by class (`begrepp.history.changes.TYPES`)."""
    rules: dict[str, int]
    """Number of changes by rule (`begrepp.history.changes.RULES`)."""
    unchanged: int
    levels: list[LevelCoverage]


class CheckResult(msgspec.Struct, frozen=True, kw_only=True):
    """Faults that one check (`queries/checks/`) found in the current view: their number, and the first of them."""

    check: str
    title: str
    severity: str
    """`violation` or `warning`; a violation stops the build."""
    count: int
    examples: list[str]


class FailedEdition(msgspec.Struct, frozen=True, kw_only=True):
    """An edition that was not loaded; the reason is empty in a public build."""

    source: str
    """Source and version, as `kva/2025`."""
    reason: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """The manifest of one build."""

    id: str
    base: str
    """Base of the IRIs that begrepp mints."""
    public: bool
    """Whether texts that may not be redistributed are left out."""
    built_at: str
    seconds: float
    hash: str
    """SHA-256 over all graphs but the provenance (`begrepp.build.manifest_writer.graph_hash`)."""
    triples: int
    things: int
    """Number of documents in the text index."""
    software: str
    graphs: list[GraphEntry]
    loads: list[LoadEntry]
    differences: list[DifferenceEntry]
    checks: list[CheckResult]
    failed: list[FailedEdition]
    derived: dict[str, str]
    """Keys under which the next build may use the derived files again (`begrepp.build.derived.derived_files`)."""

    def find_graph(self, kind: str, id_: str, version: str = "") -> GraphEntry | None:
        """Return the graph of a scheme, mapping set, catalogue, dataset or structure; the current one by default."""
        if not version:
            return self._current.get((kind, id_))
        return next((each for each in self.graphs if (each.kind, each.id, each.version) == (kind, id_, version)), None)

    @cached_property
    def _current(self) -> dict[tuple[str, str], GraphEntry]:
        """The first current graph of each kind and id."""
        return {(graph.kind, graph.id): graph for graph in reversed(self.graphs) if graph.current}

    def find_load(self, iri: str) -> LoadEntry | None:
        """Return the load of an edition by its IRI."""
        return self._loads.get(iri)

    @cached_property
    def _loads(self) -> dict[str, LoadEntry]:
        return {load.load_iri: load for load in reversed(self.loads)}

    def current_graphs(self, kind: str) -> list[GraphEntry]:
        """Return all current graphs of a kind."""
        return [graph for graph in self.graphs if graph.kind == kind and graph.current]

    def editions(self, kind: str, *ids: str) -> list[GraphEntry]:
        """Return all graphs of a kind that have one of the ids, oldest first."""
        own = (graph for graph in self.graphs if graph.kind == kind and graph.id in ids)
        return sorted(own, key=lambda graph: (graph.valid_from, version_key(graph.version)))

    def find_difference(self, graph: str) -> DifferenceEntry | None:
        """Return the difference whose graph has the IRI."""
        return next((difference for difference in self.differences if difference.graph == graph), None)

    def differences_of(self, scheme: str) -> list[DifferenceEntry]:
        """Return the differences between the editions of a scheme, newest first."""
        own = [difference for difference in self.differences if difference.scheme == scheme]
        return sorted(own, key=lambda d: (d.new_valid_from, d.new, d.old_valid_from, d.old), reverse=True)


def read_manifest(build: Path) -> Manifest:
    """Read the manifest of a build directory.

    Raises `NoBuild` if there is none, or if it is damaged or has the format of another version of begrepp.
    """
    try:
        return msgspec.json.decode((build / MANIFEST).read_bytes(), type=Manifest)
    except FileNotFoundError:
        raise NoBuild("There is no build yet.", "Run `begrepp build` (or `make serve`) first.") from None
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise NoBuild(
            f"The manifest of the build ({MANIFEST}) cannot be read: {error}. "
            "It is damaged, or another version of begrepp wrote it.",
            "Run `begrepp build` to build again.",
        ) from None


def read_manifest_if_valid(build: Path) -> Manifest | None:
    """Read the manifest of a build directory; return None where `read_manifest` raises."""
    try:
        return read_manifest(build)
    except NoBuild:
        return None


def current_build(settings: Settings) -> Path:
    """Return the directory of the published build.

    Raises `NoBuild` if there is none, and `DamagedBuild` if files of it are missing or damaged.
    """
    if not settings.current.exists():
        raise NoBuild("There is no build yet.", "Run `begrepp build` (or `make serve`) first.")
    build = settings.current.resolve()
    refuse_damaged_build(build)
    return build


def part_from_entry(entry: GraphEntry, folder: Path) -> Part:
    """Return the part that an entry describes; `folder` is the `graphs` folder of the build."""
    return Part(
        kind=entry.kind,
        id=entry.id,
        version=entry.version,
        graph=entry.graph,
        valid_from=entry.valid_from,
        valid_to=entry.valid_to,
        redistribution=entry.redistribution,
        coverage=entry.coverage,
        source=entry.source,
        titles=entry.titles,
        header=entry.header,
        path=folder / entry.file,
        sha256=entry.sha256,
    )
