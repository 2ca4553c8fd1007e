"""JSON bodies of the API as typed structs, and the OpenAPI components derived from them.

The component of `ConceptBody` is named `Concept`, and so on.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType, field

from server.served.batch_resolver import ResolvedBody

Schema = dict[str, Any]
Count = Annotated[int, Meta(ge=0)]
TextsByLanguage = dict[str, list[str]]
_SUFFIX = "Body"
_REF_PREFIX = "#/components/schemas/"


class ProblemBody(Struct, frozen=True, kw_only=True):
    """Problem document (RFC 9457)."""

    title: str
    status: int
    type: str | UnsetType = UNSET
    detail: str | UnsetType = UNSET
    instance: str | UnsetType = UNSET


class RefBody(Struct, frozen=True, kw_only=True, rename="camel"):
    """A concept or another thing in a list."""

    iri: str
    href: str
    notation: str | None
    label: str | None
    lang: str | None
    scheme: str | None
    active: bool


class ConceptBody(RefBody, frozen=True, kw_only=True):
    """A concept with its labels, notes and relations."""

    status: str | None
    pref_label: dict[str, str]
    alt_label: TextsByLanguage
    hidden_label: TextsByLanguage
    definition: TextsByLanguage
    notes: dict[str, TextsByLanguage]
    broader: list[RefBody]
    related: list[RefBody]
    is_replaced_by: list[RefBody]
    consider: list[RefBody]
    """Concepts that the publisher suggests instead of a retired one, to be judged in each case."""
    valid_from: str | None
    valid_to: str | None
    release: str | None
    license: str | None


class SchemeBody(Struct, frozen=True, kw_only=True, rename="camel"):
    """A code system and its edition in force."""

    id: str
    iri: str
    href: str
    title: dict[str, str]
    identifiers: list[str]
    system_uri: str | None
    version: str | None
    valid_from: str | None
    concepts: Count
    inactive: Count
    license: str | None
    redistributable: bool


class SchemesBody(Struct, frozen=True, kw_only=True):
    """All code systems."""

    schemes: list[SchemeBody]


class FoundBody(RefBody, frozen=True, kw_only=True):
    """A search hit."""

    kind: str
    within: str | None
    matched: str | None


class SuggestionsBody(Struct, frozen=True, kw_only=True):
    """Hits for the beginning of a word."""

    query: str
    results: list[FoundBody]


class CorrectionBody(Struct, frozen=True, kw_only=True):
    """A corrected word of a search query."""

    from_: str = field(name="from")
    to: str


class ResultsBody(Struct, frozen=True, kw_only=True):
    """One page of search hits, with the number of hits by facet and value."""

    query: str
    total: Count
    offset: Count
    limit: Count
    results: list[FoundBody]
    facets: dict[str, dict[str, Count]]
    corrections: list[CorrectionBody]


class ChildBody(RefBody, frozen=True, kw_only=True):
    """A narrower concept, with the number of its own narrower concepts."""

    narrower: Count


class ChildrenBody(Struct, frozen=True, kw_only=True):
    """One page of directly narrower concepts."""

    concept: RefBody
    total: Count
    offset: Count
    limit: Count
    children: list[ChildBody]


class AncestorsBody(Struct, frozen=True, kw_only=True):
    """All broader concepts, and the paths of IRIs from the top concepts."""

    concept: RefBody
    ancestors: list[RefBody]
    paths: list[list[str]]


class SubsumptionBody(Struct, frozen=True, kw_only=True):
    """Relation of concept a to concept b in the hierarchy."""

    a: RefBody
    b: RefBody
    outcome: Literal["equivalent", "subsumes", "subsumed-by", "not-subsumed"]


class MappingBody(Struct, frozen=True, kw_only=True):
    """A mapping to another concept."""

    predicate: str
    target: RefBody
    negated: bool
    justification: str | None
    confidence: float | None
    author: str | None
    creator: str | None
    date: str | None
    comment: str | None
    record: str | None


class MappingsBody(Struct, frozen=True, kw_only=True):
    """The mappings of a concept."""

    concept: RefBody
    mappings: list[MappingBody]


class AsOfBody(Struct, frozen=True, kw_only=True, rename="camel"):
    """A concept as of a day, with the edition that lists it."""

    as_of: str
    release: str
    since: str
    retired: bool
    concept: ConceptBody


class EclPartBody(Struct, frozen=True, kw_only=True):
    """A part of an ECL expression in words; `start` and `end` are its place in the text, in characters."""

    words: str
    start: Count
    end: Count
    parts: list[EclPartBody]


class EclBody(Struct, frozen=True, kw_only=True):
    """One page of the concepts of an ECL expression, in the order of their codes, and the expression in words."""

    scheme: str
    version: str | None
    ecl: str
    total: Count
    offset: Count
    limit: Count
    concepts: list[RefBody]
    explanation: EclPartBody


_BODIES = (
    *(AncestorsBody, AsOfBody, ChildrenBody, ConceptBody, MappingsBody, ProblemBody, ResolvedBody, ResultsBody),
    *(SchemesBody, SubsumptionBody, SuggestionsBody, EclBody),
)


def component_name(body: type[Struct]) -> str:
    """Return the name of the OpenAPI component of a struct."""
    return body.__name__.removesuffix(_SUFFIX)


def component_ref(body: type[Struct]) -> Schema:
    """Return a reference to the OpenAPI component of a struct."""
    return {"$ref": _REF_PREFIX + component_name(body)}


def _derive_components() -> dict[str, Schema]:
    _, components = msgspec.json.schema_components(_BODIES, ref_template=_REF_PREFIX + "{name}")
    return {name.removesuffix(_SUFFIX): _rename_components(schema) for name, schema in components.items()}


def _rename_components(schema: Any) -> Any:
    """Return a schema with the names of components in place of the names of structs."""
    if isinstance(schema, dict):
        return {
            key: value.removesuffix(_SUFFIX)
            if key in ("$ref", "title") and isinstance(value, str)
            else _rename_components(value)
            for key, value in schema.items()
        }
    return [_rename_components(each) for each in schema] if isinstance(schema, list) else schema


SCHEMAS = _derive_components()
"""JSON Schemas of the bodies by component name."""
