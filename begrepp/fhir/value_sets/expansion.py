"""`ValueSet/$expand`: members of a value set as `ValueSet.expansion`."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pyroaring import BitMap

from begrepp.fhir.requests.faults import FhirFault, invalid_request, issue
from begrepp.fhir.requests.operation_calls import OperationCall
from begrepp.fhir.requests.resource_versions import join_canonical, split_canonical
from begrepp.fhir.requests.version_rules import VersionChoice
from begrepp.fhir.resource_library import ResourceLibrary
from begrepp.fhir.systems.code_system_view import CodeSystemView, text_words
from begrepp.fhir.value_sets.contains_elements import ElementWriter
from begrepp.fhir.value_sets.member_groups import MemberGroup, ValueSetMembers
from begrepp.fhir.value_sets.value_set_members import MemberEvaluation
from begrepp.fhir.value_sets.value_set_views import ValueSetView, read_value_set

Json = dict[str, Any]
MAX_WITHOUT_COUNT = 1000
"""Members of an expansion that is asked for without `count`."""
MAX_COUNT = 100_000
"""Members of one page."""
_ECHOED = (
    *(("designation", "valueString"), ("excludeNested", "valueBoolean")),
    *(("activeOnly", "valueBoolean"), ("includeDesignations", "valueBoolean"), ("includeDefinition", "valueBoolean")),
    *(("excludeNotForUI", "valueBoolean"), ("excludePostCoordinated", "valueBoolean")),
)
_DEFINITION = frozenset(
    {"compose", "purpose", "description", "contact", "copyright", "publisher", "contained", "extension"}
)
"""Elements that are part of the answer with `includeDefinition` only."""
_REPLACED = frozenset({"id", "text", "meta", "expansion"})
_UNCLOSED = "http://hl7.org/fhir/StructureDefinition/valueset-unclosed"


def expand(library: ResourceLibrary, call: OperationCall) -> Json:
    """Return the expanded ValueSet. Raises `FhirFault`."""
    if call.text("context") or call.text("contextDirection"):
        raise invalid_request("Expansion by context is not supported.", code="not-supported")
    view = called_value_set(library, call)
    call.read_value_set(view.resource)
    library.supplements |= {*call.texts("useSupplement"), *view.supplements}
    versions = VersionChoice(call.version_rules)
    evaluation = MemberEvaluation(
        library,
        versions,
        versions_match=call.flag("versionsMatch"),
        text=call.text("filter") if text_words(call.text("filter")) else "",
        languages=call.languages,
        active_only=bool(call.flag("activeOnly")),
    )
    members = evaluation.evaluate(view)
    _exclude_systems(members, call.texts("exclude-system"))
    check_supplements(library.supplements, members.supplements)
    return _Expansion(call, view, members, versions).to_json()


def called_value_set(library: ResourceLibrary, call: OperationCall) -> ValueSetView:
    """Return the value set of the parameters `valueSet` or `url`. Raises `FhirFault` if it is unknown."""
    resource, url = call.resource("valueSet", "ValueSet"), call.text("url")
    if resource is not None:
        if url and resource.get("url") not in (None, url):
            raise invalid_request(
                f"The parameters url ({url}) and valueSet ({resource.get('url')}) name two value sets."
            )
        return read_value_set(resource)
    if not url:
        raise invalid_request("No value set: give the parameter url or valueSet.")
    version = VersionChoice(call.version_rules).choose(url, call.text("valueSetVersion"))
    found = library.value_set(url, version)
    if found is None:
        shown = join_canonical(url, version)
        raise FhirFault(issue("Unable_to_resolve_value_Set_", "error", "not-found", "not-found", shown))
    return found


def check_supplements(wanted: set[str], used: Sequence[str]) -> None:
    """Raise `FhirFault` if a supplement that is asked for is not in use."""
    known = {*used, *(split_canonical(each)[0] for each in used)}
    if missing := sorted(wanted - known):
        texts = ", ".join(missing)
        raise FhirFault(issue("VALUESET_SUPPLEMENT_MISSING", "error", "not-found", "not-found", texts))


def _exclude_systems(members: ValueSetMembers, canonicals: Sequence[str]) -> None:
    if canonicals:
        members.groups = [
            each
            for each in members.groups
            if each.system.url not in canonicals and each.system.canonical not in canonicals
        ]


@dataclass
class _Expansion:
    call: OperationCall
    view: ValueSetView
    members: ValueSetMembers
    versions: VersionChoice
    parameters: list[Json] = field(default_factory=list)

    def to_json(self) -> Json:
        """Return the ValueSet with its expansion."""
        call, members = self.call, self.members
        offset, count = call.number("offset"), call.number("count")
        total = members.total
        if (count is None and total > MAX_WITHOUT_COUNT) or min(count or 0, total - (offset or 0)) > MAX_COUNT:
            texts = (self.view.shown, f">{MAX_WITHOUT_COUNT if count is None else MAX_COUNT}")
            raise FhirFault(issue("VALUESET_TOO_COSTLY", "error", "too-costly", "", *texts))
        nested = members.can_nest and not call.flag("excludeNested") and not offset and (count is None or count > total)
        writer = ElementWriter(call, shows_versions=members.shows_versions)
        contains = (
            self._nested(writer) if nested else self._page(writer, offset or 0, total if count is None else count)
        )
        expansion: Json = {
            "identifier": f"urn:uuid:{uuid.uuid4()}",
            "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "total": total,
        }
        if offset is not None:
            expansion["offset"] = offset
        if members.fragments:
            expansion["extension"] = [*self._unclosed()]
        used = [*members.supplements] if writer.uses_supplements else []
        expansion["parameter"] = self._parameters(offset, count, used)
        if writer.property_definitions:
            expansion["property"] = writer.property_definitions
        if contains:
            expansion["contains"] = contains
        dropped = _REPLACED if call.flag("includeDefinition") else _REPLACED | _DEFINITION
        resource = {key: value for key, value in self.view.resource.items() if key not in dropped}
        if "extension" in resource:
            resource["extension"] = sorted(resource["extension"], key=lambda each: str(each.get("url", "")))
        return resource | {"expansion": expansion}

    def _unclosed(self) -> Iterator[Json]:
        yield {"url": _UNCLOSED, "valueBoolean": True}
        for each in self.members.fragments:
            reason = f"This extension is based on a fragment of the code system {split_canonical(each)[0]}"
            yield {"url": f"{_UNCLOSED}-reason", "valueString": reason}

    def _parameters(self, offset: int | None, count: int | None, supplements: Sequence[str]) -> list[Json]:
        """Return the parameters that were given, and the resources that were used."""
        call = self.call
        found: list[Json] = []
        if text := call.text("filter"):
            found.append({"name": "filter", "valueString": text})
        if languages := call.languages:
            found.append({"name": "displayLanguage", "valueCode": languages.given})
        for name, kind in _ECHOED:
            values: list[Any] = call.texts(name) if kind == "valueString" else [call.flag(name)]
            found += [{"name": name, kind: each} for each in values if each is not None]
        if self.members.versions_match is not None and (self.members.versions_match or call.flag("versionsMatch")):
            found.append({"name": "versionsMatch", "valueBoolean": True})
        for name, number in (("offset", offset), ("count", count)):
            if number is not None:
                found.append({"name": name, "valueInteger": number})
        if day := call.text("date"):
            found.append({"name": "date", "valueDateTime": day})
        found += [{"name": name, "valueUri": canonical} for name, canonical in self.members.used]
        found += [{"name": "used-supplement", "valueUri": each} for each in supplements]
        for rule in self.versions.applied:
            if rule.address != self.view.url:
                found.append({"name": rule.parameter, "valueUri": f"{rule.address}|{rule.version}"})
        return found

    def _page(self, writer: ElementWriter, offset: int, count: int) -> list[Json]:
        best = self.members.best()
        page = best[offset : offset + count]
        done = [writer.write(group.system, each, group.elements.get(each)) for group, each in page]
        offset = max(0, offset - len(best))
        for group in self.members.groups:
            others = group.unranked
            size = len(others)
            if offset >= size:
                offset -= size
                continue
            if len(done) == count:
                break
            for concept in _part(group, others, offset, count - len(done)):
                done.append(writer.write(group.system, concept, group.elements.get(concept)))
            offset = 0
        return done

    def _nested(self, writer: ElementWriter) -> list[Json]:
        done: list[Json] = []
        for group in self.members.groups:
            if not group.system.has_hierarchy:
                done += [writer.write(group.system, each, group.elements.get(each)) for each in group.ordered()]
                continue
            done += _tree(group, writer)
        return done


def _part(group: MemberGroup, concepts: BitMap, offset: int, count: int) -> Sequence[int]:
    if group.listed:
        return [each for each in group.listed if each in concepts][offset : offset + count]
    return list(concepts[offset : offset + count])


def _tree(group: MemberGroup, writer: ElementWriter) -> list[Json]:
    """Return the members below their nearest ancestor in the group; flat if one has two parents there."""
    system, there = group.system, group.concepts
    written = {each: writer.write(system, each, group.elements.get(each)) for each in there}
    if any(len(system.parents(each)) > 1 for each in there):
        return list(written.values())
    roots = []
    for each, element in written.items():
        above = _nearest_ancestor(system, each, there)
        if above is None:
            roots.append(element)
        else:
            written[above].setdefault("contains", []).append(element)
    return roots


def _nearest_ancestor(system: CodeSystemView, concept: int, there: BitMap) -> int | None:
    seen = {concept}
    above = system.parents(concept)
    while above and above[0] not in seen:
        if above[0] in there:
            return above[0]
        seen.add(above[0])
        above = system.parents(above[0])
    return None
