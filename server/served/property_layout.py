"""Page layout of properties from the shapes: name, group and order of each property (SHACL, section 2.3.2).

It reads the project's own shapes in `shapes/`; a property in several shapes gets its first position.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from msgspec import Struct
from pyoxigraph import NamedNode

from begrepp.rdf.namespaces import expand
from begrepp.settings import ROOT
from begrepp.validation.profiles.shape_doc import literals_by_language
from begrepp.validation.shacl.rdf_reader import TripleIndex, read_quads
from begrepp.validation.shacl.vocabulary import SH, Term, lexical_form

_LAST_ORDER = 99.0


class PropertyPosition(Struct, frozen=True, kw_only=True):
    """Position of a property on a page: group, order and label of the group by language, own order and name."""

    group: str
    group_order: float
    group_label: Mapping[str, str]
    order: float
    name: Mapping[str, str]


@cache
def read_property_positions() -> dict[str, PropertyPosition]:
    """Return the position of each property that a shape assigns to a group, by property IRI."""
    graph = TripleIndex(read_quads(sorted((ROOT / "shapes").glob("*.ttl"))))
    positions: dict[str, PropertyPosition] = {}
    for node in graph.subjects(SH + "group"):
        path, group = graph.first_object(node, SH + "path"), graph.first_object(node, SH + "group")
        if not isinstance(path, NamedNode) or group is None:
            continue
        position = PropertyPosition(
            group=lexical_form(group),
            group_order=_number(graph, group),
            group_label=literals_by_language(graph, group, expand("rdfs:label")),
            order=_number(graph, node),
            name=literals_by_language(graph, node, SH + "name"),
        )
        existing = positions.get(path.value)
        if existing is None or (position.group_order, position.order) < (existing.group_order, existing.order):
            positions[path.value] = position
    return positions


def _number(graph: TripleIndex, node: Term) -> float:
    try:
        return float(lexical_form(graph.first_object(node, SH + "order")))
    except ValueError:
        return _LAST_ORDER
