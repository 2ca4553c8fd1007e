"""The shapes graph: shapes with their targets, constraints, severities and messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from begrepp.errors import InputError
from begrepp.settings import ROOT
from begrepp.validation.shacl.messages import declared_messages, default_messages
from begrepp.validation.shacl.paths import PropertyPath, read_path
from begrepp.validation.shacl.rdf_reader import TripleIndex, read_quads
from begrepp.validation.shacl.vocabulary import OWL_IMPORTS, RDF_TYPE, RDFS_CLASS, SH, Term, display_text, is_true

VALUE_PARAMETERS = frozenset(
    {"class", "datatype", "nodeKind", "minExclusive", "minInclusive", "maxExclusive", "maxInclusive", "minLength"}
    | {"maxLength", "pattern", "languageIn", "in", "not", "and", "or", "xone", "node"}
)
"""Parameters of the components that check each value node by itself."""

FOCUS_PARAMETERS = frozenset(
    {"minCount", "maxCount", "uniqueLang", "equals", "disjoint", "lessThan", "lessThanOrEquals", "hasValue", "closed"}
    | {"qualifiedMinCount", "qualifiedMaxCount"}
)
"""Parameters of the components that check all value nodes of a focus node together."""

TARGETS = ("targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf")
_TARGET_IRIS = tuple(SH + name for name in TARGETS)
_SHAPE_CLASSES = (NamedNode(SH + "NodeShape"), NamedNode(SH + "PropertyShape"))
_ANONYMOUS = "urn:shape:"


@dataclass(frozen=True, slots=True)
class Shape:
    """A shape; `name` is its IRI, or the IRI of the named shape that it is a part of."""

    node: Term
    name: str
    path: PropertyPath | None
    severity: Term | None
    messages: Mapping[str, str]
    deactivated: bool


class Shapes:
    """The shapes graph of some files. Blank property shapes and constraints get an IRI of their own.

    `target_shapes` are the shapes with a target. Raises `InputError` if a file is not RDF or no shape has a target.
    """

    def __init__(self, files: Sequence[Path]) -> None:
        self.graph = TripleIndex(_name_blank_nodes(list(read_quads([*files, ROOT / "ontology" / "prefixes.ttl"]))))
        self._parents: dict[Term, Term] = {quad.object: quad.subject for quad in self.graph.quads}
        self._shapes: dict[Term, Shape] = {}
        self.target_shapes = self._find_target_shapes()
        if not self.target_shapes:
            names = ", ".join(path.name for path in files)
            raise InputError(names or "shapes", "no shape with a target was found.", "Provide a SHACL shapes file.")

    def _find_target_shapes(self) -> list[Term]:
        explicit = [node for target in (*_TARGET_IRIS, SH + "target") for node in self.graph.subjects(target)]
        classes = [node for node in self.graph.subjects(RDF_TYPE.value) if self.is_class(node)]
        return sorted(dict.fromkeys([*explicit, *classes]), key=str)

    def is_class(self, node: Term) -> bool:
        """Return whether a shape is also a class, and so has an implicit class target (SHACL 2.1.3.3)."""
        types = self.graph.objects(node, RDF_TYPE.value)
        return RDFS_CLASS in types and any(shape in types for shape in _SHAPE_CLASSES)

    def targets(self, node: Term) -> list[tuple[str, Term]]:
        """Return the targets of a shape, each as the name of its property and the value (SHACL 2.1.3)."""
        declared = [(name, target) for name in TARGETS for target in self.graph.objects(node, SH + name)]
        return [*declared, ("targetClass", node)] if self.is_class(node) else declared

    def shape(self, node: Term) -> Shape:
        """Return the shape at a node of the shapes graph."""
        if node not in self._shapes:
            path = self.graph.first_object(node, SH + "path")
            self._shapes[node] = Shape(
                node=node,
                name=self.name(node),
                path=None if path is None else read_path(self.graph, path),
                severity=self.graph.first_object(node, SH + "severity"),
                messages=declared_messages(self.graph, node),
                deactivated=is_true(self.graph.first_object(node, SH + "deactivated")),
            )
        return self._shapes[node]

    def name(self, node: Term) -> str:
        """Return the IRI of the named shape that the node is or is a part of."""
        seen: set[Term] = set()
        while not isinstance(node, NamedNode) or node.value.startswith(_ANONYMOUS):
            if node in seen or node not in self._parents:
                return display_text(node)
            seen.add(node)
            node = self._parents[node]
        return node.value

    def messages(self, shape: Shape, component: str, constraint: Term | None = None) -> Mapping[str, str]:
        """Return the messages of a result: those of the constraint, of the shape, or the default of the component."""
        own = {} if constraint is None else declared_messages(self.graph, constraint)
        return own or shape.messages or default_messages(self.graph, shape.node, component)

    def constraints(self, node: Term) -> list[tuple[str, Term]]:
        """Return the constraints of a shape, each as the name of its parameter and the value."""
        return [
            (name, argument)
            for predicate in self.graph.predicates(node)
            if predicate.startswith(SH) and (name := predicate.removeprefix(SH)) in VALUE_PARAMETERS | FOCUS_PARAMETERS
            for argument in self.graph.objects(node, predicate)
        ]

    def parameter_values(self, name: str) -> list[Term]:
        """Every value of `sh:name` in the shapes."""
        return [o for subject in self.graph.subjects(SH + name) for o in self.graph.objects(subject, SH + name)]

    def prefixes(self, constraint: Term) -> dict[str, str]:
        """Return the prefixes declared for a SPARQL constraint (SHACL 5.2.1)."""
        pending, declared = [*self.graph.objects(constraint, SH + "prefixes")], dict[str, str]()
        for ontology in pending:
            pending += [o for o in self.graph.objects(ontology, OWL_IMPORTS) if o not in pending]
            for node in self.graph.objects(ontology, SH + "declare"):
                prefix = self.graph.first_object(node, SH + "prefix")
                namespace = self.graph.first_object(node, SH + "namespace")
                if isinstance(prefix, Literal) and isinstance(namespace, Literal):
                    declared[prefix.value] = namespace.value
        return declared


def _name_blank_nodes(quads: Sequence[Quad]) -> list[Quad]:
    """Return the triples with an IRI for each blank node that is a shape or a constraint."""
    anonymous = [quad.object for quad in quads if quad.predicate.value in (SH + "property", SH + "sparql")]
    anonymous += [quad.subject for quad in quads if quad.predicate.value in _TARGET_IRIS]
    names: dict[Term, NamedNode] = {
        node: NamedNode(f"{_ANONYMOUS}{number}")
        for number, node in enumerate(dict.fromkeys(anonymous))
        if isinstance(node, BlankNode)
    }
    return [
        Quad(names.get(quad.subject) or quad.subject, quad.predicate, names.get(quad.object) or quad.object)
        for quad in quads
    ]
