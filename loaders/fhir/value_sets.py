"""Value sets and concept maps of FHIR: members and the rules that choose them, matches and how sure they are."""

from __future__ import annotations

from collections.abc import Iterator

from begrepp.errors import InputError
from begrepp.rdf.namespaces import expand
from begrepp.records import Agent, MappingSet, RdfTerm, Record, Skipped, Statement, Text, ValueSet, is_iri
from begrepp.records import Mapping as Match
from begrepp.sources.privacy import refuse_identity_numbers
from loaders.support.code_systems import reference
from loaders.support.fhir_packages import FhirLoad, Json, Resource, descriptions

# R4 says of the target how it is to the source: `wider` is a wider target. R5 turned it round and says it in full.
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
_DENIED = ("disjoint", "not-related-to")


def value_set_records(resource: Resource, doing: FhirLoad) -> Iterator[Record]:
    compose, expansion = resource.body.get("compose") or {}, resource.body.get("expansion") or {}
    members: dict[str, None] = {}
    unknown: dict[str, int] = {}
    rules: list[str] = []
    for verb in ("include", "exclude"):
        for part in compose.get(verb) or []:
            system = str(part.get("system", ""))
            rules += _rules(part, system, verb)
            for each in part.get("concept") or []:
                _add(members, unknown, system, each, doing, remove=verb == "exclude")
    labels: list[tuple[str, Text]] = []
    contained = list(reversed(expansion.get("contains") or []))
    while contained:
        each = contained.pop()
        contained += reversed(each.get("contains") or [])
        if each.get("code") and not each.get("abstract"):
            system = str(each.get("system", ""))
            _add(members, unknown, system, each, doing)
            said = reference(system, str(each["code"]), doing.systems)
            labels += [(said, text) for text in _labels(each) if is_iri(said)]
    yield ValueSet(
        scheme=doing.home.id,
        id=resource.id,
        version=str(resource.body.get("version") or doing.dates.version),
        origin=resource.origin,
        titles=resource.titles(),
        descriptions=descriptions(resource),
        identifiers=tuple(filter(None, (str(resource.body.get("url", "")),))),
        members=tuple(members),
        intension=tuple(rules),
    )
    for member, text in labels:
        refuse_identity_numbers(text.value, resource.origin)
        # No SKOS label: what a concept is called is said by its own code system.
        yield Statement(
            scheme=doing.home.id,
            origin=resource.origin,
            subject=member,
            predicate=expand("rdfs:label"),
            object=RdfTerm(text.value, "literal", lang=text.lang),
        )
    for system, count in unknown.items():
        words = f"{count} members are of the code system '{system}', which begrepp does not know; see [systems]."
        yield Skipped(origin=resource.origin, reason=words)


def _add(
    members: dict[str, None], unknown: dict[str, int], system: str, said: Json, doing: FhirLoad, *, remove: bool = False
) -> None:
    if not (member := reference(system, str(said.get("code", "")), doing.systems)):
        unknown[system] = unknown.get(system, 0) + 1
    elif remove:
        members.pop(member, None)
    else:
        members[member] = None


def _rules(part: Json, system: str, verb: str) -> list[str]:
    """What chooses members without naming them."""
    rules = [
        f"{verb} {system} where {each.get('property')} {each.get('op')} {each.get('value')}"
        for each in part.get("filter") or []
    ]
    rules += [f"{verb} the members of {other}" for other in part.get("valueSet") or []]
    if system and not part.get("concept") and not rules:
        rules.append(f"{verb} all of {system}")
    return rules


def _labels(said: Json) -> list[Text]:
    found = [
        Text(str(d["value"]), str(d.get("language") or "und")) for d in said.get("designation") or [] if d.get("value")
    ]
    display = str(said.get("display") or "")
    if display and all(text.value != display for text in found):
        found.append(Text(display, "und"))
    return list(dict.fromkeys(found))


def concept_map_records(resource: Resource, doing: FhirLoad) -> Iterator[Record]:
    yield MappingSet(
        id=resource.id,
        version=doing.dates.version,
        titles=resource.titles(),
        licence=doing.known.licence,
        publisher=doing.known.publisher,
        valid_from=doing.dates.valid_from,
        redistribution=doing.known.redistribution,
        iri=str(resource.body.get("url", "")),
    )
    seen: set[tuple[str, str, str]] = set()
    for group in resource.body.get("group") or []:
        source, target = str(group.get("source", "")), str(group.get("target", ""))
        for system in (source, target):
            if not reference(system, "x", doing.systems):
                raise InputError(
                    resource.origin,
                    f"the concept map uses the code system '{system}', which is unknown.",
                    f'Name it in source.toml:  [systems]  "{system}" = "its scheme id".',
                )
        if group.get("unmapped"):
            yield Skipped(origin=resource.origin, reason="the rule for unlisted codes is not imported.")
        for element in group.get("element") or []:
            code = str(element.get("code", ""))
            if not element.get("target"):
                yield Skipped(origin=resource.origin, reason=f"'{code}' of {source} has no target.")
            for each in element.get("target") or []:
                yield from _match(resource, doing, (source, code), (target, each), seen)


def _match(
    resource: Resource,
    doing: FhirLoad,
    left: tuple[str, str],
    right: tuple[str, Json],
    seen: set[tuple[str, str, str]],
) -> Iterator[Match | Skipped]:
    said = str(right[1].get("equivalence") or right[1].get("relationship") or "")
    code = str(right[1].get("code", ""))
    if said == "unmatched" or not code:
        yield Skipped(origin=resource.origin, reason=f"'{left[1]}' is stated to have no match.")
        return
    if said not in _MATCHES and said not in _DENIED:
        known = ", ".join((*_MATCHES, *_DENIED, "unmatched"))
        raise InputError(resource.origin, f"the relation of '{left[1]}' is '{said}'.", f"FHIR allows {known}.")
    key = (left[1], said, code)
    if key in seen:
        yield Skipped(origin=resource.origin, reason=f"'{left[1]}' {said} '{code}' already occurs there.")
        return
    seen.add(key)
    depends = [str(each.get("value", each.get("property", ""))) for each in right[1].get("dependsOn") or []]
    comments = [str(right[1].get("comment") or ""), f"Depends on {', '.join(depends)}" if depends else ""]
    comment = ". ".join(filter(None, comments))
    yield Match(
        mapping_set=resource.id,
        origin=resource.origin,
        subject=reference(*left, doing.systems),
        predicate=expand(_MATCHES.get(said, "skos:exactMatch")),
        object=reference(right[0], code, doing.systems),
        justification=expand("semapv:UnspecifiedMatching"),
        negated=said in _DENIED,
        authors=(_author(doing.known.publisher),),
        comment=Text(comment, str(resource.body.get("language") or "")) if comment else None,
    )


def _author(publisher: Agent) -> str:
    return publisher.names[0].value
