"""The build pipeline: load, compare, assemble, derive, publish.

A build is a directory. It is written in a staging folder, renamed when it is complete, and made current by one
atomic switch. If the process is killed at any moment, the previous build stays current.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path

from begrepp.artefact.inventory import is_intact
from begrepp.artefact.load_report import LoadReport
from begrepp.artefact.manifest import CheckResult, FailedEdition, Manifest, read_manifest_if_valid
from begrepp.artefact.parts import Part, is_one_of
from begrepp.artefact.public_projection import write_public_projection
from begrepp.build.address_assignment import assign_addresses, read_or_seed
from begrepp.build.derived.derived_files import DerivedFiles
from begrepp.build.differences.comparison_cache import ComparisonCache
from begrepp.build.differences.difference_writer import Difference, write_differences
from begrepp.build.edition_order import add_order_notices
from begrepp.build.findings import Findings
from begrepp.build.load_failures import BuildFailed, LoadFailure
from begrepp.build.loads.parallel_loader import EditionJob, load_all_editions
from begrepp.build.loads.part_cache import PartCache
from begrepp.build.manifest_writer import difference_entry, graph_entry, graph_hash, load_entry, write_manifest
from begrepp.build.progress import Progress
from begrepp.build.provenance import write_catalogue, write_provenance
from begrepp.build.publication import build_lock, publish_build
from begrepp.build.publication_checks import refuse_check_violations, without_shrunken_lists
from begrepp.build.store_writer import StoreWriter
from begrepp.build.variable_cascade import write_cascade_of_parts
from begrepp.files import staging_folder
from begrepp.history.current_view import group_in_force
from begrepp.history.reused_codes import ReusedCodes
from begrepp.history.view_files import CurrentView, write_view
from begrepp.rdf.iris import Iris
from begrepp.settings import Settings
from begrepp.store.contents import StoreContents


def build(
    jobs: Sequence[EditionJob],
    settings: Settings,
    progress: Progress,
    *,
    public: bool = False,
    keep_going: bool = False,
    accept_fewer: bool = False,
    from_scratch: bool = False,
) -> Manifest:
    """Build all editions, publish the result and return its manifest. Unchanged editions come from the part cache.

    `public` leaves out the texts that may not be redistributed. `from_scratch` uses nothing of earlier builds.
    Raises `BuildFailed` if an edition cannot be loaded, or a complete list has become much shorter than the published
    one (unless `accept_fewer`); with `keep_going` the others are published without it. Raises `ValidationError` if a
    check finds a violation in the current view. The current build then stays as it is.
    """
    options = BuildOptions(public=public, keep_going=keep_going, accept_fewer=accept_fewer, from_scratch=from_scratch)
    with (
        build_lock(settings),
        staging_folder(settings.builds) as folder,
        closing(BuildRun(folder, settings, progress, options)) as run,
    ):
        parts = run.load(jobs)
        differences = run.compare(parts)
        graphs = run.assemble(parts, differences)
        results = run.derive(graphs)
        return run.publish(graphs, results)


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildOptions:
    """The options of `build`."""

    public: bool
    keep_going: bool
    accept_fewer: bool
    from_scratch: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AssembledGraphs:
    """All graphs of a build as sorted files, with the store that is being written from them."""

    parts: list[Part]
    differences: list[Difference]
    current: list[Part]
    """The parts that are in force, one for each scheme, mapping set, catalogue, dataset and structure."""
    catalogue_sha256: str
    view: CurrentView
    contents: StoreContents
    stored: Future[None]
    """Done when the store holds all graphs."""
    keys: dict[str, str]
    """Keys under which the next build may use the findings again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DerivedResults:
    """The results derived from the graphs: the number of documents in the text index, and the check results."""

    documents: int
    checks: list[CheckResult]
    keys: dict[str, str]
    """Keys under which the next build may use the files again."""


class BuildRun:
    """One run of the build in a staging folder: load, compare, assemble, derive, publish, in this order."""

    def __init__(self, folder: Path, settings: Settings, progress: Progress, options: BuildOptions) -> None:
        self._started = time.monotonic()
        self._folder = folder
        self._graphs = folder / "graphs"
        self._graphs.mkdir()
        self._settings = settings
        self._iris = Iris(settings.base)
        self._progress = progress
        self._options = options
        current = settings.current.resolve()
        self._previous = current if current.exists() and not options.from_scratch and is_intact(current) else None
        self._store = StoreWriter(folder / "store", self._previous / "store" if self._previous else None, progress)
        self._reused_codes = ReusedCodes.read(settings.meanings)
        self._addresses = read_or_seed(settings.addresses, settings.current, self._iris.root)
        self._reports: list[LoadReport] = []
        self._failures: list[LoadFailure] = []

    def close(self) -> None:
        """Close the store, finished or not."""
        self._store.close()

    def load(self, jobs: Sequence[EditionJob]) -> list[Part]:
        """Load and validate all editions into sorted files, and begin to store them; return their parts."""
        settings, options = self._settings, self._options
        cache = PartCache(settings.cache / "editions")
        reports, failures = load_all_editions(
            jobs,
            self._graphs,
            settings.base,
            self._progress,
            cache,
            from_scratch=options.from_scratch,
            loaded=self._store_parts,
            piece=self._store.store_piece if self._store.is_new and not options.public else None,
        )
        cache.retain({report.entry for report in reports} | _cache_keys(settings))
        self._reports, refused = assign_addresses(reports, self._addresses, self._iris.root, self._progress)
        self._failures = [*failures, *refused]
        if not options.accept_fewer:
            self._reports, shrunken = without_shrunken_lists(self._reports, settings, self._progress)
            self._failures += shrunken
        if self._failures and not (options.keep_going and self._reports):
            raise BuildFailed(self._failures)
        add_order_notices(self._reports, self._progress)
        return [part for report in self._reports for part in report.parts]

    def _store_parts(self, report: LoadReport) -> None:
        # In a public build the files change once more, in `_project`.
        for part in report.parts if not self._options.public else ():
            self._store.store_graph(part.graph, part.path, part.sha256)

    def compare(self, parts: Sequence[Part]) -> list[Difference]:
        """Compare the editions of each scheme, give re-used codes IRIs of their own, and write the differences."""
        self._progress.step("comparing editions")
        cache = ComparisonCache(self._settings.cache / "comparisons", from_scratch=self._options.from_scratch)
        differences = [
            *write_differences(
                parts, self._graphs, self._iris, self._reused_codes, cache.get, public=self._options.public
            )
        ]
        cache.remove_unused()
        return differences

    def assemble(self, parts: list[Part], differences: list[Difference]) -> AssembledGraphs:
        """Write the current view and the graphs about the build, and store all graphs in the background."""
        if self._options.public:
            self._project(parts)
        self._progress.step("merging the current view")
        groups = group_in_force(parts, date.today())
        current = [group[0] for group in groups]
        headers = [line for part in parts if not is_one_of(part, current) for line in part.header]
        catalogue, catalogue_sha256 = write_catalogue(self._graphs, headers, self._iris)
        provenance = write_provenance(self._graphs, self._reports, self._settings.base, public=self._options.public)
        cascade = write_cascade_of_parts(self._graphs, current, self._iris)
        about = {"catalog": catalogue, "provenance": provenance, "cascade": cascade}
        others = [*(d.path for d in differences), *about.values()]
        findings = Findings(self._graphs, groups, self._previous)
        view = write_view(self._graphs, groups, others, findings.write)
        contents = StoreContents.from_files(
            [
                *((part.graph, part.path) for part in parts),
                *((d.graph, d.path) for d in differences),
                *((self._iris.graph(name), path) for name, path in {**about, **findings.graphs}.items()),
            ],
            view.copied,
            view.apart,
            {part.path: part.sha256 for part in parts},
        )
        return AssembledGraphs(
            parts=parts,
            differences=differences,
            current=current,
            catalogue_sha256=catalogue_sha256,
            view=view,
            contents=contents,
            stored=self._store.finish(contents),
            keys=findings.keys,
        )

    def _project(self, parts: Sequence[Part]) -> None:
        self._progress.step("removing texts that may not be redistributed")
        for part in parts:
            write_public_projection(part)

    def derive(self, graphs: AssembledGraphs) -> DerivedResults:
        """Write the text index, the terminology, the statistics and the alphabetical order, and run the checks.

        Raises `ValidationError` if a check finds a violation.
        """
        files, view = DerivedFiles(graphs.contents, self._previous), graphs.view.path
        with ThreadPoolExecutor() as pool:
            public, places = self._options.public, (graphs.parts, graphs.current)
            view_checks = pool.submit(files.scan_view, view, self._folder, self._settings.base)
            terminology = pool.submit(files.write_terminology, view_checks, self._folder, view, *places, public=public)
            store_checks = pool.submit(files.check_store, graphs.stored, self._folder / "store", self._progress)
            differences = pool.submit(
                files.write_differences,
                graphs.stored,
                self._folder,
                [(d.graph, d.old.graph, d.new.graph) for d in graphs.differences],
            )
            documents = files.write_index(view, self._folder / "index", self._progress)
            self._progress.step("completing the derived files")
            checks = sorted([*view_checks.result(), *store_checks.result()], key=lambda result: result.check)
            terminology.result()
            differences.result()
        refuse_check_violations(checks, self._failures, graphs.parts, keep_going=self._options.keep_going)
        return DerivedResults(documents=documents, checks=checks, keys=files.keys | graphs.keys)

    def publish(self, graphs: AssembledGraphs, results: DerivedResults) -> Manifest:
        """Write the manifest, move the build into place and make it the current one."""
        manifest = self._manifest(graphs, results)
        write_manifest(self._folder, manifest)
        self._progress.step("publishing")
        publish_build(self._folder, self._settings, manifest.id)
        self._reused_codes.write(self._settings.meanings)
        self._addresses.write(self._settings.addresses)
        return manifest

    def _manifest(self, graphs: AssembledGraphs, results: DerivedResults) -> Manifest:
        public = self._options.public
        digest = graph_hash([*graphs.parts, *graphs.differences], graphs.catalogue_sha256)
        now = datetime.now(UTC)
        reports = sorted(self._reports, key=lambda report: (report.source, report.version))
        return Manifest(
            id=f"{now:%Y%m%dT%H%M%S%f}-{digest[:12]}",
            base=self._settings.base,
            public=public,
            built_at=now.isoformat(timespec="seconds"),
            seconds=round(time.monotonic() - self._started, 1),
            hash=digest,
            triples=graphs.view.triples,
            things=results.documents,
            software=f"begrepp {version('begrepp')}",
            graphs=[graph_entry(part, current=is_one_of(part, graphs.current)) for part in graphs.parts],
            loads=[load_entry(report, public=public) for report in reports],
            differences=[difference_entry(difference) for difference in graphs.differences],
            checks=results.checks,
            derived=results.keys,
            failed=[
                FailedEdition(source=failure.key, reason="" if public else str(failure.error))
                for failure in self._failures
            ],
        )


def _cache_keys(settings: Settings) -> set[str]:
    """Return the keys in the part cache of the editions that the builds on disk were made from."""
    manifests = map(read_manifest_if_valid, settings.builds.glob("[!.]*"))
    return {load.entry for manifest in manifests if manifest for load in manifest.loads}


def check_edition(job: EditionJob, settings: Settings, progress: Progress) -> LoadReport:
    """Load and validate one edition without building; the part cache keeps it, so the next build does not load it.

    Raises the `BegreppError` of the edition if it cannot be loaded.
    """
    with staging_folder(settings.builds) as folder:
        cache = PartCache(settings.cache / "editions")
        reports, failures = load_all_editions([job], folder, settings.base, progress, cache)
        if failures:
            raise failures[0].error
        return reports[0]
