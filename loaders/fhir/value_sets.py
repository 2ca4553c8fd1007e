"""Readers of FHIR ValueSet and ConceptMap."""

from __future__ import annotations

from collections.abc import Iterator

from begrepp.errors import InputError
from begrepp.rdf.namespaces import expand
from begrepp.records import Agent, MappingSet, RdfTerm, Record, Skipped, Statement, Text, ValueSet, is_iri
from begrepp.records import Mapping as Match
from begrepp.sources.row_faults import Fault, RowScope, add_fault
from loaders.fhir.property_values import coded_text, full_text
from loaders.support.code_systems import concept_reference
from loaders.support.fhir_headers import ELEMENT_ENCODER, is_no_match, resource_header
from loaders.support.fhir_labels import Json, checked_items, object_items, value_of
from loaders.support.fhir_packages import FhirContext, Resource, resource_descriptions

# R4 describes the target (`wider`: the target is broader), R5 the source (`source-is-narrower-than-target`).
_MATCHES = {
    "relatedto": "skos:relatedMatch",
    "equivalent": "skos:exactMatch",
    "equal": "skos:exactMatch",
    "wider": "skos:broadMatch",
    "subsumes": "skos:broadMatch",
    "narrower": "skos:narrowMatch",
    "specializes": "skos:narrowMatch",
    "inexact": "skos:relatedMatch",
    "related-to": "skos:relatedMatch",
    "source-is-narrower-than-target": "skos:broadMatch",
    "source-is-broader-than-target": "skos:narrowMatch",
}
_WHOLLY_STATED = (
    *("equivalent", "wider", "narrower", "relatedto", "related-to"),
    *("source-is-narrower-than-target", "source-is-broader-than-target"),
)
"""Relations that the predicate of the match says in full."""
_ATTRIBUTES = ("dependsOn", "product", "property")
"""Elements of a target that the graph has in words only."""
_OLD_EQUIVALENCE = "http://hl7.org/fhir/1.0/StructureDefinition/extension-ConceptMap.element.target.equivalence"
_NEGATED = ("disjoint", "not-related-to")


def read_value_set(resource: Resource, context: FhirContext) -> Iterator[Record]:
    """Yield a value set with its members, and their labels as statements."""
    compose, expansion = resource.body.get("compose") or {}, resource.body.get("expansion") or {}
    members: dict[str, None] = {}
    unknown: dict[str, int] = {}
    rules: list[str] = []
    for verb in ("include", "exclude"):
        for part in checked_items(compose, verb, resource.origin):
            system = str(part.get("system") or "")
            rules += _rules(part, system, verb)
            for each in checked_items(part, "concept", resource.origin):
                _add_member(members, unknown, system, each, context, remove=verb == "exclude")
    if day := compose.get("lockedDate"):
        rules.append(f"code systems as of {day}")
    labels: list[tuple[str, Text]] = []
    listed: list[Json] = []
    stack = list(reversed(checked_items(expansion, "contains", resource.origin)))
    while stack:
        each = stack.pop()
        stack += reversed(checked_items(each, "contains", resource.origin))
        if each.get("code") and not each.get("abstract"):
            system = str(each.get("system") or "")
            _add_member(members, unknown, system, each, context)
            concept = concept_reference(system, str(each["code"]), context.systems)
            if not concept:
                listed.append({name: value for name, value in each.items() if name != "contains"})
            labels += [(concept, text) for text in _labels(each) if is_iri(concept)]
    yield ValueSet(
        scheme=context.scheme.id,
        id=resource.id,
        version=str(resource.body.get("version") or context.dates.version),
        origin=resource.origin,
        titles=resource.titles(),
        descriptions=resource_descriptions(resource),
        identifiers=tuple(filter(None, (str(resource.body.get("url") or ""),))),
        members=tuple(members),
        intension=tuple(rules),
        resource_header=resource_header(resource, listed),
    )
    for member, text in labels:
        # Not a SKOS label: labels come from the concept's own code system.
        yield Statement(
            scheme=context.scheme.id,
            origin=resource.origin,
            subject=member,
            predicate=expand("rdfs:label"),
            object=RdfTerm(text.value, "literal", lang=text.lang),
        )
    kept = {str(each.get("system") or "") for each in listed}
    for system, count in unknown.items():
        reason = f"{count} members are of the code system '{system}', which begrepp does not know; see [systems]."
        reason += " Those of the expansion are kept for FHIR only." if system in kept else ""
        yield Skipped(origin=resource.origin, reason=reason)


def _add_member(
    members: dict[str, None],
    unknown: dict[str, int],
    system: str,
    concept: Json,
    context: FhirContext,
    *,
    remove: bool = False,
) -> None:
    if not (member := concept_reference(system, str(concept.get("code") or ""), context.systems)):
        unknown[system] = unknown.get(system, 0) + 1
    elif remove:
        members.pop(member, None)
    else:
        members[member] = None


def _rules(part: Json, system: str, verb: str) -> list[str]:
    """Return the rules of a part of `compose` that select members without listing them."""
    rules = [
        f"{verb} {system} where {each.get('property')} {each.get('op')} {each.get('value')}"
        for each in part.get("filter") or []
    ]
    # The parts of one include are an intersection (http://hl7.org/fhir/valueset.html#compositions).
    sets = " and ".join(str(other) for other in part.get("valueSet") or [])
    listed = [str(each.get("code")) for each in part.get("concept") or [] if isinstance(each, dict)]
    if sets and not rules:
        what = f"{', '.join(listed)} of {system}" if listed else f"all of {system}" if system else ""
        rules.append(f"{verb} {what}, if in {sets}" if what else f"{verb} the members of {sets}")
    elif sets:
        rules = [f"{rule}, if in {sets}" for rule in rules]
    elif listed and verb == "exclude":
        rules.append(f"exclude {', '.join(listed)} of {system}")
    elif system and not listed and not rules:
        rules.append(f"{verb} all of {system}")
    return rules


def _labels(concept: Json) -> list[Text]:
    labels = [
        Text(str(d["value"]), str(d.get("language") or "und"))
        for d in concept.get("designation") or []
        if d.get("value")
    ]
    display = str(concept.get("display") or "")
    if display and all(text.value != display for text in labels):
        labels.append(Text(display, "und"))
    return list(dict.fromkeys(labels))


def read_concept_map(resource: Resource, context: FhirContext) -> Iterator[Record]:
    """Yield a mapping set and its mappings. Raises `InputError` for an unknown code system."""
    yield MappingSet(
        id=resource.id,
        version=context.dates.version,
        titles=resource.titles(),
        licence=context.rights.licence,
        publisher=context.rights.publisher,
        valid_from=context.dates.valid_from,
        redistribution=context.rights.redistribution,
        iri=str(resource.body.get("url") or ""),
        resource_version=str(resource.body.get("version") or ""),
        resource_header=resource_header(resource),
    )
    seen: set[tuple[str, ...]] = set()
    scope = RowScope()
    for group in checked_items(resource.body, "group", resource.origin):
        source, target = str(group.get("source") or ""), str(group.get("target") or "")
        if not (source and target):
            side = "target" if source else "source"
            reason = f"a group of the concept map names no {side}: the code system of its codes is unknown."
            add_fault(Fault.UNUSABLE, InputError(resource.origin, reason, f"Give the group its {side}."))
            continue
        unknown = [system for system in (source, target) if not concept_reference(system, "x", context.systems)]
        for system in dict.fromkeys(unknown):
            error = InputError(
                resource.origin,
                f"the concept map uses the code system '{system}', which is unknown.",
                f'Name it in source.toml:  [systems]  "{system}" = "its scheme id".',
            )
            add_fault(Fault.UNUSABLE, error)
        if unknown:
            continue
        if group.get("unmapped"):
            reason = "the rule for unlisted codes is kept for FHIR only; it is no match of two codes."
            yield Skipped(origin=resource.origin, reason=reason)
        for element in checked_items(group, "element", resource.origin):
            code = str(element.get("code") or "")
            if not element.get("target"):
                yield Skipped(origin=resource.origin, reason=f"'{code}' of {source} has no target.")
            for each in checked_items(element, "target", resource.origin):
                with scope:
                    yield from _match(resource, context, (source, code), (target, each), seen)


def _match(
    resource: Resource,
    context: FhirContext,
    source: tuple[str, str],
    target: tuple[str, Json],
    seen: set[tuple[str, ...]],
) -> Iterator[Match | Skipped]:
    relation = _old_equivalence(target[1]) or str(target[1].get("equivalence") or target[1].get("relationship") or "")
    code = str(target[1].get("code") or "")
    if is_no_match(target[1] | {"equivalence": relation}):
        yield Skipped(origin=resource.origin, reason=f"'{source[1]}' is stated to have no match.")
        return
    if relation not in _MATCHES and relation not in _NEGATED:
        relations = ", ".join((*_MATCHES, *_NEGATED, "unmatched"))
        raise InputError(
            resource.origin, f"the relation of '{source[1]}' is '{relation}'.", f"FHIR allows {relations}."
        )
    if not code:
        reason = f"'{source[1]}' is {relation} to a target without a code."
        raise InputError(resource.origin, reason, "Give the code; if there is none, the relation is unmatched (R4).")
    condition = _values(resource, target[1], "dependsOn")
    key = (*source, relation, target[0], code, condition)
    if key in seen:
        yield Skipped(origin=resource.origin, reason=f"'{source[1]}' {relation} '{code}' already occurs there.")
        return
    seen.add(key)
    if condition and relation in _NEGATED:
        reason = f"'{source[1]}' is stated not to match '{code}' only if {condition}; a condition cannot be negated."
        yield Skipped(origin=resource.origin, reason=reason)
        return
    products = _values(resource, target[1], "product")
    comments = [
        str(target[1].get("comment") or ""),
        f"{relation}, only if {condition}" if condition else "",
        f"With {products}" if products else "",
    ]
    comment = ". ".join(filter(None, comments))
    yield Match(
        mapping_set=resource.id,
        origin=resource.origin,
        subject=concept_reference(*source, context.systems),
        # A match under a condition does not hold of the codes alone.
        predicate=expand("skos:relatedMatch" if condition else _MATCHES.get(relation, "skos:exactMatch")),
        object=concept_reference(target[0], code, context.systems),
        justification=expand("semapv:UnspecifiedMatching"),
        negated=relation in _NEGATED,
        authors=(_author(context.rights.publisher),),
        map_rule=f"Only if {condition}" if condition else "",
        relationship=relation if condition or relation not in _WHOLLY_STATED else "",
        resource_element=_unstated_element(target[1]),
        comment=Text(comment, "" if resource.language == "und" else resource.language) if comment else None,
    )


def _unstated_element(target: Json) -> str:
    """Return the attributes and properties of a target with its comment as JSON, empty if it has none."""
    if not any(target.get(name) for name in _ATTRIBUTES):
        return ""
    kept = {name: target[name] for name in (*_ATTRIBUTES, "comment") if target.get(name)}
    return ELEMENT_ENCODER.encode(kept).decode()


def _old_equivalence(target: Json) -> str:
    """Return the equivalence of R4 that an extension of a relationship of R5 keeps; empty without it."""
    element = target.get("_relationship")
    extensions = object_items(element.get("extension")) if isinstance(element, dict) else []
    return next((str(each.get("valueCode") or "") for each in extensions if each.get("url") == _OLD_EQUIVALENCE), "")


def _values(resource: Resource, target: Json, name: str) -> str:
    """Return the properties of `dependsOn` or `product` with their values: `site = 1 and side = left`.

    R4 has `property` and `value`, R5 `attribute`, `value[x]` and `valueSet`
    (http://hl7.org/fhir/conceptmap-definitions.html#ConceptMap.group.element.target.dependsOn).
    """
    found = []
    for each in checked_items(target, name, resource.origin):
        value = full_text(value_of(each)) or str(each.get("display") or "")
        if isinstance(each.get("value"), str):  # R4: a code of `system`
            value = coded_text(str(each.get("system") or ""), value, str(each.get("display") or ""))
        found.append(f"{each.get('attribute') or each.get('property') or ''} = {value}")
    return " and ".join(found)


def _author(publisher: Agent) -> str:
    return publisher.names[0].value
