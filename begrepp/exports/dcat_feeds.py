"""DCAT catalogue feeds for harvesting: DCAT-AP-SE for dataportal.se, HealthDCAT-AP for the EU.

A feed is a CONSTRUCT query (`queries/feeds/`) that selects the properties of its profile. Properties that sources do
not state are missing in the feed too; validation against the profile reports them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from pyoxigraph import Literal, NamedNode, QueryTriples, RdfFormat, Triple

from begrepp.child_process import end_with_standard_input
from begrepp.errors import NotFound, UsageError
from begrepp.files import temporary_folder
from begrepp.queries.query_files import read_query
from begrepp.rdf.namespaces import expand
from begrepp.rdf.serialiser import write_graph
from begrepp.rdf.sorted_files import SortedFile
from begrepp.settings import ROOT
from begrepp.store import Store
from begrepp.store.disk import DiskStore

FEEDS = ROOT / "queries" / "feeds"
FORMATS = {
    ".ttl": RdfFormat.TURTLE,
    ".rdf": RdfFormat.RDF_XML,
    ".xml": RdfFormat.RDF_XML,
    ".jsonld": RdfFormat.JSON_LD,
    ".nt": RdfFormat.N_TRIPLES,
}


def feed_profiles() -> list[str]:
    """Return the ids of the profiles that have a feed."""
    return sorted(path.stem for path in FEEDS.glob("*.rq"))


def build_feed(store: Store, profile: str) -> Iterator[Triple]:
    """Yield the triples of a feed, unsorted. Raises `NotFound` if the profile has none."""
    if profile not in feed_profiles():
        raise NotFound(f"There is no feed for the profile '{profile}'.", f"There are {', '.join(feed_profiles())}.")
    answer = store.query(read_query(FEEDS / f"{profile}.rq").text)
    assert isinstance(answer, QueryTriples)
    return map(_restore_datatype, answer)


# Oxigraph stores all integers as xsd:integer; the profiles require xsd:nonNegativeInteger.
_COUNT_PROPERTIES = {
    expand(name)
    for name in (
        *("health:minTypicalAge", "health:maxTypicalAge", "health:numberOfRecords"),
        *("health:numberOfUniqueIndividuals", "dcat:byteSize"),
    )
}
_NON_NEGATIVE = NamedNode(expand("xsd:nonNegativeInteger"))


def _restore_datatype(triple: Triple) -> Triple:
    if triple.predicate.value in _COUNT_PROPERTIES and isinstance(triple.object, Literal):
        return Triple(triple.subject, triple.predicate, Literal(triple.object.value, datatype=_NON_NEGATIVE))
    return triple


def write_feed(store: Store, profile: str, target: Path) -> int:
    """Write a sorted feed in the format of the file name's suffix; return the number of triples.

    Triples are sorted on disk, so memory does not grow with their number. Raises `NotFound` and `UsageError`.
    """
    rdf_format = FORMATS.get(target.suffix)
    if rdf_format is None:
        raise UsageError(
            f"'{target.suffix}' does not have an extension of an RDF format.", f"Name the file {', '.join(FORMATS)}."
        )
    triples = build_feed(store, profile)
    with temporary_folder(target.parent) as folder:
        lines = SortedFile(folder / "feed.nt")
        for triple in triples:
            lines.add(f"{triple} .\n")
        count, _ = lines.close()
        written = folder / target.name
        write_graph(lines.path, written, rdf_format)
        written.replace(target)
    return count


if __name__ == "__main__":
    end_with_standard_input()
    build_folder, target_file = map(Path, sys.argv[1:])
    write_feed(DiskStore(build_folder / "store"), target_file.stem, target_file)
