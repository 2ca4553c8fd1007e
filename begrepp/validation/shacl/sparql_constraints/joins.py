"""Answers the question of a SPARQL constraint for all focus nodes at once, by joining columns step by step.

Every step widens or narrows a table of solutions. Starting from the focus nodes in `this` is what SHACL calls
pre-binding (5.3.1): they are known in every scope. The table is also what EXISTS starts from, row by row.
Raises `UnsupportedQuery` where the data holds something that only a store would treat rightly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from pyoxigraph import Literal

from begrepp.validation.shacl.data.cycles import on_cycles
from begrepp.validation.shacl.data.data_graph import Data
from begrepp.validation.shacl.data.id_columns import among, joined, pairs, unique, unpaired
from begrepp.validation.shacl.data.term_table import UNBOUND, Ids, Mask
from begrepp.validation.shacl.paths import PropertyPath, inverted
from begrepp.validation.shacl.sparql_constraints.expressions import OPERATORS, Truth, Value, as_ids, evaluate, truths
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
    variables,
)
from begrepp.validation.shacl.vocabulary import Term

_STARTS = 20_000


@dataclass(frozen=True, slots=True)
class BindingTable:
    """Solutions: a column of terms for each variable, all of one length."""

    columns: Mapping[str, Ids]
    length: int

    def rows(self, chosen: Ids | Mask) -> BindingTable:
        """These rows, in this order."""
        length = int(np.sum(chosen)) if chosen.dtype == np.bool_ else len(chosen)
        return BindingTable({name: column[chosen] for name, column in self.columns.items()}, length)

    def having(self, **more: Ids) -> BindingTable:
        """The table with more columns."""
        return BindingTable({**self.columns, **more}, self.length)

    def column(self, name: str) -> Ids:
        """The column of a variable; unbound where there is none."""
        return self.columns.get(name, np.full(self.length, UNBOUND))


_ROW = "#row"
"""The column in which a nested group keeps the place of the row it started from."""


class Joins:
    """Answers queries over the columns of the data."""

    def __init__(self, data: Data) -> None:
        self.data = data

    def solutions(self, query: Select, focus: Ids) -> BindingTable:
        """The solutions for all focus nodes, each once."""
        table = self._group(query.where, BindingTable({"this": focus}, len(focus)))
        for bind in query.bound:
            table = self._bind(bind, table)
        if query.grouped_by:
            table = self._counted(query, table)
        return _distinct(BindingTable({name: table.column(name) for name in ["this", *query.projected]}, table.length))

    def _counted(self, query: Select, table: BindingTable) -> BindingTable:
        names = list(dict.fromkeys(["this", *query.grouped_by]))
        keys = BindingTable({name: table.column(name) for name in names}, table.length)
        places, first = _numbered(keys)
        counts: dict[str, Ids] = {}
        wanted = {*query.counted.values(), *([query.having[0]] if query.having else [])}
        for name in wanted:
            counted = unique(pairs(places, table.column(name)))
            group, value = unpaired(counted)
            counts[name] = np.bincount(group[value != UNBOUND], minlength=len(first))
        kept = np.arange(len(first))
        if query.having:
            counted_name, operator, number = query.having
            kept = np.flatnonzero(OPERATORS[operator](counts[counted_name], number))
        found = keys.rows(first[kept])
        return found.having(
            **{
                name: np.array([self.data.terms.made(Literal(int(n))) for n in counts[of][kept]], dtype=np.int64)
                for name, of in query.counted.items()
            }
        )

    # ---------------------------------------------------------------- groups

    def _group(self, group: GroupPattern, table: BindingTable) -> BindingTable:
        """Widen a table by what stands between braces. Conditions are tried as soon as what they look at is bound."""
        waiting = [step for step in group.steps if isinstance(step, Filter)]
        binding = [step for step in group.steps if not isinstance(step, Filter)]
        mentioned = {*table.columns, *(name for step in binding for name in variables(step))}
        patterns: list[PatternStep] = []
        for step in [*binding, None]:
            if isinstance(step, PatternStep):
                patterns.append(step)
                continue
            while patterns:
                patterns.remove(pattern := min(patterns, key=lambda each: self._cost(each, table)))
                table = self._matched(pattern, table)
                table, waiting = self._filtered(waiting, table, mentioned)
            match step:
                case Bind():
                    table = self._bind(step, table)
                case Optional():
                    table = self._optional(step.group, table)
                case Union():
                    table = self._union(step.groups, table)
        return self._filtered(waiting, table, set())[0]

    def _filtered(
        self, waiting: list[Filter], table: BindingTable, mentioned: set[str]
    ) -> tuple[BindingTable, list[Filter]]:
        """Hold the table against the conditions whose variables are bound, so far as the group binds them."""
        later = []
        for step in waiting:
            if (variables(step.condition) & mentioned) <= table.columns.keys():
                table = table.rows(truths(self.data.terms, self._value(step.condition, table)) == Truth.TRUE)
            else:
                later.append(step)
        return table, later

    def _bind(self, step: Bind, table: BindingTable) -> BindingTable:
        if step.variable in table.columns:
            raise UnsupportedQuery
        return table.having(**{step.variable: as_ids(self.data.terms, self._value(step.value, table))})

    def _optional(self, group: GroupPattern, table: BindingTable) -> BindingTable:
        found, rows = self._within(group, table)
        return _stacked([found, table.rows(np.setdiff1d(np.arange(table.length), rows))])

    def _union(self, groups: Sequence[GroupPattern], table: BindingTable) -> BindingTable:
        return _stacked([self._within(self._seeing_only_itself(group, table), table)[0] for group in groups])

    def _seeing_only_itself(self, group: GroupPattern, table: BindingTable) -> GroupPattern:
        """A group of a union, unless it looks at a variable that it does not bind and that is bound outside."""
        own = {"this", *(name for step in group.steps if isinstance(step, PatternStep) for name in variables(step))}
        for step in group.steps:
            if not isinstance(step, PatternStep) and (variables(step) - own) & table.columns.keys():
                raise UnsupportedQuery
        return group

    def _within(self, group: GroupPattern, table: BindingTable) -> tuple[BindingTable, Ids]:
        """What a nested group makes of the rows, and for each row of that the one it came from."""
        found = self._group(group, table.having(**{_ROW: np.arange(table.length)}))
        rows = found.columns[_ROW]
        outer = {name: found.columns[name] for name in found.columns if name != _ROW}
        if _ROW in table.columns:
            outer[_ROW] = table.columns[_ROW][rows]
        return BindingTable(outer, found.length), rows

    def _exists(self, group: GroupPattern, table: BindingTable) -> Mask:
        found = np.zeros(table.length, dtype=np.bool_)
        found[self._within(group, table)[1]] = True
        return found

    def _value(self, expression: Expression, table: BindingTable) -> Value:
        return evaluate(self.data, expression, table.column, lambda group: self._exists(group, table), table.length)

    # ---------------------------------------------------------------- triple patterns

    def _cost(self, pattern: PatternStep, table: BindingTable) -> tuple[bool, int, int]:
        """What to join first: what leads on from the variables that are bound, what only narrows, what is small."""
        ends = (pattern.subject, pattern.object)
        apart = not any(isinstance(end, QueryVariable) and end.name in table.columns for end in ends)
        free = sum(isinstance(end, QueryVariable) and end.name not in table.columns for end in ends)
        size = len(self.data.column(path.predicate).subjects) if (path := pattern.path).predicate else 1 << 40
        return apart, free, size

    def _matched(self, pattern: PatternStep, table: BindingTable) -> BindingTable:
        """The table joined with a triple pattern."""
        subject, path, end = pattern.subject, pattern.path, pattern.object
        starts, ends = self._bound(subject, table), self._bound(end, table)
        if starts is not None and ends is not None:
            return table.rows(self._connected(path, starts, ends))
        if starts is not None:
            rows, reached = self._reached(path, starts)
            return table.rows(rows).having(**{_name(end): reached})
        if ends is not None:
            rows, reached = self._reached(inverted(path), ends)
            return table.rows(rows).having(**{_name(subject): reached})
        return self._unbound(subject, path, end, table)

    def _bound(self, node: QueryVariable | Term, table: BindingTable) -> Ids | None:
        if not isinstance(node, QueryVariable):
            return np.full(table.length, self.data.number(node))
        if node.name not in table.columns:
            return None
        column = table.columns[node.name]
        if np.any(column == UNBOUND) or np.any(column >= len(self.data.terms)):
            raise UnsupportedQuery  # joins with what an OPTIONAL left open, or with what the query itself made
        return column

    def _unbound(
        self, subject: QueryVariable | Term, path: PropertyPath, end: QueryVariable | Term, table: BindingTable
    ) -> BindingTable:
        """Every pair that a path connects, beside each row."""
        starts = unique(self._starts(path))
        if subject == end:
            sources = starts[self._connected(path, starts, starts)]
            targets = sources
        else:
            at, targets = self._reached(path, starts)
            sources = starts[at]
        rows = np.repeat(np.arange(table.length), len(sources))
        found = table.rows(rows).having(**{_name(subject): np.tile(sources, table.length)})
        return found if subject == end else found.having(**{_name(end): np.tile(targets, table.length)})

    def _starts(self, path: PropertyPath) -> Ids:
        """Where a path may begin; a path of no steps begins anywhere, which is for a store to say."""
        match path.kind:
            case "predicate" if path.predicate:
                return self.data.column(path.predicate).subjects
            case "inverse" if path.predicate:
                return self.data.column(path.predicate).objects
            case "alternative":
                return np.concatenate([self._starts(part) for part in path.parts])
            case "sequence" | "+":
                return self._starts(path.parts[0])
        raise UnsupportedQuery

    def _reached(self, path: PropertyPath, starts: Ids) -> tuple[Ids, Ids]:
        """What a path reaches from each row: the rows, and beside each what is reached."""
        if path.kind in ("predicate", "inverse"):
            return self.data.reached(path, starts)
        nodes, back = np.unique(starts, return_inverse=True)
        at, reached = self.data.reached(path, nodes)
        rows, found = joined(back, at)
        return rows, reached[found]

    def _connected(self, path: PropertyPath, starts: Ids, ends: Ids) -> Mask:
        """The rows whose start a path leads to their end."""
        if path.kind == "predicate" and path.predicate:
            return self.data.column(path.predicate).has(starts, ends)
        if path.kind == "inverse" and path.predicate:
            return self.data.column(path.predicate).has(ends, starts)
        if path.kind == "+" and np.array_equal(starts, ends):
            sources = unique(self._starts(path))
            at, targets = self.data.reached(path.parts[0], sources)
            return among(starts, on_cycles(sources[at], targets))
        nodes, back = np.unique(starts, return_inverse=True)
        connected = np.zeros(len(starts), dtype=np.bool_)
        rows = np.argsort(back, kind="stable")
        for first in range(0, len(nodes), _STARTS):
            at, reached = self.data.reached(path, nodes[first : first + _STARTS])
            own = rows[slice(*np.searchsorted(back[rows], (first, first + _STARTS)))]
            connected[own] = among(pairs(back[own] - first, ends[own]), pairs(at, reached))
        return connected


def _name(node: QueryVariable | Term) -> str:
    return node.name if isinstance(node, QueryVariable) else ""


def _stacked(tables: Sequence[BindingTable]) -> BindingTable:
    """The rows of all tables; what one of them does not bind is unbound in its rows."""
    names = dict.fromkeys(name for table in tables for name in table.columns)
    columns = {name: np.concatenate([table.column(name) for table in tables]) for name in names}
    return BindingTable(columns, sum(table.length for table in tables))


def _numbered(table: BindingTable) -> tuple[Ids, Ids]:
    """For each row the number of the distinct row that it is, and for each of those where it stands first."""
    places = np.zeros(table.length, dtype=np.int64)
    for column in table.columns.values():
        places = np.unique(pairs(places, column), return_inverse=True)[1]
    return places, np.unique(places, return_index=True)[1]


def _distinct(table: BindingTable) -> BindingTable:
    return table.rows(_numbered(table)[1])
