"""Suggestions while a user types: entities, properties and types."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from begrepp.text.swedish import fold
from server.http.i18n import translations
from server.reconciliation.candidate_finder import Candidate, CandidateFinder
from server.reconciliation.entity_properties import PROPERTIES, property_name
from server.reconciliation.entity_types import EntityType, TypeIndex
from server.reconciliation.match_query import MAX_CANDIDATES, MAX_LENGTH, MatchQuery
from server.reconciliation.service_address import ReconciliationService

DEFAULT_LIMIT = 10


def suggest_entities(
    service: ReconciliationService, prefix: str, limit: int, offset: int, language: str, types: Sequence[str] = ()
) -> list[Candidate]:
    """Return the concepts whose name or code begins with a text, or that have it as identifier, first.

    The others are in the order of the search, which ranks the beginning of a word; the similarity of whole names
    does not.
    """
    text = prefix.strip()[:MAX_LENGTH]
    if not text:
        return []
    query = MatchQuery(texts=(text,), ids=(text,), types=tuple(types), limit=MAX_CANDIDATES)
    found = CandidateFinder(service, language).find([query])[0]
    found.sort(key=lambda each: (not each.is_exact, each.features["deprecated"], -each.features.get("search_score", 0)))
    return found[offset : offset + limit]


def suggest_properties(prefix: str, language: str) -> list[dict[str, Any]]:
    """Return the properties whose name or identifier has a word that begins with a text."""
    named = [property_body(each, language) for each in PROPERTIES]
    return [each for each in named if _begins((each["id"], each["name"]), prefix)]


def suggest_types(service: ReconciliationService, prefix: str, language: str) -> list[EntityType]:
    """Return the types whose name or identifier has a word that begins with a text."""
    return [each for each in TypeIndex(service, language).all() if _begins((each.id, each.name.value), prefix)]


def property_body(property_id: str, language: str) -> dict[str, Any]:
    """Return a property as both versions write it."""
    description = translations(language)[f"reconcile.property_description.{property_id}"]
    return {"id": property_id, "name": property_name(property_id, language), "description": description}


def _begins(names: Iterable[str], prefix: str) -> bool:
    wanted = fold(prefix.strip())
    folded = [fold(name) for name in names]
    return any(word.startswith(wanted) for name in folded for word in (name, *name.replace("-", " ").split()))
