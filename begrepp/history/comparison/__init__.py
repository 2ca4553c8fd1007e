"""Comparison of two editions of a code system: a list of changes, each with the rule that decided it.

Two sorted N-Triples files are read in parallel, concept by concept; only concepts that differ are parsed. Memory:
one small entry for each concept. A level that the older edition does not cover adds no codes, and a level that the
newer edition does not cover retires none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from begrepp.artefact.parts import Part
from begrepp.history.changes import TYPES, Comparison
from begrepp.history.comparison.common_codes import CommonCodes
from begrepp.history.comparison.coverage import EditionFile, EditionSurvey, SharedCoverage, StatedSuccessors
from begrepp.history.comparison.entry import EditionConcept
from begrepp.history.comparison.unmatched_codes import UnmatchedCodes
from begrepp.rdf.ntriples import name
from begrepp.rdf.sorted_files import group_by_subject, is_concept
from begrepp.text.similarity import other_words

__all__ = ["EditionFile", "compare"]
_IN_RELEASE = f" {name('begrepp:inRelease')} "


def compare(old: EditionFile, new: EditionFile, between: Iterable[EditionFile] = ()) -> Comparison:
    """Compare two editions; return the changes sorted by class and code.

    `between` are the editions between them, in order: what they state to replace a code leads to the newer edition.
    """
    before, after = EditionSurvey.read(old), EditionSurvey.read(new)
    successors = StatedSuccessors([*map(EditionSurvey.read, between), after])
    coverage = SharedCoverage(before, after)
    common, others = CommonCodes(), UnmatchedCodes()
    unchanged = 0
    for subject, old_lines, new_lines in _concept_pairs(old.path, new.path):
        if old_lines and new_lines:
            if _same_lines(old_lines, new_lines):
                unchanged += 1
                continue
            one, other = EditionConcept.parse(subject, old_lines), EditionConcept.parse(subject, new_lines)
            if one.active and other.active:
                unchanged += not common.compare(one, other, coverage, old.valid_from)
            elif one.active:
                others.removed[subject] = (one, other)
            elif other.active and other_words(one.labels, other.labels):
                common.renamed.append((one, other, "ruleOtherWordsInUseAgain"))
            elif other.active:
                others.added[subject] = other
        elif old_lines:
            if coverage.newer_covers(subject) and (entry := EditionConcept.parse(subject, old_lines)).active:
                others.removed[subject] = (entry, None)
        elif coverage.older_covers(subject) and (entry := EditionConcept.parse(subject, new_lines)).active:
            others.added[subject] = entry
    others.resolve(before, old.path, new.path, common.renamed, successors)
    order = {kind: place for place, kind in enumerate(TYPES)}
    changes = sorted(
        common.changes + others.changes, key=lambda c: (order[c.type], c.key, c.rule, c.sources, c.targets)
    )
    return Comparison(changes=changes, levels=coverage.levels, unchanged=unchanged)


def _concept_pairs(old: Path, new: Path) -> Iterator[tuple[str, list[str], list[str]]]:
    """Yield the concepts of two sorted files in order: subject, lines in the old, lines in the new; none is `[]`."""
    nothing: tuple[str, list[str]] = ("", [])
    left, right = (
        ((subject, lines) for subject, lines in group_by_subject(path) if is_concept(subject, lines))
        for path in (old, new)
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


def _same_lines(old: list[str], new: list[str]) -> bool:
    """Return whether the lines are the same, apart from `begrepp:inRelease`."""
    if len(old) != len(new):
        return False
    return all(a == b or (_IN_RELEASE in a and _IN_RELEASE in b) for a, b in zip(old, new, strict=True))


def compare_parts(old: Part, new: Part) -> Comparison:
    """Compare the editions in two parts of a build, without a cache."""
    return compare(edition_file(old), edition_file(new))


def edition_file(part: Part) -> EditionFile:
    """Return the edition in a part as the comparison reads it."""
    return EditionFile(path=part.path, coverage=part.coverage, valid_from=part.valid_from.isoformat())
