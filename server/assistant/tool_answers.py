"""Answers of the tools as pydantic models, from which the SDK derives the output schemas."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field


class SystemSource(BaseModel):
    """A code system that an answer is taken from, with its edition and licence."""

    system: str = Field(description="Id of the code system")
    title: str
    edition: str | None = Field(description="Version of the edition")
    valid_from: str | None
    licence: str | None = Field(description="IRI of the licence")
    texts_restricted: bool = Field(description="Whether the publisher does not allow redistribution of its texts")


class ConceptName(BaseModel):
    """A concept, or another thing, in a list."""

    iri: str
    code: str | None
    system: str | None = Field(description="Id of the code system")
    status: Literal["active", "retired"]
    label: str | None
    language: str | None = Field(description="Language of the label")


class Unresolved(BaseModel):
    """An identifier that was not found, with the reason and similar codes."""

    id: str
    reason: str
    similar: list[str] = []


class FoundThing(ConceptName):
    """A search hit."""

    kind: str
    matched: str | None = Field(description="The synonym that matched, if it is not the label")
    within: str | None = Field(description="Title of the code system or dataset")


class SearchAnswer(BaseModel):
    """Search hits, best first; retired concepts come last."""

    total: int
    truncated: bool
    results: list[FoundThing]
    corrections: list[str] = Field(description="Words that were read otherwise, as `typed → read`")
    sources: list[SystemSource]


class ConceptDetail(ConceptName):
    """A concept with its labels, notes and relations."""

    edition: str | None = Field(description="Version of the edition that lists the concept")
    as_of: str | None
    labels: dict[str, str]
    synonyms: dict[str, list[str]]
    definitions: dict[str, list[str]]
    notes: dict[str, dict[str, list[str]]] = Field(description="By kind and language: what is included, excluded, …")
    broader: list[ConceptName]
    related: list[ConceptName]
    replaced_by: list[ConceptName] = Field(description="Successors of a retired concept")
    consider: list[ConceptName] = Field(description="Concepts that the publisher suggests instead, to be judged")
    valid_from: str | None
    valid_to: str | None


class ConceptAnswer(BaseModel):
    """Concepts in the order of the identifiers."""

    concepts: list[ConceptDetail]
    not_found: list[Unresolved]
    sources: list[SystemSource]


class HierarchyAnswer(BaseModel):
    """Concepts above or below one."""

    concept: ConceptName
    direction: str
    total: int
    truncated: bool
    results: list[ConceptName]
    sources: list[SystemSource]


class ExpansionAnswer(BaseModel):
    """Members of a set of concepts."""

    expression: str
    total: int
    truncated: bool
    members: list[ConceptName]
    sources: list[SystemSource]


class CodeVerdict(BaseModel):
    """Verdict on one code."""

    value: str
    verdict: Literal["valid", "missing", "written otherwise", "retired", "of another edition", "unknown"]
    code: str | None = Field(description="The code that the value stands for")
    label: str | None
    valid_until: str | None
    successors: list[str] = Field(description="Codes that replace a retired code")
    consider: list[str]
    similar: list[str] = Field(description="Codes that look like an unknown code; none of them replaces it")
    editions: list[str] = Field(description="Other editions that have the code")


class CheckAnswer(BaseModel):
    """Verdicts on a list of codes."""

    list_iri: str
    title: str
    edition: str | None
    counts: dict[str, int]
    values: list[CodeVerdict]
    sources: list[SystemSource]


class MappingStep(BaseModel):
    """One asserted mapping of a path."""

    source: ConceptName
    relation: str = Field(description="SKOS mapping relation from source to target")
    target: ConceptName
    justification: str | None
    confidence: float | None
    author: str | None
    comment: str | None


class MappedConcept(BaseModel):
    """A concept that another one is mapped to, directly or by a path of mappings."""

    source: ConceptName
    relation: str
    target: ConceptName
    asserted: bool = Field(description="False if the relation follows from several mappings and nobody has reviewed it")
    path: list[MappingStep]


class MapAnswer(BaseModel):
    """Mappings of concepts, as of a day if it is given."""

    as_of: str | None
    note: str | None = Field(description="Why there is nothing, if no mapping set was in force on the day")
    total: int
    truncated: bool
    mappings: list[MappedConcept]
    denied: list[MappingStep] = Field(description="Mappings that a reviewer has rejected")
    not_found: list[Unresolved]
    sources: list[SystemSource]


class EditionChange(BaseModel):
    """One change between two editions."""

    system: str
    old_edition: str
    new_edition: str
    change: str = Field(description="added, retired, retitled, moved, split, merged, reused or definitionChanged")
    old_codes: list[str]
    new_codes: list[str]
    old_label: str | None
    new_label: str | None


class ChangesAnswer(BaseModel):
    """Changes of a code system, newest editions first."""

    system: str
    editions: list[str] = Field(description="All editions, newest first")
    compared: list[str] = Field(description="Pairs of editions that were compared, as old..new")
    counts: dict[str, int]
    total: int
    truncated: bool
    changes: list[EditionChange]
    sources: list[SystemSource]


class QueryAnswer(BaseModel):
    """Result of a SPARQL query."""

    form: Literal["solutions", "boolean", "graph"]
    columns: list[str]
    rows: list[dict[str, Any]] = Field(description="Values by column; an unbound column is left out")
    total: int
    truncated: bool
    boolean: bool | None
    turtle: str | None


class SystemDetail(SystemSource):
    """A code system."""

    iri: str
    identifiers: list[str] = Field(description="OIDs and URIs")
    concepts: int
    retired: int
    editions: list[str]


class SystemsAnswer(BaseModel):
    """Code systems by id."""

    total: int
    systems: list[SystemDetail]


class CitedThing(BaseModel):
    """A citation."""

    id: str
    citation: str
    iri: str
    licence: str | None


class CitationAnswer(BaseModel):
    """Citations in the order of the identifiers, and of the build itself."""

    citations: list[CitedThing]
    build: str
    not_found: list[Unresolved]
