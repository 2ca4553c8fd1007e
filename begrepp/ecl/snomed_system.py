"""Recognition of Snomed CT among code systems, and its root."""

from __future__ import annotations

from begrepp.terminology.interface import CodeSystem

ROOT = "138875005"
"""Code of the root concept."""
_URI = "http://snomed.info/sct"


def is_snomed(system: CodeSystem) -> bool:
    """Return whether a code system is Snomed CT or a part of it."""
    return _URI in (system.description.uri, system.description.id) or _URI in system.description.identifiers
