"""Timeline of the editions of a code system: each from its first day to the day before the next one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

from begrepp.records import Text
from begrepp.text.version_order import version_key
from server.pages.datasets.timeline import Timeline, Years, timeline
from server.pages.schemes.editions import EditionRow


def edition_timeline(editions: Sequence[EditionRow], now: int) -> Timeline | None:
    """Return the drawing up to the year `now`, the oldest edition first; None with less than two dated editions."""
    dated = [edition for edition in editions if edition.valid_from]
    if not dated:
        return None
    ordered = sorted(dated, key=lambda edition: (edition.valid_from, version_key(edition.version)))
    ends = [
        max(edition.valid_from, (date.fromisoformat(following.valid_from) - timedelta(days=1)).isoformat())
        for edition, following in pairwise(ordered)
    ]
    lines = [
        Years(href=edition.href, code=edition.version, label=Text("", ""), since=edition.valid_from, until=until)
        for edition, until in zip(ordered, [*ends, ""], strict=True)
    ]
    return timeline(lines, now)
