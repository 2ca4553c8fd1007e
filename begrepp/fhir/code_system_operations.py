"""Operations of CodeSystem: `$lookup`, `$validate-code` and `$subsumes`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from begrepp.fhir.code_checks.code_validation import CodeValidation, read_coded_value
from begrepp.fhir.requests.faults import FhirFault, invalid_request, issue
from begrepp.fhir.requests.language_choice import LanguageChoice
from begrepp.fhir.requests.operation_calls import OperationCall
from begrepp.fhir.requests.version_rules import VersionChoice
from begrepp.fhir.resource_library import ResourceLibrary
from begrepp.fhir.systems.code_system_view import ROLE_GROUP, CodeSystemView
from begrepp.fhir.value_elements import value_element
from begrepp.fhir.value_sets.expansion import check_supplements
from begrepp.fhir.value_sets.value_set_members import unknown_system_issue
from begrepp.fhir.value_sets.value_set_views import whole_system_value_set

Json = dict[str, Any]
_NOT_REPORTED = frozenset({"parent", "child", "inactive", "designation", "display", "definition", "*"})


def lookup(library: ResourceLibrary, call: OperationCall) -> Json:
    """Return the answer of CodeSystem/$lookup: texts, properties and place of one concept. Raises `FhirFault`."""
    system, concept = _called_concept(library, call)
    wanted = {*call.texts("property")}
    every = not wanted or "*" in wanted
    languages = call.languages
    texts = system.texts(concept)
    shown = texts.preferred(languages) or texts.preferred(None)
    found: list[Json] = [{"name": "name", "valueString": system.name or system.title or system.url}]
    if system.version:
        found.append({"name": "version", "valueString": system.version})
    found.append({"name": "display", "valueString": shown.value if shown else system.code(concept)})
    found += [
        {"name": "code", "valueCode": system.code(concept)},
        {"name": "system", "valueUri": system.url},
        {"name": "abstract", "valueBoolean": concept in system.abstract},
    ]
    if (text := system.definition(concept)) and (every or "definition" in wanted):
        found.append({"name": "definition", "valueString": text})
    if every or "designation" in wanted:
        found += [_designation(each.to_json(), each.source) for each in texts]
    found += _properties(system, concept, wanted, languages)
    found += [{"name": "used-supplement", "valueCanonical": each} for each in system.supplements]
    return {"resourceType": "Parameters", "parameter": found}


def _called_concept(library: ResourceLibrary, call: OperationCall) -> tuple[CodeSystemView, int]:
    coding = call.coding("coding")
    if coding is not None and call.text("code"):
        raise invalid_request("The request holds both code and coding.")
    if coding is None:
        coding = {"system": call.text("system"), "version": call.text("version"), "code": call.text("code")}
    code = str(coding.get("code") or "")
    library.supplements |= set(call.texts("useSupplement"))
    system = called_system(library, call, str(coding.get("system") or ""), str(coding.get("version") or ""))
    if not code:
        raise invalid_request("No code: give the parameters code and system, or coding.")
    check_supplements(library.supplements, system.supplements)
    return system, concept_of(system, code)


def called_system(library: ResourceLibrary, call: OperationCall, url: str, version: str) -> CodeSystemView:
    """Return the code system with the version of the rules. Raises `FhirFault` if it is unknown."""
    if not url:
        raise invalid_request("No code system: give the parameter system.")
    versions = VersionChoice(call.version_rules)
    chosen = versions.choose(url, version)
    system = library.code_system(url, chosen)
    if system is None:
        raise FhirFault(unknown_system_issue(library, url, chosen), status=404)
    if fault := versions.broken_check(url, system.version):
        raise FhirFault(fault, status=400)
    return system


def concept_of(system: CodeSystemView, code: str) -> int:
    """Return the concept of a code. Raises `FhirFault` if it is unknown."""
    concept = system.index(code)
    if concept is None:
        message_id = "Unknown_Code_in_Version" if system.version else "Unknown_Code_in"
        texts = (code, system.url, system.version)
        raise FhirFault(issue(message_id, "error", "not-found", "invalid-code", *texts, at="code"), status=404)
    return concept


def _designation(item: Json, source: str) -> Json:
    kinds = (("language", "valueCode"), ("use", "valueCoding"), ("value", "valueString"))
    parts = [{"name": name, kind: item[name]} for name, kind in kinds if name in item]
    if source:
        parts.append({"name": "source", "valueCanonical": source})
    return {"name": "designation", "part": parts}


def _properties(system: CodeSystemView, concept: int, wanted: set[str], languages: LanguageChoice | None) -> list[Json]:
    """Return the properties: place in the hierarchy if asked for, `inactive` always."""
    found: list[Json] = []
    for name, others in (("parent", system.parents(concept)), ("child", system.children(concept))):
        if name in wanted or "*" in wanted:
            for other in others:
                shown = system.texts(other).preferred(languages)
                found.append(_property(name, "valueCode", system.code(other), shown.value if shown else ""))
    found.append(_property("inactive", "valueBoolean", concept in system.inactive))
    for each in system.properties(concept):
        code = str(each.get("code", ""))
        kind, value = value_element(each)
        if value is not None and (code in wanted or "*" in wanted) and code not in _NOT_REPORTED:
            found.append(_property(code, kind, value, str(each.get("description", ""))))
    if ROLE_GROUP in wanted or "*" in wanted:
        found += [_group(each) for _, each in system.role_groups(concept)]
    return found


def _group(properties: list[Json]) -> Json:
    """Return a role group as a property with subproperties."""
    parts: list[Json] = [{"name": "code", "valueCode": ROLE_GROUP}]
    for each in properties:
        kind, value = value_element(each)
        parts.append({"name": "subproperty", "part": _property(str(each["code"]), kind, value)["part"]})
    return {"name": "property", "part": parts}


def _property(code: str, kind: str, value: object, description: str = "") -> Json:
    parts: list[Json] = [{"name": "code", "valueCode": code}, {"name": "value", kind: value}]
    if description:
        parts.append({"name": "description", "valueString": description})
    return {"name": "property", "part": parts}


def validate_in_code_system(library: ResourceLibrary, call: OperationCall) -> Json:
    """Return the answer of CodeSystem/$validate-code: whether the code exists, and its display. Raises `FhirFault`."""
    posted = call.resource("codeSystem", "CodeSystem")
    if posted is not None:
        library.add(posted)
    url = call.text("url") or str((posted or {}).get("url", ""))
    value = read_coded_value(call, for_system=url or call.text("system"))
    first = value.codings[0] if value.codings else {}
    system_url = url or str(first.get("system", ""))
    if not system_url:
        raise invalid_request("No code system: give the parameter url or codeSystem.")
    for each in value.codings:
        own = each.setdefault("system", system_url)
        if library.identity(own) != library.identity(system_url) and not value.is_concept:
            raise invalid_request(f"The coding is of {own}, not of {system_url}.")
    version = call.text("version") or str(first.get("version") or "")
    system = library.code_system(system_url, VersionChoice(call.version_rules).choose(system_url, version))
    shown = system.value_set_url if system else ""
    view = whole_system_value_set(system_url, system.version if system else version, shown)
    if system is None and library.unusable_code_system(system_url, version):
        view = replace(view, includes=())
    return CodeValidation(library, call, view).answer(value)


def subsumes(library: ResourceLibrary, call: OperationCall) -> Json:
    """Return the answer of CodeSystem/$subsumes. Raises `FhirFault`, also for a code that is unknown."""
    one, other = call.coding("codingA"), call.coding("codingB")
    url, version = call.text("system"), call.text("version")
    if one is not None and other is not None:
        url = url or str(one.get("system", ""))
        if {one.get("system", url), other.get("system", url)} != {url}:
            raise invalid_request("The codings codingA and codingB are of different code systems.")
        version = version or str(one.get("version") or other.get("version") or "")
        codes = (str(one.get("code", "")), str(other.get("code", "")))
    else:
        codes = (call.text("codeA"), call.text("codeB"))
    if not all(codes):
        raise invalid_request("Two codes are needed: codeA and codeB, or codingA and codingB.")
    system = called_system(library, call, url, version)
    first, second = (concept_of(system, each) for each in codes)
    if first == second:
        outcome = "equivalent"
    elif not system.is_subsumption:
        outcome = "not-subsumed"
    elif second in system.descendants(first):
        outcome = "subsumes"
    else:
        outcome = "subsumed-by" if first in system.descendants(second) else "not-subsumed"
    return {"resourceType": "Parameters", "parameter": [{"name": "outcome", "valueCode": outcome}]}
