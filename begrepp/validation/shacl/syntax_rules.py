"""Syntax rules of shapes: which shapes are ill-formed (SHACL 1.0, appendix "Summary of SHACL Syntax Rules").

An ill-formed shape has no defined meaning, so validation stops with an error that names the shape.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Set

from pyoxigraph import BlankNode, Literal, NamedNode

from begrepp.errors import InputError
from begrepp.validation.shacl.lexical_spaces import is_in_lexical_space
from begrepp.validation.shacl.node_expressions import check_node_expressions
from begrepp.validation.shacl.paths import read_path
from begrepp.validation.shacl.regex import check_pattern
from begrepp.validation.shacl.shapes import FOCUS_PARAMETERS, TARGETS, VALUE_PARAMETERS, Shapes, source_text
from begrepp.validation.shacl.vocabulary import NODE_KINDS, RDF, SH, XSD, Term, lexical_form

_ONE_VALUE = frozenset(
    {"datatype", "nodeKind", "minCount", "maxCount", "minExclusive", "minInclusive", "maxExclusive", "maxInclusive"}
    | {"minLength", "maxLength", "pattern", "flags", "languageIn", "uniqueLang", "in", "closed", "ignoredProperties"}
    | {"qualifiedValueShape", "qualifiedMinCount", "qualifiedMaxCount", "qualifiedValueShapesDisjoint", "severity"}
    | {"deactivated", "path"}
)
"""Parameters that a shape has once at most; those of components with several parameters are among them."""

_PROPERTY_SHAPES_ONLY = frozenset({"minCount", "maxCount", "uniqueLang", "lessThan", "lessThanOrEquals"})
_OTHER_PARAMETERS = frozenset(
    {*TARGETS, "path", "severity", "message", "deactivated", "name", "description", "order", "group", "defaultValue"}
    | {"flags", "ignoredProperties", "qualifiedValueShape", "qualifiedValueShapesDisjoint", "property", "sparql"}
    | {"select", "prefixes", "target", "rule", "expression", "parameter", "declare", "labelTemplate"}
    | {"validator", "nodeValidator", "propertyValidator", "optional", "ask", "shapesGraph", "suggestedShapesGraph"}
)


def _is_iri(term: Term) -> bool:
    return isinstance(term, NamedNode)


def _is_node(term: Term) -> bool:
    return isinstance(term, NamedNode | BlankNode)


def _is_of(*names: str) -> Callable[[Term], bool]:
    """Return a test for well-typed literals of one of the datatypes of XSD."""

    def test(term: Term) -> bool:
        if not isinstance(term, Literal):
            return False
        datatype = term.datatype.value
        return datatype in {XSD + name for name in names} and is_in_lexical_space(term.value, datatype)

    return test


def _is_text(term: Term) -> bool:
    return isinstance(term, Literal) and term.datatype.value in (XSD + "string", RDF + "langString")


KINDS: dict[str, tuple[Callable[[Term], bool], str]] = {
    **dict.fromkeys(
        (
            *("class", "datatype", "equals", "disjoint", "lessThan", "lessThanOrEquals", "severity"),
            *("targetClass", "targetSubjectsOf", "targetObjectsOf"),
        ),
        (_is_iri, "an IRI"),
    ),
    **dict.fromkeys(
        ("minCount", "maxCount", "minLength", "maxLength", "qualifiedMinCount", "qualifiedMaxCount"),
        (_is_of("integer"), "an xsd:integer"),
    ),
    **dict.fromkeys(
        ("minExclusive", "minInclusive", "maxExclusive", "maxInclusive"),
        (lambda term: isinstance(term, Literal), "a literal"),
    ),
    **dict.fromkeys(("uniqueLang", "closed", "qualifiedValueShapesDisjoint"), (_is_of("boolean"), "an xsd:boolean")),
    "deactivated": (lambda term: _is_of("boolean")(term) and lexical_form(term) in ("true", "false"), "true or false"),
    **dict.fromkeys(("pattern", "flags"), (_is_of("string"), "an xsd:string")),
    "nodeKind": (lambda term: lexical_form(term).removeprefix(SH) in NODE_KINDS, "a node kind"),
    "targetNode": (lambda term: isinstance(term, NamedNode | Literal), "an IRI or a literal"),
    "message": (_is_text, "an xsd:string or a text with a language"),
    **dict.fromkeys(("node", "not", "property", "qualifiedValueShape"), (_is_node, "a shape")),
}
"""Value type of each parameter: a test, and the name of the type in errors."""
LISTS: dict[str, tuple[Callable[[Term], bool], str]] = {
    "in": (lambda _: True, "terms"),
    "languageIn": (_is_of("string"), "xsd:string"),
    "ignoredProperties": (_is_iri, "IRIs"),
    **dict.fromkeys(("and", "or", "xone"), (_is_node, "shapes")),
}
"""Type of the list members of each parameter: a test, and the name of the type in errors."""


def check_syntax(shapes: Shapes) -> None:
    """Raise `InputError` if a shape is ill-formed or uses a feature that no engine supports."""
    if shapes.graph.subjects(SH + "entailment"):
        raise InputError(
            "shapes", "sh:entailment is not supported.", "Validate data that already includes the inferred triples."
        )
    properties = frozenset(shapes.parameter_values("property"))
    for node in shapes.nodes:
        _check_shape(shapes, node, properties)


def _check_shape(shapes: Shapes, node: Term, properties: Set[Term]) -> None:
    """Check a shape; `properties` are the values of `sh:property`, which are property shapes."""
    graph, name = shapes.graph, shapes.name(node)
    paths = graph.objects(node, SH + "path")
    if not paths and (shapes.has_type(node, "PropertyShape") or node in properties):
        raise _ill_formed(name, "a property shape has no sh:path")
    for predicate in graph.predicates(node):
        parameter = predicate.removeprefix(SH) if predicate.startswith(SH) else ""
        values = graph.objects(node, predicate)
        if parameter:
            if parameter not in VALUE_PARAMETERS | FOCUS_PARAMETERS | _OTHER_PARAMETERS:
                raise InputError(name, f"not supported: sh:{parameter}.", "Use SHACL 1.0.")
            if parameter in _ONE_VALUE and len(values) > 1:
                raise _ill_formed(name, f"sh:{parameter} has {len(values)} values; one is allowed")
            if parameter in _PROPERTY_SHAPES_ONLY and not paths:
                raise _ill_formed(name, f"sh:{parameter} is allowed in property shapes only, which have an sh:path")
            _check_values(shapes, name, parameter, values)
    if paths:
        try:
            read_path(graph, paths[0])
        except InputError as error:
            raise _ill_formed(name, f"its sh:path {error.reason}") from error
        if shapes.has_type(node, "NodeShape"):
            raise _ill_formed(name, "a node shape has an sh:path")
    if not shapes.is_named(node) and shapes.is_class(node):
        raise _ill_formed(name, "it is a class but has no IRI")
    for value in graph.objects(node, SH + "node"):
        if graph.objects(value, SH + "path"):
            raise _ill_formed(name, f"sh:node refers to {source_text(value)}, a property shape")
    if graph.objects(node, SH + "qualifiedValueShape") and not paths:
        raise _ill_formed(name, "sh:qualifiedValueShape is allowed in property shapes only, which have an sh:path")
    for constraint in graph.objects(node, SH + "sparql"):
        _check_constraint(shapes, name, constraint)
    check_node_expressions(shapes, node)
    if pattern := graph.first_object(node, SH + "pattern"):
        try:
            check_pattern(lexical_form(pattern), lexical_form(graph.first_object(node, SH + "flags")))
        except InputError as error:
            raise InputError(name, error.reason, error.next_step) from error


def _check_values(shapes: Shapes, name: str, parameter: str, values: Iterable[Term]) -> None:
    for value in values:
        if parameter in KINDS:
            test, kind = KINDS[parameter]
            if not test(value):
                raise _ill_formed(name, f"sh:{parameter} cannot be {value}; it must be {kind}")
        elif parameter in LISTS:
            test, kind = LISTS[parameter]
            members = shapes.graph.well_formed_list(value)
            if members is None:
                raise _ill_formed(name, f"sh:{parameter} is not a complete list")
            if wrong := [member for member in members if not test(member)]:
                raise _ill_formed(name, f"sh:{parameter} cannot have {wrong[0]}; its list must have {kind}")


def _check_constraint(shapes: Shapes, name: str, constraint: Term) -> None:
    """Check a SPARQL constraint (SHACL 5.1)."""
    queries = shapes.graph.objects(constraint, SH + "select")
    if len(queries) != 1 or not _is_of("string")(queries[0]):
        raise _ill_formed(name, "a SPARQL constraint needs one sh:select, an xsd:string")
    for parameter in ("message", "deactivated"):
        _check_values(shapes, name, parameter, shapes.graph.objects(constraint, SH + parameter))


def _ill_formed(name: str, reason: str) -> InputError:
    return InputError(
        name, f"is ill-formed: {reason.rstrip('.')}.", "Correct the shape; see the syntax rules of SHACL 1.0."
    )
