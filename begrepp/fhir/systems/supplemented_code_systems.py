"""A code system with supplements: their designations, properties and extensions added to its own."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from msgspec.structs import replace
from pyroaring import BitMap

from begrepp.fhir.systems.code_system_view import CodeSystemView
from begrepp.fhir.systems.designations import ConceptTexts
from begrepp.fhir.systems.posted_code_systems import PostedCodeSystem

Json = dict[str, Any]


class SupplementedCodeSystem(CodeSystemView):
    """Adds posted CodeSystem resources with content `supplement` to a code system."""

    def __init__(self, base: CodeSystemView, supplements: Sequence[PostedCodeSystem]) -> None:
        self._base = base
        self._added = supplements
        for name in (
            *("url", "version", "name", "title", "status", "standards_status", "experimental", "content", "size"),
            *("is_case_sensitive", "needs_version", "language", "value_set_url", "has_hierarchy"),
            "is_subsumption",
        ):
            setattr(self, name, getattr(base, name))
        known = {each["code"] for each in base.property_definitions}
        more = [each for one in supplements for each in one.property_definitions if each["code"] not in known]
        self.property_definitions = [*base.property_definitions, *more]
        self.supplements = (*base.supplements, *(each.canonical for each in supplements))
        packs = (each.canonical for each in supplements if each.is_language_pack)
        self.language_packs = (*base.language_packs, *packs)

    def index(self, code: str) -> int | None:
        """Return the concept of a code."""
        return self._base.index(code)

    def code(self, concept: int) -> str:
        """Return the code."""
        return self._base.code(concept)

    def texts(self, concept: int) -> ConceptTexts:
        """Return the designations of the code system, then those of the supplements."""
        texts = self._base.texts(concept)
        added = []
        for one in self._added:
            if (number := one.index(self.code(concept))) is not None:
                added += [replace(each, is_display=False, source=one.canonical) for each in one.texts(number)]
        return ConceptTexts([*texts.items, *added], texts.language)

    def definition(self, concept: int) -> str:
        """Return the definition."""
        return self._base.definition(concept)

    def properties(self, concept: int) -> list[Json]:
        """Return the properties of the code system, then those of the supplements."""
        own = self._base.properties(concept)
        code = self.code(concept)
        added = [one.properties(n) for one in self._added if (n := one.index(code)) is not None]
        return [*own, *(each for items in added for each in items)]

    def own_code(self, standard: str) -> str:
        """Return the code that the code system has for a property of FHIR's list."""
        return self._base.own_code(standard)

    def role_groups(self, concept: int) -> list[tuple[int, list[Json]]]:
        """Return the role groups of the code system."""
        return self._base.role_groups(concept)

    def extensions(self, concept: int) -> Sequence[Json]:
        """Return the extensions of the code system, then those of the supplements."""
        code = self.code(concept)
        added = [one.extensions(n) for one in self._added if (n := one.index(code)) is not None]
        return [*self._base.extensions(concept), *(each for items in added for each in items)]

    def parents(self, concept: int) -> Sequence[int]:
        """Return the parents."""
        return self._base.parents(concept)

    def children(self, concept: int) -> Sequence[int]:
        """Return the children."""
        return self._base.children(concept)

    def ancestors(self, concept: int) -> BitMap:
        """Return all ancestors."""
        return self._base.ancestors(concept)

    def descendants(self, concept: int) -> BitMap:
        """Return all descendants."""
        return self._base.descendants(concept)

    def concept_status(self, concept: int) -> str:
        """Return the status of the concept."""
        return self._base.concept_status(concept)

    def select_natively(self, name: str, operator: str, value: str) -> BitMap | None:
        """Return the concepts of a filter on what the supplements do not add."""
        added = {each["code"] for one in self._added for each in one.property_definitions}
        return None if name in added else self._base.select_natively(name, operator, value)

    @cached_property
    def inactive(self) -> BitMap:
        """Concepts that are not active."""
        return self._base.inactive

    @cached_property
    def abstract(self) -> BitMap:
        """Concepts that may not be used as a code."""
        return self._base.abstract
