"""Evaluation of a query plan by joins of columns, for all focus nodes at once.

Each step extends or filters a table of solutions. The table starts with the focus nodes in `this`, which implements
pre-binding (SHACL 5.3.1): they are bound in every scope. EXISTS starts from the rows of the table.
Raises `UnsupportedQuery` for data that only a store evaluates correctly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from pyoxigraph import Literal

from begrepp.validation.shacl.data.cycles import nodes_on_cycles
from begrepp.validation.shacl.data.data_graph import DataGraph
from begrepp.validation.shacl.data.id_columns import is_in, join_sorted, pack_pairs, sorted_unique, unpack_pairs
from begrepp.validation.shacl.data.term_table import UNBOUND, Ids, Mask
from begrepp.validation.shacl.paths import PropertyPath, invert_path
from begrepp.validation.shacl.sparql_constraints.expressions import (
    OPERATORS,
    Truth,
    Value,
    as_ids,
    evaluate,
    truth_values,
)
from begrepp.validation.shacl.sparql_constraints.query_plan import (
    Bind,
    Expression,
    Filter,
    GroupPattern,
    Optional,
    PatternStep,
    QueryVariable,
    Select,
    Union,
    UnsupportedQuery,
    variables_in,
)
from begrepp.validation.shacl.vocabulary import Term

_START_BATCH = 20_000


@dataclass(frozen=True, slots=True)
class BindingTable:
    """Solutions as one column of term ids per variable, all of the same length."""

    columns: Mapping[str, Ids]
    length: int

    def select(self, rows: Ids | Mask) -> BindingTable:
        """Return the given rows, by mask or by index."""
        length = int(np.sum(rows)) if rows.dtype == np.bool_ else len(rows)
        return BindingTable({name: column[rows] for name, column in self.columns.items()}, length)

    def with_columns(self, **columns: Ids) -> BindingTable:
        """Return the table with additional columns."""
        return BindingTable({**self.columns, **columns}, self.length)

    def column(self, name: str) -> Ids:
        """Return the column of a variable; all `UNBOUND` if the table does not have it."""
        return self.columns.get(name, np.full(self.length, UNBOUND))


_ROW = "#row"
"""The column with the index of the row of the outer table that a nested group started from."""


class JoinEvaluator:
    """Evaluates query plans over the columns of a data graph."""

    def __init__(self, data: DataGraph) -> None:
        self.data = data

    def solutions(self, query: Select, focus: Ids) -> BindingTable:
        """Return the distinct solutions of a query for all focus nodes."""
        table = self._group(query.where, BindingTable({"this": focus}, len(focus)))
        for bind in query.bound:
            table = self._bind(bind, table)
        if query.grouped_by:
            table = self._count(query, table)
        return _distinct(BindingTable({name: table.column(name) for name in ["this", *query.projected]}, table.length))

    def _count(self, query: Select, table: BindingTable) -> BindingTable:
        names = list(dict.fromkeys(["this", *query.grouped_by]))
        keys = BindingTable({name: table.column(name) for name in names}, table.length)
        row_numbers, first = _number_rows(keys)
        counts: dict[str, Ids] = {}
        counted_variables = {*query.counted.values(), *([query.having[0]] if query.having else [])}
        for name in counted_variables:
            pairs = sorted_unique(pack_pairs(row_numbers, table.column(name)))
            group, value = unpack_pairs(pairs)
            counts[name] = np.bincount(group[value != UNBOUND], minlength=len(first))
        groups = np.arange(len(first))
        if query.having:
            counted_name, operator, number = query.having
            groups = np.flatnonzero(OPERATORS[operator](counts[counted_name], number))
        solutions = keys.select(first[groups])
        return solutions.with_columns(
            **{
                name: np.array([self.data.terms.add(Literal(int(n))) for n in counts[variable][groups]], dtype=np.int64)
                for name, variable in query.counted.items()
            }
        )

    # ---------------------------------------------------------------- groups

    def _group(self, group: GroupPattern, table: BindingTable) -> BindingTable:
        """Join a table with a group pattern. Filters are applied as soon as their variables are bound."""
        filters = [step for step in group.steps if isinstance(step, Filter)]
        binding = [step for step in group.steps if not isinstance(step, Filter)]
        mentioned = {*table.columns, *(name for step in binding for name in variables_in(step))}
        patterns: list[PatternStep] = []
        for step in [*binding, None]:
            if isinstance(step, PatternStep):
                patterns.append(step)
                continue
            while patterns:
                patterns.remove(pattern := min(patterns, key=lambda each: self._cost(each, table)))
                table = self._match(pattern, table)
                table, filters = self._apply_filters(filters, table, mentioned)
            match step:
                case Bind():
                    table = self._bind(step, table)
                case Optional():
                    table = self._optional(step.group, table)
                case Union():
                    table = self._union(step.groups, table)
        return self._apply_filters(filters, table, set())[0]

    def _apply_filters(
        self, filters: list[Filter], table: BindingTable, mentioned: set[str]
    ) -> tuple[BindingTable, list[Filter]]:
        """Apply the filters whose `mentioned` variables are bound; returns the table and the remaining filters."""
        remaining = []
        for step in filters:
            if (variables_in(step.condition) & mentioned) <= table.columns.keys():
                table = table.select(truth_values(self.data.terms, self._value(step.condition, table)) == Truth.TRUE)
            else:
                remaining.append(step)
        return table, remaining

    def _bind(self, step: Bind, table: BindingTable) -> BindingTable:
        if step.variable in table.columns:
            raise UnsupportedQuery
        return table.with_columns(**{step.variable: as_ids(self.data.terms, self._value(step.value, table))})

    def _optional(self, group: GroupPattern, table: BindingTable) -> BindingTable:
        solutions, rows = self._join_nested(group, table)
        return _stack([solutions, table.select(np.delete(np.arange(table.length), rows))])

    def _union(self, groups: Sequence[GroupPattern], table: BindingTable) -> BindingTable:
        return _stack([self._join_nested(self._check_scope(group, table), table)[0] for group in groups])

    def _check_scope(self, group: GroupPattern, table: BindingTable) -> GroupPattern:
        """Return the group of a union; unsupported if it reads a variable of the outer table that it does not bind."""
        own = {"this", *(name for step in group.steps if isinstance(step, PatternStep) for name in variables_in(step))}
        for step in group.steps:
            if not isinstance(step, PatternStep) and (variables_in(step) - own) & table.columns.keys():
                raise UnsupportedQuery
        return group

    def _join_nested(self, group: GroupPattern, table: BindingTable) -> tuple[BindingTable, Ids]:
        """Join the table with a nested group; returns the solutions and the row of the table that each came from."""
        solutions = self._group(group, table.with_columns(**{_ROW: np.arange(table.length)}))
        rows = solutions.columns[_ROW]
        outer = {name: solutions.columns[name] for name in solutions.columns if name != _ROW}
        if _ROW in table.columns:
            outer[_ROW] = table.columns[_ROW][rows]
        return BindingTable(outer, solutions.length), rows

    def _exists(self, group: GroupPattern, table: BindingTable) -> Mask:
        matched = np.zeros(table.length, dtype=np.bool_)
        matched[self._join_nested(group, table)[1]] = True
        return matched

    def _value(self, expression: Expression, table: BindingTable) -> Value:
        return evaluate(self.data, expression, table.column, lambda group: self._exists(group, table), table.length)

    # ---------------------------------------------------------------- triple patterns

    def _cost(self, pattern: PatternStep, table: BindingTable) -> tuple[bool, int, int]:
        """Sort key of join order: patterns with a bound variable first, then few free variables, then few triples."""
        ends = (pattern.subject, pattern.object)
        is_unconnected = not any(isinstance(end, QueryVariable) and end.name in table.columns for end in ends)
        free = sum(isinstance(end, QueryVariable) and end.name not in table.columns for end in ends)
        size = len(self.data.column(path.predicate).subjects) if (path := pattern.path).predicate else 1 << 40
        return is_unconnected, free, size

    def _match(self, pattern: PatternStep, table: BindingTable) -> BindingTable:
        """Return the table joined with a triple pattern."""
        subject, path, end = pattern.subject, pattern.path, pattern.object
        starts, ends = self._bound_column(subject, table), self._bound_column(end, table)
        if starts is not None and ends is not None:
            return table.select(self._is_connected(path, starts, ends))
        if starts is not None:
            rows, reached = self._follow_path(path, starts)
            return table.select(rows).with_columns(**{_name(end): reached})
        if ends is not None:
            rows, reached = self._follow_path(invert_path(path), ends)
            return table.select(rows).with_columns(**{_name(subject): reached})
        return self._match_unbound(subject, path, end, table)

    def _bound_column(self, node: QueryVariable | Term, table: BindingTable) -> Ids | None:
        if not isinstance(node, QueryVariable):
            return np.full(table.length, self.data.term_id(node))
        if node.name not in table.columns:
            return None
        column = table.columns[node.name]
        if np.any(column == UNBOUND) or np.any(column >= len(self.data.terms)):
            raise UnsupportedQuery  # a join with an unbound variable of OPTIONAL, or with a computed term
        return column

    def _match_unbound(
        self, subject: QueryVariable | Term, path: PropertyPath, end: QueryVariable | Term, table: BindingTable
    ) -> BindingTable:
        """Cross join of the table with all pairs of nodes that a path connects."""
        starts = sorted_unique(self._start_nodes(path))
        if subject == end:
            sources = starts[self._is_connected(path, starts, starts)]
            targets = sources
        else:
            at, targets = self._follow_path(path, starts)
            sources = starts[at]
        rows = np.repeat(np.arange(table.length), len(sources))
        solutions = table.select(rows).with_columns(**{_name(subject): np.tile(sources, table.length)})
        return solutions if subject == end else solutions.with_columns(**{_name(end): np.tile(targets, table.length)})

    def _start_nodes(self, path: PropertyPath) -> Ids:
        """The possible start nodes of a path; unsupported for a path of length zero, which starts at any term."""
        match path.kind:
            case "predicate" if path.predicate:
                return self.data.column(path.predicate).subjects
            case "inverse" if path.predicate:
                return self.data.column(path.predicate).objects
            case "alternative":
                return np.concatenate([self._start_nodes(part) for part in path.parts])
            case "sequence" | "+":
                return self._start_nodes(path.parts[0])
        raise UnsupportedQuery

    def _follow_path(self, path: PropertyPath, starts: Ids) -> tuple[Ids, Ids]:
        """Follow a path from each row: row indices, and the node reached for each."""
        if path.kind in ("predicate", "inverse"):
            return self.data.follow_path(path, starts)
        nodes, inverse = np.unique(starts, return_inverse=True)
        at, reached = self.data.follow_path(path, nodes)
        rows, matches = join_sorted(inverse, at)
        return rows, reached[matches]

    def _is_connected(self, path: PropertyPath, starts: Ids, ends: Ids) -> Mask:
        """Return the rows where the path connects start and end."""
        if path.kind == "predicate" and path.predicate:
            return self.data.column(path.predicate).contains(starts, ends)
        if path.kind == "inverse" and path.predicate:
            return self.data.column(path.predicate).contains(ends, starts)
        if path.kind == "+" and np.array_equal(starts, ends):
            sources = sorted_unique(self._start_nodes(path))
            at, targets = self.data.follow_path(path.parts[0], sources)
            return is_in(starts, nodes_on_cycles(sources[at], targets))
        nodes, inverse = np.unique(starts, return_inverse=True)
        connected = np.zeros(len(starts), dtype=np.bool_)
        rows = np.argsort(inverse, kind="stable")
        for first in range(0, len(nodes), _START_BATCH):
            at, reached = self.data.follow_path(path, nodes[first : first + _START_BATCH])
            batch_rows = rows[slice(*np.searchsorted(inverse[rows], (first, first + _START_BATCH)))]
            connected[batch_rows] = is_in(
                pack_pairs(inverse[batch_rows] - first, ends[batch_rows]), pack_pairs(at, reached)
            )
        return connected


def _name(node: QueryVariable | Term) -> str:
    return node.name if isinstance(node, QueryVariable) else ""


def _stack(tables: Sequence[BindingTable]) -> BindingTable:
    """Return the union of tables; variables missing from one of them are unbound in its rows."""
    names = dict.fromkeys(name for table in tables for name in table.columns)
    columns = {name: np.concatenate([table.column(name) for table in tables]) for name in names}
    return BindingTable(columns, sum(table.length for table in tables))


def _number_rows(table: BindingTable) -> tuple[Ids, Ids]:
    """For each row the index of its distinct row, and for each distinct row the index of its first occurrence."""
    row_numbers = np.zeros(table.length, dtype=np.int64)
    for column in table.columns.values():
        row_numbers = np.unique(pack_pairs(row_numbers, column), return_inverse=True)[1]
    return row_numbers, np.unique(row_numbers, return_index=True)[1]


def _distinct(table: BindingTable) -> BindingTable:
    return table.select(_number_rows(table)[1])
