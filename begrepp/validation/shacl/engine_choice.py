"""Who may judge by which rules: what only the slow engine understands, and what nobody here does and so is refused."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pyoxigraph import Literal, NamedNode

from begrepp.errors import InputError
from begrepp.validation.shacl.shapes import FOCUS_CHECKS, TARGETS, VALUE_CHECKS, Shapes
from begrepp.validation.shacl.vocabulary import SH, Term, lexical

_NOT_CHECKS = frozenset(
    {*TARGETS, "path", "severity", "message", "deactivated", "name", "description", "order", "group", "defaultValue"}
    | {"flags", "ignoredProperties", "qualifiedValueShape", "qualifiedValueShapesDisjoint", "property", "sparql"}
    | {"select", "prefixes"}
)
_ADVANCED = frozenset({"target", "rule", "expression", "parameter", "qualifiedValueShapesDisjoint"})
"""Beyond the fast engine: SHACL Advanced Features, own components, disjoint qualified shapes."""

_NESTING = ("property", "node", "not", "qualifiedValueShape")
_NESTING_LISTS = ("and", "or", "xone")

_UNSAFE_QUERY = re.compile(
    r"\b(MINUS|VALUES|SERVICE)\b|[$?]PATH\b|\bAS\s+[$?]this\b|\bSELECT\b.*\bSELECT\b",
    re.IGNORECASE | re.DOTALL,
)
"""Where pre-binding needs care (SHACL 5.3.1 and appendix A); pySHACL judges or refuses such queries."""


class BeyondFast(Exception):
    """The fast engine met what it cannot judge exactly; the reference engine begins anew."""


def refuse_unknown(shapes: Shapes) -> None:
    """Raise `InputError` where a shape says what no engine here can check."""
    if shapes.graph.subjects(SH + "entailment"):
        raise InputError(
            "shapes", "sh:entailment is not supported.", "Validate data that already includes the inferred triples."
        )
    for node in shapes.used("property"):
        if not shapes.graph.objects(node, SH + "path"):
            raise InputError(shapes.name(node), "a property shape has no sh:path.", "Add sh:path.")
    parts = dict.fromkeys(part for nested in _nested(shapes).values() for part in nested)
    for node in [*shapes.targeted, *parts]:
        for predicate in shapes.graph.predicates(node):
            name = predicate.removeprefix(SH) if predicate.startswith(SH) else ""
            if name and name not in VALUE_CHECKS | FOCUS_CHECKS | _NOT_CHECKS | _ADVANCED:
                raise InputError(shapes.name(node), f"not supported: sh:{name}.", "Use SHACL 1.0.")
    for constraint in shapes.used("sparql"):
        if not isinstance(shapes.graph.one(constraint, SH + "select"), Literal):
            raise InputError(shapes.name(constraint), "a SPARQL constraint has no sh:select.", "Add sh:select.")


def beyond_fast(shapes: Shapes) -> bool:
    """Whether some shape uses more than the fast engine knows."""
    queries = (lexical(shapes.graph.one(constraint, SH + "select")) for constraint in shapes.used("sparql"))
    return (
        any(shapes.graph.subjects(SH + name) for name in _ADVANCED)
        or any(_UNSAFE_QUERY.search(query) for query in queries)
        or bool(self_referring(shapes))
    )


def self_referring(shapes: Shapes) -> list[str]:
    """The shapes with a name that lead back to themselves, else those without; SHACL 3.4.3 leaves the meaning open."""
    children = _nested(shapes)
    found = [node for node in children if node in _reachable(children, node)]
    return sorted({shapes.name(node) for node in found if isinstance(node, NamedNode)} or map(shapes.name, found))


def _nested(shapes: Shapes) -> dict[Term, list[Term]]:
    """For each shape, the shapes that it refers to."""
    graph = shapes.graph
    children: dict[Term, list[Term]] = {}
    for name in _NESTING:
        for subject in graph.subjects(SH + name):
            children.setdefault(subject, []).extend(graph.objects(subject, SH + name))
    for name in _NESTING_LISTS:
        for subject in graph.subjects(SH + name):
            for head in graph.objects(subject, SH + name):
                children.setdefault(subject, []).extend(graph.items(head))
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
