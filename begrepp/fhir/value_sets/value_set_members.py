"""Evaluation of a value set: compose to the concepts of each code system, as sets of integers.

Includes are evaluated one by one; a concept that two includes select counts once. Concepts of two versions of one code
system are different members if the compose names several versions, unless `versionsMatch` says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from pyroaring import BitMap

from begrepp.fhir.requests.faults import FhirFault, issue
from begrepp.fhir.requests.language_choice import LanguageChoice, join_with_or
from begrepp.fhir.requests.resource_versions import join_canonical, split_canonical
from begrepp.fhir.requests.version_rules import VersionChoice
from begrepp.fhir.resource_library import ResourceLibrary
from begrepp.fhir.systems.code_system_view import CodeSystemView
from begrepp.fhir.systems.concept_filters import select_concepts
from begrepp.fhir.systems.text_search import rank_together
from begrepp.fhir.value_sets.member_groups import MemberGroup, ValueSetMembers
from begrepp.fhir.value_sets.value_set_views import ConceptSet, ValueSetView
from begrepp.text.version_order import version_key

Json = dict[str, Any]
_MAX_IMPORTS = 200


@dataclass
class MemberEvaluation:
    """Evaluates value sets of one request."""

    library: ResourceLibrary
    versions: VersionChoice
    versions_match: bool | None = None
    text: str = ""
    """Text that finds the members."""
    languages: LanguageChoice | None = None
    active_only: bool = False
    _path: list[str] = field(default_factory=list)
    _imports: int = 0

    def evaluate(self, view: ValueSetView) -> ValueSetMembers:
        """Return the members. Raises `FhirFault`: unknown system or value set, a circle, a filter without meaning."""
        self._enter(view)
        members = ValueSetMembers()
        note_status(members, view.canonical, view, view)
        self._decide_versions(view, members)
        excluded = [self._groups(each, view, members, is_exclude=True) for each in view.excludes]
        for each in latest_version_first(view.includes):
            for group in self._groups(each, view, members):
                if view.excludes_inactive or self.active_only:
                    group.concepts = group.concepts - group.system.inactive
                self._add(group, members)
        for each, groups in zip(view.excludes, excluded, strict=True):
            for group in groups:
                self._exclude(group, members, any_version=not each.version)
        members.groups = [each for each in members.groups if each.concepts]
        self._path.pop()
        if not self._path and (ranked := [each for each in members.groups if each.ranks]):
            together = [(each.ranks, each.system.text_searches) for each in ranked]
            rank_together(together, self.text, self.languages)
        return members

    def _enter(self, view: ValueSetView) -> None:
        name = view.canonical or f"#{id(view.resource)}"
        if name in self._path:
            texts = (name, ", ".join([*self._path[self._path.index(name) + 1 :], name]))
            raise FhirFault(issue("VALUESET_CIRCULAR_REFERENCE", "error", "processing", "vs-invalid", *texts))
        self._imports += 1
        if len(self._path) >= _MAX_IMPORTS or self._imports > _MAX_IMPORTS * 10:
            raise FhirFault(issue("VALUESET_TOO_COSTLY", "error", "too-costly", "", name, "too many imports"))
        self._path.append(name)

    def _decide_versions(self, view: ValueSetView, members: ValueSetMembers) -> None:
        asked: dict[str, set[str]] = {}
        for each in (*view.includes, *view.excludes):
            if each.system:
                asked.setdefault(each.system, set()).add(each.version)
        members.shows_versions = any(len(versions) > 1 for versions in asked.values())
        members.versions_match = self.versions_match
        if self.versions_match is None and view.excludes and view.includes and len(asked) == 1:
            included = {each.version for each in view.includes}
            excluded = {each.version for each in view.excludes}
            imports = any(each.value_sets and not each.system for each in (*view.includes, *view.excludes))
            if "" not in included | excluded and included.isdisjoint(excluded) and not imports:
                members.versions_match = True

    def _groups(
        self, item: ConceptSet, view: ValueSetView, members: ValueSetMembers, *, is_exclude: bool = False
    ) -> list[MemberGroup]:
        """Return the concepts of an include or exclude."""
        imported = [self._imported(each, view, members) for each in item.value_sets]
        if item.value_sets or item.concepts or len(item.filters) > 1:
            members.can_nest = False
        if not item.system:
            first, *others = imported
            for group in first.groups:
                for other in others:
                    group.concepts = group.concepts & _concepts_in(other, group.system)
            return first.groups
        version = self.versions.choose(item.system, item.version)
        system = self.library.code_system(item.system, version)
        if system is None:
            raise FhirFault(unknown_system_issue(self.library, item.system, version, suffix="_EXP"))
        if fault := self.versions.broken_check(item.system, system.version):
            raise FhirFault(fault, status=400)
        check_content(system)
        members.note("used-codesystem", system.canonical)
        note_status(members, system.canonical, system, view)
        if system.content == "fragment" and system.canonical not in members.fragments:
            members.fragments.append(system.canonical)
            members.note("used-fragment", system.canonical)
        members.supplements += [each for each in system.supplements if each not in members.supplements]
        group = concept_group(item, system, view.canonical)
        for other in imported:
            group.concepts = group.concepts & _concepts_in(other, system)
        if self.text and not is_exclude:
            found = system.search(self.text, self.languages, group.concepts)
            group.concepts, group.ranks = found.concepts, found.ranks
            members.can_nest = members.can_nest and bool(item.filters) and not found.ranks
        return [group]

    def _imported(self, address: str, view: ValueSetView, members: ValueSetMembers) -> ValueSetMembers:
        address = pinned_address(self.versions, address)
        found = self.library.value_set(address, "", view)
        if found is None:
            url, version = split_canonical(address)
            message_id, texts = (
                ("VS_EXP_IMPORT_UNK_PINNED", (url, version)) if version else ("VS_EXP_IMPORT_UNK", (url,))
            )
            raise FhirFault(issue(message_id, "error", "not-found", "not-found", *texts))
        inner = self.evaluate(found)
        for name, canonical in inner.used:
            members.note(name, canonical)
        note_status(members, found.canonical, found, view)
        if not found.parent:
            members.note("used-valueset", found.canonical)
        members.fragments += [each for each in inner.fragments if each not in members.fragments]
        members.supplements += [each for each in inner.supplements if each not in members.supplements]
        members.shows_versions = members.shows_versions or inner.shows_versions
        return inner

    @staticmethod
    def _add(group: MemberGroup, members: ValueSetMembers) -> None:
        before = len(group.concepts)
        for other in members.groups:
            if _is_same(group.system, other.system, members):
                group.concepts = group.concepts - _translated(other, group.system)
        members.can_nest = members.can_nest and len(group.concepts) == before
        members.groups.append(group)

    @staticmethod
    def _exclude(group: MemberGroup, members: ValueSetMembers, *, any_version: bool) -> None:
        for each in members.groups:
            is_same = _has_same_identity(each.system, group.system)
            if is_same and (any_version or _is_same(each.system, group.system, members)):
                each.concepts = each.concepts - _translated(group, each.system)


def concept_group(item: ConceptSet, system: CodeSystemView, value_set: str) -> MemberGroup:
    """Return the concepts of the system that an include lists or filters, without its imported value sets."""
    if item.concepts:
        elements: dict[int, Json] = {}
        for each in item.concepts:
            if (concept := system.index(each["code"])) is not None:
                elements.setdefault(concept, each)
        return MemberGroup(system, BitMap(elements), list(elements), elements)
    concepts = system.everything
    for number, each in enumerate(item.filters):
        at = f"{item.path}.filter[{number}]"
        concepts = concepts & select_concepts(system, each, value_set=value_set, at=at)
    return MemberGroup(system, concepts)


def pinned_address(versions: VersionChoice, address: str) -> str:
    """Return the address of an imported value set with the version that the rules choose."""
    if address.startswith("#"):
        return address
    url, version = split_canonical(address)
    return join_canonical(url, versions.choose(url, version))


def unknown_system_issue(library: ResourceLibrary, url: str, version: str, *, suffix: str = "", at: str = "") -> Any:
    """Return the issue of a code system or a version of it that is not there; names the versions that are."""
    known = library.versions(url)
    if not version:
        message_id, texts = f"UNKNOWN_CODESYSTEM{suffix}", [url]
    elif not known:
        message_id, texts = f"UNKNOWN_CODESYSTEM_VERSION{suffix}_NONE", [url, version]
    else:
        message_id, texts = f"UNKNOWN_CODESYSTEM_VERSION{suffix}", [url, version, join_with_or(known)]
    return issue(message_id, "error", "not-found", "not-found", *texts, at=at)


def check_content(system: CodeSystemView) -> None:
    """Raise `FhirFault` if the code system has no content that can be expanded."""
    if system.content not in ("complete", "fragment"):
        raise FhirFault(issue("UNKNOWN_CODESYSTEM_EXP", "error", "not-found", "not-found", system.url))


def note_status(members: ValueSetMembers, canonical: str, resource: Any, source: ValueSetView) -> None:
    """Record that a resource is deprecated, withdrawn, retired, experimental or a draft, if its user is not."""
    if name := status_warning(resource, source):
        members.note(f"warning-{name}", canonical)


def status_warning(resource: Any, source: ValueSetView) -> str:
    """Return `deprecated`, `withdrawn`, `retired`, `experimental` or `draft` for a resource to be warned about."""
    if resource.standards_status in ("deprecated", "withdrawn"):
        return str(resource.standards_status)
    if resource.status == "retired":
        return "retired"
    if resource.experimental and not source.experimental:
        return "experimental"
    is_draft = "draft" in (resource.status, resource.standards_status)
    return "draft" if is_draft and "draft" not in (source.status, source.standards_status) else ""


def _has_same_identity(one: CodeSystemView, other: CodeSystemView) -> bool:
    return one.url == other.url or (bool(one.identity) and one.identity == other.identity)


def _is_same(one: CodeSystemView, other: CodeSystemView, members: ValueSetMembers) -> bool:
    if not _has_same_identity(one, other):
        return False
    return not members.shows_versions or bool(members.versions_match) or one.version == other.version


def _translated(group: MemberGroup, system: CodeSystemView) -> BitMap:
    """Return the concepts of the group as concepts of another version of the code system."""
    if group.system is system or (group.system.canonical == system.canonical and group.system.size == system.size):
        return group.concepts
    codes = (group.system.code(each) for each in group.concepts)
    return BitMap(found for code in codes if (found := system.index(code)) is not None)


def _concepts_in(members: ValueSetMembers, system: CodeSystemView) -> BitMap:
    fitting = [_translated(each, system) for each in members.groups if _has_same_identity(each.system, system)]
    return BitMap.union(*fitting) if fitting else BitMap()


def latest_version_first(items: Sequence[ConceptSet]) -> Iterator[ConceptSet]:
    """Yield the includes in order; those with versions of one system in the places of their kind, latest first."""
    places: dict[str, list[ConceptSet]] = {}
    for each in items:
        if each.system and each.version:
            places.setdefault(each.system, []).append(each)
    for versioned in places.values():
        versioned.sort(key=lambda each: version_key(each.version), reverse=True)
    for each in items:
        yield places[each.system].pop(0) if each.system and each.version else each
