"""A code that was given another meaning is another concept: which meaning has which address, and for good.

The first meaning that was published keeps the bare address `/{code}`; each later one has the year from which it
holds behind it, `/{code}~2022`. What was published is written down in a small table (`data/meanings.csv`), so
that another edition, newer, older or between, never gives a published meaning another address. The reasons are
in docs/decisions/reused-codes.md.
"""

from __future__ import annotations

import csv
import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from begrepp.artefact.parts import Part
from begrepp.errors import InputError, Origin
from begrepp.history.changes import Comparison
from begrepp.rdf.iris import Iris
from begrepp.rdf.ntriples import name
from begrepp.rdf.sorted_files import SortedFile, group_by_subject, parse_literal
from begrepp.text.similarity import REWORDED_SHARE, is_reserve_code, similarity

COLUMNS = ("scheme", "code", "edition", "year")
_PREF_LABEL = f" {name('skos:prefLabel')} "
_MARKED = re.compile(r"~\d{4}(?:-\d\d-\d\d)?(?=>)")

Compared = tuple[Part, Part, Comparison]
Renames = dict[str, str]
"""Bare IRIs (N-Triples terms) and the IRIs of the meaning that counts."""


@dataclass(slots=True)
class ReusedCodes:
    """Which editions have been published, and which year stands behind a code in an edition of a later meaning."""

    published: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    named: dict[tuple[str, str], dict[str, str]] = field(default_factory=lambda: defaultdict(dict))

    @classmethod
    def read(cls, path: Path) -> ReusedCodes:
        """What has been published; nothing where there is no table. Raises `InputError` where it is malformed."""
        found = cls()
        if not path.exists():
            return found
        with path.open(encoding="utf-8", newline="") as file:
            rows = csv.reader(file)
            if tuple(next(rows, ())) != COLUMNS:
                raise InputError(path, f"the first row is not {','.join(COLUMNS)}.", "Restore the file from a backup.")
            for place, row in enumerate(rows, start=2):
                if len(row) != len(COLUMNS):
                    raise InputError(
                        Origin(path.name, place), "the row does not have four cells.", "Restore the file from a backup."
                    )
                scheme, code, edition, year = row
                if code:
                    found.named[scheme, code][edition] = year
                else:
                    found.published[scheme].add(edition)
        return found

    def write(self, path: Path) -> None:
        """Write down what is published now, so that it keeps its addresses."""
        rows = [(scheme, "", edition, "") for scheme, editions in self.published.items() for edition in editions]
        rows += [
            (scheme, code, edition, year)
            for (scheme, code), editions in self.named.items()
            for edition, year in editions.items()
        ]
        aside = path.with_suffix(".new")
        with aside.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([COLUMNS, *sorted(rows)])
        aside.replace(path)

    def renames(self, scheme: str, edition: str, iris: Iris) -> Renames:
        """The IRIs that codes of an edition have because of their later meaning."""
        found = {}
        for (of, code), years in self.named.items():
            if of == scheme and (year := years.get(edition)):
                found[f"<{iris.concept(scheme, code)}>"] = f"<{iris.meaning(scheme, code, year)}>"
        return found

    def said(self, scheme: str, code: str, part: Part) -> str | None:
        """What stands behind a code in an edition that was published; nothing of one that was not."""
        bare = "" if part.version in self.published.get(scheme, ()) else None
        return self.named.get((scheme, code), {}).get(part.version, bare)

    def years(self, scheme: str, code: str, runs: Sequence[Sequence[Part]]) -> list[str]:
        """The year that stands behind a code in each run of editions with one meaning; empty for the bare code."""
        taken = {*self.named.get((scheme, code), {}).values()}
        found = [
            next((said for part in run if (said := self.said(scheme, code, part)) is not None), None) for run in runs
        ]
        taken |= {year for year in found if year is not None}
        for place, run in enumerate(runs):
            if found[place] is None:
                since = run[0].valid_from
                found[place] = next(year for year in ("", f"{since.year}", since.isoformat()) if year not in taken)
                taken.add(found[place] or "")
        return [year or "" for year in found]


def separate_meanings(
    parts: Iterable[Part], compared: Sequence[Compared], meanings: ReusedCodes, iris: Iris
) -> dict[str, Renames]:
    """Give later meanings addresses of their own in the files of the parts; the renames per graph.

    Only of codes whose IRI is ours: one that a publisher has minted is the publisher's to keep apart.
    """
    every = [*parts]
    renames: dict[str, Renames] = defaultdict(dict)
    timelines: dict[str, list[tuple[date, str]]] = {}
    for scheme in sorted({part.id for part in every if part.kind == "scheme"}):
        own = [each for each in compared if each[1].id == scheme]
        editions = sorted({id(p): p for old, new, _ in own for p in (old, new)}.values(), key=_age)
        for code, subject, runs in _runs(scheme, own, editions, meanings, iris):
            years = meanings.years(scheme, code, runs)
            timeline = timelines.setdefault(subject, [])
            for run, year in zip(runs, years, strict=True):
                iri = f"<{iris.meaning(scheme, code, year)}>" if year else subject
                timeline.append((run[0].valid_from, iri))
                for part in run:
                    meanings.named[scheme, code][part.version] = year
                    renames[part.graph][subject] = iri
    if timelines:
        for part in every:
            _rename(part, renames.get(part.graph, {}), timelines)
    for part in every:
        if part.kind == "scheme":
            meanings.published[part.id].add(part.version)
    return dict(renames)


def _age(part: Part) -> tuple[date, str]:
    return part.valid_from, part.version


def _runs(
    scheme: str, compared: Sequence[Compared], editions: Sequence[Part], meanings: ReusedCodes, iris: Iris
) -> Iterator[tuple[str, str, list[list[Part]]]]:
    """Each code with several meanings: its notation, its bare IRI, and the editions in which it means the same."""
    evidence = _Evidence(compared=compared)
    codes = {f"<{iris.concept(scheme, code)}>": code for of, code in meanings.named if of == scheme}
    for old, new, comparison in compared:
        for change in comparison.changes:
            if change.type == "reused":
                evidence.broken.add((change.sources[0].iri, old.version, new.version))
                codes[f"<{change.sources[0].iri}>"] = change.sources[0].notation
            elif change.type == "added" and editions[0] is not old:
                # It may have come back, after editions without it, with another meaning.
                codes |= {f"<{code.iri}>": code.notation for code in change.targets}
    codes = {subject: code for subject, code in codes.items() if subject.startswith(f"<{iris.root}")}
    if not codes:
        return
    evidence.labels = {part.version: _labels(part, codes) for part in editions}
    for subject in sorted(codes):
        runs: list[list[Part]] = []
        for part in editions:
            if subject in evidence.labels[part.version]:
                said = [meanings.said(scheme, codes[subject], one) for one in (*(runs[-1][-1:] if runs else ()), part)]
                if runs and not evidence.differs(subject, runs[-1][-1], part, said):
                    runs[-1].append(part)
                else:
                    runs.append([part])
        if len(runs) > 1:
            yield codes[subject], subject, runs


@dataclass(slots=True, kw_only=True)
class _Evidence:
    """What tells whether a code means the same in two editions."""

    compared: Sequence[Compared]
    broken: set[tuple[str, str, str]] = field(default_factory=set)
    labels: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)

    def differs(self, subject: str, old: Part, new: Part, said: Sequence[str | None]) -> bool:
        """What was said when both were published decides; the rules decide where one was not."""
        if None not in said:
            return said[0] != said[1]
        if any(one is old and other is new for one, other, _ in self.compared):
            return (subject[1:-1], old.version, new.version) in self.broken
        return _unlike(self.labels[old.version][subject], self.labels[new.version][subject])


def _labels(part: Part, wanted: Collection[str]) -> dict[str, dict[str, str]]:
    """What an edition calls the codes, by language."""
    found: dict[str, dict[str, str]] = {}
    for subject, lines in group_by_subject(part.path):
        if subject in wanted:
            texts = [parse_literal(line.split(" ", 2)[2][:-3]) for line in lines if _PREF_LABEL in line]
            found[subject] = {text.lang: text.value for text in texts}
    return found


def _unlike(old: Mapping[str, str], new: Mapping[str, str]) -> bool:
    """Whether a code that came back is called something else altogether, in every language that both have."""
    both = old.keys() & new.keys()
    if not both or any(is_reserve_code(old[lang]) for lang in both):
        return False
    return all(similarity(old[lang], new[lang]) < REWORDED_SHARE for lang in both)


def _rename(part: Part, own: Renames, timelines: Mapping[str, list[tuple[date, str]]]) -> None:
    """Write the part's file anew where it names a code that has several meanings.

    An edition says its own; any other part, such as a mapping set, means the code as of the day that it is from.
    """
    then = {subject: own.get(subject) or _as_of(timeline, part.valid_from) for subject, timeline in timelines.items()}
    changed = {subject: iri for subject, iri in then.items() if iri != subject}
    if not changed:
        return
    found = re.compile("|".join(map(re.escape, sorted(changed))))
    with part.path.open(encoding="utf-8") as lines:
        if not any(found.search(line) for line in lines):
            return
    out = SortedFile(part.path.with_suffix(".meant"))
    with part.path.open(encoding="utf-8") as lines:
        for line in lines:
            out.add(found.sub(lambda match: changed[match[0]], line) if found.search(line) else line)
    part.triples, part.sha256 = out.close()
    out.path.replace(part.path)


def _as_of(timeline: Sequence[tuple[date, str]], day: date) -> str:
    """The meaning that counted on a day; before the first, the first."""
    place = bisect_right([since for since, _ in timeline], day)
    return timeline[max(0, place - 1)][1]


def bare(path: Path, folder: Path) -> Path:
    """An edition's file with the bare codes, as a comparison of editions needs it; the same file where it has them."""
    with path.open(encoding="utf-8") as lines:
        if not any(_MARKED.search(line) for line in lines):
            return path
    out = SortedFile(folder / path.name)
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            out.add(_MARKED.sub("", line))
    out.close()
    return out.path
