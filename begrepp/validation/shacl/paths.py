"""SHACL property paths (SHACL 2.3.1): read from the shapes graph, inverted, written as Turtle.

`DataGraph.follow_path` evaluates them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal as Choice

from pyoxigraph import BlankNode, Literal, NamedNode

from begrepp.errors import InputError
from begrepp.validation.shacl.rdf_reader import TripleIndex
from begrepp.validation.shacl.vocabulary import RDF, RDF_NIL, SH, Term


@dataclass(frozen=True, slots=True)
class PropertyPath:
    """A property path: a predicate, or a composition of paths. An inverse has a predicate or a part."""

    kind: Choice["predicate", "inverse", "sequence", "alternative", "?", "*", "+"]
    parts: tuple[PropertyPath, ...] = ()
    predicate: NamedNode | None = None


_FEWEST_PARTS = 2
_NO_FORM = "it has none of the forms of a path"
_REPEATED: dict[str, Choice["?", "*", "+"]] = {"zeroOrOnePath": "?", "zeroOrMorePath": "*", "oneOrMorePath": "+"}


def read_path(graph: TripleIndex, node: Term, outer: frozenset[Term] = frozenset()) -> PropertyPath:
    """Read the path at a node of the shapes graph; `outer` are the nodes of the paths that it is a part of.

    Raises `InputError` if it is not a well-formed property path (SHACL 2.3.1).
    """
    if isinstance(node, NamedNode) and node != RDF_NIL:
        return PropertyPath("predicate", predicate=node)
    if not isinstance(node, BlankNode) or node in outer:
        raise _not_a_path(node, "it contains itself" if node in outer else _NO_FORM)
    inside = outer | {node}
    if graph.objects(node, RDF + "first"):
        return PropertyPath("sequence", _read_parts(graph, node, inside))
    if len(predicates := graph.predicates(node)) != 1 or len(objects := graph.objects(node, predicates[0])) != 1:
        raise _not_a_path(node, "a path that is a blank node has one triple")
    name = predicates[0].removeprefix(SH)
    if name == "inversePath":
        inner = read_path(graph, objects[0], inside)
        return invert_path(inner) if inner.kind == "predicate" else PropertyPath("inverse", (inner,))
    if name == "alternativePath":
        return PropertyPath("alternative", _read_parts(graph, objects[0], inside))
    if name in _REPEATED:
        return PropertyPath(_REPEATED[name], (read_path(graph, objects[0], inside),))
    raise _not_a_path(node, _NO_FORM)


def _read_parts(graph: TripleIndex, head: Term, outer: frozenset[Term]) -> tuple[PropertyPath, ...]:
    members = graph.well_formed_list(head)
    if members is None or len(members) < _FEWEST_PARTS:
        raise _not_a_path(head, "a sequence or alternative has a list of two paths at least")
    return tuple(read_path(graph, member, outer) for member in members)


def _not_a_path(node: Term, reason: str) -> InputError:
    what = str(node) if isinstance(node, NamedNode | Literal) else "a blank node"
    return InputError("shapes", f"is not a property path but {what}: {reason}.", "See SHACL 2.3.1 for property paths.")


def invert_path(path: PropertyPath) -> PropertyPath:
    """Return the inverse of a path, with inversion applied to the predicates."""
    match path.kind:
        case "predicate":
            return PropertyPath("inverse", predicate=path.predicate)
        case "inverse":
            return path.parts[0] if path.parts else PropertyPath("predicate", predicate=path.predicate)
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
            return f"[ <{SH}inversePath> {inner or path.predicate} ]"
        case "sequence":
            return f"( {inner} )"
        case "alternative":
            return f"[ <{SH}alternativePath> ( {inner} ) ]"
    name = next(name for name, kind in _REPEATED.items() if kind == path.kind)
    return f"[ <{SH}{name}> {inner} ]"


def path_to_sparql(path: PropertyPath) -> str:
    """Return a path in SPARQL's syntax, as `$PATH` stands for it (SHACL 5.3.1)."""
    inner = [path_to_sparql(part) for part in path.parts]
    match path.kind:
        case "predicate":
            return str(path.predicate)
        case "inverse":
            return f"(^{inner[0] if inner else path.predicate})"
        case "sequence":
            return f"({'/'.join(inner)})"
        case "alternative":
            return f"({'|'.join(inner)})"
    return f"({inner[0]}{path.kind})"
