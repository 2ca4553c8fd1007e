"""The question of `ConceptMap/$translate`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class MappingQuery:
    """The concepts to translate and the limits of the search."""

    codings: Sequence[Json]
    is_reverse: bool
    source_system: str
    target_system: str
    source_scope: str
    target_scope: str
    map_address: str
