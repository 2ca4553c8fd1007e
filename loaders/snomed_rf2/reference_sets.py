"""Conversion of simple, association and map reference sets of Snomed CT to value sets."""

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

_ROWS = " UNION ALL ".join(
    f"SELECT refset, concept, active, file, line FROM {table}" for table in ("member", "association", "mapped")
)
_MEMBERS = f"""
SELECT m.refset, m.concept, bool_or(m.active), NOT bool_and(m.active), any_value(c.id) IS NOT NULL,
 min((m.file::BIGINT << 32) | m.line)
FROM ({_ROWS}) m LEFT JOIN concept c ON c.id = m.concept GROUP BY m.refset, m.concept ORDER BY 1, 2
"""
"""Reference set and component with whether it has active rows, inactive ones, is a concept, and its first row."""
_NAMES = DESCRIPTIONS.format(f"d.concept IN (SELECT refset FROM ({_ROWS}))")


def read_reference_sets(
    joined: DuckDBPyConnection, files: Sequence[Rf2File], version: str
) -> Iterator[ValueSet | Skipped]:
    """Yield each reference set with its members; one that has no concepts as members is skipped.

    A member has an active row. A concept that has an inactive row is a former member, and may be a member too.
    """
    names = {
        refset: preferred_texts([*rows]) for refset, rows in groupby(fetch_rows(joined, _NAMES), key=itemgetter(0))
    }
    for refset, grouped in groupby(fetch_rows(joined, _MEMBERS), key=itemgetter(0)):
        rows = [*grouped]
        file, line = divmod(min(row[5] for row in rows), 1 << 32)
        origin = Origin(files[file].path.name, line)
        members = [f"{IRI}{concept}" for _, concept, is_active, _, is_concept, _ in rows if is_active and is_concept]
        former = [f"{IRI}{concept}" for _, concept, _, is_inactive, is_concept, _ in rows if is_inactive and is_concept]
        missing = sum(is_active and not is_concept for _, _, is_active, _, is_concept, _ in rows)
        if missing:
            reason = f"the reference set {refset} has members that are no concepts of the release ({missing:,})."
            yield Skipped(origin=origin, reason=reason)
        if members or former:
            yield ValueSet(
                scheme=SCHEME.id,
                id=f"{SCHEME.id}-{refset}",
                version=version,
                origin=origin,
                titles=names.get(refset) or (Text(str(refset), "zxx"),),
                identifiers=(f"{REFERENCE_SETS}{refset}", f"{IRI}{refset}"),
                members=tuple(members),
                former_members=tuple(former),
            )
