"""Constraint components of SHACL Core (SHACL 4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from begrepp.validation.shacl.data.data_graph import DataGraph, ValueNodes
from begrepp.validation.shacl.data.id_columns import is_in, join_sorted, pack_pairs, unpack_pairs
from begrepp.validation.shacl.data.term_table import Ids, Mask
from begrepp.validation.shacl.regex import matches_pattern
from begrepp.validation.shacl.shapes import VALUE_PARAMETERS, Shapes
from begrepp.validation.shacl.value_tests import (
    BOUNDS,
    compare_terms,
    has_datatype,
    has_language,
    has_length,
    has_node_kind,
)
from begrepp.validation.shacl.vocabulary import SH, Term, is_true, lexical_form, parse_count


@dataclass(frozen=True, slots=True)
class FailedNodes:
    """Nodes that violate a constraint: indices of focus nodes, their values, and a path if not that of the shape."""

    at: Ids
    values: Ids | None = None
    path: str | None = None


NonConforming = Callable[[Term, Ids], Mask]
"""Function from a shape and distinct nodes to a mask of the nodes that do not conform to the shape."""


class CoreComponents:
    """Evaluates the constraint components of SHACL Core for a set of focus nodes at once."""

    def __init__(self, shapes: Shapes, data: DataGraph, non_conforming: NonConforming) -> None:
        self.shapes = shapes
        self.graph = shapes.graph
        self.data = data
        self.non_conforming = non_conforming

    def failed_nodes(self, name: str, argument: Term, shape: Term, values: ValueNodes) -> Iterator[FailedNodes]:
        """The nodes that violate a constraint, given its parameter's name and value, its shape and the value nodes."""
        if name in VALUE_PARAMETERS:
            nodes, inverse = np.unique(values.nodes, return_inverse=True)
            failed = ~self._check_values(name, argument, shape, nodes)[inverse]
            yield FailedNodes(values.at[failed], values.nodes[failed])
        elif name == "closed":
            if is_true(argument):
                yield from self._check_closed(shape, values)
        else:
            yield from self._check_focus_nodes(name, argument, shape, values)

    def _check_values(self, name: str, argument: Term, shape: Term, nodes: Ids) -> Mask:
        """Return which nodes pass a component that checks each value by itself (SHACL 4.1, 4.3, 4.4, 4.6–4.8)."""
        terms = self.data.terms
        match name:
            case "class":
                return self.data.instance_mask(argument)[nodes]
            case "datatype":
                return has_datatype(terms, nodes, argument)
            case "nodeKind":
                return has_node_kind(terms, nodes, argument)
            case "in":
                return is_in(nodes, np.sort(self.data.term_ids(self.graph.list_members(argument))))
            case "pattern":
                flags = lexical_form(self.graph.first_object(shape, SH + "flags"))
                return matches_pattern(terms.lexical_forms(nodes), lexical_form(argument), flags)
            case "languageIn":
                return has_language(terms, nodes, [lexical_form(item) for item in self.graph.list_members(argument)])
            case "minLength" | "maxLength":
                return has_length(terms, nodes, name, argument)
            case "node":
                return ~self.non_conforming(argument, nodes)
            case "not":
                return self.non_conforming(argument, nodes)
            case "and" | "or" | "xone":
                conforming = [~self.non_conforming(member, nodes) for member in self.graph.list_members(argument)]
                count = np.sum(conforming, axis=0) if conforming else np.zeros(len(nodes), dtype=np.int64)
                passed = {"and": count == len(conforming), "or": count >= 1, "xone": count == 1}
                return np.asarray(passed[name])
        return compare_terms(terms, np.full(len(nodes), self.data.term_id(argument)), BOUNDS[name], nodes)

    def _check_focus_nodes(self, name: str, argument: Term, shape: Term, values: ValueNodes) -> Iterator[FailedNodes]:
        """Check the value nodes of each focus node together (SHACL 4.2, 4.4.5, 4.5, 4.7.3, 4.8.2)."""
        match name:
            case "minCount":
                yield FailedNodes(np.flatnonzero(values.count_by_focus() < parse_count(argument)))
            case "maxCount":
                yield FailedNodes(np.flatnonzero(values.count_by_focus() > parse_count(argument)))
            case "hasValue":
                yield FailedNodes(
                    np.flatnonzero(values.count_by_focus(values.nodes == self.data.term_id(argument)) == 0)
                )
            case "uniqueLang":
                if is_true(argument):
                    yield FailedNodes(self._repeated_languages(values))
            case "equals" | "disjoint" | "lessThan" | "lessThanOrEquals":
                yield from self._check_property_pair(name, values, *self.data.column(argument).objects_of(values.focus))
            case _:
                yield from self._check_qualified(name, parse_count(argument), shape, values)

    def _repeated_languages(self, values: ValueNodes) -> Ids:
        """Return indices of focus nodes, once for each language that several of its value nodes have (SHACL 4.4.5)."""
        languages = self.data.terms.languages[0][values.nodes]
        tagged = languages >= 0
        keys, count = np.unique(pack_pairs(values.at[tagged], languages[tagged]), return_counts=True)
        return unpack_pairs(keys[count > 1])[0]

    def _check_property_pair(self, name: str, values: ValueNodes, at: Ids, others: Ids) -> Iterator[FailedNodes]:
        """Compare the value nodes with the values of another property (SHACL 4.5)."""
        own, other = pack_pairs(values.at, values.nodes), pack_pairs(at, others)
        match name:
            case "equals":
                missing, extra = ~np.isin(own, other), ~np.isin(other, own)
                yield FailedNodes(values.at[missing], values.nodes[missing])
                yield FailedNodes(at[extra], others[extra])
            case "disjoint":
                shared = np.isin(own, other)
                yield FailedNodes(values.at[shared], values.nodes[shared])
            case _:
                own_rows, other_rows = join_sorted(values.at, at)
                operator = "<" if name == "lessThan" else "<="
                failed = own_rows[~compare_terms(self.data.terms, values.nodes[own_rows], operator, others[other_rows])]
                yield FailedNodes(values.at[failed], values.nodes[failed])

    def _check_qualified(self, name: str, bound: int, shape: Term, values: ValueNodes) -> Iterator[FailedNodes]:
        """Count the value nodes that conform to the qualified value shape (SHACL 4.7.3)."""
        nodes, inverse = np.unique(values.nodes, return_inverse=True)
        for value_shape in self.graph.objects(shape, SH + "qualifiedValueShape"):
            conforming = ~self.non_conforming(value_shape, nodes)
            for sibling in self.shapes.siblings(shape):
                conforming &= self.non_conforming(sibling, nodes)
            count = values.count_by_focus(conforming[inverse])
            yield FailedNodes(np.flatnonzero(count < bound if name == "qualifiedMinCount" else count > bound))

    def _check_closed(self, shape: Term, values: ValueNodes) -> Iterator[FailedNodes]:
        """Find properties that a closed shape does not allow (SHACL 4.8.1)."""
        allowed = [self.graph.first_object(child, SH + "path") for child in self.graph.objects(shape, SH + "property")]
        allowed += self.graph.list_members(self.graph.first_object(shape, SH + "ignoredProperties"))
        allowed_ids = {self.data.term_id(path) for path in allowed if path is not None}
        for predicate, column in self.data.columns():
            if predicate not in allowed_ids:
                at, extra = column.objects_of(values.nodes)
                yield FailedNodes(values.at[at], extra, lexical_form(self.data.terms.term(predicate)))
