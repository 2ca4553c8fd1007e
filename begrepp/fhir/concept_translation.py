"""`ConceptMap/$translate`: concept maps of R5 to matches, in both directions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from begrepp.fhir.concept_map_forms import attribute_uris, inverse_relationship, relationship_of
from begrepp.fhir.map_conditions import Conditions
from begrepp.fhir.mapping_queries import MappingQuery
from begrepp.fhir.requests.faults import FhirFault, FhirIssue, invalid_request
from begrepp.fhir.requests.operation_calls import OperationCall
from begrepp.fhir.requests.resource_versions import join_canonical, split_canonical, version_matches
from begrepp.fhir.resource_library import ResourceLibrary
from begrepp.fhir.value_elements import object_items, value_element
from begrepp.fhir.value_scopes import ValueScope, unknown_scope

Json = dict[str, Any]
_MAX_MAPS = 20
"""Maximum number of maps that a code without a mapping is sought in, each named by another one."""


def translate(library: ResourceLibrary, call: OperationCall) -> Json:
    """Return the answer of ConceptMap/$translate. Raises `FhirFault` for an unknown map or a request without code."""
    query = _read_query(call, _conditions(library, call))
    posted = call.resource("conceptMap", "ConceptMap")
    maps = [posted] if posted else [*library.posted_maps, *library.source.concept_maps(query)]
    if query.map_address and not posted:
        maps = [each for each in maps if _has_address(each, query.map_address)]
        if not maps and not _is_known(library, query.map_address):
            text = f"A definition for the concept map '{query.map_address}' could not be found"
            fault = FhirIssue(severity="error", code="not-found", kind="not-found", text=text, expression="url")
            raise FhirFault(fault, status=404)
    scopes = tuple(ValueScope(library, each, call.version_rules) for each in (query.source_scope, query.target_scope))
    if scopes[1].is_unknown and not any(scopes[1].is_scope_of(each, "target") for each in maps):
        raise unknown_scope(query.target_scope)
    matches: list[Json] = []
    found_in = _Matches(library, query, scopes)
    for match in found_in.of_maps(maps, query.codings):
        if match not in matches:
            matches.append(match)
    result = any(_relationship(each) != "not-related-to" for each in matches)
    found: list[Json] = [{"name": "result", "valueBoolean": result}, *matches]
    if not matches:
        on_day = f" as of {query.as_of}" if query.as_of else ""
        found.append({"name": "message", "valueString": f"No mapping was found for the code{on_day}."})
    elif comments := [text for match in matches for text in found_in.comments_on(match)]:
        # An answer has no other place for them; the condition under which a match holds is one of them.
        found.append({"name": "message", "valueString": "; ".join(dict.fromkeys(comments))})
    return {"resourceType": "Parameters", "parameter": found}


def _conditions(library: ResourceLibrary, call: OperationCall) -> Conditions:
    """Return the values of the parameter `dependency`: `attribute` and `value` in R5, `element` and `concept` in R4."""

    def subsumes(above: Json, below: Json) -> bool:
        system = library.code_system(str(above.get("system", "")))
        if system is None or below.get("system") not in (None, above.get("system")):
            return False
        first, second = (system.index(str(each.get("code", ""))) for each in (above, below))
        return first is not None and second is not None and second in system.descendants(first)

    def holds(address: str, coding: Json) -> bool:
        scope = ValueScope(library, address, call.version_rules)
        return not scope.is_unknown and scope.holds(coding.get("system"), coding.get("code"))

    given = []
    for each in call.all("dependency"):
        parts = {str(part.get("name")): value_element(part)[1] for part in object_items(each, "part")}
        attribute = parts.get("attribute") or parts.get("element")
        values = _given_values(parts.get("value", parts.get("concept")))
        if not isinstance(attribute, str) or not values:
            raise invalid_request("The parameter dependency needs an attribute and a value (R4: element and concept).")
        given.append((attribute, values))
    return Conditions(given, subsumes, holds)


def _given_values(value: object) -> list[object]:
    """Return the values of a dependency: of a CodeableConcept its codings, or its text if it has none."""
    if isinstance(value, dict) and ("coding" in value or "text" in value):
        return [*object_items(value, "coding")] or [value.get("text")]
    return [] if value is None else [value]


def _read_query(call: OperationCall, conditions: Conditions) -> MappingQuery:
    turned = bool(call.flag("reverse"))
    target = _codings(call, ("targetCoding",), ("targetCodeableConcept",), ("targetCode",), "targetSystem")
    source_names = (("sourceCoding", "coding"), ("sourceCodeableConcept", "codeableConcept"), ("sourceCode", "code"))
    source = _codings(call, *source_names, "sourceSystem", "system")
    if source and target:
        raise invalid_request("The request holds a code to translate and a target code; give one of them.")
    if not source and not target:
        raise invalid_request("No code: give sourceCode with sourceSystem, sourceCoding or sourceCodeableConcept.")
    address = call.text("url", "conceptMapUrl")
    sought = call.text("sourceSystem", "system") if target else call.text("targetSystem", "targetsystem")
    is_reverse = turned or bool(target)
    return MappingQuery(
        codings=target or source,
        is_reverse=is_reverse,
        returns_sources=turned and not target,
        source_system=sought if is_reverse else "",
        target_system="" if is_reverse else sought,
        source_scope=call.text("sourceScope", "source"),
        target_scope=call.text("targetScope", "target"),
        map_address=address and join_canonical(address, call.text("conceptMapVersion")),
        as_of=call.day("date"),
        conditions=conditions,
    )


def _codings(
    call: OperationCall, coding: tuple[str, ...], concept: tuple[str, ...], code: tuple[str, ...], *systems: str
) -> list[Json]:
    if (found := call.coding(*coding)) is not None:
        return [found]
    if (found := call.codeable_concept(*concept)) is not None:
        return [each for each in found.get("coding", ()) if isinstance(each, dict)]
    if text := call.text(*code):
        system = call.text(*systems)
        if not system:
            raise invalid_request(f"The code {text[:50]!r} has no system: give {systems[0]}.")
        return [{"system": system, "code": text}]
    return []


def _is_known(library: ResourceLibrary, address: str) -> bool:
    """Return whether the server has a map, though perhaps none for the codes of the request."""
    return any(_has_address(each, address) for each in library.source.resources("ConceptMap"))


def _has_address(resource: Json, address: str) -> bool:
    url, version = split_canonical(address)
    known = (resource.get("url"), *(each.get("value") for each in object_items(resource, "identifier")))
    return url in known and (not version or version_matches(version, str(resource.get("version", ""))))


class _Matches:
    """The matches of a query in concept maps, and in the maps that these refer to for codes that they do not have."""

    def __init__(self, library: ResourceLibrary, query: MappingQuery, scopes: tuple[ValueScope, ...]) -> None:
        self._library = library
        self._query = query
        self._source_scope, self._target_scope = scopes
        self._other_maps: dict[object, set[str]] = defaultdict(set)
        self._comments: dict[tuple[str, str], list[str]] = defaultdict(list)

    def comments_on(self, match: Json) -> list[str]:
        """Return the comments of the maps on the concept of a match, each after its code."""
        system, code = _concept_of(match)
        return [f"{code}: {comment}" for comment in self._comments[system, code]]

    def _match(self, item: Json, system: str, resource: Json, source: Json | None = None) -> Json:
        if isinstance(comment := item.get("comment"), str):
            self._comments[system, str(item.get("code"))].append(comment)
        return _match(item, system, resource, source)

    def of_maps(self, maps: Iterable[Json], codings: Sequence[Json]) -> Iterator[Json]:
        """Yield the matches of codings, in the order of the maps."""
        for resource in maps:
            if self._source_scope.admits(resource, "source") and self._target_scope.admits(resource, "target"):
                for group in object_items(resource, "group"):
                    yield from self._of_group(resource, group, codings)

    def _of_group(self, resource: Json, group: Json, codings: Sequence[Json]) -> Iterator[Json]:
        query = self._query
        source, target = (split_canonical(str(group.get(name, "")))[0] for name in ("source", "target"))
        if query.source_system in ("", source) and query.target_system in ("", target):
            for coding in codings:
                if coding.get("system") not in (None, "", target if query.is_reverse else source):
                    continue
                code = coding.get("code")
                if query.is_reverse and self._target_scope.holds(target, code):
                    yield from self._sources_of(resource, group, source, target, code)
                elif not query.is_reverse and self._source_scope.holds(source, code):
                    found = self._targets_of(resource, group, target, coding)
                    yield from (each for each in found if self._is_in_target_scope(each))

    def _sources_of(self, resource: Json, group: Json, source: str, target: str, code: object) -> Iterator[Json]:
        for element in object_items(group, "element"):
            own = element.get("code")
            targets = [each for each in self._applicable(element, resource) if own and each.get("code") == code]
            if targets and self._source_scope.holds(source, own):
                origin = _origin(element, source)
                for each in targets:
                    turned = origin | inverse_relationship(each)
                    yield (
                        self._match(turned, source, resource)
                        if self._query.returns_sources
                        else self._match(each, target, resource, origin)
                    )

    def _applicable(self, element: Json, resource: Json) -> Iterator[Json]:
        """Yield the targets of an element whose conditions hold or are open."""
        uris = attribute_uris(resource, "additionalAttribute")
        for target in object_items(element, "target"):
            if self._query.conditions.state(object_items(target, "dependsOn"), uris) is not False:
                yield target

    def _is_in_target_scope(self, match: Json) -> bool:
        return self._target_scope.holds(*_concept_of(match))

    def _targets_of(self, resource: Json, group: Json, target: str, coding: Json) -> Iterator[Json]:
        elements = [each for each in object_items(group, "element") if each.get("code") == coding.get("code")]
        for element in elements:
            for each in self._applicable(element, resource):
                if each.get("code"):
                    yield self._match(each, target, resource)
        unmapped = group.get("unmapped")
        if not elements and isinstance(unmapped, dict):
            yield from self._of_unmapped(resource, unmapped, target, coding)

    def _of_unmapped(self, resource: Json, unmapped: Json, target: str, coding: Json) -> Iterator[Json]:
        mode, address = unmapped.get("mode"), str(unmapped.get("otherMap", ""))
        if mode == "fixed" and unmapped.get("code"):
            yield self._match(unmapped, target, resource)
        elif mode == "use-source-code" and coding.get("code"):
            yield self._match({"relationship": "equivalent"} | unmapped | {"code": coding["code"]}, target, resource)
        elif mode == "other-map" and self._is_new(address, coding):
            known = [*self._library.posted_maps, *self._library.source.concept_maps(self._query)]
            yield from self.of_maps([each for each in known if _has_address(each, address)], [coding])

    def _is_new(self, address: str, coding: Json) -> bool:
        """Return whether a coding has not been sought in the map of an address yet, and note that it is now."""
        known = self._other_maps[coding.get("code")]
        if address in known:
            return False
        known.add(address)
        if len(known) > _MAX_MAPS:
            text = f"More than {_MAX_MAPS} concept maps refer to one another."
            raise invalid_request(text, code="too-costly", status=422)
        return True


def _concept_of(match: Json) -> tuple[str, str]:
    """Return the code system and the code of a match."""
    concept = next(each["valueCoding"] for each in match["part"] if each["name"] == "concept")
    return concept["system"], concept["code"]


def _origin(element: Json, system: str) -> Json:
    found = {"system": system, "code": element.get("code")}
    return found | ({"display": element["display"]} if element.get("display") else {})


def _match(item: Json, system: str, resource: Json, source: Json | None = None) -> Json:
    """Return the parameter `match` of a target; `resource`: the map; `source`: the concept that has the target."""
    concept = {"system": system, "code": item["code"]}
    if item.get("display"):
        concept["display"] = item["display"]
    relationship: Json = {"name": "relationship", "valueCode": relationship_of(item)}
    if isinstance(item.get("_relationship"), dict):
        relationship["_valueCode"] = item["_relationship"]
    parts: list[Json] = [relationship, {"name": "concept", "valueCoding": concept}]
    if source:
        parts.append({"name": "source", "valueCoding": source})
    for name, declarations in (
        ("property", "property"),
        ("dependsOn", "additionalAttribute"),
        ("product", "additionalAttribute"),
    ):
        uris = attribute_uris(resource, declarations)
        parts += [{"name": name, "part": _sub_parts(each, uris)} for each in object_items(item, name)]
    if canonical := join_canonical(str(resource.get("url", "")), resource.get("version")):
        parts.append({"name": "originMap", "valueCanonical": canonical})
    return {"name": "match", "part": parts}


def _sub_parts(item: Json, uris: Mapping[object, str]) -> list[Json]:
    """Return the parts of a property, dependency or product; `uris`: those that the map declares for its codes."""
    parts: list[Json] = []
    for name, value in item.items():
        if name in ("code", "attribute"):
            parts.append({"name": "uri" if name == "code" else name, "valueUri": uris.get(value, value)})
        elif name.startswith("value") and name != "valueSet":
            parts.append({"name": "value", name: value})
    return parts


def _relationship(match: Json) -> str:
    return next(str(each["valueCode"]) for each in match["part"] if each["name"] == "relationship")
