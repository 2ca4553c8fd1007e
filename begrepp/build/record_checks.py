"""Checks that need more than one row: a code given twice, a parent that is missing, a hierarchy in a circle.

Streaming: what is kept is one small entry per concept, never the texts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from begrepp.errors import InputError, Origin
from begrepp.records import Concept, Coverage, Edition, Record, is_iri


def check_records(records: Iterable[Record]) -> Iterator[Record]:
    """Pass the records on, and raise `InputError` where their concepts do not fit together."""
    seen: dict[tuple[str, str], tuple[Origin, tuple[str, ...]]] = {}
    partial: set[str] = set()
    by_iri: dict[str, str] = {}
    for record in records:
        if isinstance(record, Edition) and record.coverage is Coverage.PARTIAL:
            partial.add(record.scheme)
        if isinstance(record, Concept):
            key = (record.scheme, record.notation)
            if not record.notation:
                raise InputError(record.origin, "the code is empty.", "Fix the row, or download the file again.")
            if key in seen:
                raise InputError(
                    record.origin,
                    f"the code '{record.notation}' already occurs in {seen[key][0]}.",
                    "Remove one of the rows in a copy, or ask the publisher which one is correct.",
                )
            seen[key] = (record.origin, record.broader)
            if record.iri:
                by_iri[record.iri] = record.notation
        yield record
    if by_iri:
        seen = {key: (origin, tuple(by_iri.get(b, b) for b in broader)) for key, (origin, broader) in seen.items()}
    _check_parents(seen, partial)
    _check_cycles(seen)


def _check_parents(seen: dict[tuple[str, str], tuple[Origin, tuple[str, ...]]], partial: set[str]) -> None:
    """A list that covers only a part of its scheme may name parents that stand elsewhere."""
    for (scheme, notation), (origin, broader) in seen.items():
        if scheme in partial:
            continue
        for parent in broader:
            if not is_iri(parent) and (scheme, parent) not in seen:
                raise InputError(
                    origin,
                    f"'{notation}' has the parent '{parent}', which does not exist in the file(s).",
                    "A file may be missing or truncated; download all files of the edition again.",
                )


def _check_cycles(seen: dict[tuple[str, str], tuple[Origin, tuple[str, ...]]]) -> None:
    """Depth-first, without recursion; a concept met again on its own path closes a cycle."""
    finished: set[tuple[str, str]] = set()
    for start in seen:
        path: list[tuple[str, str]] = []
        on_path: set[tuple[str, str]] = set()
        stack = [(start, False)]
        while stack:
            key, leaving = stack.pop()
            if leaving:
                on_path.discard(path.pop())
                finished.add(key)
                continue
            if key in finished or key not in seen:
                continue
            if key in on_path:
                round_trip = " → ".join(notation for _, notation in [*path[path.index(key) :], key])
                raise InputError(
                    seen[key][0],
                    f"the hierarchy has a cycle: {round_trip}.",
                    "Correct one of the parents in a copy, and report it to the publisher.",
                )
            path.append(key)
            on_path.add(key)
            stack.append((key, True))
            stack.extend(((key[0], parent), False) for parent in seen[key][1])
