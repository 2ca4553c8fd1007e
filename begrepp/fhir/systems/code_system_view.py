"""Base class of a code system as the operations see it: concepts by dense integers in the publisher's order.

Subclasses read a posted resource (`posted_code_systems`) or an edition of a build (`scheme_code_systems`).
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pyroaring import BitMap

from begrepp.fhir.requests.language_choice import LanguageChoice
from begrepp.fhir.requests.resource_versions import join_canonical
from begrepp.fhir.systems.designations import ConceptTexts, FhirDesignation

if TYPE_CHECKING:
    from begrepp.fhir.systems.text_search import EditionSearch

Json = dict[str, Any]
_WORD = re.compile(r"[^\W_]+")
NO_KINDS = frozenset({"part-of", "grouped-by"})
"""Meanings of a hierarchy by which a concept is not a kind of those above it.

http://hl7.org/fhir/codesystem-hierarchy-meaning: by `grouped-by` no relationship can be assumed.
"""
ROLE_GROUP = "609096000"
"""The attribute of SNOMED CT that clients know as the property of a role group."""
INACTIVE_STATUSES = frozenset({"inactive", "retired", "withdrawn"})
SearchRank = tuple[bool, float, int, str]
"""The place of a concept among those of several systems that a text finds, best first."""
CodeAndNames = tuple[str, str, Sequence[FhirDesignation]]
"""The code of a concept, its display in some languages, empty if they have none, and its other names."""


@dataclass(frozen=True, slots=True)
class TextMatches:
    """Concepts that a text finds; `ranks`: the places of the best of them."""

    concepts: BitMap
    ranks: dict[int, SearchRank] = field(default_factory=dict)


class CodeSystemView(ABC):
    """One version of a code system. Concepts are 0 to `size` - 1."""

    url: str
    identity: str = ""
    """Address that all addresses of the same code system lead to; empty if it has one address only."""
    version: str = ""
    name: str = ""
    title: str = ""
    status: str = "active"
    standards_status: str = ""
    experimental: bool = False
    content: str = "complete"
    is_case_sensitive: bool = True
    needs_version: bool = False
    language: str = ""
    value_set_url: str = ""
    property_definitions: Sequence[Json] = ()
    supplements: tuple[str, ...] = ()
    """Canonical addresses of the supplements in use."""
    loaded_supplements: tuple[str, ...] = ()
    """Canonical addresses of the supplements that are part of the code system as it was loaded."""
    language_packs: tuple[str, ...] = ()
    """Those of them that add designations only."""
    has_hierarchy: bool = True
    has_stated_links: bool = True
    """Whether `properties` may hold what `parents`, `children` and `definition` give."""
    is_subsumption: bool = True
    """Whether a concept subsumes those below it, by the meaning of the hierarchy."""
    size: int

    @property
    def canonical(self) -> str:
        """Address and version."""
        return join_canonical(self.url, self.version)

    @abstractmethod
    def index(self, code: str) -> int | None:
        """Return the concept of a code; by any case if the code system ignores case."""

    @abstractmethod
    def code(self, concept: int) -> str:
        """Return the code."""

    @abstractmethod
    def texts(self, concept: int) -> ConceptTexts:
        """Return all designations, the display first."""

    def names(self, concept: int) -> ConceptTexts:
        """Return the designations that a display is chosen from."""
        return self.texts(concept)

    def has_synonyms(self, concept: int) -> bool:
        """Return whether a concept may have designations that `names` leaves out."""
        del concept
        return True

    def code_and_names(self, concept: int, languages: LanguageChoice | None) -> CodeAndNames:
        """Return the code, the display in the languages, and the other names of a concept."""
        names = self.names(concept)
        shown = names.preferred(languages)
        return self.code(concept), shown.value if shown else "", [each for each in names if each is not shown]

    @abstractmethod
    def definition(self, concept: int) -> str:
        """Return the definition; empty if there is none."""

    @abstractmethod
    def properties(self, concept: int) -> list[Json]:
        """Return the properties as in CodeSystem.concept.property: `code` and `value[x]`."""

    def own_code(self, standard: str) -> str:
        """Return the code that the code system has for a property of FHIR's list; the standard one if not another."""
        return standard

    def role_groups(self, concept: int) -> list[tuple[int, list[Json]]]:
        """Return the number of each role group and its properties; empty for a code system without role groups."""
        return []

    @abstractmethod
    def parents(self, concept: int) -> Sequence[int]:
        """Return the parents in the publisher's order."""

    @abstractmethod
    def children(self, concept: int) -> Sequence[int]:
        """Return the children in the publisher's order."""

    @abstractmethod
    def ancestors(self, concept: int) -> BitMap:
        """Return all ancestors, without the concept."""

    @abstractmethod
    def descendants(self, concept: int) -> BitMap:
        """Return all descendants, without the concept."""

    @abstractmethod
    def concept_status(self, concept: int) -> str:
        """Return the status of the concept; empty for one without a status."""

    @cached_property
    def everything(self) -> BitMap:
        """All concepts."""
        return BitMap(range(self.size))

    @cached_property
    def inactive(self) -> BitMap:
        """Concepts that are not active."""
        return BitMap(each for each in range(self.size) if self._is_inactive(each))

    @cached_property
    def abstract(self) -> BitMap:
        """Concepts that may not be used as a code."""
        return BitMap()

    def _is_inactive(self, concept: int) -> bool:
        return self.concept_status(concept) in INACTIVE_STATUSES

    def extensions(self, concept: int) -> Sequence[Json]:
        """Return the extensions of the concept."""
        del concept
        return ()

    def search(self, text: str, languages: LanguageChoice | None, within: BitMap) -> TextMatches:
        """Return the concepts of a set whose code or designations have words that begin with each word of a text."""
        del languages
        words = text_words(text)
        return TextMatches(BitMap(each for each in within if self._has_words(each, words)))

    @property
    def text_searches(self) -> Sequence[tuple[int, EditionSearch]]:
        """The searches whose ranks `search` returns, each with the number of its first concept."""
        return ()

    def _has_words(self, concept: int, words: Sequence[str]) -> bool:
        there = text_words(" ".join([self.code(concept), *(each.value for each in self.texts(concept))]))
        return all(any(word.startswith(wanted) for word in there) for wanted in words)

    def select_natively(self, name: str, operator: str, value: str) -> BitMap | None:
        """Return the concepts of a filter that the code system evaluates by itself, None for other filters."""
        del name, operator, value
        return None


def text_words(text: str) -> list[str]:
    """Return the words of a text, letters and digits, in lower case."""
    return _WORD.findall(text.casefold())
