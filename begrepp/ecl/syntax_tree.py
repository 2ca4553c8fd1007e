"""Syntax tree of an ECL expression: frozen nodes, each with its place in the text."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

Span = tuple[int, int]
"""Start and end in the text of the expression, in characters."""


class HierarchyOperator(StrEnum):
    """An operator that follows the hierarchy from the concepts of its operand."""

    DESCENDANT_OF = "<"
    DESCENDANT_OR_SELF_OF = "<<"
    CHILD_OF = "<!"
    CHILD_OR_SELF_OF = "<<!"
    ANCESTOR_OF = ">"
    ANCESTOR_OR_SELF_OF = ">>"
    PARENT_OF = ">!"
    PARENT_OR_SELF_OF = ">>!"
    TOP_OF = "!!>"
    BOTTOM_OF = "!!<"


class SetOperator(StrEnum):
    """An operator between two sets; those of refinements are AND and OR."""

    AND = "AND"
    OR = "OR"
    MINUS = "MINUS"


class ComparisonOperator(StrEnum):
    """A comparison operator."""

    EQUALS = "="
    NOT_EQUALS = "!="
    LESS = "<"
    LESS_OR_EQUAL = "<="
    GREATER = ">"
    GREATER_OR_EQUAL = ">="


class FilterKind(StrEnum):
    """The letter of a filter: descriptions, concepts, or members of a set."""

    DESCRIPTION = "D"
    CONCEPT = "C"
    MEMBER = "M"


@dataclass(frozen=True, slots=True, kw_only=True)
class EclNode:
    """A part of an expression."""

    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeReference(EclNode):
    """A code of the chosen code system, or `scheme#code`; the term between bars is not evaluated."""

    code: str
    scheme: str = ""
    term: str = ""
    quoted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyConcept(EclNode):
    """`*`: every concept of the code system."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HierarchyStep(EclNode):
    """`<< X` and the other operators on the hierarchy."""

    operator: HierarchyOperator
    operand: EclNode


@dataclass(frozen=True, slots=True, kw_only=True)
class MembersOf(EclNode):
    """`^ [fields] X {{ M … }}`: the members of value sets; without fields the concepts."""

    operand: EclNode
    fields: tuple[str, ...] = ()
    filters: tuple[FilterBlock, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SetsContaining(EclNode):
    """`^R X`: the value sets that have one of the concepts as member."""

    operand: EclNode


@dataclass(frozen=True, slots=True, kw_only=True)
class Filtered(EclNode):
    """An operand with a filter in double braces."""

    operand: EclNode
    block: FilterBlock


@dataclass(frozen=True, slots=True, kw_only=True)
class HistorySupplement(EclNode):
    """`{{ + HISTORY }}`: the operand and the inactive concepts that it replaced.

    `profile` is MIN, MOD or MAX; `sets` are the association sets where they are given instead.
    """

    operand: EclNode
    profile: str
    sets: EclNode | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Combination(EclNode):
    """Operands with AND, OR or MINUS between them; MINUS has two."""

    operator: SetOperator
    operands: tuple[EclNode, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DottedPath(EclNode):
    """`X . a . b`: the values of attributes, one after the other."""

    operand: EclNode
    attributes: tuple[EclNode, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refined(EclNode):
    """`X : refinement`."""

    operand: EclNode
    refinement: Refinement


@dataclass(frozen=True, slots=True, kw_only=True)
class Cardinality:
    """`[minimum..maximum]`; a maximum of None is `*`."""

    minimum: int = 1
    maximum: int | None = None

    def __str__(self) -> str:
        return f"[{self.minimum}..{'*' if self.maximum is None else self.maximum}]"


AT_LEAST_ONE = Cardinality()
"""The cardinality where none is written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeCondition(EclNode):
    """`[0..1] R name = value`."""

    name: EclNode
    comparison: ComparisonOperator
    value: AttributeValue
    reverse: bool = False
    cardinality: Cardinality = AT_LEAST_ONE


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupCondition(EclNode):
    """`[1..2] { conditions }`: conditions on one and the same group of relations."""

    condition: Refinement
    cardinality: Cardinality = AT_LEAST_ONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Junction(EclNode):
    """Conditions with AND or OR between them."""

    operator: SetOperator
    parts: tuple[Refinement, ...]


Refinement = AttributeCondition | GroupCondition | Junction


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberValue(EclNode):
    """`#12.5`."""

    number: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class TextValue(EclNode):
    """`"text"` or `("text" "text")` as the value of an attribute: one of the texts."""

    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BooleanValue(EclNode):
    """`true` or `false`."""

    value: bool


AttributeValue = EclNode
"""A `NumberValue`, `TextValue` or `BooleanValue`, or an expression."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchTerm(EclNode):
    r"""A term to search for: by prefixes of words in any order, or, with `wild:`, the whole term with `*`.

    The text of a wild term has `\*` for an asterisk and `\\` for a backslash.
    """

    text: str
    wild: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchTerms(EclNode):
    """One of several terms."""

    terms: tuple[SearchTerm, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens(EclNode):
    """Words such as `sv`, `syn` or `20240101`: one of them."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedDialect:
    """A dialect (a word, or a code of a language set) and the acceptabilities, `prefer` or `accept`; none: any."""

    dialect: str
    acceptabilities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialects(EclNode):
    """One of several dialects."""

    dialects: tuple[AcceptedDialect, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ActiveState(EclNode):
    """`1` or `true`, `0` or `false`; None for `*`, which is either."""

    active: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterCondition(EclNode):
    """`name = value` of a filter; the name as the specification spells it, or a field of a set."""

    name: str
    comparison: ComparisonOperator
    value: EclNode


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterBlock(EclNode):
    """The conditions in one pair of double braces: one description or member must meet them all."""

    kind: FilterKind
    conditions: tuple[FilterCondition, ...]
