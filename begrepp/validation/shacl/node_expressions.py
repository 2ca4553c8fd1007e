"""Node expressions of `sh:expression` and of rules: which of them can be evaluated (SHACL-AF 1.0, section 5)."""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import BlankNode, NamedNode

from begrepp.errors import InputError
from begrepp.rdf.namespaces import compact
from begrepp.validation.shacl.shapes import Shapes, source_text
from begrepp.validation.shacl.vocabulary import RDF_TYPE, SH, Term

_OPERATIONS = ("union", "intersection")
_KINDS = frozenset(SH + name for name in (*_OPERATIONS, "path", "filterShape"))
_IN_RULES = ("subject", "predicate", "object")
_FUNCTION_CLASSES = frozenset(NamedNode(SH + name) for name in ("Function", "SPARQLFunction", "JSFunction"))
_NEXT_STEP = "Declare it as sh:SPARQLFunction, and write its arguments as a list: [ ex:function ( sh:this 1 ) ]."


def check_node_expressions(shapes: Shapes, node: Term) -> None:
    """Raise `InputError` for a node expression of a shape that calls what is no function."""
    for expression in _expressions(shapes, node):
        _check(shapes, shapes.name(node), expression, set())


def _expressions(shapes: Shapes, node: Term) -> Iterator[Term]:
    yield from shapes.graph.objects(node, SH + "expression")
    for rule in shapes.graph.objects(node, SH + "rule"):
        for name in _IN_RULES:
            yield from shapes.graph.objects(rule, SH + name)


def _check(shapes: Shapes, name: str, expression: Term, above: set[Term]) -> None:
    graph = shapes.graph
    if not isinstance(expression, BlankNode) or expression in above:
        return
    inner = {*above, expression}
    used = graph.predicates(expression)
    for operation in _OPERATIONS:
        for each in graph.list_members(graph.first_object(expression, SH + operation)):
            _check(shapes, name, each, inner)
    for each in graph.objects(expression, SH + "nodes"):
        _check(shapes, name, each, inner)
    if _KINDS.intersection(used):
        return
    calls = [each for each in used if each != SH + "message"]
    if not calls:
        raise InputError(name, f"the node expression {source_text(expression)} is empty.", _NEXT_STEP)
    for call in calls:
        shown = compact(call)
        if _FUNCTION_CLASSES.isdisjoint(graph.objects(NamedNode(call), RDF_TYPE.value)):
            raise InputError(name, f"a node expression calls {shown}, which is no function of the shapes.", _NEXT_STEP)
        arguments = [graph.well_formed_list(each) for each in graph.objects(expression, call)]
        if not all(arguments):
            raise InputError(name, f"a node expression calls {shown} without a list of arguments.", _NEXT_STEP)
        for each in (argument for members in arguments for argument in members or ()):
            _check(shapes, name, each, inner)
