"""The shapes graph: shapes with their targets, constraints, severities and messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from begrepp.errors import InputError
from begrepp.settings import ROOT
from begrepp.validation.shacl.custom_components import CustomComponent, read_components
from begrepp.validation.shacl.messages import declared_messages, default_messages, fill_placeholders, label_messages
from begrepp.validation.shacl.paths import PropertyPath, read_path
from begrepp.validation.shacl.rdf_reader import TripleIndex, direct_subclasses, read_quads, with_subclasses
from begrepp.validation.shacl.vocabulary import (
    OWL_IMPORTS,
    RDF,
    RDF_TYPE,
    RDFS_CLASS,
    SH,
    XSD,
    Term,
    display_text,
    is_true,
    lexical_form,
    parameter_name,
)

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
_SHAPE_TYPES = ("NodeShape", "PropertyShape")
EXPECTING = ("property", "node", "not", "qualifiedValueShape")
"""Parameters whose values are shapes; those of `EXPECTING_LISTS` are lists of shapes."""
EXPECTING_LISTS = ("and", "or", "xone")
_ANONYMOUS = "urn:shape:"
_NAMED_OBJECTS = frozenset({*EXPECTING, "sparql", "validator", "nodeValidator", "propertyValidator", "parameter"})
_NAMED_SUBJECTS = frozenset({*TARGETS, "target"})


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
    """The shapes graph of some files. Blank shapes, constraints and components get an IRI of their own.

    `nodes` are all shapes, `target_shapes` those with a target; `classes` are rdfs:Class and its
    subclasses. Raises `InputError` if a file is not RDF or has no shape.
    """

    def __init__(self, files: Sequence[Path]) -> None:
        self.graph = TripleIndex(_name_blank_nodes(list(read_quads([*files, ROOT / "ontology" / "prefixes.ttl"]))))
        self._parents: dict[Term, Term] = {quad.object: quad.subject for quad in self.graph.quads}
        self._shapes: dict[Term, Shape] = {}
        subclasses = direct_subclasses(self.graph.quads)
        self.classes = with_subclasses(RDFS_CLASS, subclasses)
        self._types = {name: with_subclasses(NamedNode(SH + name), subclasses) for name in _SHAPE_TYPES}
        self.components = read_components(
            self.graph, with_subclasses(NamedNode(SH + "ConstraintComponent"), subclasses)
        )
        self.nodes = self._find_nodes()
        self.target_shapes = self._find_target_shapes()
        if not self.nodes:
            names = ", ".join(path.name for path in files)
            raise InputError(names or "shapes", "no shape was found.", "Provide a SHACL shapes file.")

    def _find_nodes(self) -> dict[Term, None]:
        """Return all shapes (SHACL 2.1): typed ones, those with a target or a parameter, and values of parameters."""
        graph = self.graph
        own = {parameter.predicate for component in self.components for parameter in component.required}
        predicates = [SH + name for name in (*TARGETS, "target", *EXPECTING, *VALUE_PARAMETERS, *FOCUS_PARAMETERS)]
        found = [node for predicate in (*predicates, SH + "sparql", *sorted(own)) for node in graph.subjects(predicate)]
        found += [
            node for node in graph.subjects(RDF_TYPE.value) if any(self.has_type(node, name) for name in _SHAPE_TYPES)
        ]
        found += [o for name in EXPECTING for node in graph.subjects(SH + name) for o in graph.objects(node, SH + name)]
        found += [
            member
            for name in EXPECTING_LISTS
            for node in graph.subjects(SH + name)
            for head in graph.objects(node, SH + name)
            for member in graph.list_members(head)
        ]
        parameters = {each for component in self.components for each in component.parameter_nodes}
        return {node: None for node in found if isinstance(node, NamedNode | BlankNode) and node not in parameters}

    def has_type(self, node: Term, name: str) -> bool:
        """Return whether the node is an instance of `sh:NodeShape` or `sh:PropertyShape`, or of a subclass."""
        return not self._types[name].isdisjoint(self.graph.objects(node, RDF_TYPE.value))

    def _find_target_shapes(self) -> list[Term]:
        explicit = [node for target in (*_TARGET_IRIS, SH + "target") for node in self.graph.subjects(target)]
        classes = [node for node in self.nodes if self.is_class(node)]
        return sorted(dict.fromkeys([*explicit, *classes]), key=str)

    def is_class(self, node: Term) -> bool:
        """Return whether a shape is also a class, and so has an implicit class target (SHACL 2.1.3.3)."""
        return not self.classes.isdisjoint(self.graph.objects(node, RDF_TYPE.value))

    def targets(self, node: Term) -> list[tuple[str, Term]]:
        """Return the targets of a shape, each as the name of its property and the value (SHACL 2.1.3)."""
        declared = [(name, target) for name in TARGETS for target in self.graph.objects(node, SH + name)]
        return [*declared, ("targetClass", node)] if self.is_class(node) else declared

    def siblings(self, node: Term) -> list[Term]:
        """Return the sibling shapes of a qualified value shape that must be disjoint with them (SHACL 4.7.3)."""
        if not is_true(self.graph.first_object(node, SH + "qualifiedValueShapesDisjoint")):
            return []
        parents = [
            parent
            for parent in self.graph.subjects(SH + "property")
            if node in self.graph.objects(parent, SH + "property")
        ]
        own = self.graph.objects(node, SH + "qualifiedValueShape")
        shapes = [
            value
            for parent in parents
            for child in self.graph.objects(parent, SH + "property")
            for value in self.graph.objects(child, SH + "qualifiedValueShape")
        ]
        return [value for value in dict.fromkeys(shapes) if value not in own]

    def is_named(self, node: Term) -> bool:
        """Return whether the node has an IRI in the file."""
        return isinstance(node, NamedNode) and not node.value.startswith(_ANONYMOUS)

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
                return source_text(node)
            seen.add(node)
            node = self._parents[node]
        return node.value

    def messages(
        self, shape: Shape, component: str, constraint: Term | None = None, argument: Term | None = None
    ) -> Mapping[str, str]:
        """Return the messages of a result: those of the constraint, of the shape, or the default of the component.

        `argument` is the violated value of the component's parameter; if it is unknown, all values are named.
        """
        own = {} if constraint is None else declared_messages(self.graph, constraint)
        if own or shape.messages:
            return own or shape.messages
        values = self.graph.objects(shape.node, SH + parameter_name(component)) if argument is None else [argument]
        named = [lexical_form(each) for each in values if isinstance(each, Literal) or self.is_named(each)]
        return default_messages(component, " / ".join(named) if len(named) == len(values) else "")

    def component_messages(
        self, shape: Shape, component: CustomComponent, validator: Term, parameters: Mapping[str, Term]
    ) -> Mapping[str, str]:
        """Return the messages of a SPARQL-based component: those of the shape, the validator, or its name."""
        messages = (
            shape.messages or declared_messages(self.graph, validator) or label_messages(self.graph, component.node)
        )
        return fill_placeholders(messages, parameters)

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
        """Return the prefixes declared for a SPARQL constraint (SHACL 5.2.1).

        Raises `InputError` if a declaration is ill-formed or a prefix has two namespaces.
        """
        pending, declared = [*self.graph.objects(constraint, SH + "prefixes")], dict[str, str]()
        for ontology in pending:
            pending += [o for o in self.graph.objects(ontology, OWL_IMPORTS) if o not in pending]
            for node in self.graph.objects(ontology, SH + "declare"):
                prefixes = self.graph.objects(node, SH + "prefix")
                namespaces = self.graph.objects(node, SH + "namespace")
                if [lexical_form(each.datatype) for each in (*prefixes, *namespaces) if isinstance(each, Literal)] != [
                    XSD + "string",
                    XSD + "anyURI",
                ]:
                    raise InputError(
                        display_text(ontology),
                        "sh:declare needs one sh:prefix, a text, and one sh:namespace, an xsd:anyURI.",
                        'Write sh:declare [ sh:prefix "ex" ; sh:namespace "https://…"^^xsd:anyURI ].',
                    )
                prefix, namespace = lexical_form(prefixes[0]), lexical_form(namespaces[0])
                if declared.setdefault(prefix, namespace) != namespace:
                    raise InputError(
                        display_text(ontology),
                        f"the prefix {prefix} is declared as <{declared[prefix]}> and as <{namespace}>.",
                        "Keep one of the declarations.",
                    )
        return declared


def source_text(node: Term) -> str:
    """Return a shape or constraint as `sh:sourceShape` names it: its IRI, or `_:shape3`."""
    text = display_text(node)
    return f"_:shape{text.removeprefix(_ANONYMOUS)}" if text.startswith(_ANONYMOUS) else text


def _name_blank_nodes(quads: Sequence[Quad]) -> list[Quad]:
    """Return the triples with an IRI for each blank node that is a shape, a constraint or a component."""
    anonymous: list[Term] = []
    members: dict[Term, Term] = {q.subject: q.object for q in quads if q.predicate.value == RDF + "first"}
    rest: dict[Term, Term] = {quad.subject: quad.object for quad in quads if quad.predicate.value == RDF + "rest"}
    for quad in quads:
        name = quad.predicate.value.removeprefix(SH)
        if name in _NAMED_OBJECTS:
            anonymous.append(quad.object)
        elif name in EXPECTING_LISTS:
            head: Term = quad.object
            seen: set[Term] = set()
            while head in members and head not in seen:
                seen.add(head)
                anonymous.append(members[head])
                head = rest.get(head, head)
        elif name in _NAMED_SUBJECTS:
            anonymous.append(quad.subject)
    names: dict[Term, NamedNode] = {
        node: NamedNode(f"{_ANONYMOUS}{number}")
        for number, node in enumerate(dict.fromkeys(node for node in anonymous if isinstance(node, BlankNode)), 1)
    }
    return [
        Quad(names.get(quad.subject) or quad.subject, quad.predicate, names.get(quad.object) or quad.object)
        for quad in quads
    ]
