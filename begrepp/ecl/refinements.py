"""Evaluation of refinements on one code system: statements are counted as columns, per concept and per group.

A cardinality counts statements, not different values, and those in all groups; in braces it counts those in one group.
A reversed attribute counts the concepts that have the statement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import reduce

import numpy as np
from pyroaring import BitMap

from begrepp.ecl.concept_sets import Integers, Mask, SystemSets, to_bitmap, to_mask
from begrepp.ecl.statement_table import AttributeColumns, StatementTable
from begrepp.ecl.syntax_errors import EclError
from begrepp.ecl.syntax_tree import (
    AnyConcept,
    AttributeCondition,
    BooleanValue,
    Cardinality,
    CodeReference,
    ComparisonOperator,
    EclNode,
    GroupCondition,
    NumberValue,
    Refinement,
    SetOperator,
    TextValue,
)
from begrepp.ecl.system_tables import tables_of
from begrepp.ecl.value_test import Hits, ValueTest
from begrepp.ecl.work_budget import WorkBudget
from begrepp.terminology.interface import CodeSystem

ConceptsOf = Callable[[EclNode], SystemSets]
AttributesOf = Callable[[EclNode, CodeSystem], Iterable[str]]


class RefinementEvaluator:
    """Refinements on the concepts of one code system.

    `concepts_of` evaluates an expression, `attributes_of` the name of an attribute.
    """

    def __init__(
        self, system: CodeSystem, concepts_of: ConceptsOf, attributes_of: AttributesOf, budget: WorkBudget
    ) -> None:
        self._system, self._size = system, len(system)
        self._concepts_of, self._attributes_of, self._budget = concepts_of, attributes_of, budget

    def matching(self, refinement: Refinement, focus: BitMap) -> BitMap:
        """Return the concepts of a set that meet a refinement."""
        if isinstance(refinement, AttributeCondition):
            return focus & to_bitmap(np.flatnonzero(self._having(refinement)))
        if isinstance(refinement, GroupCondition):
            table = self._table
            groups = np.flatnonzero(self._in_groups(refinement.condition) & table.occupied)
            return focus & to_bitmap(np.flatnonzero(_often([table.owners[groups]], self._size, refinement.cardinality)))
        if refinement.operator is SetOperator.AND:
            for part in refinement.parts:
                focus = self.matching(part, focus)
            return focus
        found = BitMap()
        for part in refinement.parts:
            found |= self.matching(part, focus)
        return found

    @property
    def _table(self) -> StatementTable:
        return tables_of(self._system).statements

    def _having(self, condition: AttributeCondition) -> Mask:
        """Whether each concept has as many statements that match as the condition wants."""
        if condition.reverse:
            return _allowed(self._reverse_counts(condition), condition.cardinality)
        hits = [subjects for subjects, _ in self._hits(condition)]
        return _often(hits, self._size, condition.cardinality)

    def _in_groups(self, refinement: Refinement) -> Mask:
        """Whether each group meets a condition."""
        if isinstance(refinement, GroupCondition):  # the grammar has no group within a group
            raise TypeError(refinement)
        if isinstance(refinement, AttributeCondition):
            if refinement.reverse:
                return _allowed(self._reverse_counts(refinement), refinement.cardinality)[self._table.owners]
            hits = [groups for _, groups in self._hits(refinement)]
            return _often(hits, len(self._table.owners), refinement.cardinality)
        parts = [self._in_groups(part) for part in refinement.parts]
        return reduce(np.logical_and if refinement.operator is SetOperator.AND else np.logical_or, parts)

    def _hits(self, condition: AttributeCondition) -> list[Hits]:
        columns = self._columns(condition, self._system)
        test = ValueTest(self._system, self._table, condition.comparison, self._value(condition))
        found = []
        self._budget.spend(self._size // 50)
        for each in columns:
            self._budget.spend(
                20 + (len(each.concepts.values) + len(each.things.values) + len(each.texts.values)) // 30
            )
            found += test.hits(each)
        return found

    def _value(self, condition: AttributeCondition) -> SystemSets | NumberValue | TextValue | BooleanValue | None:
        value = condition.value
        if isinstance(value, AnyConcept):
            return None
        return value if isinstance(value, NumberValue | TextValue | BooleanValue) else self._concepts_of(value)

    def _columns(self, condition: AttributeCondition, system: CodeSystem) -> list[AttributeColumns]:
        table = tables_of(system).statements
        return [table.attributes[name] for name in self._attributes_of(condition.name, system)]

    def _reverse_counts(self, condition: AttributeCondition) -> Integers:
        """The number of concepts that have a statement to each concept; if only one is needed, perhaps more."""
        counts = np.zeros(self._size, dtype=np.uint32)
        parts, negated = dict(self._sources(condition).items()), condition.comparison is ComparisonOperator.NOT_EQUALS
        if negated or not parts:  # without a source the name of the attribute is looked up all the same
            parts.setdefault(self._system, BitMap())
        for system, chosen in parts.items():
            mask = to_mask(chosen, len(system)) != negated
            pairs = [np.empty((0, 2), dtype=np.uint32)]
            for columns in self._columns(condition, system):
                self._budget.spend(20 + (len(columns.concepts.values) + len(columns.things.values)) // 30)
                pairs.append(self._targets(columns, mask, system))
            both = np.concatenate(pairs)
            if condition.cardinality != Cardinality():  # then concepts with several statements count once
                different = np.unique(both[:, 0].astype(np.int64) * self._size + both[:, 1])
                both = np.stack([different // self._size, different % self._size], axis=1)
            counts += _count(both[:, 1], self._size)
        return counts

    def _sources(self, condition: AttributeCondition) -> SystemSets:
        """The concepts whose statements a reversed attribute counts; a text is a code."""
        value = self._value(condition)
        match value:
            case None:
                return SystemSets({self._system: self._system.hierarchy.all})
            case SystemSets():
                return value
            case TextValue(span=span, texts=texts):
                named = (self._concepts_of(CodeReference(span=span, code=text, quoted=True)) for text in texts)
                return reduce(SystemSets.__or__, named, SystemSets())
        start, end = value.span
        raise EclError(
            "A reversed attribute has concepts as values.", "Write a code or an expression.", start=start, end=end
        )

    def _targets(self, columns: AttributeColumns, mask: Mask, system: CodeSystem) -> Integers:
        """Pairs of subject and target in this code system, of the statements of chosen subjects of a system."""
        if system is self._system:
            chosen = mask[columns.concepts.subjects]
            return np.stack([columns.concepts.subjects[chosen], columns.concepts.values[chosen]], axis=1)
        known = tables_of(system).statements.numbers_in(self._system, columns)
        chosen = mask[columns.things.subjects]
        values = known[columns.things.values[chosen]] if len(known) else np.empty(0, dtype=np.int64)
        pairs = np.stack([columns.things.subjects[chosen].astype(np.int64), values], axis=1)
        return pairs[pairs[:, 1] >= 0].astype(np.uint32)


def attribute_values(columns: Iterable[AttributeColumns], focus: BitMap, system: CodeSystem) -> tuple[BitMap, set[str]]:
    """Return the values that statements of some concepts have: concepts of the system, and IRIs of other things."""
    mask, found = to_mask(focus, len(system)), np.zeros(len(system), dtype=np.bool_)
    others: set[str] = set()
    for each in columns:
        found[each.concepts.values[mask[each.concepts.subjects]]] = True
        others |= {each.iris[number] for number in np.unique(each.things.values[mask[each.things.subjects]])}
    return to_bitmap(np.flatnonzero(found)), others


def _count(numbers: Integers, size: int) -> Integers:
    return np.bincount(numbers.astype(np.int64), minlength=size).astype(np.uint32)


def _often(hits: Sequence[Integers], size: int, cardinality: Cardinality) -> Mask:
    """Whether each number stands in the hits as often as a cardinality allows."""
    if cardinality == Cardinality():  # at least once
        mask = np.zeros(size, dtype=np.bool_)
        for each in hits:
            mask[each] = True
        return mask
    return _allowed(_count(np.concatenate([np.empty(0, dtype=np.uint32), *hits]), size), cardinality)


def _allowed(counts: Integers, cardinality: Cardinality) -> Mask:
    allowed = counts >= cardinality.minimum
    return allowed if cardinality.maximum is None else allowed & (counts <= cardinality.maximum)
