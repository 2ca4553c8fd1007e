"""Code systems of posted CodeSystem resources, read once and cached by the checksum of their JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

from pyroaring import BitMap

from begrepp.fhir.requests.faults import invalid_request
from begrepp.fhir.systems.code_system_view import INACTIVE_STATUSES, NO_KINDS, CodeSystemView
from begrepp.fhir.systems.designations import STANDARDS_STATUS, ConceptTexts, FhirDesignation, read_designations
from begrepp.fhir.value_elements import extension_code, object_items, value_element

Json = dict[str, Any]
MAX_CONCEPTS = 200_000
_MAX_DEPTH = 100
_PROPERTY = "http://hl7.org/fhir/concept-properties#"


class PostedCodeSystem(CodeSystemView):
    """A CodeSystem resource; concepts are numbered depth first. Raises `FhirFault` for one that cannot be used."""

    def __init__(self, resource: Json) -> None:
        self.resource = resource
        self.url = _text(resource, "url")
        self.version = _text(resource, "version")
        self.name = _text(resource, "name")
        self.title = _text(resource, "title")
        self.status = _text(resource, "status")
        self.standards_status = extension_code(resource, STANDARDS_STATUS)
        self.experimental = resource.get("experimental") is True
        self.content = _text(resource, "content") or "complete"
        self.is_case_sensitive = resource.get("caseSensitive") is not False
        self.needs_version = resource.get("versionNeeded") is True
        self.language = _text(resource, "language")
        self.value_set_url = _text(resource, "valueSet")
        self.is_subsumption = resource.get("hierarchyMeaning") not in NO_KINDS
        self.property_definitions = [each for each in object_items(resource, "property") if each.get("code")]
        self._concepts: list[Json] = []
        self._parents: list[list[int]] = []
        self._children: list[list[int]] = []
        for concept, parent in _walk(resource):
            number = len(self._concepts)
            self._concepts.append(concept)
            self._parents.append([parent] if parent >= 0 else [])
            self._children.append([])
            if parent >= 0:
                self._children[parent].append(number)
        self.size = len(self._concepts)
        self._by_code = {self._key(each["code"]): n for n, each in reversed(list(enumerate(self._concepts)))}
        self._add_property_hierarchy()

    def _key(self, code: str) -> str:
        return code if self.is_case_sensitive else code.casefold()

    def _add_property_hierarchy(self) -> None:
        """Add the parents and children that the concepts name in properties `parent`, `subsumedBy` and `child`."""
        parents, children = self._codes_of("parent", "subsumedBy"), self._codes_of("child")
        for number, concept in enumerate(self._concepts):
            for item in object_items(concept, "property"):
                other = self.index(str(item.get("valueCode", "")))
                if other is not None and other != number:
                    if item.get("code") in parents:
                        self._link(other, number)
                    elif item.get("code") in children:
                        self._link(number, other)

    def _link(self, parent: int, child: int) -> None:
        if parent not in self._parents[child]:
            self._parents[child].append(parent)
            self._children[parent].append(child)

    def _codes_of(self, standard: str, *others: str) -> frozenset[str]:
        """Return the codes of a standard property: those declared with its URI, and its own name."""
        uri = _PROPERTY + standard
        declared = {each["code"] for each in self.property_definitions if each.get("uri") == uri}
        return frozenset({standard, *others, *declared})

    def index(self, code: str) -> int | None:
        """Return the concept of a code; by any case if the code system ignores case."""
        return self._by_code.get(self._key(code))

    @cached_property
    def everything(self) -> BitMap:
        """The concepts that a code denotes: the first of several with one code."""
        return BitMap(self._by_code.values())

    def code(self, concept: int) -> str:
        """Return the code."""
        return str(self._concepts[concept]["code"])

    def texts(self, concept: int) -> ConceptTexts:
        """Return all designations, the display first."""
        item = self._concepts[concept]
        own = read_designations(object_items(item, "designation"))
        if display := item.get("display"):
            own.insert(0, FhirDesignation(value=str(display).strip(), language=self.language, is_display=True))
        return ConceptTexts(own, self.language)

    def definition(self, concept: int) -> str:
        """Return the definition; empty if there is none."""
        return _text(self._concepts[concept], "definition")

    def properties(self, concept: int) -> list[Json]:
        """Return the properties as in CodeSystem.concept.property."""
        return list(object_items(self._concepts[concept], "property"))

    def extensions(self, concept: int) -> Sequence[Json]:
        """Return the extensions of the concept."""
        return list(object_items(self._concepts[concept], "extension"))

    def parents(self, concept: int) -> Sequence[int]:
        """Return the parents in the publisher's order."""
        return self._parents[concept]

    def children(self, concept: int) -> Sequence[int]:
        """Return the children in the publisher's order."""
        return self._children[concept]

    def ancestors(self, concept: int) -> BitMap:
        """Return all ancestors, without the concept."""
        return _reached(self._parents, concept)

    def descendants(self, concept: int) -> BitMap:
        """Return all descendants, without the concept."""
        return _reached(self._children, concept)

    def concept_status(self, concept: int) -> str:
        """Return the value of the property `status`, else that of the extension, else `inactive` if it is so."""
        item = self._concepts[concept]
        for each in object_items(item, "property"):
            if each.get("code") in self._status_codes:
                return str(value_element(each, "")[1])
        if status := extension_code(item, STANDARDS_STATUS):
            return status
        return "inactive" if self._has_true(item, self._inactive_codes) else ""

    def _is_inactive(self, concept: int) -> bool:
        item = self._concepts[concept]
        return self._has_true(item, self._inactive_codes) or self.concept_status(concept) in INACTIVE_STATUSES

    @cached_property
    def abstract(self) -> BitMap:
        """Concepts that may not be used as a code."""
        codes = self._codes_of("notSelectable", "abstract")
        return BitMap(n for n, item in enumerate(self._concepts) if self._has_true(item, codes))

    @cached_property
    def is_language_pack(self) -> bool:
        """Whether a supplement adds designations only, so that it is used without being asked for."""
        return all(
            not self.properties(each) and not self.extensions(each) and len(self.texts(each).items) > 0
            for each in range(self.size)
        )

    @staticmethod
    def _has_true(item: Json, codes: frozenset[str]) -> bool:
        return any(
            each.get("code") in codes and value_element(each)[1] in (True, "true")
            for each in object_items(item, "property")
        )

    @cached_property
    def _status_codes(self) -> frozenset[str]:
        return self._codes_of("status")

    @cached_property
    def _inactive_codes(self) -> frozenset[str]:
        return self._codes_of("inactive")


def _reached(links: list[list[int]], start: int) -> BitMap:
    found: set[int] = set()
    waiting = list(links[start])
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += links[one]
    return BitMap(found - {start})


def _walk(resource: Json) -> Iterator[tuple[Json, int]]:
    """Yield each concept with the number of its parent (-1: none), depth first."""
    count = 0
    stack = [(each, -1, 1) for each in reversed(list(object_items(resource, "concept")))]
    while stack:
        concept, parent, depth = stack.pop()
        code = concept.get("code")
        if not isinstance(code, str) or not code:
            raise invalid_request(f"A concept of the CodeSystem {resource.get('url')} has no code.")
        if count >= MAX_CONCEPTS or depth > _MAX_DEPTH:
            raise invalid_request(
                f"The CodeSystem {resource.get('url')} has more than {MAX_CONCEPTS} concepts or {_MAX_DEPTH} levels.",
                code="too-costly",
                status=422,
            )
        yield concept, parent
        stack += [(each, count, depth + 1) for each in reversed(list(object_items(concept, "concept")))]
        count += 1


def _text(item: Json, name: str) -> str:
    value = item.get(name)
    return value if isinstance(value, str) else ""
