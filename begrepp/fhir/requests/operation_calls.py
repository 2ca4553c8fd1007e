"""The parameters of an operation: read from a Parameters resource or a query string, in every spelling."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from begrepp.fhir.requests.faults import invalid_request
from begrepp.fhir.requests.language_choice import LanguageChoice, read_language_choice
from begrepp.fhir.requests.version_rules import VersionRule, read_version_rule
from begrepp.fhir.value_elements import value_element
from begrepp.text.days import parse_iso_day

Json = dict[str, Any]
_EXPANSION_PARAMETER = frozenset(
    f"http://hl7.org/fhir/{place}StructureDefinition/valueset-expansion-parameter" for place in ("", "tools/")
)
_REPEATABLE = frozenset({"dependency", "designation", "exclude-system", "property", "tx-resource", "useSupplement"})
"""Parameters that may be given several times, beside those whose names end with `-version`."""
_FIRST_DAYS = {4: "-01-01", 7: "-01"}
"""Endings that complete a year and a month to their first day, by the length of the text."""
_TRUTH = {"true": True, "false": False}


@dataclass
class OperationCall:
    """Parameters by name, in the order given; `accept_language` is the HTTP header."""

    items: list[Json]
    accept_language: str = ""
    is_validation: bool = False
    value_set_items: list[Json] = field(default_factory=list)
    """Parameters that the value set brings in an extension of its compose; the request's own come first."""
    value_set_language: str = ""

    def all(self, name: str) -> Iterator[Json]:
        """Yield the parameters of a name; those of the value set only if the request has none."""
        own = [each for each in self.items if each.get("name") == name]
        return iter(own or [each for each in self.value_set_items if each.get("name") == name])

    def value(self, *names: str) -> Any:
        """Return the value of the first parameter with one of the names, None if there is none."""
        for name in names:
            for each in self.all(name):
                if (found := value_element(each)[1]) is not None:
                    return found
        return None

    def text(self, *names: str) -> str:
        """Return the value as text, empty if there is none."""
        found = self.value(*names)
        if isinstance(found, (dict, list)):
            raise invalid_request(f"The parameter {names[0]} is not a simple value.")
        return "" if found is None else str(found)

    def texts(self, name: str) -> list[str]:
        """Return all values of a name."""
        return [
            str(found)
            for each in self.all(name)
            if not isinstance(found := value_element(each)[1], (dict, list, type(None)))
        ]

    def flag(self, name: str) -> bool | None:
        """Return a boolean, None if it is not given."""
        found = self.value(name)
        if found is None or isinstance(found, bool):
            return found
        if str(found).lower() not in _TRUTH:
            raise invalid_request(f"The parameter {name} is not a boolean: {str(found)[:50]!r}.")
        return _TRUTH[str(found).lower()]

    def number(self, name: str) -> int | None:
        """Return an integer of at least 0, None if it is not given."""
        found = self.value(name)
        if found is None:
            return None
        if isinstance(found, bool) or not str(found).strip().isdecimal() or len(str(found)) > 12:
            raise invalid_request(f"The parameter {name} is not an integer of at least 0: {str(found)[:50]!r}.")
        return int(found)

    def day(self, name: str) -> date | None:
        """Return the day of a date or dateTime, None if it is not given; a year or month counts from its first day."""
        text = self.text(name)
        if not text:
            return None
        try:
            return parse_iso_day(text + _FIRST_DAYS[len(text)] if len(text) in _FIRST_DAYS else text)
        except ValueError:
            raise invalid_request(f"The parameter {name} is not a date: {text[:50]!r}.") from None

    def resource(self, name: str, kind: str) -> Json | None:
        """Return the resource of a parameter; raises `FhirFault` if it is of another type."""
        for each in self.all(name):
            found = each.get("resource")
            if isinstance(found, dict):
                if found.get("resourceType") != kind:
                    raise invalid_request(f"The parameter {name} holds no {kind}, but a {found.get('resourceType')}.")
                return found
        return None

    def coding(self, *names: str) -> Json | None:
        """Return a Coding, also from a query in the form `system|code`."""
        return self._structure(names, "coding")

    def codeable_concept(self, *names: str) -> Json | None:
        """Return a CodeableConcept."""
        return self._structure(names, "codeableConcept")

    def _structure(self, names: tuple[str, ...], kind: str) -> Json | None:
        found = self.value(*names)
        if found is None or isinstance(found, dict):
            return found
        if kind == "coding" and isinstance(found, str) and "|" in found:
            system, _, code = found.rpartition("|")
            return {"system": system, "code": code}
        raise invalid_request(f"The parameter {names[0]} is not a {kind}.")

    @property
    def languages(self) -> LanguageChoice | None:
        """The languages of displays: of the request, else the value set's parameter, the header, its language."""
        for text in (self.text("displayLanguage"), self.accept_language, self.value_set_language):
            if text:
                return read_language_choice(text, is_open=not self.is_validation)
        return None

    @property
    def version_rules(self) -> list[VersionRule]:
        """The rules for versions of code systems and value sets."""
        every = [*self.items, *self.value_set_items]
        found = (read_version_rule(str(each.get("name", "")), value_element(each)[1]) for each in every)
        return [each for each in found if each]

    def read_value_set(self, resource: Json) -> None:
        """Take over the parameters of the extension of a value set, and its language."""
        compose = resource.get("compose")
        extensions = compose.get("extension") if isinstance(compose, dict) else None
        for each in extensions if isinstance(extensions, list) else ():
            if isinstance(each, dict) and each.get("url") in _EXPANSION_PARAMETER:
                parts = {part.get("url"): part for part in each.get("extension", ()) if isinstance(part, dict)}
                if "name" in parts and "value" in parts:
                    value = {key: value for key, value in parts["value"].items() if key.startswith("value")}
                    self.value_set_items.append({"name": value_element(parts["name"])[1], **value})
        if isinstance(resource.get("language"), str):
            self.value_set_language = self.value_set_language or resource["language"]


def read_parameters_resource(body: object) -> list[Json]:
    """Return the parameters of a Parameters resource. Raises `FhirFault` if it is something else."""
    kind = body.get("resourceType") if isinstance(body, dict) else None
    if not isinstance(body, dict) or kind != "Parameters":
        raise invalid_request(f"The request holds no Parameters resource, but {kind or 'no resource'}.")
    items = body.get("parameter", [])
    if not isinstance(items, list) or not all(isinstance(each, dict) for each in items):
        raise invalid_request("The element parameter of the Parameters resource is not a list of parameters.")
    return [*items]


def read_query(pairs: Iterable[tuple[str, str]]) -> list[Json]:
    """Return the parameters of a query string."""
    return [{"name": name, "valueString": value} for name, value in pairs]


def refuse_repeated(items: Iterable[Json], known: Collection[str]) -> None:
    """Raise `FhirFault` for a known parameter that has one value only and is given with several."""
    found: dict[str, object] = {}
    for each in items:
        name, value = str(each.get("name", "")), each.get("resource", value_element(each)[1])
        if name not in known or name in _REPEATABLE or name.endswith("-version"):
            continue
        if found.setdefault(name, value) != value:
            raise invalid_request(f"The parameter {name} has several values.")
