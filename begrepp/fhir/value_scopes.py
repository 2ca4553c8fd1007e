"""Value sets that limit a translation: `sourceScope` and `targetScope`, in R4 `source` and `target`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from begrepp.fhir.requests.faults import FhirFault, issue
from begrepp.fhir.requests.resource_versions import split_canonical
from begrepp.fhir.requests.version_rules import VersionChoice, VersionRule
from begrepp.fhir.resource_library import ResourceLibrary
from begrepp.fhir.value_sets.value_set_members import MemberEvaluation

Json = dict[str, Any]


class ValueScope:
    """The value set of an address; without an address everything is within the scope.

    A value set that is not known has the concept maps that name it as their own scope. Raises `FhirFault` for one
    that cannot be evaluated.
    """

    def __init__(self, library: ResourceLibrary, address: str, rules: Sequence[VersionRule]) -> None:
        self._library = library
        self._address = address
        view = library.value_set(address) if address else None
        members = MemberEvaluation(library, VersionChoice(rules)).evaluate(view) if view else None
        self._groups = members.groups if members else None

    @property
    def is_unknown(self) -> bool:
        """Whether there is an address without a value set."""
        return bool(self._address) and self._groups is None

    def is_scope_of(self, resource: Json, side: str) -> bool:
        """Return whether a concept map names the address as the scope of its source or target."""
        return self._named_by(resource, side) == split_canonical(self._address)[0]

    def admits(self, resource: Json, side: str) -> bool:
        """Return whether a concept map may be used: if the value set is unknown, one that names no other."""
        return not self.is_unknown or self._named_by(resource, side) in ("", split_canonical(self._address)[0])

    @staticmethod
    def _named_by(resource: Json, side: str) -> str:
        return split_canonical(str(resource.get(f"{side}ScopeUri") or resource.get(f"{side}ScopeCanonical") or ""))[0]

    def holds(self, system: object, code: object) -> bool:
        """Return whether a code is in the value set; every code is if that is unknown."""
        if self._groups is None:
            return True
        identity = self._library.identity(str(system))
        for group in self._groups:
            if self._library.identity(group.system.url) == identity:
                concept = group.system.index(str(code))
                if concept is not None and concept in group.concepts:
                    return True
        return False


def unknown_scope(address: str) -> FhirFault:
    """Return the fault of a value set that is not known."""
    return FhirFault(issue("Unable_to_resolve_value_Set_", "error", "not-found", "not-found", address))
