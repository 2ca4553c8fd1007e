"""Members of value sets and mapping sets: `^`, its fields, its filters of kind M, and `^R`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal, InvalidOperation
from functools import cached_property, reduce
from operator import or_

from pyroaring import BitMap

from begrepp.ecl.concept_sets import SystemSets
from begrepp.ecl.description_filters import time_matches
from begrepp.ecl.set_catalogue import SetCatalogue
from begrepp.ecl.substrate import MemberRow, MemberSet, Substrate
from begrepp.ecl.syntax_errors import EclError
from begrepp.ecl.syntax_tree import (
    ActiveState,
    AnyConcept,
    BooleanValue,
    CodeReference,
    Combination,
    ComparisonOperator,
    EclNode,
    FilterCondition,
    MembersOf,
    NumberValue,
    SearchTerm,
    SearchTerms,
    SetOperator,
    SetsContaining,
    Tokens,
)
from begrepp.ecl.term_match import WORD, fold_marks, lowered, wildcard_pieces
from begrepp.ecl.value_test import NUMBER_TESTS
from begrepp.ecl.work_budget import WorkBudget
from begrepp.terminology.interface import CodeSystem
from begrepp.text.pieces import match_pieces

_MEMBER = "referencedComponentId"


class MemberEvaluator:
    """Evaluates `^` and `^R`; `concepts_of` evaluates expressions within them."""

    def __init__(
        self, system: CodeSystem, substrate: Substrate, concepts_of: Callable[[EclNode], SystemSets], budget: WorkBudget
    ) -> None:
        self._system, self._substrate, self._concepts_of, self._budget = system, substrate, concepts_of, budget

    def members(self, node: MembersOf) -> SystemSets:
        """Return the members of the sets that the operand denotes; a concept that is no set has none."""
        sets = self._sets(node.operand)
        conditions = [condition for block in node.filters for condition in block.conditions]
        fields = node.fields or (_MEMBER,)
        if len(fields) > 1 or fields == ("*",):
            start, end = node.span
            raise EclError("Several fields of a set make no set of concepts.", "Name one field.", start=start, end=end)
        if not conditions and fields == (_MEMBER,):
            found = SystemSets()
            for each in sets:
                self._budget.spend(20)
                found = found | each.members(self._system)
            return found
        states = [condition for condition in conditions if condition.name == "active"]
        rows = [row for each in sets for row in self._rows(each) if _has_state(row, states)]
        for condition in conditions:
            self._check_field(condition.name, rows, condition.span)
        self._check_field(fields[0], rows, node.span)
        values = {condition.span: self._concepts(condition.value) for condition in conditions}
        matching = [row for row in rows if all(self._meets(row, each, values[each.span]) for each in conditions)]
        return self._located(row.iri if fields[0] == _MEMBER else row.links.get(fields[0], "") for row in matching)

    def containing(self, node: SetsContaining) -> SystemSets:
        """Return the sets that have one of the concepts of the operand as a member; a set may itself be a concept."""
        wanted = self._concepts_of(node.operand)
        found: SystemSets = SystemSets()
        for number, each in enumerate(self._catalogue.sets):
            self._budget.spend(20)
            if each.members(self._system) & wanted:
                places = filter(None, map(self._place, (each.iri, *each.identifiers)))
                place = next(places, (self._catalogue, number))
                found = found | SystemSets({place[0]: BitMap([place[1]])})
        return found

    @cached_property
    def _catalogue(self) -> SetCatalogue:
        return SetCatalogue(self._substrate.sets())

    def _sets(self, node: EclNode) -> list[MemberSet]:
        """The sets that an operand denotes: all for `*`, one by its name, else those that concepts are.

        Names and concepts may stand together in an operand with AND, OR and MINUS.
        """
        if isinstance(node, AnyConcept):
            return [*self._substrate.sets()]
        if isinstance(node, CodeReference) and (named := self._substrate.set_named(node.code)):
            return [named]
        if isinstance(node, Combination):
            first, *others = ({each.iri: each for each in self._sets(operand)} for operand in node.operands)
            match node.operator:
                case SetOperator.AND:
                    return [each for iri, each in first.items() if all(iri in other for other in others)]
                case SetOperator.OR:
                    return [*reduce(or_, others, first).values()]
                case SetOperator.MINUS:
                    return [each for iri, each in first.items() if all(iri not in other for other in others)]
        concepts = self._concepts_of(node)
        self._budget.spend(5 * len(concepts))
        names = [(system.iri(each), system.code(each)) for system, bitmap in concepts.items() for each in bitmap]
        found = [self._substrate.set_named(iri) or self._substrate.set_named(code) for iri, code in names]
        return [each for each in found if each is not None]

    def _rows(self, each: MemberSet) -> Iterable[MemberRow]:
        for row in each.rows():
            self._budget.spend(3)
            yield row

    def _check_field(self, name: str, rows: list[MemberRow], span: tuple[int, int]) -> None:
        """Raise `EclError` for a field that none of the rows has."""
        if not rows or name in (_MEMBER, "active"):
            return
        if name in ("effectiveTime", "moduleId"):
            if not any(row.time if name == "effectiveTime" else row.module for row in rows):
                reason = f"The rows of the set state no {name}."
                raise EclError(reason, "Leave the condition out.", start=span[0], end=span[1])
            return
        known = {field for row in rows for field in (*row.fields, *row.links)}
        if name not in known:
            listed = ", ".join([_MEMBER, *sorted(known)])
            raise EclError(f"The set has no field '{name}'.", f"Its fields are: {listed}.", start=span[0], end=span[1])

    def _located(self, iris: Iterable[str]) -> SystemSets:
        parts: dict[CodeSystem, BitMap] = {}
        for iri in iris:
            if place := self._place(iri):
                parts.setdefault(place[0], BitMap()).add(place[1])
        return SystemSets(parts)

    def _place(self, iri: str) -> tuple[CodeSystem, int] | None:
        self._budget.spend(3)
        own = self._system.index_of_iri(iri) if iri else None
        return (self._system, own) if own is not None else self._substrate.locate(iri) if iri else None

    def _concepts(self, value: EclNode) -> SystemSets:
        """The concepts of the value of a condition, if it is an expression."""
        is_plain = isinstance(value, ActiveState | NumberValue | BooleanValue | SearchTerms | Tokens)
        return SystemSets() if is_plain else self._concepts_of(value)

    def _meets(self, row: MemberRow, condition: FilterCondition, concepts: SystemSets) -> bool:
        value, negated = condition.value, condition.comparison is ComparisonOperator.NOT_EQUALS
        match condition.name:
            case "active":
                return _has_state(row, [condition])
            case "effectiveTime":
                return time_matches(row.time, condition)
            case "moduleId":
                return any(system.code(each) == row.module for system, b in concepts.items() for each in b) != negated
        text, link = row.fields.get(condition.name, ""), row.links.get(condition.name, "")
        match value:
            case NumberValue(number=number):
                try:
                    return NUMBER_TESTS[condition.comparison](Decimal(text), number)
                except InvalidOperation:
                    return False
            case BooleanValue(value=truth):
                return (text.lower() == str(truth).lower()) != negated
            case SearchTerms(terms=terms):
                return any(_has_term(text, term) for term in terms) != negated
            case Tokens(words=words):
                return time_matches(text, condition) if text.isdigit() else (text in words) != negated
        place = self._place(row.iri if condition.name == _MEMBER else link)
        return (place is not None and place[1] in concepts.of(place[0])) != negated


def _has_state(row: MemberRow, conditions: Sequence[FilterCondition]) -> bool:
    """Whether a row meets the conditions on `active`; without one, whether it is active (ECL 2.2, member filters)."""
    if not conditions:
        return row.active
    return all(
        isinstance(each.value, ActiveState)
        and (
            each.value.active is None
            or (each.value.active is row.active) != (each.comparison is ComparisonOperator.NOT_EQUALS)
        )
        for each in conditions
    )


def _has_term(text: str, term: SearchTerm) -> bool:
    """Whether a field matches a term, by prefixes of words or with wildcards; marks do not count."""
    plain, searched = (fold_marks(lowered(each, ""), "") for each in (text, term.text))
    if term.wild:
        return match_pieces(plain, wildcard_pieces(searched)) is not None
    words = WORD.findall(plain)
    return all(any(word.startswith(part) for word in words) for part in WORD.findall(searched))
