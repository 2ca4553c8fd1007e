"""Handlers of the API operations: they read the served build and return the struct of the JSON body."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from msgspec.structs import replace

from begrepp.errors import UsageError
from begrepp.search.query_operators import MAX_QUERY_LENGTH
from begrepp.terminology.concept_record import ConceptRecord
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
)
from server.api.serialisers import concept_body, ref_body, ref_fields
from server.pages.concepts.mapping_rows import mapping_rows
from server.pages.concepts.tree import children, paths_to
from server.pages.hit_rows import HitRow, results
from server.pages.schemes.scheme import scheme_row
from server.pages.signposting import licence_of
from server.pages.templating import address
from server.served.as_of import DatedState, find_dated_state, find_meaning_on, get_dated_build, parse_day
from server.served.batch_resolver import ResolvedBody, resolve_codes
from server.served.build import ServedBuild
from server.served.labels import find_refs
from server.served.resolver import Missing, concept_document, resolve_iri, resolve_system_code

ApiCall = dict[str, Any]
"""Values of the parameters of a request, by name."""


def find_requested_concept(build: ServedBuild, call: ApiCall, suffix: str = "") -> ConceptRecord:
    """Return the concept that the parameters name, by IRI or by system and code; raises `Missing`."""
    iri = call[f"iri{suffix}"].strip()
    if iri and (record := build.concepts.record(iri)):
        return record
    if iri:
        found = resolve_iri(build, iri)
    elif call["system"].strip() and call[f"code{suffix}"].strip():
        found = resolve_system_code(build, call["system"].strip(), call[f"code{suffix}"].strip())
    else:
        raise UsageError("No concept is given.", f"Give iri{suffix}=…, or system=… and code{suffix}=….")
    if record := build.concepts.record(found.iri):
        return record
    raise Missing(f"{found.iri} is not a concept.", "Give the IRI of a concept.")


def lookup(build: ServedBuild, call: ApiCall, language: str) -> ConceptBody:
    """Return a concept, with `asOf` as of that day."""
    view, concept = _requested_view(build, call)
    return concept_body(view, concept, language)


def _dated_concept(
    build: ServedBuild, concept: ConceptRecord, day: date
) -> tuple[DatedState, ServedBuild, ConceptRecord]:
    """Return the state of a concept on a day, the build as of it, and the record of the concept in it."""
    found = find_meaning_on(build, concept_document(build, concept), day)
    state = find_dated_state(build, found, day)
    dated = get_dated_build(build, state)
    record = dated.concepts.record(found.iri)
    if record is None:
        raise Missing(f"{found.iri} is not a concept.", "Give the IRI of a concept.")
    return state, dated, record


def _requested_view(build: ServedBuild, call: ApiCall, suffix: str = "") -> tuple[ServedBuild, ConceptRecord]:
    """Return the build, as of the day of the request if it has one, and the requested concept in it."""
    concept, day = find_requested_concept(build, call, suffix), parse_day(call["asOf"])
    return _dated_concept(build, concept, day)[1:] if day else (build, concept)


def lookup_as_of(build: ServedBuild, call: ApiCall, language: str) -> AsOfBody:
    """Return a concept as of a day, with the edition that lists it."""
    day = parse_day(call["asOf"])
    assert day is not None
    state, dated, concept = _dated_concept(build, find_requested_concept(build, call), day)
    return AsOfBody(
        as_of=day.isoformat(),
        release=state.concept_edition.version,
        since=state.since.isoformat(),
        retired=state.retired,
        concept=concept_body(dated, concept, language),
    )


def list_schemes(build: ServedBuild, call: ApiCall, language: str) -> SchemesBody:
    """Return all code systems, by id."""
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
    scheme = build.schemes.by_id.get(call["scheme"]) or build.schemes.by_iri.get(call["scheme"])
    if call["scheme"] and scheme is None:
        raise Missing(f"There is no code system {call['scheme']}.", "See /api/v1/schemes.")
    filters = {
        "scheme": scheme.iri if scheme else "",
        "kind": call["kind"],
        "status": call.get("status", ""),
        "language": call.get("language", ""),
        "species": call.get("species", ""),
        "dataset": build.iris.dataset(call["dataset"].removeprefix(build.iris.dataset("")))
        if call.get("dataset")
        else "",
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


def search_index(build: ServedBuild, call: ApiCall, language: str) -> ResultsBody:
    """Return a page of search hits with facets and corrections."""
    query, filters = call["q"].strip()[:MAX_QUERY_LENGTH], _filters(build, call)
    total, hits = build.index.search(
        query, limit=call["limit"], offset=call["offset"], user_language=language, **filters
    )
    return ResultsBody(
        query=query,
        total=total,
        offset=call["offset"],
        limit=call["limit"],
        results=[_hit_body(hit) for hit in results(build, hits, language)],
        facets={name: dict(counts) for name, counts in build.index.facets(query, language, **filters).items()},
        corrections=[CorrectionBody(from_=old, to=new) for old, new in build.index.corrections(query)],
    )


def autocomplete(build: ServedBuild, call: ApiCall, language: str) -> SuggestionsBody:
    """Return hits for the beginning of a word."""
    query = call["q"].strip()[:MAX_QUERY_LENGTH]
    hits = build.index.suggest(query, limit=call["limit"], user_language=language, **_filters(build, call))
    return SuggestionsBody(query=query, results=[_hit_body(hit) for hit in results(build, hits, language)])


def list_children(build: ServedBuild, call: ApiCall, language: str) -> ChildrenBody:
    """Return a page of the directly narrower concepts, with `asOf` those of that day."""
    build, concept = _requested_view(build, call)
    found = children(build, concept.iri, language)
    page = found[call["offset"] : call["offset"] + call["limit"]]
    return ChildrenBody(
        concept=ref_body(find_refs(build, [concept.iri], language)[concept.iri]),
        total=len(found),
        offset=call["offset"],
        limit=call["limit"],
        children=[ChildBody(**ref_fields(node.ref), narrower=node.below) for node in page],
    )


def _find_ancestors(build: ServedBuild, iri: str) -> set[str]:
    """Return the IRIs of all broader concepts."""
    return {parent for parents in build.concepts.parents_above(iri).values() for parent in parents} - {iri}


def list_ancestors(build: ServedBuild, call: ApiCall, language: str) -> AncestorsBody:
    """Return all broader concepts, and the paths from the top concepts, with `asOf` those of that day."""
    build, concept = _requested_view(build, call)
    ancestors = _find_ancestors(build, concept.iri)
    known = find_refs(build, {concept.iri, *ancestors}, language)
    return AncestorsBody(
        concept=ref_body(known[concept.iri]),
        ancestors=[ref_body(known[iri]) for iri in sorted(ancestors, key=lambda iri: known[iri].sort_key)],
        paths=[[step.iri for step in path] for path in paths_to(build, concept.iri, language)],
    )


def compare_concepts(build: ServedBuild, call: ApiCall, language: str) -> SubsumptionBody:
    """Return whether one of two concepts subsumes the other, with `asOf` in the hierarchy of that day."""
    (view_a, concept_a), (view_b, concept_b) = (_requested_view(build, call, suffix) for suffix in "AB")
    a, b = concept_a.iri, concept_b.iri
    outcome: Literal["equivalent", "subsumes", "subsumed-by", "not-subsumed"]
    if a == b:
        outcome = "equivalent"
    elif a in _find_ancestors(view_b, b):
        outcome = "subsumes"
    else:
        outcome = "subsumed-by" if b in _find_ancestors(view_a, a) else "not-subsumed"
    named = [find_refs(view, [iri], language)[iri] for view, iri in ((view_a, a), (view_b, b))]
    return SubsumptionBody(a=ref_body(named[0]), b=ref_body(named[1]), outcome=outcome)


def list_mappings(build: ServedBuild, call: ApiCall, language: str) -> MappingsBody:
    """Return the mappings of a concept, or those to one scheme, with `asOf` those that were valid on that day."""
    build, concept = _requested_view(build, call)
    stated = [each for each in concept.mappings if each.iri or each.source == concept.iri]
    rows = mapping_rows(build, replace(concept, mappings=tuple(stated)), language)
    return MappingsBody(
        concept=ref_body(find_refs(build, [concept.iri], language)[concept.iri]),
        mappings=[
            MappingBody(
                predicate=row.predicate,
                target=ref_body(row.other),
                negated=row.negated,
                justification=row.justification or None,
                confidence=row.confidence,
                author=row.author or None,
                creator=row.creator or None,
                date=row.date or None,
                comment=row.comment.value if row.comment else None,
                record=address(row.href) if row.href else None,
            )
            for row in rows
            if call["scheme"] in ("", row.other.scheme)
        ],
    )


def resolve_code(build: ServedBuild, call: ApiCall, language: str) -> ResolvedBody:
    """Return the concept of a code, or the reason why there is none."""
    item = {"system": call["system"], "code": call["code"], "asOf": call["asOf"]}
    return resolve_codes(build, [item], language)[0]
