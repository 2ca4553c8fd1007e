"""Conversion of simple reference sets of Snomed CT to value sets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter

from duckdb import DuckDBPyConnection

from begrepp.errors import Origin
from begrepp.records import Skipped, Text, ValueSet
from begrepp.sources.bulk_tables import fetch_rows
from loaders.snomed_rf2.concepts import DESCRIPTIONS, preferred_texts
from loaders.snomed_rf2.release_files import Rf2File
from loaders.snomed_rf2.scheme import IRI, REFERENCE_SETS, SCHEME

_MEMBERS = """
SELECT m.refset, m.concept, m.file, m.line, c.id IS NOT NULL FROM member m LEFT JOIN concept c ON c.id = m.concept
WHERE m.active ORDER BY 1, 2
"""
_NAMES = DESCRIPTIONS.format("d.concept IN (SELECT refset FROM member)")


def read_reference_sets(
    joined: DuckDBPyConnection, files: Sequence[Rf2File], version: str
) -> Iterator[ValueSet | Skipped]:
    """Yield each simple reference set with its active members; one that has no concepts as members is skipped."""
    names = {
        refset: preferred_texts([*rows]) for refset, rows in groupby(fetch_rows(joined, _NAMES), key=itemgetter(0))
    }
    for refset, rows in groupby(fetch_rows(joined, _MEMBERS), key=itemgetter(0)):
        first, *others = rows
        origin = Origin(files[first[2]].path.name, first[3])
        members = dict.fromkeys(row[1] for row in (first, *others) if row[4])
        if len(members) <= len(others):
            missing = len(others) + 1 - len(members)
            reason = f"the reference set {refset} has members that are no concepts of the release ({missing:,})."
            yield Skipped(origin=origin, reason=reason)
        if members:
            yield ValueSet(
                scheme=SCHEME.id,
                id=f"{SCHEME.id}-{refset}",
                version=version,
                origin=origin,
                titles=names.get(refset) or (Text(str(refset), "zxx"),),
                identifiers=(f"{REFERENCE_SETS}{refset}", f"{IRI}{refset}"),
                members=tuple(f"{IRI}{member}" for member in members),
            )
