"""The question of `ConceptMap/$translate`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from begrepp.fhir.map_conditions import Conditions

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class MappingQuery:
    """The concepts to translate and the limits of the search."""

    codings: Sequence[Json]
    is_reverse: bool
    """Whether the codings are targets, and their sources are sought."""
    returns_sources: bool
    """Whether the concept of a match is the source that was found, as R4's parameter `reverse` means."""
    source_system: str
    target_system: str
    source_scope: str
    target_scope: str
    map_address: str
    as_of: date | None = None
    """The day on which the mappings and the codes of both sides were valid; None for today."""
    conditions: Conditions = field(default_factory=Conditions)
    """Values of the attributes that matches may depend on."""
