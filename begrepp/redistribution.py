"""The public projection: what may be passed on of a release whose publisher does not let its texts be.

An allow-list, so that a property nobody thought of stays inside: identifiers, codes, hierarchy,
status, dates and provenance go out; every text stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

from begrepp.lines import write_lines
from begrepp.parts import Part
from begrepp.records import Redistribution
from begrepp.terms import name

_STRUCTURE = [
    "rdf:type",
    "skos:inScheme",
    "skos:notation",
    "skos:broader",
    "skos:topConceptOf",
    "skos:member",
    "skos:related",
    "dct:isPartOf",
    "dct:identifier",
    "dct:license",
    "dct:publisher",
    "dct:isReplacedBy",
    "owl:deprecated",
    "dcat:version",
    "xkos:depth",
    "prov:wasGeneratedBy",
    "prov:wasDerivedFrom",
    "begrepp:schemeId",
    "begrepp:preferredSystemUri",
    "begrepp:notationPattern",
    "begrepp:hierarchical",
    "begrepp:ehdsCodingSystem",
    "begrepp:releaseOf",
    "begrepp:inRelease",
    "begrepp:inGraph",
    "begrepp:coverage",
    "begrepp:redistribution",
    "begrepp:status",
    "begrepp:validFrom",
    "begrepp:validTo",
    "begrepp:daggerAsterisk",
    "begrepp:etiologyOf",
    "begrepp:manifestationOf",
]


@cache
def _allowed() -> frozenset[str]:
    return frozenset(name(prefixed) for prefixed in _STRUCTURE)


def public_lines(part: Part, lines: Iterable[str]) -> Iterator[str]:
    """The lines of a part that may be published: all of them, or its structure without its texts.

    The scheme's own name and its publisher's (the part's header) stay; descriptions do not.
    """
    if part.redistribution is Redistribution.ALLOWED:
        yield from lines
        return
    described = f" {name('dct:description')} "
    header = {line for line in (*part.header, *part.scheme_header) if described not in line}
    allowed = _allowed()
    for line in lines:
        if line in header or line.split(" ", 2)[1] in allowed:
            yield line


def project(part: Part) -> None:
    """Replace the part's file with its public projection."""
    if part.redistribution is Redistribution.ALLOWED:
        return
    whole = part.path
    public = whole.with_suffix(".public")
    with whole.open(encoding="utf-8") as lines:
        part.triples, part.sha256 = write_lines(public, public_lines(part, lines))
    public.replace(whole)
