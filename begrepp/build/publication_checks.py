"""Checks that stop a build from being published."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from begrepp.artefact.manifest import CheckResult, read_manifest_if_valid
from begrepp.artefact.parts import Part
from begrepp.errors import ValidationError
from begrepp.history.current_view import group_in_force
from begrepp.records import Coverage
from begrepp.settings import Settings


def refuse_shrunken_lists(parts: Sequence[Part], settings: Settings) -> None:
    """Raise `ValidationError` if a complete list has lost a fifth of its concepts since the published build.

    Such a file is more likely truncated than revised.
    """
    published = read_manifest_if_valid(settings.current)
    if not published:
        return
    for group in group_in_force(parts, date.today()):
        new = group[0]
        old = published.find_graph(new.kind, new.id)
        if old and old.coverage == new.coverage == Coverage.COMPLETE and new.concepts < old.concepts * 0.8:
            raise ValidationError(
                f"{new.source} {new.version}: {new.id} has {new.concepts:,} concepts, where the build that is "
                f"published now has {old.concepts:,}. A file may be truncated.",
                "Download it again, or use `begrepp build --accept-fewer` if the publisher shortened the list.",
            )


def refuse_check_violations(checks: Sequence[CheckResult]) -> None:
    """Raise `ValidationError` if a check found a violation in the current view, which no single source shows."""
    if violations := [result for result in checks if result.severity == "violation"]:
        words = "\n".join(f"{result.title}: {result.count}, such as {result.examples[0]}" for result in violations)
        raise ValidationError(
            f"The sources are inconsistent, so nothing was published:\n{words}",
            "\nBuild without one of the editions (name the others: `begrepp build SOURCE/EDITION…`).",
        )
