"""Page layout of properties from the shapes: name, group and order of each property (SHACL, section 2.3.2).

It reads the project's own shapes in `shapes/`; a property in several shapes gets its first position.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from pyoxigraph import NamedNode

from begrepp.rdf.namespaces import expand
from begrepp.settings import ROOT
from begrepp.validation.profiles.shape_doc import texts
from begrepp.validation.shacl.rdf_reader import Triples, read
from begrepp.validation.shacl.vocabulary import SH, Term, lexical

_LAST_ORDER = 99.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PropertyPosition:
    """Position of a property on a page: group, order and label of the group by language, own order and name."""

    group: str
    group_order: float
    group_label: Mapping[str, str]
    order: float
    name: Mapping[str, str]


@cache
def read_property_positions() -> dict[str, PropertyPosition]:
    """Return the position of each property that a shape assigns to a group, by property IRI."""
    graph = Triples(read(sorted((ROOT / "shapes").glob("*.ttl"))))
    positions: dict[str, PropertyPosition] = {}
    for node in graph.subjects(SH + "group"):
        path, group = graph.one(node, SH + "path"), graph.one(node, SH + "group")
        if not isinstance(path, NamedNode) or group is None:
            continue
        position = PropertyPosition(
            group=lexical(group),
            group_order=_number(graph, group),
            group_label=texts(graph, group, expand("rdfs:label")),
            order=_number(graph, node),
            name=texts(graph, node, SH + "name"),
        )
        existing = positions.get(path.value)
        if existing is None or (position.group_order, position.order) < (existing.group_order, existing.order):
            positions[path.value] = position
    return positions


def _number(graph: Triples, node: Term) -> float:
    try:
        return float(lexical(graph.one(node, SH + "order")))
    except ValueError:
        return _LAST_ORDER
