"""Engine selection: the shapes that use SHACL Advanced Features and so need the reference engine."""

from __future__ import annotations

from pyoxigraph import NamedNode

from begrepp.validation.shacl.recursion import child_shapes, reachable_shapes
from begrepp.validation.shacl.shapes import Shapes
from begrepp.validation.shacl.vocabulary import RDF_TYPE, SH, Term

_ADVANCED = ("target", "rule", "expression")
_FUNCTIONS = (NamedNode(SH + "SPARQLFunction"), NamedNode(SH + "JSFunction"))


def advanced_shapes(shapes: Shapes) -> set[Term]:
    """Return the shapes with a target that use an advanced feature, themselves or in a shape that they refer to.

    A shapes graph that defines functions may use them in any query, so each shape with a query is advanced then.
    """
    graph, children = shapes.graph, child_shapes(shapes)
    features = {SH + name for name in _ADVANCED}
    if any(quad.predicate == RDF_TYPE and quad.object in _FUNCTIONS for quad in graph.quads):
        features |= {SH + "sparql", *(each.predicate for component in shapes.components for each in component.required)}
    return {
        node
        for node in shapes.target_shapes
        if any(not features.isdisjoint(graph.predicates(each)) for each in (node, *reachable_shapes(children, node)))
    }
