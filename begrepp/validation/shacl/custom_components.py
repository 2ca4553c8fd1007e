"""SPARQL-based constraint components as the shapes graph declares them (SHACL 6)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

from pyoxigraph import Literal, NamedNode

from begrepp.errors import InputError
from begrepp.validation.shacl.rdf_reader import TripleIndex
from begrepp.validation.shacl.vocabulary import RDF_TYPE, SH, Term, display_text, is_true, lexical_form

_RESERVED = frozenset({"this", "shapesGraph", "currentShape", "path", "PATH", "value"})
"""Names that a parameter cannot have (SHACL 6.2.1)."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter: the IRI of its property, and the name of its variable, which is the local name of the IRI."""

    predicate: str
    name: str
    optional: bool


@dataclass(frozen=True, slots=True)
class CustomComponent:
    """A constraint component; each validator is a node with `sh:ask` or `sh:select`, or None."""

    node: Term
    parameters: tuple[Parameter, ...]
    parameter_nodes: tuple[Term, ...]
    node_validator: Term | None
    property_validator: Term | None

    @property
    def required(self) -> list[Parameter]:
        """The parameters that a shape must have for the component to apply."""
        return [parameter for parameter in self.parameters if not parameter.optional]

    @property
    def validators(self) -> list[Term]:
        """The validators, each once."""
        return [each for each in dict.fromkeys((self.node_validator, self.property_validator)) if each is not None]

    def bindings(self, graph: TripleIndex, shape: Term) -> list[dict[str, Term]]:
        """Return the values of the parameters, once for each constraint that a shape declares (SHACL 6.2.3).

        Raises `InputError` if a shape has two values for one of several parameters.
        """
        values = {parameter.name: graph.objects(shape, parameter.predicate) for parameter in self.parameters}
        if not all(values[parameter.name] for parameter in self.required):
            return []
        if len(self.parameters) == 1:
            return [{name: value} for name, each in values.items() for value in each]
        if repeated := [name for name, each in values.items() if len(each) > 1]:
            raise InputError(
                display_text(shape),
                f"is ill-formed: it has several values for '{repeated[0]}', one of several parameters of "
                f"{display_text(self.node)}.",
                "Give one value, or use several shapes.",
            )
        return [{name: each[0] for name, each in values.items() if each}]


def read_components(graph: TripleIndex, classes: frozenset[Term]) -> list[CustomComponent]:
    """Return the components that the shapes graph declares; `classes` are the subclasses of their class.

    Raises `InputError` if a component is ill-formed.
    """
    nodes = [
        node for node in graph.subjects(RDF_TYPE.value) if not classes.isdisjoint(graph.objects(node, RDF_TYPE.value))
    ]
    found = [_component(graph, node) for node in nodes if graph.objects(node, SH + "parameter")]
    return sorted(found, key=lambda component: str(component.node))


def _component(graph: TripleIndex, node: Term) -> CustomComponent:
    parameter_nodes = graph.objects(node, SH + "parameter")
    parameters = tuple(_parameter(graph, node, each) for each in parameter_nodes)
    if all(parameter.optional for parameter in parameters):
        raise _ill_formed(node, "all its parameters are optional")
    if len({parameter.name for parameter in parameters}) < len(parameters):
        raise _ill_formed(node, "two of its parameters have the same local name")
    validators = {name: graph.objects(node, SH + name) for name in ("validator", "nodeValidator", "propertyValidator")}
    _check_validators(graph, node, chain.from_iterable(validators.values()))
    general = validators["validator"]
    return CustomComponent(
        node=node,
        parameters=parameters,
        parameter_nodes=tuple(parameter_nodes),
        node_validator=next(iter([*validators["nodeValidator"], *general]), None),
        property_validator=next(iter([*validators["propertyValidator"], *general]), None),
    )


def _parameter(graph: TripleIndex, component: Term, node: Term) -> Parameter:
    paths = graph.objects(node, SH + "path")
    if len(paths) != 1 or not isinstance(paths[0], NamedNode):
        raise _ill_formed(component, "a parameter needs one sh:path, an IRI")
    name = paths[0].value.replace("#", "/").rpartition("/")[2].rpartition(":")[2]
    if name in _RESERVED or not name.replace("_", "a").isalnum():
        raise _ill_formed(component, f"'{name}' cannot be the name of a variable")
    return Parameter(paths[0].value, name, is_true(graph.first_object(node, SH + "optional")))


def _check_validators(graph: TripleIndex, component: Term, validators: Iterable[Term]) -> None:
    for validator in validators:
        queries = [*graph.objects(validator, SH + "ask"), *graph.objects(validator, SH + "select")]
        if len(queries) != 1 or not isinstance(queries[0], Literal) or not lexical_form(queries[0]).strip():
            raise _ill_formed(component, "a validator needs one sh:ask or one sh:select")


def _ill_formed(component: Term, reason: str) -> InputError:
    return InputError(
        display_text(component), f"is ill-formed: {reason}.", "Correct the constraint component; see SHACL 1.0, 6."
    )
