"""A code system that is published in parts, such as KVÅ: the concepts of its parts under the address of the whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

from pyroaring import BitMap

from begrepp.ecl.syntax_errors import EclError
from begrepp.fhir.published_headers import WEB_SOURCE
from begrepp.fhir.requests.language_choice import LanguageChoice
from begrepp.fhir.systems.code_system_view import CodeAndNames, CodeSystemView, SearchRank, TextMatches
from begrepp.fhir.systems.concept_filters import FilterNotUnderstood
from begrepp.fhir.systems.designations import ConceptTexts
from begrepp.fhir.systems.scheme_code_systems import SchemeCodeSystem
from begrepp.fhir.systems.scheme_labels import computable_name
from begrepp.fhir.systems.text_search import EditionSearch
from begrepp.terminology.terminology import CompositeSystem

Json = dict[str, Any]


class CompositeCodeSystem(CodeSystemView):
    """The parts one after another; each part has the address of the whole."""

    has_stated_links = False

    def __init__(self, whole: CompositeSystem, url: str, title: str, parts: Sequence[SchemeCodeSystem]) -> None:
        self._parts = parts
        self._starts = [sum(each.size for each in parts[:place]) for place in range(len(parts))]
        self.url = url
        self.identity = whole.uri
        self.title = title
        self.name = computable_name(whole.id)
        self.version = max(each.version for each in parts)
        self.content = "complete" if all(each.content == "complete" for each in parts) else "fragment"
        self.is_case_sensitive = any(each.is_case_sensitive for each in parts)
        self.language = parts[0].language
        self.value_set_url = f"{url}?vs"
        self.has_hierarchy = any(each.has_hierarchy for each in parts)
        self.size = sum(each.size for each in parts)
        known = {each["code"]: each for part in parts for each in part.property_definitions}
        self.property_definitions = [*known.values()]
        self.loaded_supplements = tuple(dict.fromkeys(each for part in parts for each in part.loaded_supplements))
        self._whole = whole

    def resource(self) -> Json:
        """Return the CodeSystem of R5 without concepts, which are in the resources of the parts."""
        others = [each for each in dict.fromkeys((*self._whole.identifiers, self._whole.iri)) if each != self.url]
        return {
            "resourceType": "CodeSystem",
            "id": self._whole.id,
            "extension": [{"url": WEB_SOURCE, "valueUrl": self._whole.iri}],
            "url": self.url,
            "identifier": [{"system": "urn:ietf:rfc:3986", "value": each} for each in others],
            "version": self.version,
            "name": self.name,
            "title": self.title,
            "status": "active",
            "experimental": False,
            "description": f"Parts: {', '.join(each.identity for each in self._parts)}",
            "caseSensitive": self.is_case_sensitive,
            "valueSet": self.value_set_url,
            "content": "not-present",
            "count": self.size,
        }

    def index(self, code: str) -> int | None:
        """Return the concept of a code, in the first part that has it."""
        found = (self._whole_number(place, part.index(code)) for place, part in enumerate(self._parts))
        return next((each for each in found if each is not None), None)

    def code(self, concept: int) -> str:
        """Return the code."""
        part, number = self._place(concept)
        return part.code(number)

    def names(self, concept: int) -> ConceptTexts:
        """Return the preferred labels only."""
        part, number = self._place(concept)
        return part.names(number)

    def has_synonyms(self, concept: int) -> bool:
        """Return whether a concept may have designations that `names` leaves out."""
        part, number = self._place(concept)
        return part.has_synonyms(number)

    def code_and_names(self, concept: int, languages: LanguageChoice | None) -> CodeAndNames:
        """Return the code, the display in the languages, and the other names of a concept."""
        part, number = self._place(concept)
        return part.code_and_names(number, languages)

    def texts(self, concept: int) -> ConceptTexts:
        """Return all designations."""
        part, number = self._place(concept)
        return part.texts(number)

    def definition(self, concept: int) -> str:
        """Return the definition."""
        part, number = self._place(concept)
        return part.definition(number)

    def properties(self, concept: int) -> list[Json]:
        """Return the properties."""
        part, number = self._place(concept)
        return part.properties(number)

    def parents(self, concept: int) -> Sequence[int]:
        """Return the parents."""
        return [*self._linked(concept, lambda part, number: part.parents(number))]

    def children(self, concept: int) -> Sequence[int]:
        """Return the children."""
        return [*self._linked(concept, lambda part, number: part.children(number))]

    def ancestors(self, concept: int) -> BitMap:
        """Return all ancestors."""
        return self._linked(concept, lambda part, number: part.ancestors(number))

    def descendants(self, concept: int) -> BitMap:
        """Return all descendants."""
        return self._linked(concept, lambda part, number: part.descendants(number))

    def concept_status(self, concept: int) -> str:
        """Return the status of the concept."""
        part, number = self._place(concept)
        return part.concept_status(number)

    @cached_property
    def everything(self) -> BitMap:
        """The concepts that a code denotes; of a code in two parts, that of the first."""
        known: dict[str, int] = {}
        for concept in self._united([each.everything for each in self._parts]):
            known.setdefault(self.code(concept), concept)
        return BitMap(known.values())

    @cached_property
    def inactive(self) -> BitMap:
        """Retired concepts."""
        return self._united([each.inactive for each in self._parts])

    @cached_property
    def abstract(self) -> BitMap:
        """Concepts that only group others."""
        return self._united([each.abstract for each in self._parts])

    def search(self, text: str, languages: LanguageChoice | None, within: BitMap) -> TextMatches:
        """Return the concepts of a set that a text finds, the best first."""
        concepts, ranks = BitMap(), dict[int, SearchRank]()
        for start, part in zip(self._starts, self._parts, strict=True):
            own = BitMap(each - start for each in within & BitMap(range(start, start + part.size)))
            found = part.search(text, languages, own)
            concepts |= found.concepts.shift(start)
            ranks |= {number + start: rank for number, rank in found.ranks.items()}
        return TextMatches(concepts & self.everything, ranks)

    @property
    def text_searches(self) -> Sequence[tuple[int, EditionSearch]]:
        """The searches in the parts."""
        parts = zip(self._starts, self._parts, strict=True)
        return [(start + first, search) for start, part in parts for first, search in part.text_searches]

    def select_natively(self, name: str, operator: str, value: str) -> BitMap | None:
        """Return the concepts of a filter in the parts that understand it; raises the fault of one if none does."""
        found: list[BitMap] = []
        faults: list[EclError | FilterNotUnderstood] = []
        for part in self._parts:
            try:
                own = part.select_natively(name, operator, value)
            except (EclError, FilterNotUnderstood) as error:
                faults.append(error)
                own = BitMap()
            if own is None:
                return None
            found.append(own)
        if len(faults) == len(self._parts):
            raise faults[0]
        return self._united(found) & self.everything

    def _place(self, concept: int) -> tuple[SchemeCodeSystem, int]:
        """Return the part of a concept, and its number there."""
        place = max(place for place, start in enumerate(self._starts) if start <= concept)
        return self._parts[place], concept - self._starts[place]

    def _whole_number(self, place: int, number: int | None) -> int | None:
        return None if number is None else self._starts[place] + number

    def _linked(self, concept: int, links: Callable[[SchemeCodeSystem, int], Any]) -> BitMap:
        part, number = self._place(concept)
        return BitMap(links(part, number)).shift(concept - number)

    def _united(self, sets: Sequence[BitMap]) -> BitMap:
        """Return the concepts of a set for each part."""
        return BitMap.union(BitMap(), *(each.shift(start) for each, start in zip(sets, self._starts, strict=True)))
