"""Which release counts now, and what became of the codes that it no longer has.

The **current view** is the default graph of every query: per scheme the newest complete release in
force; what newer partial lists add beyond it; and the concepts that only older releases have, in
their last state, marked as retired. Mapping sets and dataset descriptions: the newest of each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import groupby

from begrepp.artefact.parts import Part
from begrepp.rdf.ntriples import date_literal, name, ntriples_line, typed_literal
from begrepp.rdf.sorted_files import group_by_subject, is_concept
from begrepp.records import Coverage


def in_force(parts: Iterable[Part], today: date) -> list[list[Part]]:
    """Per scheme, mapping set or dataset: its parts, the one that counts now first, then newest to oldest."""
    ordered = sorted(parts, key=lambda p: (p.kind, p.id, p.valid_from, p.version))
    groups = []
    for _, group in groupby(ordered, key=lambda p: (p.kind, p.id)):
        newest_first = list(group)[::-1]
        valid = [p for p in newest_first if p.valid_from <= today] or newest_first[-1:]
        base = next((p for p in valid if p.coverage is Coverage.COMPLETE), valid[0])
        groups.append([base, *(p for p in newest_first if p is not base and p.valid_from <= today)])
    return groups


def current_lines(group: list[Part]) -> Iterator[str]:
    """The lines of one scheme's current view, sorted within each release."""
    base, *others = group
    with base.path.open(encoding="utf-8") as lines:
        yield from lines
    if base.kind != "scheme":
        return
    known = _concepts(base)
    newer = [part for part in others if part.valid_from >= base.valid_from]
    older = [part for part in others if part.valid_from < base.valid_from]
    # Only a list that claims to be complete says of a code that it is gone: the first one without it.
    retired_on = base.valid_from if base.coverage is Coverage.COMPLETE else None
    for part in newer:
        yield from _beyond(part, known, retired_on=None)
    for part in older:
        yield from _beyond(part, known, retired_on=retired_on)
        if retired_on and part.coverage is Coverage.COMPLETE:
            retired_on = part.valid_from


def _concepts(part: Part) -> set[str]:
    return {subject for subject, lines in group_by_subject(part.path) if is_concept(lines)}


def _beyond(part: Part, known: set[str], *, retired_on: date | None) -> Iterator[str]:
    """Header, and the concepts that are not known yet with their terms; they are known from then on."""
    yield from part.header
    terms: set[str] = set()
    label_links = {name(f"skosxl:{kind}Label") for kind in ("pref", "alt", "hidden")}
    for subject, lines in group_by_subject(part.path):
        if subject in terms:
            yield from lines
        if subject in known or not is_concept(lines):
            continue
        known.add(subject)
        for line in lines:
            _, predicate, rest = line.split(" ", 2)
            if predicate in label_links:
                terms.add(rest.removesuffix(" .\n"))
        yield from retired(subject, lines, retired_on) if retired_on else lines


def retired(subject: str, lines: list[str], since: date) -> Iterator[str]:
    """The concept's last state, inactive from the day the release without it came into force."""
    status = name("begrepp:status")
    ended = name("begrepp:validTo")
    has_end = any(line.split(" ", 2)[1] == ended for line in lines)
    for line in lines:
        if line.split(" ", 2)[1] != status:
            yield line
    yield ntriples_line((subject, status, name("begrepp:inactive")))
    yield ntriples_line((subject, name("owl:deprecated"), typed_literal("true", "xsd:boolean")))
    if not has_end:
        yield ntriples_line((subject, ended, date_literal(since - timedelta(days=1))))
