"""Evaluation of SPARQL constraints (SHACL 5).

A query that `select_parser` supports is evaluated over columns, for all focus nodes at once; any other query runs in
a store, once for each focus node.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from pyoxigraph import NamedNode

from begrepp.validation.shacl.data.data_graph import DataGraph
from begrepp.validation.shacl.data.term_table import UNBOUND, Ids
from begrepp.validation.shacl.paths import path_to_text
from begrepp.validation.shacl.results import Cause, ColumnResults
from begrepp.validation.shacl.shapes import Shape, Shapes
from begrepp.validation.shacl.sparql_constraints.joins import BindingTable, JoinEvaluator
from begrepp.validation.shacl.sparql_constraints.query_plan import Select, UnsupportedQuery, terms_in
from begrepp.validation.shacl.sparql_constraints.select_parser import parse_select
from begrepp.validation.shacl.sparql_constraints.store_queries import store_solutions
from begrepp.validation.shacl.vocabulary import SH, Term, component_iri, is_true, lexical_form


class SparqlConstraints:
    """The SPARQL constraints of the shapes graph.

    `vocabulary` has the terms of the queries that are evaluated over columns. If `needs_all_predicates`, at least one
    query runs in a store.
    """

    def __init__(self, shapes: Shapes) -> None:
        self.shapes = shapes
        self._selects = {constraint: self._select(constraint) for constraint in shapes.parameter_values("sparql")}
        selects = [select for select in self._selects.values() if select]
        self.needs_all_predicates = len(selects) < len(self._selects)
        self.vocabulary: set[Term] = {term for select in selects for term in terms_in(select.where)}
        self.vocabulary |= {term for select in selects for bind in select.bound for term in terms_in(bind)}

    def _select(self, constraint: Term) -> Select | None:
        query = lexical_form(self.shapes.graph.first_object(constraint, SH + "select"))
        return _parse(query, frozenset(self.shapes.prefixes(constraint).items()))

    def results(self, constraint: Term, shape: Shape, data: DataGraph, focus: Ids) -> Iterator[ColumnResults]:
        """Return the results of a SPARQL constraint of a shape.

        Raises `InputError` if the query is no SELECT, and `FastEngineUnsupported` if pySHACL has to evaluate it.
        """
        if is_true(self.shapes.graph.first_object(constraint, SH + "deactivated")):
            return
        solutions = self._solutions(constraint, shape, data, focus)
        component = component_iri("SPARQL")
        messages = self.shapes.messages(shape, component, constraint)
        this = solutions.columns["this"]
        value = solutions.column("value")
        if shape.path is None:
            value = np.where(value == UNBOUND, this, value)
        bindings = {**solutions.columns, "value": np.where(value == UNBOUND, this, value)}
        paths = solutions.column("path")
        for path in np.unique(paths):
            rows = np.flatnonzero(paths == path)
            result_path = path_to_text(shape.path)
            if path != UNBOUND and isinstance(bound_path := data.terms.term(int(path)), NamedNode):
                result_path = bound_path.value
            cause = Cause(shape=shape, component=component, path=result_path, messages=messages)
            yield ColumnResults(cause, data.terms, this, this, value, bindings).select(rows, this[rows])

    def _solutions(self, constraint: Term, shape: Shape, data: DataGraph, focus: Ids) -> BindingTable:
        select = self._selects[constraint]
        if select:
            try:
                return JoinEvaluator(data).solutions(select, focus)
            except UnsupportedQuery:
                pass
        return self._store_solutions(constraint, shape, data, focus)

    def _store_solutions(self, constraint: Term, shape: Shape, data: DataGraph, focus: Ids) -> BindingTable:
        """Return the solutions from a store; their terms get new ids, as computed terms."""
        query = lexical_form(self.shapes.graph.first_object(constraint, SH + "select"))
        prefixes = self.shapes.prefixes(constraint)
        rows = [
            {**{name: data.terms.add(term) for name, term in row.items()}, "this": node}
            for node in focus.tolist()
            for row in store_solutions(data.store, query, prefixes, data.terms.term(node), shape, self.shapes)
        ]
        names = {"this", *(name for row in rows for name in row)}
        columns = {name: np.array([row.get(name, UNBOUND) for row in rows], dtype=np.int64) for name in names}
        return BindingTable(columns, len(rows))


@lru_cache(maxsize=1000)
def _parse(query: str, prefixes: frozenset[tuple[str, str]]) -> Select | None:
    try:
        return parse_select(query, dict(prefixes))
    except UnsupportedQuery:
        return None
