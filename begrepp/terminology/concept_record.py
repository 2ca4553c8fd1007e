"""Structs of the terminology files: the record of a concept, and the description of an edition of a code system.

All are encoded as msgpack arrays (msgspec `array_like`), so the order of fields is part of the file format: a change
of a struct changes the key of the files (`begrepp.build.derived.derived_files`), and the next build writes them anew.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from begrepp.records import Text

Use = Literal["preferred", "synonym", "hidden"]
"""Use of a designation: `skos:prefLabel`, `skos:altLabel` or `skos:hiddenLabel`."""


class Code(Struct, frozen=True, array_like=True, order=True):
    """A notation with its datatype IRI, which is empty for a plain literal."""

    value: str
    datatype: str = ""


class Designation(Struct, frozen=True, array_like=True, order=True):
    """A label of a concept."""

    text: str
    language: str
    use: Use


class DesignatedTerm(Struct, frozen=True, array_like=True, order=True):
    """A term with an IRI of its own (`skosxl:Label`); `status` is the local name of `begrepp:termStatus`, if given."""

    iri: str
    use: Use
    forms: tuple[Text, ...]
    status: str = ""
    source: str = ""


class ConceptNote(Struct, frozen=True, array_like=True, order=True):
    """A note or definition: a text, or a resource (`iri`) with its texts and the remarks about it.

    `kind` is the property as `skos:note`. `remark` holds date, author and source of a note that is a resource. If the
    build does not describe the resource, `is_document` is true and there is no text.
    """

    kind: str
    text: str
    language: str
    iri: str = ""
    remark: str = ""
    is_document: bool = False


class ConceptProperty(Struct, frozen=True, array_like=True, order=True):
    """A further statement of a concept: property IRI, and an IRI or a literal with its language or datatype IRI."""

    property: str
    value: str
    is_iri: bool
    language: str = ""
    datatype: str = ""


class StatedGroup(Struct, frozen=True, array_like=True, order=True):
    """A role group: its number, and the places of its statements among the properties of the concept."""

    number: int
    places: tuple[int, ...]


class ConceptMapping(Struct, frozen=True, array_like=True):
    """A mapping from or to the concept. `iri` is the record of the mapping, empty if only the match itself is stated.

    `source`, `predicate`, `target` and `justification` are IRIs; `set` is the IRI of the mapping set, if known.
    """

    iri: str
    set: str
    source: str
    predicate: str
    target: str
    negated: bool = False
    justification: str = ""
    confidence: str = ""
    """Between 0 and 1, in the lexical form of the graph; empty if it is not stated."""
    authors: tuple[str, ...] = ()
    """IRIs of the authors."""
    author_labels: tuple[str, ...] = ()
    tool: str = ""
    date: str = ""
    comments: tuple[Text, ...] = ()
    see_also: tuple[str, ...] = ()
    source_version: str = ""
    target_version: str = ""
    group: str = ""
    priority: str = ""
    rule: str = ""
    advice: str = ""
    relationship: str = ""
    """The relationship in the publisher's FHIR concept map, where the predicate says less."""
    resource_element: str = ""
    """Elements of the match in the publisher's FHIR concept map that no other field holds, as JSON."""
    creators: tuple[str, ...] = ()
    """IRIs of those who put the mapping in its published form."""
    creator_labels: tuple[str, ...] = ()


class Measurement(Struct, frozen=True, array_like=True, order=True):
    """A variable that measures the concept, and the dataset that holds it (IRIs)."""

    variable: str
    dataset: str


class RecordedChange(Struct, frozen=True, array_like=True, order=True):
    """A change of the concept between two editions: IRIs of the difference, the class, the rule and the two ends."""

    difference: str
    type: str
    rule: str
    source: str
    target: str


class ListedEdition(Struct, frozen=True, array_like=True, order=True):
    """An edition that lists the concept, by the IRI of its graph, with the preferred labels that it gives."""

    graph: str
    labels: tuple[Text, ...] = ()


class RecordHead(Struct, frozen=True, array_like=True, kw_only=True):
    """The first fields of a record, up to the labels; they can be decoded without the others."""

    iri: str
    code: str
    """The code that names the concept (`begrepp.records.preferred_notation`)."""
    codes: tuple[Code, ...] = ()
    types: tuple[str, ...] = ()
    schemes: tuple[str, ...] = ()
    top_of: tuple[str, ...] = ()
    status: str = ""
    """`active`, `inactive` or `draft`; empty if not stated."""
    valid_from: str = ""
    valid_to: str = ""
    accepted: str = ""
    checked: str = ""
    release: str = ""
    """IRI of the edition that the statements come from."""
    designations: tuple[Designation, ...] = ()


class ConceptRecord(RecordHead, frozen=True, array_like=True, kw_only=True):
    """All that the current view, or the graph of a superseded edition, states of one concept.

    Links are IRIs; `Terminology.name` returns their names. Children, ancestors and attribute relations are read from
    the `Hierarchy`. Dates are in the lexical form of the graph, empty if not stated. Sequences are sorted.
    """

    terms: tuple[DesignatedTerm, ...] = ()
    definitions: tuple[ConceptNote, ...] = ()
    notes: tuple[ConceptNote, ...] = ()
    domains: tuple[Text, ...] = ()
    sources: tuple[str, ...] = ()
    marker: str = ""
    """`dagger` or `asterisk` in ICD's dual classification."""
    paired_with: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    related_from: tuple[str, ...] = ()
    """Concepts that state `skos:related` to this one."""
    successors: tuple[str, ...] = ()
    predecessors: tuple[str, ...] = ()
    suggested: tuple[str, ...] = ()
    """Concepts that the publisher suggests to consider instead of a retired one."""
    members_of: tuple[str, ...] = ()
    """Levels, value sets and other collections."""
    mappings: tuple[ConceptMapping, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    subject_of: tuple[str, ...] = ()
    """Datasets about the concept."""
    changes: tuple[RecordedChange, ...] = ()
    editions: tuple[ListedEdition, ...] = ()
    properties: tuple[ConceptProperty, ...] = ()
    """All statements that no other field holds."""
    states_pair_with: tuple[str, ...] = ()
    """The concepts of `paired_with` that the concept itself states, not only they."""
    role_groups: tuple[StatedGroup, ...] = ()
    full_names: tuple[Text, ...] = ()
    """Fully specified names; each is also a designation."""
    resource_element: str = ""
    """Elements of the concept in the publisher's FHIR resource that no other field holds, as JSON."""


class ThingIri(Struct, frozen=True, array_like=True, kw_only=True):
    """The first field of a name, which decodes in less time."""

    iri: str


class ThingName(ThingIri, frozen=True, array_like=True, kw_only=True):
    """Code, status and names of a concept or another thing, in all languages."""

    notation: str = ""
    scheme: str = ""
    """IRI of the scheme (the least, if there are several)."""
    active: bool = True
    texts: tuple[Text, ...] = ()
    """The texts of the first naming property that the thing has: preferred label, title, name or label."""


class SystemDescription(Struct, frozen=True, kw_only=True):
    """One edition of a code system."""

    id: str
    iri: str
    uri: str = ""
    """Canonical URI of the system, if the publisher states one."""
    identifiers: tuple[str, ...] = ()
    titles: tuple[Text, ...] = ()
    descriptions: tuple[Text, ...] = ()
    pattern: str = ""
    hierarchical: bool = True
    part_of: str = ""
    whole_uri: str = ""
    """Canonical URI of the code system that it is a part of."""
    whole_identifiers: tuple[str, ...] = ()
    """Other identifiers of that code system."""
    version: str = ""
    edition: str = ""
    """IRI of the edition and of its graph."""
    valid_from: str = ""
    valid_to: str = ""
    is_complete: bool = True
    """Whether the edition lists the whole system."""
    redistributable: bool = True
    withheld: bool = False
    """Whether texts are left out since the build is public and they may not be redistributed."""
    licence: str = ""
    publisher: str = ""
    """IRI of the publisher."""
    loads: tuple[str, ...] = ()
    """IRIs of the loads that the edition came from."""
    current: bool = True
    languages: tuple[str, ...] = ()
    case_sensitive: bool = False
    """Whether two codes differ only in case."""
    hierarchy_meaning: str = ""
    """Meaning of the hierarchy as a code of FHIR (`part-of`); empty if it is not stated."""
    resource_version: str = ""
    """The version of the FHIR resource that the edition was loaded from."""
    resource_header: str = ""
    """The metadata of that resource as JSON."""
    supplement_headers: tuple[str, ...] = ()
    """The metadata of the FHIR supplements that are part of the edition, as JSON."""
    size: int = 0
    """Number of concepts."""
    file: str = ""
    """Name of the file of the edition in the folder `terminology`."""


class SetDescription(Struct, frozen=True, kw_only=True):
    """One version of a value set in one edition of a code system."""

    iri: str
    version: str = ""
    identifiers: tuple[str, ...] = ()
    titles: tuple[Text, ...] = ()
    descriptions: tuple[Text, ...] = ()
    intension: tuple[str, ...] = ()
    """Rules that select the members, if the publisher gives any."""
    edition: str = ""
    """IRI of the superseded edition that holds the value set; empty for one of the current view."""
    members: dict[str, bytes] = {}
    """Serialised bitmap of the members by the name of the file of their code system."""
    former_members: dict[str, bytes] = {}
    """The same of the concepts that are members no longer."""
    mapping_set: str = ""
    """IRI of the mapping set with an identifier of the value set, whose mappings are its rows."""
    unknown: tuple[str, ...] = ()
    """IRIs of members that no code system of the build has."""
    resource_header: str = ""
    """The metadata and rules of the FHIR resource that it was loaded from, as JSON."""
