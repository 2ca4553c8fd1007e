"""Description of the code systems that the server has, for its capabilities, searches and registry entry."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedSystem:
    """A code system with all versions, in order; `default`: the one in force."""

    url: str
    versions: tuple[str, ...] = ()
    default: str = ""
    content: str = "complete"
    languages: tuple[str, ...] = ()
    is_authoritative: bool = False
    """Whether the server may be registered for the system."""
