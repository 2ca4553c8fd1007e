"""Forms of the FHIR operations for the page `/fhir`: their parameters, with examples of the build that is served."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cachetools import LRUCache, cached
from msgspec import Struct

from begrepp.fhir.combined_resources import CombinedResources
from begrepp.fhir.systems.code_system_view import CodeSystemView

Json = dict[str, Any]
FORM_PARAMETERS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("CodeSystem", "lookup"): ("system", "code", "version", "date", "displayLanguage", "property"),
    ("CodeSystem", "validate-code"): ("url", "code", "display", "version", "date", "displayLanguage"),
    ("CodeSystem", "subsumes"): ("system", "codeA", "codeB", "version"),
    ("ValueSet", "expand"): ("url", "filter", "count", "date", "displayLanguage"),
    ("ValueSet", "validate-code"): ("url", "system", "code", "display", "date"),
    ("ConceptMap", "translate"): ("system", "sourceCode", "targetSystem", "date"),
}
"""Parameters of the form of each operation."""
MAX_VALUE = 2_000
"""Characters of a parameter on the page."""


class FhirForm(Struct, frozen=True, kw_only=True):
    """A form of an operation; `values`: parameters by name, empty ones included."""

    kind: str
    name: str
    values: Mapping[str, str]

    @property
    def path(self) -> str:
        """The operation below the base."""
        return f"{self.kind}/${self.name}"


class ExampleValues(Struct, frozen=True):
    """Values of parameters, by operation and name."""

    values: Mapping[str, str]
    translation: Mapping[str, str]


def operation_forms(source: CombinedResources, key: object, asked: str, given: Mapping[str, str]) -> list[FhirForm]:
    """Return all forms: with the values that were given for the operation `asked`, the others with examples.

    `key` names the build, whose examples are read once.
    """
    examples = _examples(source, key)
    forms = []
    for (kind, name), parameters in FORM_PARAMETERS.items():
        filled = examples.translation if kind == "ConceptMap" else examples.values
        if kind == "ValueSet" and "url" in filled:
            filled = {**filled, "url": f"{filled['url']}?vs"}
        if f"{kind}/${name}" == asked:
            filled = given
        values = {each: filled.get(each, "")[:MAX_VALUE] for each in parameters}
        forms.append(FhirForm(kind=kind, name=name, values=values))
    return forms


@cached(LRUCache(4), key=lambda source, key: key)
def _examples(source: CombinedResources, key: object) -> ExampleValues:
    return ExampleValues(next(_code_examples(source), {}), next(_map_examples(source), {}))


def _code_examples(source: CombinedResources) -> Iterator[Mapping[str, str]]:
    """Yield values for a code system with a hierarchy, then for any."""
    systems = [source.code_system(each.url, "", None) for each in source.served_systems() if each.is_authoritative]
    for view in sorted((each for each in systems if each), key=lambda each: not each.has_hierarchy):
        if found := _code_example(view):
            yield found


def _code_example(view: CodeSystemView) -> Mapping[str, str]:
    for concept in view.everything:
        parents = view.parents(concept)
        if parents or not view.has_hierarchy:
            code, parent = view.code(concept), view.code(parents[0] if parents else concept)
            return {"system": view.url, "url": view.url, "code": code, "codeA": parent, "codeB": code, "count": "20"}
    return {}


def _map_examples(source: CombinedResources) -> Iterator[Mapping[str, str]]:
    for listed in source.resources("ConceptMap"):
        resource = source.resource("ConceptMap", listed["id"], with_content=True) or {}
        for group in resource.get("group", ()):
            for element in group.get("element", ()):
                if "code" in element and element.get("target"):
                    yield {"system": group["source"], "sourceCode": element["code"], "targetSystem": group["target"]}
