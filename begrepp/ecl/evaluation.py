"""Evaluation of an expression: from the syntax tree to the set of its concepts.

Every part is evaluated, also where its result cannot matter, so that unknown codes are found. Bare codes are those of
the code system that the expression is evaluated on; `scheme#code` is a concept of another one.
"""

from __future__ import annotations

from pyroaring import BitMap

from begrepp.ecl.attribute_names import AttributeNames
from begrepp.ecl.concept_sets import SystemSets
from begrepp.ecl.filter_evaluation import FilterEvaluator
from begrepp.ecl.history_supplements import HistoryEvaluator
from begrepp.ecl.member_sets import MemberEvaluator
from begrepp.ecl.refinements import RefinementEvaluator, attribute_values
from begrepp.ecl.substrate import Substrate
from begrepp.ecl.syntax_errors import EclError
from begrepp.ecl.syntax_tree import (
    AnyConcept,
    CodeReference,
    Combination,
    DottedPath,
    EclNode,
    FilterBlock,
    Filtered,
    FilterKind,
    HierarchyStep,
    HistorySupplement,
    MembersOf,
    Refined,
    SetOperator,
    SetsContaining,
)
from begrepp.ecl.system_tables import tables_of
from begrepp.ecl.work_budget import WorkBudget
from begrepp.terminology.interface import CodeSystem

_SCHEMES = "The page /cs lists the code systems with their ids."


class Evaluation:
    """One evaluation on a code system; `budget` bounds its work."""

    def __init__(self, system: CodeSystem, substrate: Substrate, budget: WorkBudget | None = None) -> None:
        self._system, self._substrate = system, substrate
        self._budget = budget or WorkBudget()
        self._names = AttributeNames(self.concepts, system)
        self._members = MemberEvaluator(system, substrate, self.concepts, self._budget)
        self._history = HistoryEvaluator(self._names, self._budget)
        self._filters = FilterEvaluator(self.concepts, self._budget)

    def concepts(self, node: EclNode) -> SystemSets:
        """Return the concepts of an expression. Raises `EclError` for unknown codes and too much work."""
        self._budget.spend(5)
        match node:
            case CodeReference():
                system, concept = self._concept(node)
                return SystemSets({system: BitMap([concept])})
            case AnyConcept():
                return SystemSets({self._system: tables_of(self._system).everything})
            case HierarchyStep(operator=operator, operand=operand):
                parts = {}
                for system, bitmap in self.concepts(operand).items():
                    steps = tables_of(system).steps
                    self._budget.spend(steps.cost(bitmap))
                    parts[system] = steps.apply(operator, bitmap)
                return SystemSets(parts)
            case MembersOf():
                return self._members.members(node)
            case SetsContaining():
                return self._members.containing(node)
            case Filtered(operand=operand, block=block):
                return self._filtered(operand, block)
            case HistorySupplement():
                return self._history.supplemented(node, self.concepts(node.operand))
            case Combination():
                return self._combined(node)
            case Refined(operand=operand, refinement=refinement):
                parts = dict(self.concepts(operand).items()) or {self._system: BitMap()}
                return SystemSets(
                    {system: self._refinements(system).matching(refinement, focus) for system, focus in parts.items()}
                )
            case DottedPath(operand=operand, attributes=attributes):
                found = self.concepts(operand)
                try:
                    for attribute in attributes:
                        found = self._values(found, attribute)
                except EclError as error:
                    if code := self._dotted_code(node):
                        error.next_step = f'If "{code}" is a code, write it in quotation marks.'
                    raise
                return found
        raise EclError("This part has no concepts.", start=node.span[0], end=node.span[1])

    def _concept(self, node: CodeReference) -> tuple[CodeSystem, int]:
        alias, code = scheme_and_code(self._system, node)
        start, end = node.span
        system = self._substrate.system(alias) if alias else self._system
        if system is None:
            raise EclError(f"There is no code system {alias}.", _SCHEMES, start=start, end=end)
        found = code_index(system, code)
        if found is None:
            alike = ", ".join(f'"{system.code(each)}"' for each in system.find(code)[:3])
            advice = f"Did you mean {alike}?" if alike else ""
            raise EclError(f"'{code}' is no code of {system.description.id}.", advice, start=start, end=end)
        return system, found

    def _dotted_code(self, node: DottedPath) -> str:
        """The code that a path without spaces may stand for, such as `C34.1`; nothing if there is none."""
        last, code = node.operand, ""
        if isinstance(last, HierarchyStep):
            last = last.operand
        parts = [last, *node.attributes]
        if all(isinstance(part, CodeReference) and not part.term for part in parts):
            code = ".".join(part.code for part in parts if isinstance(part, CodeReference))
        adjacent = code and parts[-1].span[1] - parts[0].span[0] == len(code)
        return code if adjacent and code_index(self._system, code) is not None else ""

    def _combined(self, node: Combination) -> SystemSets:
        if node.operator is SetOperator.MINUS:
            first = self.concepts(node.operands[0])
            return first - self.concepts(node.operands[1])
        if node.operator is SetOperator.OR:
            found = SystemSets()
            for operand in node.operands:
                found = found | self.concepts(operand)
            return found
        found = self.concepts(node.operands[0])
        for operand in node.operands[1:]:
            found = found & self.concepts(operand)
        return found

    def _values(self, found: SystemSets, attribute: EclNode) -> SystemSets:
        """The concepts that are values of an attribute of some concepts."""
        parts: dict[CodeSystem, BitMap] = {}
        others: set[str] = set()
        for system, focus in (dict(found.items()) or {self._system: BitMap()}).items():
            table = tables_of(system).statements
            columns = [table.attributes[name] for name in self._names.attributes(attribute, system)]
            self._budget.spend(20 + sum(len(each.concepts.values) + len(each.things.values) for each in columns) // 30)
            own, iris = attribute_values(columns, focus, system)
            parts[system] = parts.get(system, BitMap()) | own
            others |= iris
        self._budget.spend(2 * len(others))
        for iri in others:
            if place := self._substrate.locate(iri):
                parts.setdefault(place[0], BitMap()).add(place[1])
        return SystemSets(parts)

    def _refinements(self, system: CodeSystem) -> RefinementEvaluator:
        return RefinementEvaluator(system, self.concepts, self._names.attributes, self._budget)

    def _filtered(self, operand: EclNode, block: FilterBlock) -> SystemSets:
        """The concepts that meet a filter; `*` holds retired concepts where the filter names the state."""
        by_state = block.kind is FilterKind.CONCEPT and any(each.name == "active" for each in block.conditions)
        everything = isinstance(operand, AnyConcept) and by_state
        found = SystemSets({self._system: self._system.hierarchy.all}) if everything else self.concepts(operand)
        parts = {}
        for system, focus in found.items():
            if block.kind is FilterKind.CONCEPT:
                parts[system] = self._filters.concepts(system, focus, block)
            else:
                parts[system] = focus & self._filters.described(system, block)
        return SystemSets(parts)


def scheme_and_code(system: CodeSystem, node: CodeReference) -> tuple[str, str]:
    """Return the name of a code system, empty for the own one, and the code; both may stand in quotation marks."""
    if not node.scheme and "#" in node.code and code_index(system, node.code) is None:
        scheme, _, code = node.code.partition("#")
        return scheme, code
    return node.scheme, node.code


def code_index(system: CodeSystem, code: str) -> int | None:
    """Return the concept with a code; the prefix that all codes of a system share may be left out (`HP:`)."""
    found = system.index(code)
    if found is None and len(system):
        prefix, colon, _ = system.code(0).partition(":")
        found = system.index(f"{prefix}:{code}") if colon else None
    return found
