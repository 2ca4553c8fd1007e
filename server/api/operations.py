"""Operations of the API: each with its parameters, the struct of its body, its handler and an example."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlencode

from msgspec import Struct
from pyoxigraph import NamedNode

from begrepp.queries.pages import select, value
from server.api.parameters import (
    AS_OF,
    DATASET,
    KIND,
    LANG,
    OFFSET,
    QUERY,
    SCHEME,
    STATUS,
    SYSTEM,
    Parameter,
    concept_parameters,
    limit_parameter,
)  # fmt: skip
from server.api.schemas import (
    AncestorsBody,
    AsOfBody,
    ChildBody,
    ChildrenBody,
    ConceptBody,
    CorrectionBody,
    FoundBody,
    MappingBody,
    MappingsBody,
    ResultsBody,
    SchemeBody,
    SchemesBody,
    SubsumptionBody,
    SuggestionsBody,
    component_name,
)  # fmt: skip
from server.api.serialisers import concept_body, ref_body, ref_fields
from server.http.i18n import translations
from server.pages.mappings import mapping_rows
from server.pages.scheme import scheme_row
from server.pages.search import HitRow, results
from server.pages.signposting import licence_of
from server.pages.templating import address
from server.pages.tree import children, paths
from server.served.as_of import find_dated_state, find_meaning_on, get_dated_build, parse_day
from server.served.batch_resolve import ResolvedBody, resolve_codes
from server.served.build import ServedBuild
from server.served.labels import find_refs, find_statements
from server.served.resolve import Missing, Resolved, resolve_iri, resolve_system_code

ApiCall = dict[str, Any]
"""Values of the parameters of a request, by name."""
_RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_SKOS_CONCEPT = "http://www.w3.org/2004/02/skos/core#Concept"
_MAX_QUERY_LENGTH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """An operation of the API; `example` holds query parameters that work with the starter data."""

    name: str
    parameters: tuple[Parameter, ...]
    body: type[Struct]
    handler: Callable[[ServedBuild, ApiCall, str], Struct]
    example: dict[str, str]

    @property
    def schema(self) -> str:
        """The name of the OpenAPI component of the body."""
        return component_name(self.body)

    @property
    def summary(self) -> str:
        """What the operation does, in English."""
        return translations("en")[f"api.operation.{self.name}"]

    @property
    def path(self) -> str:
        """The path of the operation."""
        return f"/api/v1/{self.name}"

    @property
    def example_path(self) -> str:
        """The path with the query string of the example."""
        return f"{self.path}?{urlencode(self.example)}" if self.example else self.path


def find_called_concept(build: ServedBuild, call: ApiCall, suffix: str = "") -> Resolved:
    """Return the concept that the parameters name, by IRI or by system and code; raises `Missing`."""
    if iri := call[f"iri{suffix}"].strip():
        found = resolve_iri(build, iri)
    elif call["system"].strip() and call[f"code{suffix}"].strip():
        found = resolve_system_code(build, call["system"].strip(), call[f"code{suffix}"].strip())
    else:
        raise Missing("No concept is named.", f"Give iri{suffix}=…, or system=… and code{suffix}=….")
    if NamedNode(_SKOS_CONCEPT) not in find_statements(build, found.iri).get(_RDF_TYPE, []):
        raise Missing(f"{found.iri} is no concept.", "Give the IRI of a concept.")
    return found


def _lookup(build: ServedBuild, call: ApiCall, language: str) -> ConceptBody:
    found = find_called_concept(build, call)
    if day := parse_day(call["asOf"]):
        found = find_meaning_on(build, found, day)
        return concept_body(get_dated_build(build, find_dated_state(build, found, day)), found, language)
    return concept_body(build, found, language)


def _as_of(build: ServedBuild, call: ApiCall, language: str) -> AsOfBody:
    day = parse_day(call["asOf"])
    assert day is not None
    found = find_meaning_on(build, find_called_concept(build, call), day)
    state = find_dated_state(build, found, day)
    return AsOfBody(
        as_of=day.isoformat(),
        release=state.concept_edition["version"],
        since=state.since.isoformat(),
        retired=state.retired,
        concept=concept_body(get_dated_build(build, state), found, language),
    )


def _schemes(build: ServedBuild, call: ApiCall, language: str) -> SchemesBody:
    bodies = []
    for scheme in sorted(build.schemes.by_iri.values(), key=lambda scheme: scheme.id):
        row = scheme_row(build, scheme, language)
        bodies.append(
            SchemeBody(
                id=scheme.id,
                iri=scheme.iri,
                href=address(row.href),
                title={text.lang: text.value for text in scheme.titles},
                identifiers=sorted(scheme.identifiers),
                system_uri=scheme.system_uri or None,
                version=row.version or None,
                valid_from=row.valid_from or None,
                concepts=row.concepts,
                inactive=row.inactive,
                license=licence_of(build, scheme.id) or None,
                redistributable=row.redistributable,
            )
        )
    return SchemesBody(schemes=bodies)


def _filters(build: ServedBuild, call: ApiCall) -> dict[str, str]:
    """Return the search filters of a request; raises `Missing` for an unknown scheme."""
    scheme = build.schemes.by_id.get(call["scheme"])
    if call["scheme"] and scheme is None:
        raise Missing(f"There is no code system {call['scheme']}.", "See /api/v1/schemes.")
    filters = {
        "scheme": scheme.iri if scheme else "",
        "kind": call["kind"],
        "status": call.get("status", ""),
        "dataset": build.iris.dataset(call["dataset"]) if call.get("dataset") else "",
    }
    return {name: value for name, value in filters.items() if value}


def _hit_body(hit: HitRow) -> FoundBody:
    return FoundBody(
        iri=hit.iri,
        href=address(hit.href),
        notation=hit.notation or None,
        label=hit.label.value or None,
        lang=hit.label.lang or None,
        scheme=hit.scheme or None,
        active=hit.active,
        kind=hit.kind,
        within=hit.within.value if hit.within else None,
        matched=hit.matched.value if hit.matched else None,
    )


def _search(build: ServedBuild, call: ApiCall, language: str) -> ResultsBody:
    query, filters = call["q"].strip()[:_MAX_QUERY_LENGTH], _filters(build, call)
    total, hits = build.index.search(query, limit=call["limit"], offset=call["offset"], reader=language, **filters)
    return ResultsBody(
        query=query,
        total=total,
        offset=call["offset"],
        limit=call["limit"],
        results=[_hit_body(hit) for hit in results(build, hits, language)],
        facets={name: dict(counts) for name, counts in build.index.facets(query, **filters).items()},
        corrections=[CorrectionBody(from_=old, to=new) for old, new in build.index.corrections(query)],
    )


def _autocomplete(build: ServedBuild, call: ApiCall, language: str) -> SuggestionsBody:
    query = call["q"].strip()[:_MAX_QUERY_LENGTH]
    hits = build.index.suggest(query, limit=call["limit"], reader=language, **_filters(build, call))
    return SuggestionsBody(query=query, results=[_hit_body(hit) for hit in results(build, hits, language)])


def _children(build: ServedBuild, call: ApiCall, language: str) -> ChildrenBody:
    found = find_called_concept(build, call)
    nodes = children(build, [found.iri], language).get(found.iri, [])
    page = nodes[call["offset"] : call["offset"] + call["limit"]]
    return ChildrenBody(
        concept=ref_body(find_refs(build, [found.iri], language)[found.iri]),
        total=len(nodes),
        offset=call["offset"],
        limit=call["limit"],
        children=[ChildBody(**ref_fields(node.ref), narrower=node.below) for node in page],
    )


def _find_ancestors(build: ServedBuild, iri: str) -> set[str]:
    """Return the IRIs of all broader concepts."""
    rows = select(build.store, "concept-ancestors", concept=NamedNode(iri))
    return {value(row, "parent") for row in rows} - {iri}


def _ancestors(build: ServedBuild, call: ApiCall, language: str) -> AncestorsBody:
    found = find_called_concept(build, call)
    ancestors = _find_ancestors(build, found.iri)
    known = find_refs(build, {found.iri, *ancestors}, language)
    return AncestorsBody(
        concept=ref_body(known[found.iri]),
        ancestors=[ref_body(known[iri]) for iri in sorted(ancestors, key=lambda iri: known[iri].sort_key)],
        paths=[[step.iri for step in path] for path in paths(build, found.iri, language)],
    )


def _subsumes(build: ServedBuild, call: ApiCall, language: str) -> SubsumptionBody:
    a, b = find_called_concept(build, call, "A").iri, find_called_concept(build, call, "B").iri
    outcome: Literal["equivalent", "subsumes", "subsumed-by", "not-subsumed"]
    if a == b:
        outcome = "equivalent"
    elif a in _find_ancestors(build, b):
        outcome = "subsumes"
    else:
        outcome = "subsumed-by" if b in _find_ancestors(build, a) else "not-subsumed"
    known = find_refs(build, [a, b], language)
    return SubsumptionBody(a=ref_body(known[a]), b=ref_body(known[b]), outcome=outcome)


def _mappings(build: ServedBuild, call: ApiCall, language: str) -> MappingsBody:
    found = find_called_concept(build, call)
    incoming: dict[str, list[str]] = {}
    rows = mapping_rows(build, found.iri, find_statements(build, found.iri), incoming, language)
    return MappingsBody(
        concept=ref_body(find_refs(build, [found.iri], language)[found.iri]),
        mappings=[
            MappingBody(
                predicate=row.predicate,
                target=ref_body(row.other),
                negated=row.negated,
                justification=row.justification or None,
                confidence=row.confidence,
                author=row.author or None,
                date=row.date or None,
                comment=row.comment.value if row.comment else None,
                record=address(row.href) if row.href else None,
            )
            for row in rows
            if call["scheme"] in ("", row.other.scheme)
        ],
    )


def _resolve(build: ServedBuild, call: ApiCall, language: str) -> ResolvedBody:
    item = {"system": call["system"], "code": call["code"], "asOf": call["asOf"]}
    return resolve_codes(build, [item], language)[0]


_CONCEPT = (*concept_parameters(), SYSTEM)
_REQUIRED_CODE = Parameter(name="code", required=True)
_REQUIRED_SYSTEM = Parameter(name="system", required=True)
_REQUIRED_DAY = Parameter(name="asOf", day=True, required=True)

OPERATIONS = (
    Operation(name="lookup", parameters=(*_CONCEPT, AS_OF, LANG), body=ConceptBody, handler=_lookup,
              example={"system": "onkologi", "code": "lungcancer"}),
    Operation(name="search",
              parameters=(QUERY, SCHEME, KIND, STATUS, DATASET, limit_parameter(100, 25), OFFSET, LANG),
              body=ResultsBody,
              handler=_search, example={"q": "brostcancer", "limit": "3"}),
    Operation(name="autocomplete",
              parameters=(QUERY, SCHEME, KIND, limit_parameter(20, 8), LANG),
              body=SuggestionsBody, handler=_autocomplete,
              example={"q": "lungc", "kind": "concept", "limit": "3"}),
    Operation(name="children",
              parameters=(*_CONCEPT, limit_parameter(1000, 200), OFFSET, LANG), body=ChildrenBody, handler=_children,
              example={"system": "onkologi", "code": "cancer", "limit": "3"}),
    Operation(name="ancestors", parameters=(*_CONCEPT, LANG),
              body=AncestorsBody, handler=_ancestors, example={"system": "onkologi", "code": "lungcancer"}),
    Operation(name="subsumes",
              parameters=(SYSTEM, *concept_parameters("A"), *concept_parameters("B"), LANG),
              body=SubsumptionBody, handler=_subsumes,
              example={"system": "onkologi", "codeA": "cancer", "codeB": "lungcancer"}),
    Operation(name="mappings",
              parameters=(*_CONCEPT, SCHEME, LANG), body=MappingsBody, handler=_mappings,
              example={"system": "onkologi", "code": "lungcancer"}),
    Operation(name="resolve",
              parameters=(_REQUIRED_SYSTEM, _REQUIRED_CODE, AS_OF, LANG), body=ResolvedBody, handler=_resolve,
              example={"system": "urn:oid:1.2.752.116.1.1.1", "code": "C341"}),
    Operation(name="as-of", parameters=(*_CONCEPT, _REQUIRED_DAY, LANG), body=AsOfBody,
              handler=_as_of, example={"system": "atc", "code": "L01EB01", "asOf": "2022-06-30"}),
    Operation(name="schemes", parameters=(LANG,), body=SchemesBody, handler=_schemes,
              example={}),
)  # fmt: skip
"""All operations: the page, the OpenAPI description and the routes are made from this list."""
