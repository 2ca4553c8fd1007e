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


def write_difference_files(build: Path, store: Path, graphs: Iterable[str]) -> None:
    """Write the file of each difference (IRIs of their graphs) into the folder of the build."""
    (build / DIFFERENCES).mkdir()
    opened = DiskStore(store)
    chapters: dict[str, EditionChapters] = {}
    for graph in graphs:
        changes, impact = read_changes(opened, graph), _read_impact(opened, graph)
        editions = _editions(graph)
        for edition in editions:
            if edition not in chapters:
                chapters[edition] = EditionChapters(opened, edition)
        places = place_changes(changes, *(chapters[edition] for edition in editions))
        write_difference(difference_file(build, graph), changes, impact, places)


def _editions(graph: str) -> tuple[str, str]:
    """Return the IRIs of the older and the newer edition of a difference."""
    scheme, _, pair = graph.rpartition("/difference/")
    old, _, new = pair.partition("..")
    return f"{scheme}/release/{old}", f"{scheme}/release/{new}"


def _read_impact(store: DiskStore, graph: str) -> DifferenceImpact:
    difference = NamedNode(graph)
    names = ("kind", "thing", "within", "notation")
    affected = select(store, "difference-impact", difference=difference)
    coded = select(store, "difference-coded", difference=difference)
    return DifferenceImpact(
        affected=[AffectedCode(*(value(row, name) for name in names)) for row in affected],
        coded=[(value(row, "dataset"), value(row, "variable")) for row in coded],
    )
