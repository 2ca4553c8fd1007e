"""Reads the rules: what each shape looks at, what it asks, how grave a breach is and what is said of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from begrepp.errors import InputError
from begrepp.settings import ROOT
from begrepp.validation.shacl.messages import default_messages, own_messages
from begrepp.validation.shacl.paths import PropertyPath, read_path
from begrepp.validation.shacl.rdf_reader import Triples, read
from begrepp.validation.shacl.vocabulary import OWL_IMPORTS, RDF_TYPE, RDFS_CLASS, SH, Term, is_true, shown

VALUE_CHECKS = frozenset(
    {"class", "datatype", "nodeKind", "minExclusive", "minInclusive", "maxExclusive", "maxInclusive", "minLength"}
    | {"maxLength", "pattern", "languageIn", "in", "not", "and", "or", "xone", "node"}
)
"""Components that judge each value node by itself."""

FOCUS_CHECKS = frozenset(
    {"minCount", "maxCount", "uniqueLang", "equals", "disjoint", "lessThan", "lessThanOrEquals", "hasValue", "closed"}
    | {"qualifiedMinCount", "qualifiedMaxCount"}
)
"""Components that judge all value nodes of a focus node together."""

TARGETS = ("targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf")
_TARGET_IRIS = tuple(SH + name for name in TARGETS)
_SHAPE_CLASSES = (NamedNode(SH + "NodeShape"), NamedNode(SH + "PropertyShape"))
_ANONYMOUS = "urn:shape:"


@dataclass(frozen=True, slots=True)
class Shape:
    """A shape as the engines need it; `name` is its own IRI, or that of the named shape it is a part of."""

    node: Term
    name: str
    path: PropertyPath | None
    severity: Term | None
    messages: Mapping[str, str]
    deactivated: bool


class Shapes:
    """The shapes graph, read once. Anonymous property shapes and constraints get a name to be found by.

    `targeted` are the shapes that choose what to look at; the others are parts of them. Raises `InputError`
    where a file is not RDF or no shape has a target.
    """

    def __init__(self, files: Sequence[Path]) -> None:
        self.graph = Triples(_named(list(read([*files, ROOT / "ontology" / "prefixes.ttl"]))))
        self._parents: dict[Term, Term] = {quad.object: quad.subject for quad in self.graph.quads}
        self._known: dict[Term, Shape] = {}
        self.targeted = self._targeted()
        if not self.targeted:
            names = ", ".join(path.name for path in files)
            raise InputError(names or "shapes", "no shape with a target was found.", "Provide a SHACL shapes file.")

    def _targeted(self) -> list[Term]:
        explicit = [node for target in (*_TARGET_IRIS, SH + "target") for node in self.graph.subjects(target)]
        classes = [node for node in self.graph.subjects(RDF_TYPE.value) if self.is_class(node)]
        return sorted(dict.fromkeys([*explicit, *classes]), key=str)

    def is_class(self, node: Term) -> bool:
        """Whether a shape is a class too, and so its own target (SHACL 2.1.3.3)."""
        types = self.graph.objects(node, RDF_TYPE.value)
        return RDFS_CLASS in types and any(shape in types for shape in _SHAPE_CLASSES)

    def targets(self, node: Term) -> list[tuple[str, Term]]:
        """What a shape chooses to look at: `targetClass` and the class, and so on (SHACL 2.1.3)."""
        chosen = [(name, target) for name in TARGETS for target in self.graph.objects(node, SH + name)]
        return [*chosen, ("targetClass", node)] if self.is_class(node) else chosen

    def shape(self, node: Term) -> Shape:
        """The shape at a node of the shapes graph."""
        if node not in self._known:
            path = self.graph.one(node, SH + "path")
            self._known[node] = Shape(
                node=node,
                name=self.name(node),
                path=None if path is None else read_path(self.graph, path),
                severity=self.graph.one(node, SH + "severity"),
                messages=own_messages(self.graph, node),
                deactivated=is_true(self.graph.one(node, SH + "deactivated")),
            )
        return self._known[node]

    def name(self, node: Term) -> str:
        """The IRI of the named shape that the node is or is a part of."""
        seen: set[Term] = set()
        while not isinstance(node, NamedNode) or node.value.startswith(_ANONYMOUS):
            if node in seen or node not in self._parents:
                return shown(node)
            seen.add(node)
            node = self._parents[node]
        return node.value

    def messages(self, shape: Shape, component: str, constraint: Term | None = None) -> Mapping[str, str]:
        """What to say of a breach: the constraint's words, else the shape's, else ours for the component."""
        own = {} if constraint is None else own_messages(self.graph, constraint)
        return own or shape.messages or default_messages(self.graph, shape.node, component)

    def checks(self, node: Term) -> list[tuple[str, Term]]:
        """Each constraint of a shape: the name of its parameter and the parameter's value."""
        return [
            (name, argument)
            for predicate in self.graph.predicates(node)
            if predicate.startswith(SH) and (name := predicate.removeprefix(SH)) in VALUE_CHECKS | FOCUS_CHECKS
            for argument in self.graph.objects(node, predicate)
        ]

    def used(self, name: str) -> list[Term]:
        """Every value of `sh:name` in the shapes."""
        return [o for subject in self.graph.subjects(SH + name) for o in self.graph.objects(subject, SH + name)]

    def prologue(self, constraint: Term) -> dict[str, str]:
        """The prefixes a SPARQL constraint may use (SHACL 5.2.1)."""
        pending, declared = [*self.graph.objects(constraint, SH + "prefixes")], dict[str, str]()
        for ontology in pending:
            pending += [o for o in self.graph.objects(ontology, OWL_IMPORTS) if o not in pending]
            for node in self.graph.objects(ontology, SH + "declare"):
                prefix, namespace = self.graph.one(node, SH + "prefix"), self.graph.one(node, SH + "namespace")
                if isinstance(prefix, Literal) and isinstance(namespace, Literal):
                    declared[prefix.value] = namespace.value
        return declared


def _named(quads: Sequence[Quad]) -> list[Quad]:
    """The triples with an IRI for each blank node that is a shape or a constraint."""
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
