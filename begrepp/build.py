"""fetch → load → graph → validate → index → publish: all sources become one build, or nothing changes.

A build is a directory that is written aside, renamed when it is whole, and then made current by one
atomic switch. Killed at any moment, the build before it goes on serving.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict
from datetime import UTC, date, datetime
from importlib.metadata import version

from begrepp.about import write_catalogue, write_provenance
from begrepp.cache import Cache
from begrepp.cascade import write_cascade
from begrepp.comparisons import Comparisons
from begrepp.correspondence import write_differences
from begrepp.derived import Derived
from begrepp.errors import BegreppError, ValidationError
from begrepp.findings import Finding
from begrepp.history import in_force
from begrepp.iris import Iris
from begrepp.loading import Failure, Job, load_all
from begrepp.manifest import (
    MANIFEST,
    Manifest,
    describe_load,
    describe_part,
    graph_hash,
    read_manifest,
    write_manifest,
)
from begrepp.meanings import Meanings
from begrepp.parts import LoadReport, Part
from begrepp.progress import Progress
from begrepp.publish import alone, aside, publish
from begrepp.records import Coverage
from begrepp.redistribution import project
from begrepp.settings import Settings
from begrepp.storing import Contents, StoreWriter
from begrepp.view import write_view


class BuildFailed(BegreppError):
    """Some editions were refused, so nothing was published."""

    def __init__(self, failures: Sequence[Failure]) -> None:
        self.failures = tuple(failures)
        super().__init__(
            "\n".join(f"{failure.error}" for failure in failures),
            "\nNothing was published; the build before this one goes on as it was.",
        )


def build(
    jobs: Sequence[Job],
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
        stack.enter_context(alone(settings))
        folder = stack.enter_context(aside(settings))
        before = settings.current.resolve() if settings.current.exists() and not from_scratch else None
        store = StoreWriter(folder / "store", before / "store" if before else None, progress)
        stack.callback(store.close)
        graphs = folder / "graphs"
        graphs.mkdir()
        cache = Cache(settings.cache / "editions")

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
        meanings = Meanings.read(settings.meanings)
        comparisons = Comparisons(settings.cache / "comparisons", from_scratch=from_scratch)
        differences = [*write_differences(parts, graphs, Iris(settings.base), meanings, comparisons.of, public=public)]
        comparisons.forget_others()
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
        contents = Contents.of(named, view.copied, view.apart, {part.path: part.sha256 for part in parts})
        stored = store.finish(contents)
        derived = Derived(contents, before)
        beside = stack.enter_context(ThreadPoolExecutor(1))
        checked = beside.submit(derived.findings, stored, folder / "store", progress)
        things = derived.things(view.path, folder / "index", progress)
        progress.step("rewriting the current view")
        findings = sorted(
            [*derived.overview(view.path, folder, settings.base), *checked.result()], key=lambda found: found.check
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
            graphs=[describe_part(part, id(part) in current_parts) for part in parts],
            loads=[describe_load(report, public) for report in sorted(reports, key=lambda r: (r.source, r.version))],
            differences=[difference.described() for difference in differences],
            checks=[asdict(finding) for finding in findings],
            derived=derived.keys,
            failed=[{"source": failure.key, "reason": "" if public else str(failure.error)} for failure in failures],
        )
        write_manifest(folder, manifest)
        progress.step("publishing")
        publish(folder, settings, manifest.id)
        meanings.write(settings.meanings)
    return manifest


def _refuse_shrunken(parts: Sequence[Part], settings: Settings) -> None:
    """A list that lost a fifth of its concepts since the build before is more likely cut off than revised."""
    if not settings.current.exists():
        return
    before = read_manifest(settings.current.resolve())
    for group in in_force(parts, date.today()):
        now = group[0]
        then = before.graph(now.kind, now.id)
        if then and then["coverage"] == now.coverage == Coverage.COMPLETE and now.concepts < then["concepts"] * 0.8:
            raise ValidationError(
                f"{now.source} {now.version}: {now.id} has {now.concepts:,} concepts, where the build that is "
                f"published now has {then['concepts']:,}. A file may be truncated.",
                "Download it again, or use `begrepp build --accept-fewer` if the publisher shortened the list.",
            )


def _refuse_findings(findings: Sequence[Finding]) -> None:
    """The current view as a whole must hold together, not only each source."""
    if wrong := [finding for finding in findings if finding.severity == "violation"]:
        words = "\n".join(f"{f.title}: {f.count}, such as {f.examples[0]}" for f in wrong)
        raise ValidationError(
            f"The sources are inconsistent, so nothing was published:\n{words}",
            "\nBuild without one of the editions (name the others: `begrepp build SOURCE/EDITION…`).",
        )


def check_edition(job: Job, settings: Settings, progress: Progress) -> LoadReport:
    """Load and validate one edition aside: is this file what it should be? The next build need not load it again."""
    with aside(settings) as folder:
        reports, failures = load_all([job], folder, settings.base, progress, Cache(settings.cache / "editions"))
        if failures:
            raise failures[0].error
        return reports[0]


def _entries(settings: Settings) -> set[str]:
    """The entries of the cache that the builds kept here were made of."""
    builds = [path for path in settings.builds.glob("[!.]*") if (path / MANIFEST).exists()]
    return {load.get("entry", "") for build in builds for load in read_manifest(build).loads}
