"""The fast SHACL engine: evaluates each constraint for all focus nodes at once, over columns of term ids."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from pyoxigraph import RdfFormat, Triple, serialize

from begrepp.errors import InputError
from begrepp.validation.shacl.components import CoreComponents
from begrepp.validation.shacl.data.data_graph import DataGraph, ValueNodes
from begrepp.validation.shacl.data.id_columns import join_sorted, sorted_unique
from begrepp.validation.shacl.data.term_table import Ids, Mask
from begrepp.validation.shacl.paths import path_to_text
from begrepp.validation.shacl.recursion import Recursion, recursive_nodes
from begrepp.validation.shacl.results import Cause, ColumnResults
from begrepp.validation.shacl.shapes import Shape, Shapes
from begrepp.validation.shacl.sparql_constraints.constraints import SparqlConstraints
from begrepp.validation.shacl.vocabulary import SH, Term, component_iri, display_text


def fast_results(
    shapes: Shapes, files: Sequence[Path], background: Sequence[Path], targets: Sequence[Term]
) -> Iterator[ColumnResults]:
    """All results of the shapes in `targets`. Raises `InputError` if a query or a parameter is ill-formed."""
    _check_parameters(shapes)
    return _Engine(shapes, files, background).results(targets)


def _check_parameters(shapes: Shapes) -> None:
    """Validate the parameters of SPARQL-based components, whose declarations are property shapes (SHACL 6.2.1)."""
    declared = [
        (component, node, parameter)
        for component in shapes.components
        for node, parameter in zip(component.parameter_nodes, component.parameters, strict=True)
        if shapes.constraints(node) and shapes.graph.subjects(parameter.predicate)
    ]
    if not declared:
        return
    with tempfile.NamedTemporaryFile(suffix=".nt") as file:
        triples = (Triple(quad.subject, quad.predicate, quad.object) for quad in shapes.graph.quads)
        serialize(triples, file, format=RdfFormat.N_TRIPLES)
        file.flush()
        engine = _Engine(shapes, [Path(file.name)], [])
        for component, node, parameter in declared:
            for user in shapes.graph.subjects(parameter.predicate):
                if component.bindings(shapes.graph, user) and engine.fails(node, user):
                    raise InputError(
                        shapes.name(user),
                        f"is ill-formed: {parameter.predicate} does not have the value that its declaration in "
                        f"{display_text(component.node)} asks for.",
                        "Correct the value.",
                    )


class _Engine:
    """SHACL Core and SHACL-SPARQL over a data graph."""

    def __init__(self, shapes: Shapes, files: Sequence[Path], background: Sequence[Path]) -> None:
        self.shapes = shapes
        self.graph = shapes.graph
        self.sparql = SparqlConstraints(shapes)
        vocabulary = {term for quad in shapes.graph.quads for term in (quad.subject, quad.object)}
        everything = bool(shapes.graph.subjects(SH + "closed")) or self.sparql.needs_all_predicates
        self.data = DataGraph(files, background, vocabulary | self.sparql.vocabulary, everything=everything)
        self.components = CoreComponents(shapes, self.data, self._non_conforming)
        self.recursion = Recursion(recursive_nodes(shapes), self.data, self._evaluate)

    def results(self, targets: Sequence[Term]) -> Iterator[ColumnResults]:
        for node in targets:
            found = [self.data.target_nodes(name, target) for name, target in self.shapes.targets(node)]
            focus = sorted_unique(np.concatenate(found)) if found else np.zeros(0, dtype=np.int64)
            if len(focus):
                yield from self._results(self.shapes.shape(node), focus)

    def fails(self, shape: Term, node: Term) -> bool:
        """Return whether a node of the vocabulary does not conform to a shape."""
        return bool(self._evaluate(shape, self.data.term_ids([node]))[0])

    def _results(self, shape: Shape, focus: Ids) -> Iterator[ColumnResults]:
        """Return the results of validating each focus node against the shape (SHACL 3.4)."""
        if shape.deactivated:
            return
        values = self.data.value_nodes(shape.path, focus)
        for name, argument in self.shapes.constraints(shape.node):
            component = component_iri(name)
            messages = self.shapes.messages(shape, component, argument=argument)
            for failed in self.components.failed_nodes(name, argument, shape.node, values):
                if len(failed.at):
                    path = failed.path or path_to_text(shape.path)
                    cause = Cause(shape=shape, component=component, path=path, messages=messages)
                    yield ColumnResults(cause, self.data.terms, focus[failed.at], focus[failed.at], failed.values)
        for child in self.graph.objects(shape.node, SH + "property"):
            yield from self._nested_results(self.shapes.shape(child), shape, values)
        for constraint in self.graph.objects(shape.node, SH + "sparql"):
            yield from self.sparql.results(constraint, shape, self.data, focus)
        yield from self.sparql.component_results(shape, self.data, values)

    def _nested_results(self, child: Shape, shape: Shape, values: ValueNodes) -> Iterator[ColumnResults]:
        """Return the results of a nested property shape, with each value node as its focus node."""
        if shape.path is None:
            yield from self._results(child, values.focus)
            return
        by_node = np.argsort(values.nodes, kind="stable")
        for batch in self._results(child, values.distinct_nodes()):
            rows, at = join_sorted(batch.root, values.nodes[by_node])
            yield batch.select(rows, values.focus[values.at[by_node[at]]])

    def _non_conforming(self, node: Term, nodes: Ids) -> Mask:
        """Return which of the nodes, distinct and sorted, do not conform to the shape at a node of the shapes graph."""
        return self.recursion.non_conforming(node, nodes)

    def _evaluate(self, node: Term, nodes: Ids) -> Mask:
        mask = np.zeros(len(nodes), dtype=np.bool_)
        for batch in self._results(self.shapes.shape(node), nodes):
            mask[np.searchsorted(nodes, batch.root)] = True
        return mask
