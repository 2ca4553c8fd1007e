"""The public projection: what may be passed on of a release whose publisher does not let its texts be.

An allow-list, so that a property nobody thought of stays inside: identifiers, codes, hierarchy,
status, dates and provenance go out; every text stays, and so does every term, whose IRI spells it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

from begrepp.artefact.parts import Part
from begrepp.rdf.ntriples import name
from begrepp.rdf.sorted_files import write_lines
from begrepp.records import Redistribution

_STRUCTURE_PROPERTIES = [
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
    "dct:modified",
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


_HEADER_PROPERTIES = [
    "skos:prefLabel",
    "dct:title",
    "dct:type",
    "foaf:name",
    "foaf:homepage",
    "geodcatap:custodian",
    "begrepp:describedBy",
    "begrepp:descriptionLicence",
]


@cache
def _allowed_properties() -> frozenset[str]:
    return frozenset(name(prefixed) for prefixed in _STRUCTURE_PROPERTIES)


@cache
def _allowed_header_properties() -> frozenset[str]:
    return _allowed_properties() | frozenset(name(prefixed) for prefixed in _HEADER_PROPERTIES)


def public_header(lines: Iterable[str]) -> list[str]:
    """What a scheme, a mapping set or a dataset and its publisher are called, and no text about them."""
    return [line for line in lines if line.split(" ", 2)[1] in _allowed_header_properties()]


def public_lines(part: Part, lines: Iterable[str]) -> Iterator[str]:
    """The lines of a part that may be published: all of them, or its structure without its texts.

    The scheme's own name and its publisher's (in the part's header) stay; descriptions do not.
    """
    if part.redistribution is Redistribution.ALLOWED:
        yield from lines
        return
    header = {*public_header(part.header), *public_header(part.scheme_header)}
    allowed = _allowed_properties()
    terms: set[str] = set()
    label = f" {name('rdf:type')} {name('skosxl:Label')} .\n"
    for line in lines:
        subject, predicate, _ = line.split(" ", 2)
        if line.endswith(label):
            terms.add(subject)
        if line in header or (predicate in allowed and subject not in terms):
            yield line


def write_public_projection(part: Part) -> None:
    """Replace the part's file with its public projection."""
    if part.redistribution is Redistribution.ALLOWED:
        return
    whole = part.path
    public = whole.with_suffix(".public")
    with whole.open(encoding="utf-8") as lines:
        part.triples, part.sha256 = write_lines(public, public_lines(part, lines))
    public.replace(whole)
    part.header, part.scheme_header = public_header(part.header), public_header(part.scheme_header)
