"""Composition of concept records from statements.

The statements come from the sorted files of a build, or from a query where no file has them (a view as of a day).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from begrepp.rdf.iris import role_group_number
from begrepp.rdf.namespaces import CONSIDER, compact, expand
from begrepp.records import preferred_notation
from begrepp.terminology.concept_record import (
    ConceptMapping,
    ConceptNote,
    ConceptProperty,
    ConceptRecord,
    DesignatedTerm,
    Designation,
    ListedEdition,
    Measurement,
    RecordedChange,
    StatedGroup,
    Use,
)
from begrepp.terminology.name_composition import compose_codes
from begrepp.terminology.statements import PlainTerm, Statements, local_name, texts, value

NOTES = (
    "xkos:coreContentNote",
    "xkos:inclusionNote",
    "xkos:additionalContentNote",
    "xkos:exclusionNote",
    "skos:scopeNote",
    "begrepp:codingNote",
    "skos:example",
    "skos:note",
    "skos:editorialNote",
    "skos:changeNote",
    "skos:historyNote",
)
"""Properties of notes, in the order in which they are shown."""
MATCHES = ("skos:exactMatch", "skos:closeMatch", "skos:broadMatch", "skos:narrowMatch", "skos:relatedMatch")
"""Properties of matches between concepts, the closest first."""
INCOMING = (
    "dct:isReplacedBy",
    "begrepp:etiologyOf",
    "begrepp:manifestationOf",
    "skos:member",
    "skos:related",
    *MATCHES,
)
"""Properties whose subjects belong to the record of their object."""
TERMS: dict[str, Use] = {
    "skosxl:prefLabel": "preferred",
    "skosxl:altLabel": "synonym",
    "skosxl:hiddenLabel": "hidden",
}
NODES = ("skos:definition", *NOTES, *TERMS)
"""Properties of notes and terms, which may be resources with statements of their own."""
LABELS: dict[str, Use] = {"skos:prefLabel": "preferred", "skos:altLabel": "synonym", "skos:hiddenLabel": "hidden"}
_NOTE_TEXTS = ("rdf:value", "rdfs:label", "skosxl:literalForm")
_REMARKS = ("dct:date", "dct:created", "dct:modified", "dct:creator", "dct:source")
_LINK_FIELDS = {
    "rdf:type": "types",
    "skos:inScheme": "schemes",
    "skos:topConceptOf": "top_of",
    "skos:broader": "parents",
    "skos:related": "related",
    "dct:isReplacedBy": "successors",
}
"""Fields with all IRIs of a property."""
_VALUE_FIELDS = {
    "begrepp:status": "status",
    "begrepp:validFrom": "valid_from",
    "begrepp:validTo": "valid_to",
    "begrepp:inRelease": "release",
    "dct:dateAccepted": "accepted",
    "begrepp:checked": "checked",
    "begrepp:daggerAsterisk": "marker",
}
"""Fields with one value of a property, the least; further values are in `properties`."""
FULL_NAME = "begrepp:fullySpecifiedName"
RESOURCE_ELEMENT = "begrepp:resourceElement"
ROLE_GROUP = "begrepp:roleGroup"
_ELSEWHERE = ("skos:notation", "begrepp:domain", "dct:source", ROLE_GROUP, FULL_NAME, RESOURCE_ELEMENT, *MATCHES)
_PAIRS = ("begrepp:etiologyOf", "begrepp:manifestationOf")
_INCOMING_FIELDS = {
    "skos:related": "related_from",
    "dct:isReplacedBy": "predecessors",
    "skos:member": "members_of",
}
"""Fields with the subjects of a property whose object is the concept."""


@dataclass(slots=True)
class Surroundings:
    """Statements of other resources about one concept, and the statements of its notes and terms."""

    incoming: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Subjects by property, as a prefixed name of `INCOMING`."""
    nodes: Mapping[str, Statements] = field(default_factory=dict)
    """Statements of the notes and terms that are resources."""
    mappings: Sequence[ConceptMapping] = ()
    measurements: Sequence[Measurement] = ()
    subject_of: Sequence[str] = ()
    changes: Sequence[RecordedChange] = ()
    editions: Sequence[ListedEdition] = ()
    role_groups: Mapping[str, Statements] = field(default_factory=dict)
    """Statements of the role groups by IRI."""


def compose_record(iri: str, statements: Statements, around: Surroundings) -> ConceptRecord:
    """Return the record of a concept."""
    fields: dict[str, Any] = {}
    designations, terms, definitions, notes, properties = [], [], [], [], []
    stated_pairs: set[str] = set()
    for name, values_ in statements.items():
        kind, field_ = _fields().get(name, ("property", ""))
        if kind == "links":
            fields[field_] = tuple(sorted([term.value for term in values_ if term.is_iri]))
            properties += [_property(name, term) for term in values_ if not term.is_iri]
        elif kind == "value":
            least = min(values_)
            fields[field_] = local_name(least.value)
            properties += [_property(name, term) for term in values_ if term is not least]
        elif kind == "label":
            designations += [Designation(term.value, term.lang, field_) for term in values_ if not term.is_iri]
        elif kind == "term":
            terms += [_term(term.value, field_, around.nodes) for term in values_ if term.is_iri]
        elif kind == "definition":
            definitions += _notes(field_, values_, around.nodes)
        elif kind == "note":
            notes += _notes(field_, values_, around.nodes)
        elif kind == "pair":
            stated_pairs.update(term.value for term in values_ if term.is_iri)
        elif kind == "property":
            properties += [_property(name, term) for term in values_]
    codes = compose_codes(statements)
    properties.sort()
    if around.incoming:
        for name, field_ in _INCOMING_FIELDS.items():
            fields[field_] = _sorted(around.incoming.get(name, ()))
    return ConceptRecord(
        iri=iri,
        code=preferred_notation([(code.value, code.datatype) for code in codes]),
        codes=codes,
        designations=tuple(sorted(designations)),
        terms=tuple(sorted(terms)),
        definitions=tuple(sorted(definitions)),
        notes=tuple(sorted(notes)),
        domains=texts(statements, "begrepp:domain"),
        sources=tuple(sorted([term.value for term in statements.get(expand("dct:source"), ())])),
        paired_with=_sorted({*stated_pairs, *(other for name in _PAIRS for other in around.incoming.get(name, ()))}),
        states_pair_with=_sorted(stated_pairs),
        suggested=tuple(sorted([term.value for term in statements.get(CONSIDER, ()) if term.is_iri])),
        mappings=(
            *sorted(around.mappings, key=lambda mapping: mapping.iri),
            *_direct_matches(iri, statements, around.incoming, around.mappings),
        ),
        measurements=tuple(sorted(around.measurements)),
        subject_of=_sorted(around.subject_of),
        changes=tuple(sorted(around.changes)),
        editions=tuple(sorted(around.editions)),
        properties=tuple(properties),
        role_groups=_role_groups(properties, around.role_groups) if around.role_groups else (),
        full_names=texts(statements, FULL_NAME),
        resource_element=value(statements, RESOURCE_ELEMENT),
        **fields,
    )


@cache
def _fields() -> dict[str, tuple[str, Any]]:
    """Return what a property of a concept fills: a kind, and the field, the use or the kind of note."""
    kinds: dict[str, tuple[str, Any]] = {
        **{prefixed: ("links", field_) for prefixed, field_ in _LINK_FIELDS.items()},
        **{prefixed: ("value", field_) for prefixed, field_ in _VALUE_FIELDS.items()},
        **{prefixed: ("label", use) for prefixed, use in LABELS.items()},
        **{prefixed: ("term", use) for prefixed, use in TERMS.items()},
        **{prefixed: ("note", prefixed) for prefixed in NOTES},
        **dict.fromkeys(_PAIRS, ("pair", "")),
        **dict.fromkeys(_ELSEWHERE, ("elsewhere", "")),
        "skos:definition": ("definition", "skos:definition"),
    }
    return {expand(prefixed): kind for prefixed, kind in kinds.items()}


def _property(name: str, term: PlainTerm) -> ConceptProperty:
    return ConceptProperty(name, term.value, term.is_iri, term.lang, term.datatype)


def _term(iri: str, use: Use, nodes: Mapping[str, Statements]) -> DesignatedTerm:
    about = nodes.get(iri, {})
    return DesignatedTerm(
        iri=iri,
        use=use,
        forms=texts(about, "skosxl:literalForm"),
        status=local_name(value(about, "begrepp:termStatus")),
        source=value(about, "dct:source"),
    )


def _role_groups(properties: Sequence[ConceptProperty], groups: Mapping[str, Statements]) -> tuple[StatedGroup, ...]:
    """Return the groups of the statements that are properties of the concept, by number."""
    places = {each: place for place, each in enumerate(properties)}
    found = []
    for iri, statements in groups.items():
        stated = (_property(name, term) for name, terms in statements.items() for term in terms)
        own = sorted(places[each] for each in stated if each in places)
        found.append(StatedGroup(role_group_number(iri), tuple(own)))
    return tuple(sorted(found))


def node_iris(statements: Statements) -> list[str]:
    """Return the IRIs of the notes and terms of a concept that are resources."""
    return [term.value for name in statements.keys() & _node_properties() for term in statements[name] if term.is_iri]


@cache
def _node_properties() -> frozenset[str]:
    return frozenset(map(expand, NODES))


@cache
def _match_iris() -> frozenset[str]:
    return frozenset(map(expand, MATCHES))


def _direct_matches(
    iri: str, statements: Statements, incoming: Mapping[str, Sequence[str]], mappings: Sequence[ConceptMapping]
) -> list[ConceptMapping]:
    """Return the matches that are stated without a record of their own."""
    if not incoming and statements.keys().isdisjoint(_match_iris()):
        return []
    direct: set[tuple[str, str, str]] = set()
    for name in MATCHES:
        property_ = expand(name)
        direct.update((iri, property_, term.value) for term in statements.get(property_, ()) if term.is_iri)
        direct.update((other, property_, iri) for other in incoming.get(name, ()))
    if direct:
        direct -= {(mapping.source, mapping.predicate, mapping.target) for mapping in mappings}
    return [
        ConceptMapping(iri="", set="", source=source, predicate=predicate, target=target)
        for source, predicate, target in sorted(direct)
    ]


def _notes(kind: str, values_: Sequence[PlainTerm], nodes: Mapping[str, Statements]) -> list[ConceptNote]:
    notes = []
    for term in values_:
        if not term.is_iri:
            notes.append(ConceptNote(kind, term.value, term.lang))
            continue
        about = nodes.get(term.value, {})
        remarks = [other.value for name in _REMARKS for other in sorted(about.get(expand(name), ()))]
        remark = ", ".join(each for each in remarks if "/.well-known/genid/" not in each)
        forms = next((found for name in _NOTE_TEXTS if (found := texts(about, name))), ())
        notes += [ConceptNote(kind, text, lang, term.value, remark) for text, lang in forms]
        if not about:
            notes.append(ConceptNote(kind, "", "", term.value, is_document=True))
    return notes


def _sorted(iris: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({*iris}))


def match_name(predicate: str) -> str:
    """Return a predicate of a mapping as a prefixed name; one that is no match counts as a related match."""
    name = compact(predicate)
    return name if name in MATCHES else "skos:relatedMatch"
