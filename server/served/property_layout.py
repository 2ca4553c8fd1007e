"""What the shapes say of how a page shows a property: its name, its group, its place in the group (SHACL 2.3.2).

The project's own shapes in `shapes/` are read; a property that several shapes name has its first place.
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

_LAST = 99.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PropertyPosition:
    """Where a property stands: the group with its order and its label by language, its own order, its name."""

    group: str
    group_order: float
    group_label: Mapping[str, str]
    order: float
    name: Mapping[str, str]


@cache
def read_property_positions() -> dict[str, PropertyPosition]:
    """The place of each property that a shape with a group speaks of."""
    graph = Triples(read(sorted((ROOT / "shapes").glob("*.ttl"))))
    found: dict[str, PropertyPosition] = {}
    for node in graph.subjects(SH + "group"):
        path, group = graph.one(node, SH + "path"), graph.one(node, SH + "group")
        if not isinstance(path, NamedNode) or group is None:
            continue
        place = PropertyPosition(
            group=lexical(group),
            group_order=_number(graph, group),
            group_label=texts(graph, group, expand("rdfs:label")),
            order=_number(graph, node),
            name=texts(graph, node, SH + "name"),
        )
        known = found.get(path.value)
        if known is None or (place.group_order, place.order) < (known.group_order, known.order):
            found[path.value] = place
    return found


def _number(graph: Triples, node: Term) -> float:
    try:
        return float(lexical(graph.one(node, SH + "order")))
    except ValueError:
        return _LAST
