"""Conversion of Snomed CT map reference sets to mapping sets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby
from operator import itemgetter

from duckdb import DuckDBPyConnection

from begrepp.errors import InputError, Origin
from begrepp.rdf.namespaces import expand
from begrepp.records import (
    Agent,
    EditionFiles,
    Mapping,
    MappingSet,
    Record,
    Redistribution,
    Skipped,
    texts,
)
from begrepp.sources.bulk_tables import Values, fetch_rows
from loaders.snomed_rf2.release_files import Rf2File
from loaders.snomed_rf2.scheme import IRI, LICENCE
from loaders.support.agencies import SNOMED_INTERNATIONAL

# Map reference sets and their target schemes.
TARGETS = {447562003: "icd-10", 446608001: "icd-o-3"}


# The relation between concept and target code. Without a correlation the map only gives the code to use, so the
# match is a related one.
_CORRELATION = {
    "447557004": "skos:exactMatch",
    "447558009": "skos:broadMatch",
    "447559001": "skos:narrowMatch",
    "447560006": "skos:relatedMatch",
    "447561005": "skos:relatedMatch",
    "": "skos:relatedMatch",
}
_NOT_MAPPABLE = "447556008"
_MAPS = """
SELECT m.refset, m.concept, m.place, m.priority, m.rule, m.advice, m.target, m.correlation, m.file, m.line FROM map m
JOIN concept c ON c.id = m.concept WHERE m.active ORDER BY 1, 2, 3, 4, 10
"""


def read_mappings(
    joined: DuckDBPyConnection, files: Sequence[Rf2File], edition: EditionFiles, valid_from: date, publisher: Agent
) -> Iterator[Record]:
    """Yield each map reference set as a mapping set with its mappings; rows without a target are skipped."""
    for refset, refset_rows in groupby(fetch_rows(joined, _MAPS), key=itemgetter(0)):
        scheme = TARGETS.get(refset)
        first = next(refset_rows)
        if not scheme:
            origin = Origin(files[first[8]].path.name, first[9])
            yield Skipped(origin=origin, reason=f"the map {refset} leads to an unknown code system.")
            continue
        id_ = f"snomed-ct-{scheme}"
        yield MappingSet(
            id=id_,
            version=edition.version,
            titles=texts(f"Snomed CT till {scheme.upper()}", f"SNOMED CT to {scheme.upper()}"),
            licence=LICENCE,
            publisher=publisher,
            valid_from=valid_from,
            redistribution=Redistribution.NOT_ALLOWED,
            iri=f"{IRI}{refset}",
        )
        for row in (first, *refset_rows):
            yield _mapping(row, id_, scheme, files, publisher)


def _mapping(row: Values, set_: str, scheme: str, files: Sequence[Rf2File], publisher: Agent) -> Mapping | Skipped:
    _, concept, place, priority, rule, advice, target, correlation, file, line = row
    origin = Origin(files[file].path.name, line)
    if not target or correlation == _NOT_MAPPABLE:
        return Skipped(origin=origin, reason=f"{concept} has no code in {scheme}{': ' + advice if advice else '.'}")
    if correlation not in _CORRELATION:
        raise InputError(origin, f"the correlation '{correlation}' is not known.", "Add it to the loader's table.")
    # A row that holds under a condition (a rule, or "otherwise") states no relation of the codes alone.
    is_conditional = (rule or "TRUE") != "TRUE"
    return Mapping(
        mapping_set=set_,
        origin=origin,
        subject=f"{IRI}{concept}",
        predicate=expand(_CORRELATION["" if is_conditional else correlation]),
        object=f"{scheme}:{target}",
        justification=expand("semapv:ManualMappingCuration"),
        authors=((publisher if files[file].namespace else SNOMED_INTERNATIONAL).names[0].value,),
        map_group=place,
        map_priority=priority,
        map_rule=rule or "",
        map_advice=advice or "",
    )
