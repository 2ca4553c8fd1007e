"""Evaluation of filters of the kinds D and C on the concepts of one code system."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from pyroaring import BitMap

from begrepp.ecl.concept_sets import SystemSets, to_bitmap
from begrepp.ecl.description_filters import described, time_matches
from begrepp.ecl.syntax_tree import (
    ActiveState,
    CodeReference,
    Combination,
    ComparisonOperator,
    EclNode,
    FilterBlock,
    FilterCondition,
    Tokens,
)
from begrepp.ecl.system_tables import tables_of
from begrepp.ecl.work_budget import WorkBudget
from begrepp.terminology.interface import CodeSystem

_STATUS = {"defined": "900000000000073002", "primitive": "900000000000074008"}


class FilterEvaluator:
    """Filters on descriptions and concepts; `concepts_of` evaluates expressions within them."""

    def __init__(self, concepts_of: Callable[[EclNode], SystemSets], budget: WorkBudget) -> None:
        self._concepts_of, self._budget = concepts_of, budget

    def described(self, system: CodeSystem, block: FilterBlock) -> BitMap:
        """Return the concepts of a system with a description that meets a filter of kind D."""
        index = tables_of(system).descriptions
        self._budget.spend(100 + len(block.conditions) * (50 + len(index.all) // 20))
        types: set[str] = set()
        for condition in block.conditions:
            if condition.name == "typeId":
                types |= self.codes(condition.value)
        return described(index, block, types)

    def concepts(self, system: CodeSystem, focus: BitMap, block: FilterBlock) -> BitMap:
        """Return the concepts of a set that meet a filter of kind C."""
        for condition in block.conditions:
            self._budget.spend(50 + len(system) // 20)
            focus = focus & self._meeting(system, condition)
        return focus

    def codes(self, node: EclNode) -> set[str]:
        """Return the codes that an expression denotes; those that are written need not be in the code system."""
        if isinstance(node, CodeReference):
            return {node.code}
        if isinstance(node, Combination):
            return set().union(*map(self.codes, node.operands))
        return {system.code(each) for system, bitmap in self._concepts_of(node).items() for each in bitmap}

    def _meeting(self, system: CodeSystem, condition: FilterCondition) -> BitMap:
        value, negated = condition.value, condition.comparison is ComparisonOperator.NOT_EQUALS
        match condition.name:
            case "active" if isinstance(value, ActiveState):
                if value.active is None:
                    return BitMap() if negated else system.hierarchy.all
                return system.active if value.active != negated else system.hierarchy.all - system.active
            case "effectiveTime":
                days, numbers = tables_of(system).days
                accepted = np.array([time_matches(day, condition) for day in days], dtype=np.bool_)
                return to_bitmap(np.flatnonzero(accepted[numbers])) if len(days) else BitMap()
            case "definitionStatus" if isinstance(value, Tokens):
                wanted = {*value.words, *(_STATUS[word] for word in value.words)}
                return self._with_property(system, ("definitionstatus", "definitionstatusid"), wanted, negated=negated)
            case "definitionStatusId":
                codes = self.codes(value)
                words = {word for word, code in _STATUS.items() if code in codes}
                return self._with_property(
                    system, ("definitionstatus", "definitionstatusid"), codes | words, negated=negated
                )
        return self._with_property(system, ("moduleid",), self.codes(value), negated=negated)

    @staticmethod
    def _with_property(system: CodeSystem, names: tuple[str, ...], wanted: set[str], *, negated: bool) -> BitMap:
        """The concepts with a property that has one of the values, or with another value where it is negated."""
        found = BitMap()
        for (name, value), concepts in tables_of(system).valued.items():
            if name in names and (value in wanted) != negated:
                found |= concepts
        return found
