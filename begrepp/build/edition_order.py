"""Notices about the order of editions: first days that two editions share, or that contradict the editions' names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from begrepp.artefact.load_report import LoadReport
from begrepp.artefact.parts import Part
from begrepp.build.progress import Progress
from begrepp.records import Coverage
from begrepp.text.version_order import version_key

_YEAR = re.compile(r"(?:19|20)\d\d(?!\d)")


def add_order_notices(reports: Sequence[LoadReport], progress: Progress) -> None:
    """Add a notice to each edition whose place among the complete editions of its scheme may be wrong."""
    placed = sorted(
        (
            (part, report)
            for report in reports
            for part in report.parts
            if part.kind == "scheme" and part.coverage is Coverage.COMPLETE
        ),
        key=lambda each: (each[0].id, each[0].valid_from, version_key(each[0].version)),
    )
    for _, editions in groupby(placed, key=lambda each: each[0].id):
        for (earlier, _), (later, report) in pairwise(editions):
            for notice in _notices(earlier, later):
                report.notices.append(notice)
                progress.step(f"{report.source} {report.version}: {notice}")


def _notices(earlier: Part, later: Part) -> Iterator[str]:
    if earlier.valid_from == later.valid_from:
        yield (
            f"{later.id} {earlier.version} and {later.version} have the same first day, {later.valid_from}; "
            f"{later.version} is taken as the later one. Write the first day of each: [release] valid_from."
        )
    elif _names_contradict(earlier.version, later.version):
        yield (
            f"{later.id} {later.version} begins on {later.valid_from}, after {earlier.version} "
            f"({earlier.valid_from}), so it is the later one, in spite of its name. If the days are exchanged, correct "
            "[release] valid_from."
        )


def _names_contradict(earlier: str, later: str) -> bool:
    """Return whether the names of two editions begin with years, in another order than that of their first days."""
    return bool(_YEAR.match(earlier) and _YEAR.match(later)) and version_key(later) < version_key(earlier)
