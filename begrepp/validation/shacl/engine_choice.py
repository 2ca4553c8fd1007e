"""Engine selection: shapes that need the reference engine, and shapes that no engine supports."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pyoxigraph import Literal, NamedNode

from begrepp.errors import InputError
from begrepp.validation.shacl.shapes import FOCUS_PARAMETERS, TARGETS, VALUE_PARAMETERS, Shapes
from begrepp.validation.shacl.vocabulary import SH, Term, lexical_form

_OTHER_PARAMETERS = frozenset(
    {*TARGETS, "path", "severity", "message", "deactivated", "name", "description", "order", "group", "defaultValue"}
    | {"flags", "ignoredProperties", "qualifiedValueShape", "qualifiedValueShapesDisjoint", "property", "sparql"}
    | {"select", "prefixes"}
)
_ADVANCED = frozenset({"target", "rule", "expression", "parameter", "qualifiedValueShapesDisjoint"})
"""Parameters that the fast engine does not support: SHACL Advanced Features, custom components, disjoint shapes."""

_NESTING = ("property", "node", "not", "qualifiedValueShape")
_NESTING_LISTS = ("and", "or", "xone")

_UNSAFE_QUERY = re.compile(
    r"\b(MINUS|VALUES)\b|[$?]PATH\b|\bAS\s+[$?]this\b|\bSELECT\b.*\bSELECT\b",
    re.IGNORECASE | re.DOTALL,
)
"""Queries restricted by pre-binding (SHACL 5.3.1 and appendix A); pySHACL evaluates or rejects them."""


class FastEngineUnsupported(Exception):
    """The fast engine cannot evaluate the shapes or data exactly; validation restarts on the reference engine."""


def check_supported(shapes: Shapes) -> None:
    """Raise `InputError` if a shape uses a feature that no engine supports."""
    if shapes.graph.subjects(SH + "entailment"):
        raise InputError(
            "shapes", "sh:entailment is not supported.", "Validate data that already includes the inferred triples."
        )
    for node in shapes.parameter_values("property"):
        if not shapes.graph.objects(node, SH + "path"):
            raise InputError(shapes.name(node), "a property shape has no sh:path.", "Add sh:path.")
    children = dict.fromkeys(child for nested in _child_shapes(shapes).values() for child in nested)
    for node in [*shapes.target_shapes, *children]:
        for predicate in shapes.graph.predicates(node):
            name = predicate.removeprefix(SH) if predicate.startswith(SH) else ""
            if name and name not in VALUE_PARAMETERS | FOCUS_PARAMETERS | _OTHER_PARAMETERS | _ADVANCED:
                raise InputError(shapes.name(node), f"not supported: sh:{name}.", "Use SHACL 1.0.")
    for constraint in shapes.parameter_values("sparql"):
        if not isinstance(shapes.graph.first_object(constraint, SH + "select"), Literal):
            raise InputError(shapes.name(constraint), "a SPARQL constraint has no sh:select.", "Add sh:select.")


def needs_reference_engine(shapes: Shapes) -> bool:
    """Return whether a shape uses a feature that the fast engine does not support."""
    queries = (
        lexical_form(shapes.graph.first_object(constraint, SH + "select"))
        for constraint in shapes.parameter_values("sparql")
    )
    return (
        any(shapes.graph.subjects(SH + name) for name in _ADVANCED)
        or any(_UNSAFE_QUERY.search(query) for query in queries)
        or bool(recursive_shapes(shapes))
    )


def recursive_shapes(shapes: Shapes) -> list[str]:
    """Names of the named recursive shapes, else of the anonymous ones; SHACL 3.4.3 leaves their meaning undefined."""
    children = _child_shapes(shapes)
    recursive = [node for node in children if node in _reachable(children, node)]
    return sorted(
        {shapes.name(node) for node in recursive if isinstance(node, NamedNode)} or map(shapes.name, recursive)
    )


def _child_shapes(shapes: Shapes) -> dict[Term, list[Term]]:
    """Return the shapes that each shape refers to."""
    graph = shapes.graph
    children: dict[Term, list[Term]] = {}
    for name in _NESTING:
        for subject in graph.subjects(SH + name):
            children.setdefault(subject, []).extend(graph.objects(subject, SH + name))
    for name in _NESTING_LISTS:
        for subject in graph.subjects(SH + name):
            for head in graph.objects(subject, SH + name):
                children.setdefault(subject, []).extend(graph.list_members(head))
    return children


def _reachable(children: Mapping[Term, list[Term]], start: Term) -> set[Term]:
    seen: set[Term] = set()
    pending = list(children.get(start, ()))
    while pending:
        node = pending.pop()
        if node not in seen:
            seen.add(node)
            pending += children.get(node, ())
    return seen
