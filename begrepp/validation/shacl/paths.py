"""Ways through the data: from a concept to its code, or back from a code to every concept that has it.

A property path (SHACL 2.3.1) is read from the shapes here and written out again for reports; `data` walks it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal as Choice

from pyoxigraph import NamedNode

from begrepp.errors import InputError
from begrepp.validation.shacl.rdf_reader import Triples
from begrepp.validation.shacl.vocabulary import SH, Term


@dataclass(frozen=True, slots=True)
class PropertyPath:
    """One predicate, maybe inverted, or other paths put together."""

    kind: Choice["predicate", "inverse", "sequence", "alternative", "?", "*", "+"]
    parts: tuple[PropertyPath, ...] = ()
    predicate: NamedNode | None = None


_REPEATED: dict[str, Choice["?", "*", "+"]] = {"zeroOrOnePath": "?", "zeroOrMorePath": "*", "oneOrMorePath": "+"}


def read_path(graph: Triples, node: Term) -> PropertyPath:
    """The path at a node of the graph. Raises `InputError`."""
    if isinstance(node, NamedNode):
        return PropertyPath("predicate", predicate=node)
    if parts := graph.items(node):
        return PropertyPath("sequence", tuple(read_path(graph, part) for part in parts))
    if inner := graph.one(node, SH + "inversePath"):
        return inverted(read_path(graph, inner))
    if head := graph.one(node, SH + "alternativePath"):
        return PropertyPath("alternative", tuple(read_path(graph, part) for part in graph.items(head)))
    for name, kind in _REPEATED.items():
        if inner := graph.one(node, SH + name):
            return PropertyPath(kind, (read_path(graph, inner),))
    raise InputError("shapes", f"{node} is not a property path.", "See SHACL 2.3.1 for property paths.")


def inverted(path: PropertyPath) -> PropertyPath:
    """The way back; an inverse is carried down to the predicates."""
    match path.kind:
        case "predicate":
            return PropertyPath("inverse", predicate=path.predicate)
        case "inverse":
            return PropertyPath("predicate", predicate=path.predicate)
    parts = tuple(inverted(part) for part in path.parts)
    return PropertyPath(path.kind, parts[::-1] if path.kind == "sequence" else parts)


def path_text(path: PropertyPath | None) -> str | None:
    """A predicate as its IRI, a longer path as in Turtle; None for no path."""
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
