"""Coverage of two editions, level by level, so that a level that is not listed is not reported as a change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from begrepp.artefact.manifest import LevelCoverage
from begrepp.history.chains_of_successors import last_successors
from begrepp.history.comparison.entry import last_segment
from begrepp.rdf.ntriples import name
from begrepp.records import Coverage

COVERED = 0.95
"""A partial list that has this share of the other edition's codes of a level covers the level."""

_TYPE_LINE = f" {name('rdf:type')} {name('skos:Concept')} .\n"
_MEMBER = f" {name('skos:member')} "
_BROADER = f" {name('skos:broader')} "
_REPLACED_BY = f" {name('dct:isReplacedBy')} "
_INACTIVE_LINE = f" {name('begrepp:status')} {name('begrepp:inactive')} .\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionFile:
    """One edition of a scheme, as a file of sorted N-Triples."""

    path: Path
    coverage: Coverage
    valid_from: str


@dataclass(slots=True)
class EditionSurvey:
    """The concepts of an edition with their levels, those that have narrower ones, and those out of use."""

    complete: bool
    level: dict[str, str] = field(default_factory=dict)
    has_narrower: set[str] = field(default_factory=set)
    inactive: set[str] = field(default_factory=set)
    successors: dict[str, list[str]] = field(default_factory=dict)
    """The successors of a concept (N-Triples terms) that the edition states."""

    @classmethod
    def read(cls, edition: EditionFile) -> EditionSurvey:
        """Read the file of an edition once."""
        survey = cls(edition.coverage is Coverage.COMPLETE)
        levels: dict[str, str] = {}
        interned: dict[str, str] = {}
        with edition.path.open(encoding="utf-8") as lines:
            for line in lines:
                if line.endswith(_TYPE_LINE):
                    survey.level.setdefault(line[: line.index(" ")], "")
                elif _MEMBER in line:
                    subject, _, rest = line.split(" ", 2)
                    if "/level/" in subject:
                        levels[rest[:-3]] = interned.setdefault(subject, subject)
                elif _BROADER in line:
                    survey.has_narrower.add(line.split(" ", 2)[2][:-3])
                elif line.endswith(_INACTIVE_LINE):
                    survey.inactive.add(line[: line.index(" ")])
                elif _REPLACED_BY in line:
                    subject, _, rest = line.split(" ", 2)
                    survey.successors.setdefault(subject, []).append(rest[:-3])
        for concept, level in levels.items():
            if concept in survey.level:
                survey.level[concept] = level
        return survey


class StatedSuccessors:
    """The successors of the codes of an edition, according to the editions after it."""

    def __init__(self, later: Iterable[EditionSurvey]) -> None:
        """`later` are the editions in their order; the last one decides which codes are in use."""
        surveys = [*later]
        self._last = surveys[-1]
        self._stated: dict[str, list[str]] = {}
        for survey in surveys:
            self._stated |= survey.successors

    def of(self, subject: str, stated: Iterable[str]) -> list[str]:
        """Return the concepts of the last edition that replace a concept, sorted; a retired one by its successors.

        `stated` are the successors that an earlier edition states.
        """
        first = self._stated.get(subject) or stated
        return sorted(after for after in last_successors(subject, first, self._further) if after in self._last.level)

    def _further(self, after: str) -> Iterable[str]:
        is_in_use = after in self._last.level and after not in self._last.inactive
        return () if is_in_use else self._stated.get(after, ())


class SharedCoverage:
    """The levels that each of two editions covers.

    Where neither edition has levels and one is partial, codes of the same length count as a level.
    """

    def __init__(self, old: EditionSurvey, new: EditionSurvey) -> None:
        self._old, self._new = old, new
        self._by_length = not any(old.level.values()) and not any(new.level.values())
        self._by_length = self._by_length and not (old.complete and new.complete)
        counts = [Counter(map(self._level, survey.level)) for survey in (old, new)]
        common = Counter(self._level(subject) for subject in old.level.keys() & new.level.keys())
        self.levels = [
            LevelCoverage(
                level=level,
                old=counts[0][level],
                new=counts[1][level],
                common=common[level],
                old_covers=_covers_level(counts[0][level], common[level], counts[1][level], old.complete),
                new_covers=_covers_level(counts[1][level], common[level], counts[0][level], new.complete),
            )
            for level in sorted({*counts[0], *counts[1]})
        ]
        self._old_covers = {row.level for row in self.levels if row.old_covers}
        self._new_covers = {row.level for row in self.levels if row.new_covers}

    def _level(self, subject: str) -> str:
        if self._by_length:
            return f"length {len(last_segment(subject))}"
        # A concept may have a level in one edition only; if in both, the newer edition decides.
        return (self._new.level.get(subject) or self._old.level.get(subject, "")).strip("<>")

    def older_covers(self, subject: str) -> bool:
        """Return whether the older edition covers the level of a concept."""
        return self._level(subject) in self._old_covers

    def newer_covers(self, subject: str) -> bool:
        """Return whether the newer edition covers the level of a concept."""
        return self._level(subject) in self._new_covers


def _covers_level(own: int, common: int, other: int, complete: bool) -> bool:
    if complete:
        return own > 0
    return own > 0 and common >= COVERED * other
