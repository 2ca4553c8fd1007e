"""Counts of the current view, as the build writes them, for queries that only count."""

from __future__ import annotations

from pathlib import Path

import msgspec

MIN_DESCENDANTS = 50
"""Descendants from which a concept is in `ViewCounts.descendants`; fewer are counted as fast by the engine."""


class ViewCounts(msgspec.Struct, frozen=True):
    """Numbers of the triples of the current view, a part of the statistics of a build; IRIs without brackets."""

    triples: int
    subjects: int
    properties: dict[str, tuple[int, int]]
    """Property to its number of triples and of subjects."""
    classes: dict[str, int]
    """Class to its number of instances."""
    class_properties: dict[str, dict[str, int]]
    """Class, then property, to the number of triples whose subject is an instance of the class."""
    class_subjects: dict[str, dict[str, int]]
    """Class, then property, to the number of instances with the property."""
    objects: dict[str, dict[str, int]]
    """Property to its objects with their numbers of triples, for some properties whose objects are all IRIs."""
    descendants: dict[str, int]
    """Concept to the number of those that `skos:broader+` leads from, if it has at least `MIN_DESCENDANTS`."""


def read_view_counts(statistics: Path) -> ViewCounts | None:
    """Return the counts in the statistics of a build; None if the file is missing or of an earlier version."""
    try:
        return msgspec.json.decode(statistics.read_bytes(), type=ViewCounts)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return None
