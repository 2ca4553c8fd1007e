"""Evaluation of SPARQL constraints (SHACL 5) and of SPARQL-based constraint components (SHACL 6).

A query that `select_parser` supports is evaluated over columns, for all focus nodes at once; any other query runs in
a store, once for each focus node or value node.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

import numpy as np
from pyoxigraph import NamedNode

from begrepp.validation.shacl.custom_components import CustomComponent
from begrepp.validation.shacl.data.data_graph import DataGraph, ValueNodes
from begrepp.validation.shacl.data.id_columns import sorted_unique
from begrepp.validation.shacl.data.term_table import UNBOUND, Ids
from begrepp.validation.shacl.messages import MESSAGE_VARIABLE, solution_messages
from begrepp.validation.shacl.paths import path_to_sparql, path_to_text
from begrepp.validation.shacl.results import Cause, ColumnResults
from begrepp.validation.shacl.shapes import Shape, Shapes
from begrepp.validation.shacl.sparql_constraints.joins import BindingTable, JoinEvaluator
from begrepp.validation.shacl.sparql_constraints.query_plan import Select, UnsupportedQuery, terms_in
from begrepp.validation.shacl.sparql_constraints.query_variables import check_prebinding, substitute_path
from begrepp.validation.shacl.sparql_constraints.select_parser import parse_select
from begrepp.validation.shacl.sparql_constraints.store_queries import StoreQueries, check_query_syntax
from begrepp.validation.shacl.vocabulary import SH, Term, component_iri, is_true, lexical_form

_CONTEXT = frozenset({"this", "shapesGraph", "currentShape"})
_STORE_ONLY = frozenset({"shapesGraph", "currentShape", "failure"})


class SparqlConstraints:
    """The SPARQL constraints and components of the shapes graph.

    `vocabulary` has the terms of the queries that are evaluated over columns. If `needs_all_predicates`, at least one
    query runs in a store. Raises `InputError` if a query is not valid or pre-binding excludes it.
    """

    def __init__(self, shapes: Shapes) -> None:
        self.shapes = shapes
        self._store_queries: StoreQueries | None = None
        uses = [
            (shapes.shape(node), each) for node in shapes.nodes for each in shapes.graph.objects(node, SH + "sparql")
        ]
        for shape, constraint in uses:
            query = lexical_form(shapes.graph.first_object(constraint, SH + "select"))
            self._check_query(query, constraint, _CONTEXT, shape.name)
        selects = [self._select(constraint, shape) for shape, constraint in uses]
        for component in shapes.components:
            self._check_component(component)
        self._components = {
            node: each
            for node in shapes.nodes
            if (each := [(c, values) for c in shapes.components for values in c.bindings(shapes.graph, node)])
        }
        self.needs_all_predicates = not all(selects) or bool(self._components)
        plans = [select for select in selects if select]
        self.vocabulary: set[Term] = {term for select in plans for term in terms_in(select.where)}
        self.vocabulary |= {term for select in plans for bind in select.bound for term in terms_in(bind)}

    def _check_query(self, query: str, source: Term, names: frozenset[str], shape: str) -> None:
        """Check the query of a constraint or validator, `source`, with the names of its pre-bound variables."""
        check_prebinding(query, names, shape)
        check_query_syntax(query, frozenset(self.shapes.prefixes(source).items()), names, shape)

    def _check_component(self, component: CustomComponent) -> None:
        """Check the queries of a component."""
        for validator in component.validators:
            query, is_ask = self._validator_query(validator)
            names = frozenset({*_CONTEXT, *(each.name for each in component.required), *(["value"] if is_ask else [])})
            self._check_query(query, validator, names, lexical_form(component.node))

    def _validator_query(self, validator: Term | None) -> tuple[str, bool]:
        """Return the query of a validator, and whether it is an ASK query."""
        graph = self.shapes.graph
        ask = None if validator is None else graph.first_object(validator, SH + "ask")
        select = None if validator is None else graph.first_object(validator, SH + "select")
        return lexical_form(ask or select), ask is not None

    def _select(self, constraint: Term, shape: Shape) -> Select | None:
        query = lexical_form(self.shapes.graph.first_object(constraint, SH + "select"))
        return _parse(_with_path(query, shape), frozenset(self.shapes.prefixes(constraint).items()))

    def results(self, constraint: Term, shape: Shape, data: DataGraph, focus: Ids) -> Iterator[ColumnResults]:
        """Return the results of a SPARQL constraint of a shape.

        Raises `InputError` if the query is no SELECT or reports a failure.
        """
        if not is_true(self.shapes.graph.first_object(constraint, SH + "deactivated")):
            component = component_iri("SPARQL")
            messages = self.shapes.messages(shape, component, constraint)
            solutions = self._solutions(constraint, shape, data, focus)
            yield from self._results(solutions, shape, component, messages, data, constraint)

    def component_results(self, shape: Shape, data: DataGraph, values: ValueNodes) -> Iterator[ColumnResults]:
        """Return the results of the constraints of a shape that use SPARQL-based components."""
        for component, parameters in self._components.get(shape.node, ()):
            validator = component.node_validator if shape.path is None else component.property_validator
            if validator is not None:
                yield from self._validator_results(component, validator, parameters, shape, data, values)

    def _validator_results(
        self,
        component: CustomComponent,
        validator: Term,
        parameters: Mapping[str, Term],
        shape: Shape,
        data: DataGraph,
        values: ValueNodes,
    ) -> Iterator[ColumnResults]:
        query, is_ask = self._validator_query(validator)
        prefixes, store = self.shapes.prefixes(validator), self._store(data)
        messages = self.shapes.component_messages(shape, component, validator, parameters)
        name = lexical_form(component.node)
        if is_ask:
            failed = [
                row
                for row, (at, node) in enumerate(zip(values.at.tolist(), values.nodes.tolist(), strict=True))
                if not store.answer(
                    query,
                    prefixes,
                    shape,
                    {**parameters, "this": data.terms.term(int(values.focus[at])), "value": data.terms.term(node)},
                )
            ]
            this, nodes = values.focus[values.at[failed]], values.nodes[failed]
            if failed:
                cause = Cause(shape=shape, component=name, path=path_to_text(shape.path), messages=messages)
                yield ColumnResults(cause, data.terms, this, this, nodes, {"this": this, "value": nodes})
            return
        solutions = self._store_solutions(query, validator, shape, data, values.focus, parameters)
        yield from self._results(solutions, shape, name, messages, data)

    def _results(
        self,
        solutions: BindingTable,
        shape: Shape,
        component: str,
        messages: Mapping[str, str],
        data: DataGraph,
        constraint: Term | None = None,
    ) -> Iterator[ColumnResults]:
        """Return the results that solutions stand for (SHACL 5.3.2)."""
        this, value = solutions.columns["this"], solutions.column("value")
        if shape.path is None:
            value = np.where(value == UNBOUND, this, value)
        bindings = {**solutions.columns, "value": np.where(value == UNBOUND, this, value)}
        paths = solutions.column("path")
        for path in sorted_unique(paths):
            rows = np.flatnonzero(paths == path)
            result_path = path_to_text(shape.path)
            if path != UNBOUND and isinstance(bound_path := data.terms.term(int(path)), NamedNode):
                result_path = bound_path.value
            shared, own = messages, sorted_unique(solutions.column(MESSAGE_VARIABLE)[rows]).tolist()
            if len(own) == 1 and own[0] != UNBOUND:
                shared = solution_messages(messages, {MESSAGE_VARIABLE: data.terms.term(own[0])})
            cause = Cause(shape=shape, component=component, path=result_path, messages=shared, constraint=constraint)
            yield ColumnResults(cause, data.terms, this, this, value, bindings).select(rows, this[rows])

    def _solutions(self, constraint: Term, shape: Shape, data: DataGraph, focus: Ids) -> BindingTable:
        if select := self._select(constraint, shape):
            try:
                return JoinEvaluator(data).solutions(select, focus)
            except UnsupportedQuery:
                pass
        query = lexical_form(self.shapes.graph.first_object(constraint, SH + "select"))
        return self._store_solutions(query, constraint, shape, data, focus, {})

    def _store_solutions(
        self,
        query: str,
        source: Term,
        shape: Shape,
        data: DataGraph,
        focus: Ids,
        parameters: Mapping[str, Term],
    ) -> BindingTable:
        """Return the solutions of the SELECT query of a constraint or validator, `source`, for each focus node."""
        prefixes, store = self.shapes.prefixes(source), self._store(data)
        query = _with_path(query, shape)
        return _table(
            [
                {**{name: data.terms.add(term) for name, term in row.items()}, "this": node}
                for node in focus.tolist()
                for row in store.solutions(query, prefixes, shape, {**parameters, "this": data.terms.term(node)})
            ]
        )

    def _store(self, data: DataGraph) -> StoreQueries:
        if self._store_queries is None:
            self._store_queries = StoreQueries(data.store, self.shapes)
        return self._store_queries


def _with_path(query: str, shape: Shape) -> str:
    """Return a query with the path of a property shape in place of `$PATH`."""
    return query if shape.path is None else substitute_path(query, path_to_sparql(shape.path))


def _table(rows: list[dict[str, int]]) -> BindingTable:
    """Return solutions as columns; the terms of a store have new ids, as computed terms."""
    names = {"this", *(name for row in rows for name in row)}
    columns = {name: np.array([row.get(name, UNBOUND) for row in rows], dtype=np.int64) for name in names}
    return BindingTable(columns, len(rows))


@lru_cache(maxsize=1000)
def _parse(query: str, prefixes: frozenset[tuple[str, str]]) -> Select | None:
    try:
        select = parse_select(query, dict(prefixes))
    except UnsupportedQuery:
        return None
    return None if _STORE_ONLY & {*select.projected} else select
