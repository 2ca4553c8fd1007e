"""The current view written out: what counts now, as one sorted file and as what the store must hold of it.

A very large code system that has one release is not copied into the store's default graph: the store reads
it in the graph of its release (docs/decisions/store.md). So that nothing is read twice, what such a part says is
left out of what is copied.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from begrepp.artefact.parts import Part
from begrepp.history.current_view import current_lines
from begrepp.rdf.sorted_files import SortedFile, have_common_line, merge_files, write_missing_lines

APART_FROM = 1_000_000
"""Triples from which a part that stands alone is not copied."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrentView:
    """The current view: all its lines, those that the default graph holds, and the graphs that hold the others."""

    path: Path
    copied: Path
    apart: tuple[str, ...]
    triples: int


def write_view(graphs: Path, groups: Sequence[list[Part]], others: Sequence[Path]) -> CurrentView:
    """Write the view of the parts, grouped as `history.in_force` does, and of other sorted files."""
    apart = _apart(group[0] for group in groups if len(group) == 1)
    streams = [_stream(graphs / f"view{n}.nt", group) for n, group in enumerate(groups) if not _is_in(group[0], apart)]
    path, copied = graphs / "current.nt", graphs / "copied.nt"
    triples, _ = merge_files(path, [*streams, *others])
    for stream in graphs.glob("view*.nt"):
        stream.unlink()
    if not apart:
        return CurrentView(path=path, copied=path, apart=(), triples=triples)
    path.rename(copied)
    for part in apart:
        rest = graphs / "rest.nt"
        write_missing_lines(rest, copied, part.path)
        rest.replace(copied)
    triples, _ = merge_files(path, [copied, *(part.path for part in apart)])
    return CurrentView(path=path, copied=copied, apart=tuple(part.graph for part in apart), triples=triples)


def _apart(alone: Iterable[Part]) -> list[Part]:
    """The large code systems that stand alone and have no line in common, so that none is read twice."""
    found: list[Part] = []
    for part in sorted(alone, key=lambda part: (-part.triples, part.graph)):
        large = part.kind == "scheme" and part.triples >= APART_FROM
        if large and not any(have_common_line(part.path, other.path) for other in found):
            found.append(part)
    return found


def _is_in(part: Part, parts: Iterable[Part]) -> bool:
    return any(part is other for other in parts)


def _stream(path: Path, group: list[Part]) -> Path:
    """The current view of one scheme as a sorted file; a part that stands alone is one already."""
    if len(group) == 1:
        return group[0].path
    out = SortedFile(path)
    for line in current_lines(group):
        out.add(line)
    out.close()
    return path
