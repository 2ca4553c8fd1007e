"""Value sets as the operations see them: the parts of a ValueSet resource, checked for their form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from begrepp.fhir.requests.faults import invalid_request
from begrepp.fhir.requests.resource_versions import join_canonical
from begrepp.fhir.systems.designations import STANDARDS_STATUS
from begrepp.fhir.value_sets.expanded_sets import expanded_sets

Json = dict[str, Any]
_SUPPLEMENT = "http://hl7.org/fhir/StructureDefinition/valueset-supplement"
MAX_LISTED = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ConceptSet:
    """One include or exclude: a system with listed concepts or filters, and imported value sets."""

    path: str
    system: str = ""
    version: str = ""
    concepts: Sequence[Json] = ()
    filters: Sequence[Json] = ()
    value_sets: Sequence[str] = ()

    @property
    def is_whole_system(self) -> bool:
        """Whether all concepts of the system are meant."""
        return not self.concepts and not self.filters


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueSetView:
    """A ValueSet resource; `is_internal`: made by the server for a code system as a whole."""

    resource: Json
    url: str = ""
    version: str = ""
    includes: Sequence[ConceptSet] = ()
    excludes: Sequence[ConceptSet] = ()
    is_internal: bool = False
    parent: Json = field(default_factory=dict)
    """The resource that contains the value set, for references such as `#id`."""

    @property
    def canonical(self) -> str:
        """Address and version."""
        return join_canonical(self.url, self.version)

    @property
    def shown(self) -> str:
        """Address and version as named in messages."""
        return self.canonical or "(unidentified)"

    @property
    def status(self) -> str:
        """The publication status."""
        return str(self.resource.get("status", ""))

    @property
    def standards_status(self) -> str:
        """The standards status of the extension."""
        found = (each for each in self.resource.get("extension", ()) if each.get("url") == STANDARDS_STATUS)
        return next((str(each.get("valueCode", "")) for each in found), "")

    @property
    def experimental(self) -> bool:
        """Whether the value set is for tests only."""
        return self.resource.get("experimental") is True

    @property
    def excludes_inactive(self) -> bool:
        """Whether `compose.inactive` is false."""
        return self.resource.get("compose", {}).get("inactive") is False

    @property
    def supplements(self) -> list[str]:
        """The supplements that the value set depends on."""
        found = (each for each in self.resource.get("extension", ()) if each.get("url") == _SUPPLEMENT)
        return [str(value) for each in found for key, value in each.items() if key.startswith("value")]


def read_value_set(resource: Json, *, is_internal: bool = False) -> ValueSetView:
    """Return the view of a resource; one without compose has the members of its expansion.

    Raises `FhirFault` if its compose has the wrong form, and for an expansion that is only a part.
    """
    compose = resource.get("compose", {})
    if "compose" not in resource and isinstance(resource.get("expansion"), dict):
        compose = {"include": expanded_sets(resource["expansion"])}
    if not isinstance(compose, dict):
        raise invalid_request("ValueSet.compose is not an object.", at="ValueSet.compose")
    if "lockedDate" in compose:
        raise invalid_request("A value set with a lockedDate cannot be processed.", code="not-supported", status=422)
    for name in ("extension", "contained"):
        if not all(isinstance(each, dict) for each in resource.get(name, ())):
            raise invalid_request(f"ValueSet.{name} is not a list of objects.", at=f"ValueSet.{name}")
    return ValueSetView(
        resource=resource,
        url=_text(resource, "url", "ValueSet"),
        version=_text(resource, "version", "ValueSet"),
        includes=_sets(compose, "include"),
        excludes=_sets(compose, "exclude"),
        is_internal=is_internal,
    )


def _sets(compose: Json, name: str) -> list[ConceptSet]:
    return [_read_set(each, f"ValueSet.compose.{name}[{n}]") for n, each in enumerate(_list(compose, name, "compose"))]


def _read_set(item: object, path: str) -> ConceptSet:
    if not isinstance(item, dict):
        raise invalid_request(f"{path} is not an object.", at=path)
    concepts, filters = _list(item, "concept", path), _list(item, "filter", path)
    value_sets = _list(item, "valueSet", path)
    if not all(isinstance(each, str) and each for each in value_sets):
        raise invalid_request(f"{path}.valueSet is not a list of addresses.", at=path)
    if not all(isinstance(each, dict) and isinstance(each.get("code"), str) for each in concepts):
        raise invalid_request(f"{path}.concept has an element without a code.", at=path)
    if not all(isinstance(each, dict) for each in filters):
        raise invalid_request(f"{path}.filter is not a list of filters.", at=path)
    if len(concepts) > MAX_LISTED:
        raise invalid_request(f"{path} lists more than {MAX_LISTED} concepts.", code="too-costly", status=422, at=path)
    system = _text(item, "system", path)
    if not system and (concepts or filters or not value_sets):
        raise invalid_request(f"{path} has neither a system nor a value set.", at=path)
    return ConceptSet(
        path=path,
        system=system,
        version=_text(item, "version", path),
        concepts=concepts,
        filters=filters,
        value_sets=value_sets,
    )


def _list(item: Json, name: str, path: str) -> list[Any]:
    value = item.get(name, [])
    if not isinstance(value, list):
        raise invalid_request(f"{path}.{name} is not a list.", at=path)
    return value


def _text(item: Json, name: str, path: str) -> str:
    value = item.get(name, "")
    if not isinstance(value, str):
        raise invalid_request(f"{path}.{name} is not a text.", at=path)
    return value


def whole_system_value_set(url: str, version: str, value_set_url: str) -> ValueSetView:
    """Return the value set of all concepts of a code system."""
    include = {"system": url} | ({"version": version} if version else {})
    resource = {"resourceType": "ValueSet", "status": "active", "compose": {"include": [include]}}
    resource["url"] = value_set_url or f"{url}?vs"
    return read_value_set(resource | ({"version": version} if version else {}), is_internal=True)
