"""Checks that stop a build from being published."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from begrepp.artefact.load_report import LoadReport
from begrepp.artefact.manifest import CheckResult, read_manifest_if_valid
from begrepp.artefact.parts import Part
from begrepp.build.load_failures import LoadFailure
from begrepp.build.progress import Progress
from begrepp.errors import ValidationError
from begrepp.history.current_view import group_in_force
from begrepp.rdf.sorted_files import read_subjects
from begrepp.records import Coverage
from begrepp.settings import Settings


def without_shrunken_lists(
    reports: Sequence[LoadReport], settings: Settings, progress: Progress
) -> tuple[list[LoadReport], list[LoadFailure]]:
    """Return the editions without those whose lists have become much shorter, and these as failures.

    Where an edition is left out, the one before it is in force, and is judged too.
    """
    kept, failures = list(reports), list[LoadFailure]()
    while shrunken := _find_shrunken_lists([part for report in kept for part in report.parts], settings):
        failures += [LoadFailure(key, error) for key, error in shrunken.items()]
        kept = [report for report in kept if f"{report.source} {report.version}" not in shrunken]
        for key, error in shrunken.items():
            progress.finish(key, None, error)
    return kept, failures


def _find_shrunken_lists(parts: Sequence[Part], settings: Settings) -> dict[str, ValidationError]:
    """Return an error for each edition (source and version) with a complete list that has become much shorter.

    A file whose list has lost a fifth of its concepts since the published build is more likely truncated than revised.
    """
    published = read_manifest_if_valid(settings.current)
    found: dict[str, ValidationError] = {}
    for group in group_in_force(parts, date.today()) if published else ():
        new = group[0]
        old = published.find_graph(new.kind, new.id) if published else None
        if old and old.coverage == new.coverage == Coverage.COMPLETE and new.concepts < old.concepts * 0.8:
            found[f"{new.source} {new.version}"] = ValidationError(
                f"{new.source} {new.version}: {new.id} has {new.concepts:,} concepts, where the build that is "
                f"published now has {old.concepts:,}. A file may be truncated.",
                "Download it again, or use `begrepp build --accept-fewer` if the publisher shortened the list.",
            )
    return found


def refuse_check_violations(
    checks: Sequence[CheckResult], failures: Sequence[LoadFailure], parts: Sequence[Part], *, keep_going: bool
) -> None:
    """Raise `ValidationError` if a check found a violation in the current view, which no single source shows.

    With `keep_going` too: which of several sources is wrong is not known, so none is left out. The error names the
    editions whose graphs (`parts`) describe the first example of each check, and the editions that were left out before
    (`failures`), with their reasons.
    """
    if violations := [result for result in checks if result.severity == "violation"]:
        words = "\n".join(
            f"{result.title}: {result.count}, such as {result.examples[0]}{_stated_by(result.examples[0], parts)}"
            for result in violations
        )
        left_out = "".join(f"\nLeft out before, {failure.key}: {failure.error}" for failure in failures)
        raise ValidationError(
            f"The sources are inconsistent, so nothing was published:\n{words}{left_out}",
            ("\nWhich source is wrong is not known, so --keep-going leaves out none." if keep_going else "")
            + "\nBuild without one of the editions (name the others: `begrepp build SOURCE/EDITION…`).",
        )


def _stated_by(example: str, parts: Sequence[Part]) -> str:
    """Return the editions that describe the first thing of an example, as words after it; empty if there are none."""
    subject = f"<{example.split(' ', 1)[0]}>"
    editions = [f"{part.source} {part.version}" for part in parts if any(read_subjects(part.path, [subject]))]
    return f" (described in {', '.join(dict.fromkeys(editions))})" if editions else ""
