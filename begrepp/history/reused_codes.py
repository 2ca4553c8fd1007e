"""Re-used codes: a permanent IRI for each meaning of a code that was given another meaning.

The meaning that was published first has the bare IRI `/{code}`; each later one ends with the year from which it is
valid, `/{code}~2022`. Published meanings are recorded in a table (`data/meanings.csv`), so that adding an edition,
newer, older or between, never changes the IRI of a published meaning. Reasons: docs/decisions/reused-codes.md.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from begrepp.artefact.parts import Part
from begrepp.history.changes import Comparison
from begrepp.history.ledger_file import read_rows, write_rows
from begrepp.rdf.iris import Iris
from begrepp.rdf.ntriples import name
from begrepp.rdf.sorted_files import SortedFile, group_by_subject, parse_literal
from begrepp.text.similarity import other_words
from begrepp.text.version_order import VersionKey, version_key

COLUMNS = ("scheme", "code", "edition", "year")
_PREF_LABEL = f" {name('skos:prefLabel')} "
_MARKED = re.compile(r"~\d{4}(?:-\d\d-\d\d)?(?=>)")

ComparedPair = tuple[Part, Part, Comparison]
Renames = dict[str, str]
"""Bare IRI to the IRI of the meaning, both as N-Triples terms."""


@dataclass(slots=True)
class ReusedCodes:
    """Table of published editions, and of the year at the end of a code's IRI in an edition (empty: the bare IRI)."""

    published: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    years_by_code: dict[tuple[str, str], dict[str, str]] = field(default_factory=lambda: defaultdict(dict))

    @classmethod
    def read(cls, path: Path) -> ReusedCodes:
        """Read the table; it is empty if there is no file. Raises `InputError` if it is malformed."""
        table = cls()
        for scheme, code, edition, year in read_rows(path, COLUMNS):
            if code:
                table.years_by_code[scheme, code][edition] = year
            else:
                table.published[scheme].add(edition)
        return table

    def write(self, path: Path) -> None:
        """Write the table, so that the next build mints the same IRIs."""
        rows = [(scheme, "", edition, "") for scheme, editions in self.published.items() for edition in editions]
        rows += [
            (scheme, code, edition, year)
            for (scheme, code), editions in self.years_by_code.items()
            for edition, year in editions.items()
        ]
        write_rows(path, COLUMNS, sorted(rows))

    def renamed_iris(self, scheme: str, edition: str, iris: Iris) -> Renames:
        """Return the IRIs that codes of an edition have because of their later meaning."""
        renames = {}
        for (scheme_id, code), years in self.years_by_code.items():
            if scheme_id == scheme and (year := years.get(edition)):
                renames[f"<{iris.concept(scheme, code)}>"] = f"<{iris.meaning(scheme, code, year)}>"
        return renames

    def published_year(self, scheme: str, code: str, part: Part) -> str | None:
        """Return the year of a code in an edition (empty: the bare IRI), or None if the edition was not published."""
        default = "" if part.version in self.published.get(scheme, ()) else None
        return self.years_by_code.get((scheme, code), {}).get(part.version, default)

    def assign_years(self, scheme: str, code: str, runs: Sequence[Sequence[Part]]) -> list[str]:
        """Return the year for each run of editions in which a code has one meaning; empty for the bare IRI.

        A published year stays. A new run gets the bare IRI if it is free, else its first year, else its first day.
        """
        used = {*self.years_by_code.get((scheme, code), {}).values()}
        years = [
            next((year for part in run if (year := self.published_year(scheme, code, part)) is not None), None)
            for run in runs
        ]
        used |= {year for year in years if year is not None}
        for place, run in enumerate(runs):
            if years[place] is None:
                since = run[0].valid_from
                years[place] = next(year for year in ("", f"{since.year}", since.isoformat()) if year not in used)
                used.add(years[place] or "")
        return [year or "" for year in years]


def separate_meanings(
    parts: Iterable[Part], compared: Sequence[ComparedPair], reused_codes: ReusedCodes, iris: Iris
) -> dict[str, Renames]:
    """Write IRIs of their own for later meanings into the files of the parts; return the renames by graph.

    Only IRIs that begrepp mints are renamed. `compared` are the comparisons of consecutive editions; the table
    `reused_codes` is updated.
    """
    all_parts = [*parts]
    renames: dict[str, Renames] = defaultdict(dict)
    timelines: dict[str, list[tuple[date, str]]] = {}
    for scheme in sorted({part.id for part in all_parts if part.kind == "scheme"}):
        pairs = [pair for pair in compared if pair[1].id == scheme]
        editions = sorted({id(p): p for old, new, _ in pairs for p in (old, new)}.values(), key=_edition_order)
        for code, subject, runs in _runs_of_meaning(scheme, pairs, editions, reused_codes, iris):
            years = reused_codes.assign_years(scheme, code, runs)
            timeline = timelines.setdefault(subject, [])
            for run, year in zip(runs, years, strict=True):
                iri = f"<{iris.meaning(scheme, code, year)}>" if year else subject
                timeline.append((run[0].valid_from, iri))
                for part in run:
                    reused_codes.years_by_code[scheme, code][part.version] = year
                    renames[part.graph][subject] = iri
    if timelines:
        for part in all_parts:
            _rename_in_file(part, renames.get(part.graph, {}), timelines)
    for part in all_parts:
        if part.kind == "scheme":
            reused_codes.published[part.id].add(part.version)
    return dict(renames)


def _edition_order(part: Part) -> tuple[date, VersionKey]:
    return part.valid_from, version_key(part.version)


def _runs_of_meaning(
    scheme: str, compared: Sequence[ComparedPair], editions: Sequence[Part], reused_codes: ReusedCodes, iris: Iris
) -> Iterator[tuple[str, str, list[list[Part]]]]:
    """Yield each code with several meanings: notation, bare IRI, and runs of editions with the same meaning."""
    evidence = _Evidence(compared=compared)
    codes = {
        f"<{iris.concept(scheme, code)}>": code for scheme_id, code in reused_codes.years_by_code if scheme_id == scheme
    }
    for old, new, comparison in compared:
        for change in comparison.changes:
            if change.type == "reused":
                evidence.reused.add((change.sources[0].iri, old.version, new.version))
                codes[f"<{change.sources[0].iri}>"] = change.sources[0].notation
            elif change.type == "added" and editions[0] is not old:
                # The code may be in use again, after editions without it, with another meaning.
                codes |= {f"<{code.iri}>": code.notation for code in change.targets}
    codes = {subject: code for subject, code in codes.items() if subject.startswith(f"<{iris.root}")}
    if not codes:
        return
    evidence.labels = {part.version: _read_labels(part, codes) for part in editions}
    for subject in sorted(codes):
        runs: list[list[Part]] = []
        for part in editions:
            if subject in evidence.labels[part.version]:
                years = [
                    reused_codes.published_year(scheme, codes[subject], one)
                    for one in (*(runs[-1][-1:] if runs else ()), part)
                ]
                if runs and not evidence.differs(subject, runs[-1][-1], part, years):
                    runs[-1].append(part)
                else:
                    runs.append([part])
        if len(runs) > 1:
            yield codes[subject], subject, runs


@dataclass(slots=True, kw_only=True)
class _Evidence:
    """Data that decide whether a code has the same meaning in two editions."""

    compared: Sequence[ComparedPair]
    reused: set[tuple[str, str, str]] = field(default_factory=set)
    labels: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)

    def differs(self, subject: str, old: Part, new: Part, years: Sequence[str | None]) -> bool:
        """Return whether the meanings differ: by the years published, or by the rules if one is not published."""
        if None not in years:
            return years[0] != years[1]
        if any(one is old and other is new for one, other, _ in self.compared):
            return (subject[1:-1], old.version, new.version) in self.reused
        return other_words(self.labels[old.version][subject], self.labels[new.version][subject])


def _read_labels(part: Part, wanted_subjects: Collection[str]) -> dict[str, dict[str, str]]:
    """Return the preferred labels of the subjects in a part, by subject and language."""
    labels: dict[str, dict[str, str]] = {}
    for subject, lines in group_by_subject(part.path):
        if subject in wanted_subjects:
            texts = [parse_literal(line.split(" ", 2)[2][:-3]) for line in lines if _PREF_LABEL in line]
            labels[subject] = {text.lang: text.value for text in texts}
    return labels


def _rename_in_file(part: Part, renames: Renames, timelines: Mapping[str, list[tuple[date, str]]]) -> None:
    """Rewrite the file of a part if it contains a code that has several meanings.

    An edition contains its own meaning; any other part, such as a mapping set, the one on the day it is valid from.
    """
    iris = {
        subject: renames.get(subject) or _meaning_on(timeline, part.valid_from)
        for subject, timeline in timelines.items()
    }
    changed = {subject: iri for subject, iri in iris.items() if iri != subject}
    if not changed:
        return
    pattern = re.compile("|".join(map(re.escape, sorted(changed))))
    with part.path.open(encoding="utf-8") as lines:
        if not any(pattern.search(line) for line in lines):
            return
    out = SortedFile(part.path.with_suffix(".renamed"))
    with part.path.open(encoding="utf-8") as lines:
        for line in lines:
            out.add(pattern.sub(lambda match: changed[match[0]], line) if pattern.search(line) else line)
    part.triples, part.sha256 = out.close()
    out.path.replace(part.path)


def _meaning_on(timeline: Sequence[tuple[date, str]], day: date) -> str:
    """Return the meaning on a day; before the first meaning, the first. A meaning is valid from its first day on."""
    place = bisect_right([since for since, _ in timeline], day)
    return timeline[max(0, place - 1)][1]


def file_with_bare_codes(path: Path, folder: Path) -> Path:
    """Return the file of an edition with bare IRIs, as a comparison needs it; a copy in `folder` if it must change."""
    with path.open(encoding="utf-8") as lines:
        if not any(_MARKED.search(line) for line in lines):
            return path
    out = SortedFile(folder / path.name)
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            out.add(_MARKED.sub("", line))
    out.close()
    return out.path
