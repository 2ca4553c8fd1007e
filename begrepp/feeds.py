"""Our own catalogue for others to harvest: DCAT-AP-SE for dataportal.se, HealthDCAT-AP for the EU.

A feed is a question of the graph (`queries/feeds/`): what it knows, in the properties of the profile. Nothing is added
that the sources do not say; what is missing stays missing, and the profile's shapes tell what that is.
"""

from __future__ import annotations

from pathlib import Path

from pyoxigraph import Literal, NamedNode, QueryTriples, RdfFormat, Triple

from begrepp.errors import NotFound, UsageError
from begrepp.namespaces import expand
from begrepp.queries import read_query
from begrepp.serialise import graph_bytes
from begrepp.settings import ROOT
from begrepp.store import Store

FEEDS = ROOT / "queries" / "feeds"
FORMATS = {
    ".ttl": RdfFormat.TURTLE,
    ".rdf": RdfFormat.RDF_XML,
    ".xml": RdfFormat.RDF_XML,
    ".jsonld": RdfFormat.JSON_LD,
    ".nt": RdfFormat.N_TRIPLES,
}


def profiles() -> list[str]:
    """The profiles that there is a feed in."""
    return sorted(path.stem for path in FEEDS.glob("*.rq"))


def feed(store: Store, profile: str) -> list[Triple]:
    """The triples of a feed, sorted. Raises `NotFound` where there is none in the profile."""
    if profile not in profiles():
        raise NotFound(f"There is no feed in '{profile}'.", f"There are {', '.join(profiles())}.")
    answer = store.query(read_query(FEEDS / f"{profile}.rq").text)
    assert isinstance(answer, QueryTriples)
    return sorted(set(map(_exact, answer)), key=str)


# The engine keeps whole numbers of every kind as xsd:integer; the profiles ask for the kind.
_COUNTS = {
    expand(name)
    for name in (
        *("health:minTypicalAge", "health:maxTypicalAge", "health:numberOfRecords"),
        *("health:numberOfUniqueIndividuals", "dcat:byteSize"),
    )
}
_NON_NEGATIVE = NamedNode(expand("xsd:nonNegativeInteger"))


def _exact(triple: Triple) -> Triple:
    if triple.predicate.value in _COUNTS and isinstance(triple.object, Literal):
        return Triple(triple.subject, triple.predicate, Literal(triple.object.value, datatype=_NON_NEGATIVE))
    return triple


def write_feed(store: Store, profile: str, target: Path) -> int:
    """Write a feed in the format that the file's name tells; the number of triples."""
    form = FORMATS.get(target.suffix)
    if form is None:
        raise UsageError(f"'{target.suffix}' tells no format of RDF.", f"Name the file {', '.join(FORMATS)}.")
    triples = feed(store, profile)
    aside = target.with_name(target.name + ".part")
    aside.write_bytes(graph_bytes(triples, form))
    aside.replace(target)
    return len(triples)
