"""Editions of the build's code systems as the FHIR operations see them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from pyroaring import BitMap

from begrepp import lazy_polars as polars
from begrepp.ecl.description_index import DescriptionIndex
from begrepp.ecl.expression import concepts_of
from begrepp.ecl.snomed_system import is_snomed
from begrepp.ecl.system_tables import tables_of
from begrepp.ecl.terminology_substrate import TerminologySubstrate
from begrepp.fhir.published_headers import canonical_of, read_header
from begrepp.fhir.requests.language_choice import LanguageChoice
from begrepp.fhir.systems.code_system_view import NO_KINDS, CodeAndNames, CodeSystemView, TextMatches
from begrepp.fhir.systems.concept_filters import FilterNotUnderstood, select_by_pattern
from begrepp.fhir.systems.designations import STANDARDS_STATUS, ConceptTexts, FhirDesignation
from begrepp.fhir.systems.published_properties import own_codes
from begrepp.fhir.systems.scheme_labels import (
    computable_name,
    designations_of,
    display_of,
    first_text,
    main_language,
    named_texts,
    ordered_texts,
    places_of_labels,
    published_extensions,
    shown_display,
    text_order,
)
from begrepp.fhir.systems.scheme_properties import (
    COMPONENT_DEFINITIONS,
    PROPERTY_DEFINITIONS,
    concept_properties,
    grouped_properties,
    relation_code,
    status_word,
)
from begrepp.fhir.systems.text_search import EditionSearch
from begrepp.fhir.value_elements import extension_code, object_items
from begrepp.rdf.namespaces import expand
from begrepp.search import TextIndex
from begrepp.terminology.concept_record import ConceptRecord, SystemDescription
from begrepp.terminology.interface import CodeSystem
from begrepp.terminology.terminology import Terminology

Json = dict[str, Any]
_DEFINITION: Json = {"system": expand("skos:x")[:-1], "code": "definition", "display": "Definition"}


class SchemeCodeSystem(CodeSystemView):
    """An edition of a code system of the build, under the address that the client uses for it."""

    has_stated_links = False

    def __init__(self, system: CodeSystem, terminology: Terminology, url: str, index: TextIndex | None = None) -> None:
        """Open an edition; without the text index of the build, a text filter leaves the publisher's order."""
        about = system.description
        self._search = EditionSearch(system, index)
        self.system = system
        self._last_record: tuple[int, ConceptRecord] | None = None
        self._terminology = terminology
        self.url = url
        self.identity = system_url(about)
        self.header = read_header(about.resource_header)
        self.loaded_supplements = tuple(map(canonical_of, map(read_header, about.supplement_headers)))
        self.version = version_of(about)
        self.status = str(self.header.get("status") or "active")
        self.standards_status = extension_code(self.header, STANDARDS_STATUS)
        self.experimental = self.header.get("experimental") is True
        self.needs_version = self.header.get("versionNeeded") is True
        self.content = "complete" if about.is_complete else "fragment"
        self.title = str(self.header.get("title") or first_text(about.titles))
        self.name = str(self.header.get("name") or computable_name(about.id))
        self.is_case_sensitive = self.header.get("caseSensitive", about.case_sensitive) is True
        self.language = str(self.header.get("language") or "") or main_language(about.languages)
        self.description = next((each.value for each in about.descriptions if each.lang == self.language), "")
        self.value_set_url = str(self.header.get("valueSet") or f"{url}?vs")
        self.has_hierarchy = about.hierarchical
        self.is_subsumption = about.hierarchy_meaning not in NO_KINDS
        self.size = len(system)

    @cached_property
    def property_definitions(self) -> Sequence[Json]:  # type: ignore[override]
        """The properties that concepts can have: the publisher's, the general ones, and the build's relations."""
        relations = self.system.hierarchy.relation_types()
        defined = [
            *self.published_properties.values(),
            *PROPERTY_DEFINITIONS,
            *(COMPONENT_DEFINITIONS if is_snomed(self.system) else ()),
            *({"code": relation_code(each), "uri": each, "type": "code"} for each in relations),
        ]
        return list({each["code"]: each for each in reversed(defined)}.values())[::-1]

    @cached_property
    def published_properties(self) -> dict[str, Json]:
        """The definitions of properties in the publisher's own resource, by code."""
        return {each["code"]: each for each in object_items(self.header, "property") if each.get("code")}

    def index(self, code: str) -> int | None:
        """Return the concept of a code; by any case if no two codes differ in case."""
        found = self.system.index(code)
        if found is None and not self.is_case_sensitive:
            folded = code.casefold()
            near = [each for each in self.system.find(code) if self.system.code(each).casefold() == folded]
            found = next((each for each in near if each in self.system.active), near[-1] if near else None)
        return found

    def code(self, concept: int) -> str:
        """Return the code."""
        last = self._last_record
        return last[1].code if last and last[0] == concept else self.system.code(concept)

    def _record(self, concept: int) -> ConceptRecord:
        """Return the record of a concept; the last one is kept, since an answer asks for texts, properties and code."""
        last = self._last_record
        if last is None or last[0] != concept:
            last = self._last_record = (concept, self.system.record(concept))
        return last[1]

    def names(self, concept: int) -> ConceptTexts:
        """Return the preferred labels only, without decoding the record."""
        texts = named_texts(self.system.name(concept))
        return ConceptTexts(
            [display_of(each.value, each.lang) for each in ordered_texts(texts, self.language)], self.language
        )

    def has_synonyms(self, concept: int) -> bool:
        """Return whether a concept has designations beside its preferred labels, without decoding the record."""
        return concept in self._descriptions.concepts_with_synonyms or self._has_element(concept)

    def _has_element(self, concept: int) -> bool:
        return concept in self._descriptions.concepts_with_elements

    @cached_property
    def _descriptions(self) -> DescriptionIndex:
        # Add no attribute: CPython 3.11 reads those of an object with over 30 slowly (1,000 rows: 4.2, not 3.7 ms).
        return tables_of(self.system).descriptions

    def extensions(self, concept: int) -> Sequence[Json]:
        """Return the extensions of the concept in the publisher's resource."""
        return published_extensions(self._record(concept)) if self._has_element(concept) else ()

    def code_and_names(self, concept: int, languages: LanguageChoice | None) -> CodeAndNames:
        """Return the code, the display in the languages, and the other preferred labels of a concept."""
        name = self.system.name(concept)
        texts = named_texts(name)
        shown, others = places_of_labels(tuple([each.lang for each in texts]), languages, self.language)
        named_otherwise = [display_of(*texts[place]) for place in others] if others else ()
        return name.notation, texts[shown].value if shown >= 0 else "", named_otherwise

    def texts(self, concept: int) -> ConceptTexts:
        """Return all designations: preferred labels by language, then synonyms."""
        return ConceptTexts(designations_of(self._record(concept), self.language), self.language)

    def definition(self, concept: int) -> str:
        """Return the definition, in Swedish if there is one."""
        found = self.definitions(concept)
        return found[0].value if found else ""

    def definitions(self, concept: int) -> list[FhirDesignation]:
        """Return the definitions in all languages, as designations."""
        found = [each for each in self._record(concept).definitions if each.text]
        ordered = sorted(found, key=lambda each: text_order(each.language, self.language))
        return [FhirDesignation(value=each.text, language=each.language, use=_DEFINITION) for each in ordered]

    def properties(self, concept: int) -> list[Json]:
        """Return status, dates, notes, successors, relations and further statements as properties."""
        record = self._record(concept)
        found = concept_properties(self.system, record, concept, self._coding, self.language, self.published_properties)
        if "inactive" in self._own_codes and concept in self.inactive:
            found.append({"code": "inactive", "valueBoolean": True})
        return [each | {"code": self.own_code(each["code"])} for each in found] if self._own_codes else found

    def own_code(self, standard: str) -> str:
        """Return the publisher's code of a property of FHIR, which is the standard one if there is no other."""
        return self._own_codes.get(standard, standard)

    @cached_property
    def _own_codes(self) -> dict[str, str]:
        """The publisher's codes of the general properties, by their standard codes."""
        return own_codes(self.published_properties.values(), PROPERTY_DEFINITIONS)

    def role_groups(self, concept: int) -> list[tuple[int, list[Json]]]:
        """Return the number of each role group and its statements as properties."""
        return grouped_properties(self.system, self._record(concept))

    def _coding(self, iri: str) -> Json | None:
        """Return the Coding of a concept of the build."""
        if (own := self.system.index_of_iri(iri)) is not None:
            return {"system": self.url, "code": self.system.code(own)} | shown_display(self.names(own))
        found = self._terminology.locate(iri)
        if found is None:
            return None
        system, concept = found
        name = system.name(concept)
        texts = ConceptTexts([display_of(each.value, each.lang) for each in ordered_texts(named_texts(name))])
        return {"system": system_url(system.description), "code": name.notation} | shown_display(texts)

    def parents(self, concept: int) -> Sequence[int]:
        """Return the parents."""
        return self.system.hierarchy.parents(concept)

    def children(self, concept: int) -> Sequence[int]:
        """Return the children that a code denotes."""
        return [each for each in self.system.hierarchy.children(concept) if each in self.everything]

    def ancestors(self, concept: int) -> BitMap:
        """Return all ancestors."""
        return self.system.hierarchy.ancestors(concept)

    def descendants(self, concept: int) -> BitMap:
        """Return all descendants that a code denotes."""
        return self.system.hierarchy.descendants(concept) & self.everything

    def concept_status(self, concept: int) -> str:
        """Return `inactive` or the publisher's word for a retired concept, else nothing."""
        if concept in self.system.active:
            extensions = self.extensions(concept)
            return extension_code({"extension": extensions}, STANDARDS_STATUS) if extensions else ""
        return status_word(self._record(concept)) if self.header else "inactive"

    @cached_property
    def everything(self) -> BitMap:
        """The concepts that a code denotes: of several with one code, the one that is not retired."""
        known: dict[str, int] = {}
        for concept, code in enumerate(self._codes):
            if code and (code not in known or concept in self.system.active):
                known[code] = concept
        return BitMap(known.values())

    @cached_property
    def _codes(self) -> list[str]:
        return list(self.system.codes())

    @cached_property
    def inactive(self) -> BitMap:
        """Retired concepts."""
        return BitMap(range(self.size)) - self.system.active

    @cached_property
    def abstract(self) -> BitMap:
        """Concepts that only group others."""
        return self.system.abstract

    def search(self, text: str, languages: LanguageChoice | None, within: BitMap) -> TextMatches:
        """Return the concepts of a set that the search finds or that have the words of a text, the best first."""
        return self._search.find(text, languages, within & self.everything)

    @property
    def text_searches(self) -> Sequence[tuple[int, EditionSearch]]:
        """The search in the edition."""
        return ((0, self._search),)

    def select_natively(self, name: str, operator: str, value: str) -> BitMap | None:
        """Return the concepts of a filter on codes, status, relations or by ECL.

        Raises `FilterNotUnderstood`, and `EclError` for an expression that cannot be evaluated.
        """
        if name == "constraint" and operator == "=":
            surroundings = TerminologySubstrate(self._terminology, self.system)
            return concepts_of(value, self.system, surroundings) & self.everything
        if name in ("concept", "code"):
            if operator in ("=", "in", "not-in"):
                wanted = [value] if operator == "=" else [each.strip() for each in value.split(",")]
                found = BitMap(one for each in wanted if (one := self.index(each)) is not None)
                return self.everything - found if operator == "not-in" else found
            return select_by_pattern(self._code_series, value) & self.everything if operator == "regex" else None
        if name == "inactive" and operator == "=":
            return self.everything & (self.inactive if value == "true" else self.system.active)
        for relation in self.system.hierarchy.relation_types():
            if name in (relation, relation_code(relation)) and operator == "=":
                target = self.index(value)
                return BitMap() if target is None else BitMap(self.system.hierarchy.sources(relation, target))
        known = {each["code"] for each in self.property_definitions}
        if name not in known | {"parent", "child", "display", "designation", "definition"}:
            raise FilterNotUnderstood
        return None

    @cached_property
    def _code_series(self) -> polars.Series:
        return polars.Series(self._codes, dtype=polars.String)


def system_url(about: SystemDescription) -> str:
    """Return the address of a code system: the publisher's URI, else the IRI."""
    return about.uri or about.iri


def version_of(about: SystemDescription) -> str:
    """Return the version in FHIR: that of the publisher's resource, else that of the edition."""
    return about.resource_version or about.version
