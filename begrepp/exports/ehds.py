"""The 27 elements of EHDS minimum metadata for health datasets, read from the profile `ehds-minimum`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from begrepp.rdf.namespaces import expand
from begrepp.records import Text
from begrepp.settings import ROOT

_SHAPES = ROOT / "shapes" / "profiles" / "ehds-minimum" / "ehds.ttl"


@dataclass(frozen=True, slots=True)
class EhdsElement:
    """An element: its RDF property, its names, and whether it is conditional."""

    property: str
    names: tuple[Text, ...]
    conditional: bool


@cache
def read_elements() -> tuple[EhdsElement, ...]:
    """Return all elements in the order of the profile."""
    properties_of: dict[object, dict[str, list[object]]] = defaultdict(lambda: defaultdict(list))
    for quad in parse(path=_SHAPES, format=RdfFormat.TURTLE):
        properties_of[quad.subject][quad.predicate.value].append(quad.object)
    found = []
    for properties in properties_of.values():
        paths = [term.value for term in properties[expand("sh:path")] if isinstance(term, NamedNode)]
        if not paths:
            continue
        names = tuple(Text(t.value, t.language or "") for t in properties[expand("sh:name")] if isinstance(t, Literal))
        conditional = any(
            isinstance(term, NamedNode) and term.value == expand("sh:Info")
            for term in properties[expand("sh:severity")]
        )
        order = next((int(t.value) for t in properties[expand("sh:order")] if isinstance(t, Literal)), 0)
        found.append((order, EhdsElement(paths[0], names, conditional)))
    return tuple(element for _, element in sorted(found, key=lambda pair: (pair[0], pair[1].property)))


def present_elements(properties: Collection[str], generated_by: Collection[str], load_root: str) -> set[str]:
    """Return the properties of the elements that a description contains.

    `prov:wasGeneratedBy` counts only if it names another activity than a load of begrepp (`load_root`).
    """
    found = {element.property for element in read_elements() if element.property in properties}
    generated = expand("prov:wasGeneratedBy")
    if generated in found and all(iri.startswith(load_root) for iri in generated_by):
        found.discard(generated)
    return found
