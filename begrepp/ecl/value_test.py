"""Comparison of the values of statements with the value of an attribute condition."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from operator import eq, ge, gt, le, lt, ne
from typing import Any

import numpy as np

from begrepp.ecl.concept_sets import Integers, Mask, SystemSets, to_mask
from begrepp.ecl.statement_table import AttributeColumns, StatementColumn, StatementTable
from begrepp.ecl.syntax_tree import BooleanValue, ComparisonOperator, NumberValue, TextValue
from begrepp.terminology.interface import CodeSystem

NUMBER_TESTS: dict[ComparisonOperator, Callable[[Any, Any], bool]] = {
    ComparisonOperator.EQUALS: eq,
    ComparisonOperator.NOT_EQUALS: ne,
    ComparisonOperator.LESS: lt,
    ComparisonOperator.LESS_OR_EQUAL: le,
    ComparisonOperator.GREATER: gt,
    ComparisonOperator.GREATER_OR_EQUAL: ge,
}
"""The comparison of two numbers for each operator."""
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}

Hits = tuple[Integers, Integers]
"""Subject and group of each statement that matches."""


class ValueTest:
    """One comparison with one value, applied to the statements of attributes of a code system.

    A value of None stands for `*`: any value, also a text. A text also equals the code of a concept.
    """

    def __init__(
        self,
        system: CodeSystem,
        table: StatementTable,
        comparison: ComparisonOperator,
        value: SystemSets | NumberValue | TextValue | BooleanValue | None,
    ) -> None:
        self._system, self._table, self._comparison, self._value = system, table, comparison, value
        self._negated = comparison is ComparisonOperator.NOT_EQUALS

    def hits(self, columns: AttributeColumns) -> list[Hits]:
        """Return the statements that match, by kind of value."""
        match self._value:
            case None:
                every = [] if self._negated else [columns.concepts, columns.things, columns.texts]
                return [(column.subjects, column.groups) for column in every]
            case SystemSets() as concepts:
                own = to_mask(concepts.of(self._system), len(self._system))
                return [
                    self._chosen(columns.concepts, own),
                    self._chosen(columns.things, self._known(columns, concepts)),
                ]
            case TextValue(texts=texts) if not len(columns.texts.values):
                own = np.zeros(len(self._system), dtype=np.bool_)
                own[[index for text in texts for index in self._system.indices(text)]] = True
                return [self._chosen(columns.concepts, own)]
            case TextValue(texts=texts):
                return [self._literals(columns, lambda literal: literal in texts)]
            case BooleanValue(value=truth):
                return [self._literals(columns, lambda literal: _BOOLEANS.get(literal.lower()) is truth, _is_boolean)]
            case NumberValue(number=number):
                compare = NUMBER_TESTS[self._comparison]
                return [
                    self._literals(columns, lambda literal: compare(Decimal(literal), number), _is_number, plain=True)
                ]

    def _chosen(self, column: StatementColumn, accepted: Mask) -> Hits:
        chosen = accepted[column.values] != self._negated
        return column.subjects[chosen], column.groups[chosen]

    def _known(self, columns: AttributeColumns, concepts: SystemSets) -> Mask:
        """The things outside the system that are in the set, as a mask."""
        found = np.zeros(len(columns.iris), dtype=np.bool_)
        for system, bitmap in concepts.items():
            if system is not self._system and len(found):
                numbers = self._table.numbers_in(system, columns)
                found |= to_mask(bitmap, len(system))[numbers] & (numbers >= 0)
        return found

    def _literals(
        self,
        columns: AttributeColumns,
        accepts: Callable[[str], bool],
        is_comparable: Callable[[str], bool] = bool,
        *,
        plain: bool = False,
    ) -> Hits:
        """The statements whose literal is accepted; literals of another kind match neither `=` nor `!=`."""
        negated = self._negated and not plain
        accepted = np.array(
            [is_comparable(each) and accepts(each) != negated for each in columns.literals], dtype=np.bool_
        )
        chosen = accepted[columns.texts.values] if len(accepted) else np.zeros(0, dtype=np.bool_)
        return columns.texts.subjects[chosen], columns.texts.groups[chosen]


def _is_number(literal: str) -> bool:
    try:
        return Decimal(literal).is_finite()
    except InvalidOperation:
        return False


def _is_boolean(literal: str) -> bool:
    return literal.lower() in _BOOLEANS
