"""Files of the differences of a build: their changes and impact, read once from the store that was written."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pyoxigraph import NamedNode

from begrepp.build.derived.chapters import EditionChapters, place_changes
from begrepp.history.change_lists import read_changes
from begrepp.queries.page_queries import select, value
from begrepp.store.disk import DiskStore
from begrepp.terminology.difference_file import (
    DIFFERENCES,
    AffectedCode,
    DifferenceImpact,
    difference_file,
    write_difference,
)


def write_difference_files(build: Path, store: Path, differences: Iterable[tuple[str, str, str]]) -> None:
    """Write the file of each difference into the folder of the build.

    A difference is the IRIs of its graph, of the older and of the newer edition.
    """
    (build / DIFFERENCES).mkdir()
    opened = DiskStore(store)
    chapters: dict[str, EditionChapters] = {}
    for graph, old, new in differences:
        changes, impact = read_changes(opened, graph), _read_impact(opened, graph)
        for edition in (old, new):
            if edition not in chapters:
                chapters[edition] = EditionChapters(opened, edition)
        places = place_changes(changes, chapters[old], chapters[new])
        write_difference(difference_file(build, graph), changes, impact, places)


def _read_impact(store: DiskStore, graph: str) -> DifferenceImpact:
    difference = NamedNode(graph)
    names = ("kind", "thing", "within", "notation")
    affected = select(store, "difference-impact", difference=difference)
    coded = select(store, "difference-coded", difference=difference)
    return DifferenceImpact(
        affected=[AffectedCode(*(value(row, name) for name in names)) for row in affected],
        coded=[(value(row, "dataset"), value(row, "variable")) for row in coded],
    )
