"""The current view: which edition is in force, and what the current view takes from other editions.

The **current view** is the default graph of every query. For each scheme it has the newest complete edition in
force, the concepts that newer partial editions add, and the concepts that only older editions have, in their last
state, marked as retired. Of mapping sets, catalogues, datasets and structures it has the newest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import groupby

from begrepp.artefact.parts import Part
from begrepp.rdf.iris import role_group_owner
from begrepp.rdf.ntriples import date_literal, name, ntriples_line, typed_literal
from begrepp.rdf.sorted_files import group_by_subject, is_concept
from begrepp.records import Coverage
from begrepp.text.version_order import version_key


def group_in_force(parts: Iterable[Part], today: date) -> list[list[Part]]:
    """Group the parts by scheme, mapping set, catalogue, dataset or structure.

    The first part of a group is the one in force on the day `today`; the others that are valid then follow, newest
    first. A part is valid from its first day on.
    """
    ordered = sorted(parts, key=lambda p: (p.kind, p.id, p.valid_from, version_key(p.version)))
    groups = []
    for _, group in groupby(ordered, key=lambda p: (p.kind, p.id)):
        newest_first = list(group)[::-1]
        valid = [p for p in newest_first if p.valid_from <= today] or newest_first[-1:]
        base = next((p for p in valid if p.coverage is Coverage.COMPLETE), valid[0])
        groups.append([base, *(p for p in newest_first if p is not base and p.valid_from <= today)])
    return groups


def current_lines(group: list[Part]) -> Iterator[str]:
    """Yield the lines of a group's current view, sorted within each edition."""
    base, *others = group
    with base.path.open(encoding="utf-8") as lines:
        yield from lines
    if base.kind != "scheme":
        return
    known = _concept_subjects(base)
    newer = [part for part in others if part.valid_from >= base.valid_from]
    older = [part for part in others if part.valid_from < base.valid_from]
    # Only an edition that lists its whole scheme retires a code: the first one without it.
    retired_on = base.valid_from if base.coverage is Coverage.COMPLETE else None
    for part in newer:
        yield from _added_lines(part, known, retired_on=None)
    for part in older:
        yield from _added_lines(part, known, retired_on=retired_on)
        if retired_on and part.coverage is Coverage.COMPLETE:
            retired_on = part.valid_from


def _concept_subjects(part: Part) -> set[str]:
    return {subject for subject, lines in group_by_subject(part.path) if is_concept(subject, lines)}


def _added_lines(part: Part, known: set[str], *, retired_on: date | None) -> Iterator[str]:
    """Yield the header, and the concepts that are not in `known`, with their terms and role groups.

    The concepts are added to `known`.
    """
    yield from part.header
    terms: set[str] = set()
    label_links = {name(f"skosxl:{kind}Label") for kind in ("pref", "alt", "hidden")}
    for subject, lines in group_by_subject(part.path):
        owner = role_group_owner(subject)
        if subject in terms or (owner and owner not in known):
            yield from lines
        if subject in known or not is_concept(subject, lines):
            continue
        known.add(subject)
        for line in lines:
            _, predicate, rest = line.split(" ", 2)
            if predicate in label_links:
                terms.add(rest.removesuffix(" .\n"))
        yield from retired_lines(subject, lines, last_day_before(retired_on, part.valid_to)) if retired_on else lines


def last_day_before(retired_on: date, edition_end: date | None) -> date:
    """Return the last day in force of a concept that an edition, of which `edition_end` is the last day, had last.

    `retired_on` is the first day of the edition without the concept.
    """
    before = retired_on - timedelta(days=1)
    return min(before, edition_end) if edition_end else before


def retired_lines(subject: str, lines: list[str], last_day: date) -> Iterator[str]:
    """Yield the lines of a concept as inactive; `last_day` is its last day in force, unless it states one."""
    status = name("begrepp:status")
    valid_to = name("begrepp:validTo")
    has_end = any(line.split(" ", 2)[1] == valid_to for line in lines)
    for line in lines:
        if line.split(" ", 2)[1] != status:
            yield line
    yield ntriples_line((subject, status, name("begrepp:inactive")))
    yield ntriples_line((subject, name("owl:deprecated"), typed_literal("true", "xsd:boolean")))
    if not has_end:
        yield ntriples_line((subject, valid_to, date_literal(last_day)))
