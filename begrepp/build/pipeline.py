"""fetch → load → graph → validate → index → publish: all sources become one build, or nothing changes.

A build is a directory that is written aside, renamed when it is whole, and then made current by one
atomic switch. Killed at any moment, the build before it goes on serving.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, date, datetime
from importlib.metadata import version

from begrepp.artefact.manifest import CheckResult, FailedEdition, Manifest, read_manifest_if_valid
from begrepp.artefact.parts import LoadReport, Part
from begrepp.artefact.public_projection import project
from begrepp.build.comparison_cache import ComparisonCache
from begrepp.build.derived import DerivedResults
from begrepp.build.difference_writer import write_differences
from begrepp.build.load_editions import EditionJob, Failure, load_all
from begrepp.build.manifest_writer import difference_entry, graph_entry, graph_hash, load_entry, write_manifest
from begrepp.build.part_cache import PartCache
from begrepp.build.progress import Progress
from begrepp.build.provenance import write_catalogue, write_provenance
from begrepp.build.publication import build_lock, publish
from begrepp.build.store_writer import StoreWriter
from begrepp.build.variable_cascade import write_cascade
from begrepp.errors import BegreppError, ValidationError
from begrepp.files import staging_folder
from begrepp.history.current_view import in_force
from begrepp.history.reused_codes import ReusedCodes
from begrepp.history.view_files import write_view
from begrepp.rdf.iris import Iris
from begrepp.records import Coverage
from begrepp.settings import Settings
from begrepp.store.contents import StoreContents


class BuildFailed(BegreppError):
    """Some editions were refused, so nothing was published."""

    def __init__(self, failures: Sequence[Failure]) -> None:
        self.failures = tuple(failures)
        super().__init__(
            "\n".join(f"{failure.error}" for failure in failures),
            "\nNothing was published; the build before this one goes on as it was.",
        )


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
    """Build all editions and publish the result. What has not changed since it was loaded is not loaded again.

    Raises `BuildFailed` where a source is refused (with `keep_going` the others are published without
    it) and leaves the current build as it was. A complete list that is much shorter than the one that is
    published now is refused too, unless `accept_fewer`. `from_scratch` loads everything again.
    """
    started = time.monotonic()
    with ExitStack() as stack:
        stack.enter_context(build_lock(settings))
        folder = stack.enter_context(staging_folder(settings.builds))
        before = settings.current.resolve() if settings.current.exists() and not from_scratch else None
        store = StoreWriter(folder / "store", before / "store" if before else None, progress)
        stack.callback(store.close)
        graphs = folder / "graphs"
        graphs.mkdir()
        cache = PartCache(settings.cache / "editions")

        def loaded(report: LoadReport) -> None:
            for part in report.parts if not public else ():
                store.begin(part.graph, part.path, part.sha256)

        reports, failures = load_all(
            jobs,
            graphs,
            settings.base,
            progress,
            cache,
            from_scratch=from_scratch,
            loaded=loaded,
            piece=store.begin_piece if store.is_new and not public else None,
        )
        cache.retain({report.entry for report in reports} | _entries(settings))
        if failures and not (keep_going and reports):
            raise BuildFailed(failures)
        parts = [part for report in reports for part in report.parts]
        if not accept_fewer:
            _refuse_shrunken(parts, settings)
        progress.step("comparing editions")
        meanings = ReusedCodes.read(settings.meanings)
        comparisons = ComparisonCache(settings.cache / "comparisons", from_scratch=from_scratch)
        differences = [*write_differences(parts, graphs, Iris(settings.base), meanings, comparisons.get, public=public)]
        comparisons.remove_unused()
        if public:
            progress.step("removing texts that may not be redistributed")
            for part in parts:
                project(part)
        progress.step("merging the current view")
        groups = in_force(parts, date.today())
        current_parts = {id(group[0]) for group in groups}
        others = [line for part in parts if id(part) not in current_parts for line in part.header]
        iris = Iris(settings.base)
        catalogue, catalogue_sha = write_catalogue(graphs, others, iris)
        provenance = write_provenance(graphs, reports, settings.base, public=public)
        in_view = [group[0] for group in groups]
        cascade = graphs / "cascade.nt"
        write_cascade(
            cascade,
            [part.path for part in in_view if part.kind in ("dataset", "catalogue")],
            [part.path for part in in_view if part.kind == "mapping"],
            iris,
        )
        view = write_view(graphs, groups, [*(d.path for d in differences), catalogue, provenance, cascade])
        named = [(part.graph, part.path) for part in parts]
        named += [(difference.graph, difference.path) for difference in differences]
        named += [(iris.graph("catalog"), catalogue), (iris.graph("provenance"), provenance)]
        named += [(iris.graph("cascade"), cascade)]
        contents = StoreContents.from_files(named, view.copied, view.apart, {part.path: part.sha256 for part in parts})
        stored = store.finish(contents)
        derived = DerivedResults(contents, before)
        beside = stack.enter_context(ThreadPoolExecutor(1))
        checked = beside.submit(derived.check_store, stored, folder / "store", progress)
        things = derived.write_index(view.path, folder / "index", progress)
        progress.step("rewriting the current view")
        findings = sorted(
            [*derived.scan_view(view.path, folder, settings.base), *checked.result()], key=lambda found: found.check
        )
        _refuse_findings(findings)
        digest = graph_hash([*parts, *differences], catalogue_sha)
        manifest = Manifest(
            id=f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{digest[:12]}",
            base=settings.base,
            public=public,
            built_at=datetime.now(UTC).isoformat(timespec="seconds"),
            seconds=round(time.monotonic() - started, 1),
            hash=digest,
            triples=view.triples,
            things=things,
            software=f"begrepp {version('begrepp')}",
            graphs=[graph_entry(part, current=id(part) in current_parts) for part in parts],
            loads=[
                load_entry(report, public=public) for report in sorted(reports, key=lambda r: (r.source, r.version))
            ],
            differences=[difference_entry(difference) for difference in differences],
            checks=findings,
            derived=derived.keys,
            failed=[
                FailedEdition(source=failure.key, reason="" if public else str(failure.error)) for failure in failures
            ],
        )
        write_manifest(folder, manifest)
        progress.step("publishing")
        publish(folder, settings, manifest.id)
        meanings.write(settings.meanings)
    return manifest


def _refuse_shrunken(parts: Sequence[Part], settings: Settings) -> None:
    """A list that lost a fifth of its concepts since the build before is more likely cut off than revised."""
    before = read_manifest_if_valid(settings.current)
    if not before:
        return
    for group in in_force(parts, date.today()):
        now = group[0]
        then = before.find_graph(now.kind, now.id)
        if then and then.coverage == now.coverage == Coverage.COMPLETE and now.concepts < then.concepts * 0.8:
            raise ValidationError(
                f"{now.source} {now.version}: {now.id} has {now.concepts:,} concepts, where the build that is "
                f"published now has {then.concepts:,}. A file may be truncated.",
                "Download it again, or use `begrepp build --accept-fewer` if the publisher shortened the list.",
            )


def _refuse_findings(findings: Sequence[CheckResult]) -> None:
    """The current view as a whole must hold together, not only each source."""
    if wrong := [finding for finding in findings if finding.severity == "violation"]:
        words = "\n".join(f"{f.title}: {f.count}, such as {f.examples[0]}" for f in wrong)
        raise ValidationError(
            f"The sources are inconsistent, so nothing was published:\n{words}",
            "\nBuild without one of the editions (name the others: `begrepp build SOURCE/EDITION…`).",
        )


def check_edition(job: EditionJob, settings: Settings, progress: Progress) -> LoadReport:
    """Load and validate one edition aside: is this file what it should be? The next build need not load it again."""
    with staging_folder(settings.builds) as folder:
        reports, failures = load_all([job], folder, settings.base, progress, PartCache(settings.cache / "editions"))
        if failures:
            raise failures[0].error
        return reports[0]


def _entries(settings: Settings) -> set[str]:
    """The entries of the cache that the builds kept here were made of."""
    manifests = map(read_manifest_if_valid, settings.builds.glob("[!.]*"))
    return {load.entry for manifest in manifests if manifest for load in manifest.loads}
