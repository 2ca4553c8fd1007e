"""SHACL property paths (SHACL 2.3.1): read from the shapes graph, inverted, written as Turtle.

`DataGraph.follow_path` evaluates them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal as Choice

from pyoxigraph import NamedNode

from begrepp.errors import InputError
from begrepp.validation.shacl.rdf_reader import TripleIndex
from begrepp.validation.shacl.vocabulary import SH, Term


@dataclass(frozen=True, slots=True)
class PropertyPath:
    """A property path: a predicate, an inverse predicate, or a composition of paths."""

    kind: Choice["predicate", "inverse", "sequence", "alternative", "?", "*", "+"]
    parts: tuple[PropertyPath, ...] = ()
    predicate: NamedNode | None = None


_REPEATED: dict[str, Choice["?", "*", "+"]] = {"zeroOrOnePath": "?", "zeroOrMorePath": "*", "oneOrMorePath": "+"}


def read_path(graph: TripleIndex, node: Term) -> PropertyPath:
    """Read the path at a node of the shapes graph. Raises `InputError` if it is not a property path."""
    if isinstance(node, NamedNode):
        return PropertyPath("predicate", predicate=node)
    if parts := graph.list_members(node):
        return PropertyPath("sequence", tuple(read_path(graph, part) for part in parts))
    if inner := graph.first_object(node, SH + "inversePath"):
        return invert_path(read_path(graph, inner))
    if head := graph.first_object(node, SH + "alternativePath"):
        return PropertyPath("alternative", tuple(read_path(graph, part) for part in graph.list_members(head)))
    for name, kind in _REPEATED.items():
        if inner := graph.first_object(node, SH + name):
            return PropertyPath(kind, (read_path(graph, inner),))
    raise InputError("shapes", f"{node} is not a property path.", "See SHACL 2.3.1 for property paths.")


def invert_path(path: PropertyPath) -> PropertyPath:
    """Return the inverse of a path, with inversion applied to the predicates."""
    match path.kind:
        case "predicate":
            return PropertyPath("inverse", predicate=path.predicate)
        case "inverse":
            return PropertyPath("predicate", predicate=path.predicate)
    parts = tuple(invert_path(part) for part in path.parts)
    return PropertyPath(path.kind, parts[::-1] if path.kind == "sequence" else parts)


def path_to_text(path: PropertyPath | None) -> str | None:
    """Return a predicate as its IRI, every other path as in Turtle; None for no path."""
    if path is None:
        return None
    return path.predicate.value if path.kind == "predicate" and path.predicate else _turtle(path)


def _turtle(path: PropertyPath) -> str:
    inner = " ".join(_turtle(part) for part in path.parts)
    match path.kind:
        case "predicate":
            return str(path.predicate)
        case "inverse":
            return f"[ <{SH}inversePath> {path.predicate} ]"
        case "sequence":
            return f"( {inner} )"
        case "alternative":
            return f"[ <{SH}alternativePath> ( {inner} ) ]"
    name = next(name for name, kind in _REPEATED.items() if kind == path.kind)
    return f"[ <{SH}{name}> {inner} ]"
