"""What became of each code between two editions of a code system: a table of changes, each with its rule.

Two sorted files of N-Triples are read side by side, concept by concept; only what differs is looked into.
Memory: one small entry per concept. What an edition does not cover, it says nothing about: a level that
the older edition does not list adds no codes, and a level that the newer does not list retires none.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from begrepp.artefact.parts import Part
from begrepp.history.changes import TYPES, Comparison
from begrepp.history.comparison.added_and_removed import AddedAndRemoved
from begrepp.history.comparison.common_codes import CommonCodes
from begrepp.history.comparison.coverage import EditionFile, EditionSurvey, SharedCoverage
from begrepp.history.comparison.entry import EditionConcept
from begrepp.rdf.ntriples import name
from begrepp.rdf.sorted_files import group_by_subject, is_concept

__all__ = ["EditionFile", "compare"]
_IN_RELEASE = f" {name('begrepp:inRelease')} "


def compare(old: EditionFile, new: EditionFile) -> Comparison:
    """The changes from the older edition to the newer, sorted by class and code."""
    before, after = EditionSurvey.of(old), EditionSurvey.of(new)
    reach = SharedCoverage(before, after)
    kept, turnover = CommonCodes(), AddedAndRemoved()
    unchanged = 0
    for subject, old_lines, new_lines in _side_by_side(old.path, new.path):
        if old_lines and new_lines:
            if _same(old_lines, new_lines):
                unchanged += 1
                continue
            one, other = EditionConcept.of(subject, old_lines), EditionConcept.of(subject, new_lines)
            if one.active and other.active:
                unchanged += not kept.compare(one, other, reach, old.valid_from)
            elif one.active:
                turnover.gone[subject] = (one, other)
            elif other.active:
                turnover.come[subject] = other
        elif old_lines:
            if reach.newer_covers(subject) and (entry := EditionConcept.of(subject, old_lines)).active:
                turnover.gone[subject] = (entry, None)
        elif reach.older_covers(subject) and (entry := EditionConcept.of(subject, new_lines)).active:
            turnover.come[subject] = entry
    turnover.settle(before, after, old.path, new.path, kept.renamed)
    order = {kind: place for place, kind in enumerate(TYPES)}
    changes = sorted(kept.changes + turnover.changes, key=lambda c: (order[c.type], c.key, c.rule))
    return Comparison(changes=changes, levels=reach.levels, unchanged=unchanged)


def _side_by_side(old: Path, new: Path) -> Iterator[tuple[str, list[str], list[str]]]:
    """The concepts of both files in order, each with its lines in the one and in the other."""
    nothing: tuple[str, list[str]] = ("", [])
    left, right = (
        ((subject, lines) for subject, lines in group_by_subject(path) if is_concept(lines)) for path in (old, new)
    )
    one, other = next(left, nothing), next(right, nothing)
    while one[0] or other[0]:
        if one[0] == other[0]:
            yield one[0], one[1], other[1]
            one, other = next(left, nothing), next(right, nothing)
        elif not other[0] or (one[0] and one[0] < other[0]):
            yield one[0], one[1], []
            one = next(left, nothing)
        else:
            yield other[0], [], other[1]
            other = next(right, nothing)


def _same(old: list[str], new: list[str]) -> bool:
    """Whether a concept reads the same in both, but for the release that it is in."""
    if len(old) != len(new):
        return False
    return all(a == b or (_IN_RELEASE in a and _IN_RELEASE in b) for a, b in zip(old, new, strict=True))


def compare_parts(old: Part, new: Part) -> Comparison:
    """What became of each code from one edition to the next, worked out anew."""
    return compare(edition_file(old), edition_file(new))


def edition_file(part: Part) -> EditionFile:
    """What the comparison needs of a part."""
    return EditionFile(path=part.path, coverage=part.coverage, valid_from=part.valid_from.isoformat())
