"""The 27 elements of minimum metadata that EHDS asks of a health dataset, as the profile `ehds-minimum` has them."""

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
    """An element: the property that says it, what it is called, and whether it is asked for on a condition only."""

    property: str
    names: tuple[Text, ...]
    conditional: bool


@cache
def elements() -> tuple[EhdsElement, ...]:
    """All elements, in the order of the profile."""
    said: dict[object, dict[str, list[object]]] = defaultdict(lambda: defaultdict(list))
    for quad in parse(path=_SHAPES, format=RdfFormat.TURTLE):
        said[quad.subject][quad.predicate.value].append(quad.object)
    found = []
    for properties in said.values():
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


def present(properties: Collection[str], generated_by: Collection[str], load_root: str) -> set[str]:
    """Which elements a description has, by the properties it uses.

    That begrepp loaded the description is no answer to what generated the data, so that alone does not count.
    """
    found = {element.property for element in elements() if element.property in properties}
    made = expand("prov:wasGeneratedBy")
    if made in found and all(iri.startswith(load_root) for iri in generated_by):
        found.discard(made)
    return found
