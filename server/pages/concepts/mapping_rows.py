"""Rows for the mappings of a concept, asserted or denied, with justification and confidence."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from urllib.parse import unquote, urlsplit

from msgspec import Struct

from begrepp.rdf.iris import read_segment
from begrepp.rdf.namespaces import compact
from begrepp.records import Text
from begrepp.terminology.concept_record import ConceptMapping, ConceptRecord
from begrepp.terminology.record_composition import MATCHES, match_name
from server.http.urls import document_path
from server.served.build import ServedBuild
from server.served.labels import find_refs
from server.served.refs import Ref

_SIGNS = {
    "skos:exactMatch": "=",
    "skos:closeMatch": "≈",
    "skos:broadMatch": "↑",
    "skos:narrowMatch": "↓",
    "skos:relatedMatch": "↔",
}
"""Signs of the mapping relations in the picture and the table."""
_NEGATED = "≠"
_OBO = re.compile(r"https?://purl\.obolibrary\.org/obo/([A-Za-z]+)_([A-Za-z0-9]+)")
"""IRI of a term of an ontology of the OBO Foundry (its identifier policy): prefix and local id."""
_IDENTIFIERS = re.compile(r"https?://identifiers\.org/([A-Za-z0-9._]+)[:/](.+)")
"""IRI of Identifiers.org: namespace and local id, of the form with a colon or the older one with a slash."""
_OWN = re.compile(r"https?://.+/id/cs/([^/]+)/([^/]+)")
"""IRI of a code of a code system as this service makes them."""
_INVERSE = {"skos:broadMatch": "skos:narrowMatch", "skos:narrowMatch": "skos:broadMatch"}


class MappingRow(Struct, frozen=True, kw_only=True):
    """A mapping seen from the current concept: `predicate` points from it to `other`."""

    other: Ref
    predicate: str
    negated: bool = False
    justification: str = ""
    confidence: float | None = None
    author: str = ""
    """Those who asserted the match, or the tool that did."""
    creator: str = ""
    """Those who put the mapping in its published form."""
    date: str = ""
    comment: Text | None = None
    see_also: Sequence[str] = ()
    versions: str = ""
    href: str = ""

    @property
    def sign(self) -> str:
        """The sign of the relation."""
        return _NEGATED if self.negated else _SIGNS.get(self.predicate, "–")

    @property
    def name(self) -> str:
        """The code of a thing that the build does not have; empty for one that it has."""
        return "" if self.other.known or self.other.scheme else external_name(self.other.iri)[1]


def external_name(iri: str) -> tuple[str, str]:
    """Return system and code by the form of an IRI: ours, OBO's, Identifiers.org's, else host and last segment."""
    if term := _OWN.fullmatch(iri):
        return term[1], read_segment(term[2])
    if term := _OBO.fullmatch(iri):
        return term[1], f"{term[1]}:{term[2]}"
    if term := _IDENTIFIERS.fullmatch(iri):
        return term[1], unquote(term[2])
    parts = urlsplit(iri)
    path = parts.fragment or parts.path.rstrip("/").rpartition("/")[2]
    return parts.netloc.removeprefix("www.") or iri, unquote(path) or iri


def mapping_rows(build: ServedBuild, record: ConceptRecord, language: str) -> list[MappingRow]:
    """Return mappings in both directions, with and without a mapping record, by descending confidence."""
    mappings = record.mappings
    if not mappings:
        return []
    others = {_other_end(record, mapping) for mapping in mappings}
    known = find_refs(
        build, {*others, *(iri for mapping in mappings for iri in (*mapping.authors, *mapping.creators))}, language
    )
    rows = [_row(build, record, mapping, known) for mapping in mappings if mapping.iri]
    recorded = {(row.predicate, row.other.iri) for row in rows}
    direct = {(_seen_predicate(record, each), _other_end(record, each)) for each in mappings if not each.iri}
    rows += [MappingRow(other=known[other], predicate=name) for name, other in direct if (name, other) not in recorded]
    return sorted(
        rows,
        key=lambda r: (r.negated, MATCHES.index(r.predicate), -(r.confidence or 0), r.other.scheme, r.other.sort_key),
    )


def _other_end(record: ConceptRecord, mapping: ConceptMapping) -> str:
    return mapping.target if mapping.source == record.iri else mapping.source


def _seen_predicate(record: ConceptRecord, mapping: ConceptMapping) -> str:
    """Return the predicate from the concept to the other end."""
    predicate = match_name(mapping.predicate)
    return predicate if mapping.source == record.iri else _INVERSE.get(predicate, predicate)


def _row(build: ServedBuild, record: ConceptRecord, mapping: ConceptMapping, known: Mapping[str, Ref]) -> MappingRow:
    authors = [known[author].label.value for author in mapping.authors] + [*mapping.author_labels]
    creators = [known[creator].label.value for creator in mapping.creators] + [*mapping.creator_labels]
    return MappingRow(
        other=known[_other_end(record, mapping)],
        predicate=_seen_predicate(record, mapping),
        negated=mapping.negated,
        justification=compact(mapping.justification),
        confidence=float(mapping.confidence) if mapping.confidence else None,
        author=", ".join(dict.fromkeys(authors)) or mapping.tool,
        creator=", ".join(dict.fromkeys(creators)),
        date=mapping.date,
        comment=mapping.comments[0] if mapping.comments else None,
        see_also=mapping.see_also,
        versions=" → ".join(filter(None, (mapping.source_version, mapping.target_version))),
        href=document_path(build.iris, mapping.iri),
    )
