"""Public projection: the triples of an edition that may be published when its texts may not be redistributed.

It is an allow-list, so a property that is not listed is left out. Identifiers, codes, hierarchy, status, dates and
provenance are published. Texts are left out, and so are SKOS-XL terms, since their IRIs contain the text.
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
    "pav:version",
    "xkos:depth",
    "prov:wasGeneratedBy",
    "prov:wasDerivedFrom",
    "begrepp:schemeId",
    "begrepp:preferredSystemUri",
    "begrepp:notationPattern",
    "begrepp:hierarchical",
    "begrepp:hierarchyMeaning",
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
    """Return the lines of a header without descriptions; names of schemes, datasets and publishers stay."""
    return [line for line in lines if line.split(" ", 2)[1] in _allowed_header_properties()]


def public_lines(part: Part, lines: Iterable[str]) -> Iterator[str]:
    """Yield the lines of a part that may be published: all, or those of the allow-list.

    The names of the scheme and its publisher, in the part's header, stay; descriptions do not.
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
    """Replace the file, counts and headers of a part by its public projection, unless it may be redistributed."""
    if part.redistribution is Redistribution.ALLOWED:
        return
    public = part.path.with_suffix(".public")
    with part.path.open(encoding="utf-8") as lines:
        part.triples, part.sha256 = write_lines(public, public_lines(part, lines))
    public.replace(part.path)
    part.header, part.scheme_header = public_header(part.header), public_header(part.scheme_header)
