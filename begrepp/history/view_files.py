"""Files of the current view: all its lines, and those that are copied into the default graph of the store.

A very large code system with one edition is not copied: the store reads it in the graph of the edition
(docs/decisions/store.md). Its lines are left out of the copied file, so that no triple is found twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from begrepp.artefact.parts import Part, is_one_of
from begrepp.history.current_view import current_lines
from begrepp.rdf.sorted_files import SortedFile, have_common_line, merge_files, write_missing_lines

MIN_TRIPLES_NOT_COPIED = 1_000_000
"""A scheme with one edition and at least so many triples is not copied."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrentView:
    """The current view: the file of all lines, the file of those copied, and the graphs that hold the others."""

    path: Path
    copied: Path
    apart: tuple[str, ...]
    triples: int


def write_view(
    graphs: Path,
    groups: Sequence[list[Part]],
    others: Sequence[Path],
    derive: Callable[[Sequence[tuple[Part, Path]]], Path] | None = None,
) -> CurrentView:
    """Write the view of the parts, grouped by `current_view.group_in_force`, and of other sorted files.

    `derive` is given the first part of each group with the file of the group's view, and returns one more sorted file.
    """
    apart = _select_apart(group[0] for group in groups if len(group) == 1)
    written = [(group[0], _write_group(graphs / f"view{n}.nt", group)) for n, group in enumerate(groups)]
    path, copied = graphs / "current.nt", graphs / "copied.nt"
    derived = [derive(written)] if derive else []
    files = [file for part, file in written if not is_one_of(part, apart)]
    triples = merge_files(path, [*files, *others, *derived])
    for file in graphs.glob("view*.nt"):
        file.unlink()
    if not apart:
        return CurrentView(path=path, copied=path, apart=(), triples=triples)
    path.rename(copied)
    for part in apart:
        rest = graphs / "rest.nt"
        write_missing_lines(rest, copied, part.path)
        rest.replace(copied)
    triples = merge_files(path, [copied, *(part.path for part in apart)])
    return CurrentView(path=path, copied=copied, apart=tuple(part.graph for part in apart), triples=triples)


def _select_apart(alone: Iterable[Part]) -> list[Part]:
    """Return the large schemes among parts without other editions; no two have a line in common."""
    selected: list[Part] = []
    for part in sorted(alone, key=lambda part: (-part.triples, part.graph)):
        large = part.kind == "scheme" and part.triples >= MIN_TRIPLES_NOT_COPIED
        if large and not any(have_common_line(part.path, other.path) for other in selected):
            selected.append(part)
    return selected


def _write_group(path: Path, group: list[Part]) -> Path:
    """Write the current view of a group as a sorted file and return its path; a single part is one already."""
    if len(group) == 1:
        return group[0].path
    out = SortedFile(path)
    for line in current_lines(group):
        out.add(line)
    out.close()
    return path
