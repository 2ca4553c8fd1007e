"""Supplements of FHIR code systems: designations and properties for the codes of another code system.

http://hl7.org/fhir/codesystem.html#supplements
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from begrepp.rdf.namespaces import expand
from begrepp.records import NoteKind, Skipped, Text
from loaders.support.fhir_headers import resource_header
from loaders.support.fhir_labels import Json, checked_items
from loaders.support.fhir_packages import Resource

KNOWN_URIS = {
    **{expand(kind): kind.value for kind in NoteKind},
    expand("begrepp:validFrom"): "validFrom",
    expand("begrepp:daggerAsterisk"): "daggerAsterisk",
    expand("begrepp:etiologyOf"): "pairedWith",
    expand("dct:isReplacedBy"): "replacedBy",
}
"""Names of the properties whose `uri` is that of a property of the graph."""
_STANDARD_URI = re.compile(r"https?://.*\bconcept-properties/?#(\w+)")


def standard_names(resource: Resource) -> dict[str, str]:
    """Return the standard name of each property code whose `uri` says which property it is; empty for another one.

    `subsumedBy` is the code that HL7's own code systems have for parents.
    """
    names = {"subsumedBy": "parent"}
    for each in checked_items(resource.body, "property", resource.origin):
        code, uri = str(each.get("code") or ""), str(each.get("uri") or "")
        if match := _STANDARD_URI.fullmatch(uri):
            names[code] = match[1]
        elif uri in KNOWN_URIS:
            names[code] = KNOWN_URIS[uri]
        elif uri and code not in names and re.split(r"[/#]", uri)[-1] != code:
            names[code] = ""
    return names


@dataclass(slots=True)
class Supplement:
    """One supplement: its concepts, by the code that they add to."""

    resource: Resource
    concepts: dict[str, list[Json]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    """Standard names of its property codes."""
    used: set[str] = field(default_factory=set)

    @property
    def language(self) -> str:
        """The language of its texts."""
        return self.resource.language

    @property
    def header(self) -> str:
        """The metadata of the resource as JSON, with the number of its concepts.

        In a package of begrepp these are part of the code system, and only their number is stated.
        """
        stated = self.resource.body.get("count")
        number = len(self.concepts) or (stated if isinstance(stated, int) else 0)
        return resource_header(self.resource, count=number)

    def items(self, code: str, key: str) -> list[Json]:
        """Return the designations or properties that it adds to a code."""
        self.used.add(code)
        return [item for each in self.concepts.get(code, ()) for item in checked_items(each, key, self.resource.origin)]

    def displays(self, code: str) -> list[str]:
        """Return the displays of a code."""
        return [str(each["display"]).strip() for each in self.concepts.get(code, ()) if each.get("display")]

    def definitions(self, code: str) -> list[Text]:
        """Return the definitions of a code."""
        return [
            Text(str(each["definition"]), self.language)
            for each in self.concepts.get(code, ())
            if each.get("definition")
        ]

    def unused(self) -> Iterator[Skipped]:
        """Yield the codes that the code system does not have."""
        for code in sorted(self.concepts.keys() - self.used):
            reason = f"the supplement adds to the code '{code}', which the code system does not have."
            yield Skipped(origin=self.resource.origin, reason=reason)


def read_supplements(resources: list[Resource]) -> dict[str, list[Supplement]]:
    """Return the supplements by the `url` of the code system that they add to."""
    found: dict[str, list[Supplement]] = {}
    for resource in resources:
        if resource.body.get("content") != "supplement":
            continue
        supplement = Supplement(resource, names=standard_names(resource))
        stack = checked_items(resource.body, "concept", resource.origin)
        while stack:
            concept = stack.pop()
            stack += checked_items(concept, "concept", resource.origin)
            supplement.concepts.setdefault(str(concept.get("code") or "").strip(), []).append(concept)
        url = str(resource.body.get("supplements") or "").partition("|")[0]
        found.setdefault(url, []).append(supplement)
    return found
