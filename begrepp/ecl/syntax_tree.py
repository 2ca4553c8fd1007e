"""Syntax tree of an ECL expression: frozen nodes, each with its place in the text."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

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


class EclNode(Struct, frozen=True, kw_only=True):
    """A part of an expression."""

    span: Span


class CodeReference(EclNode, frozen=True, kw_only=True):
    """A code of the chosen code system, or `scheme#code`; the term between bars is not evaluated."""

    code: str
    scheme: str = ""
    term: str = ""
    quoted: bool = False


class AnyConcept(EclNode, frozen=True, kw_only=True):
    """`*`: every concept of the code system."""


class HierarchyStep(EclNode, frozen=True, kw_only=True):
    """`<< X` and the other operators on the hierarchy."""

    operator: HierarchyOperator
    operand: EclNode


class MembersOf(EclNode, frozen=True, kw_only=True):
    """`^ [fields] X {{ M … }}`: the members of value sets; without fields the concepts."""

    operand: EclNode
    fields: tuple[str, ...] = ()
    filters: tuple[FilterBlock, ...] = ()


class SetsContaining(EclNode, frozen=True, kw_only=True):
    """`^R X`: the value sets that have one of the concepts as member."""

    operand: EclNode


class Filtered(EclNode, frozen=True, kw_only=True):
    """An operand with a filter in double braces."""

    operand: EclNode
    block: FilterBlock


class HistorySupplement(EclNode, frozen=True, kw_only=True):
    """`{{ + HISTORY }}`: the operand and the inactive concepts that it replaced.

    `profile` is MIN, MOD or MAX; `sets` are the association sets where they are given instead.
    """

    operand: EclNode
    profile: str
    sets: EclNode | None


class Combination(EclNode, frozen=True, kw_only=True):
    """Operands with AND, OR or MINUS between them; MINUS has two."""

    operator: SetOperator
    operands: tuple[EclNode, ...]


class DottedPath(EclNode, frozen=True, kw_only=True):
    """`X . a . b`: the values of attributes, one after the other."""

    operand: EclNode
    attributes: tuple[EclNode, ...]


class Refined(EclNode, frozen=True, kw_only=True):
    """`X : refinement`."""

    operand: EclNode
    refinement: Refinement


class Cardinality(Struct, frozen=True, kw_only=True):
    """`[minimum..maximum]`; a maximum of None is `*`."""

    minimum: int = 1
    maximum: int | None = None

    def __str__(self) -> str:
        return f"[{self.minimum}..{'*' if self.maximum is None else self.maximum}]"


AT_LEAST_ONE = Cardinality()
"""The cardinality where none is written."""


class AttributeCondition(EclNode, frozen=True, kw_only=True):
    """`[0..1] R name = value`."""

    name: EclNode
    comparison: ComparisonOperator
    value: AttributeValue
    reverse: bool = False
    cardinality: Cardinality = AT_LEAST_ONE


class GroupCondition(EclNode, frozen=True, kw_only=True):
    """`[1..2] { conditions }`: conditions on one and the same group of relations."""

    condition: Refinement
    cardinality: Cardinality = AT_LEAST_ONE


class Junction(EclNode, frozen=True, kw_only=True):
    """Conditions with AND or OR between them."""

    operator: SetOperator
    parts: tuple[Refinement, ...]


Refinement = AttributeCondition | GroupCondition | Junction


class NumberValue(EclNode, frozen=True, kw_only=True):
    """`#12.5`."""

    number: Decimal


class TextValue(EclNode, frozen=True, kw_only=True):
    """`"text"` or `("text" "text")` as the value of an attribute: one of the texts."""

    texts: tuple[str, ...]


class BooleanValue(EclNode, frozen=True, kw_only=True):
    """`true` or `false`."""

    value: bool


AttributeValue = EclNode
"""A `NumberValue`, `TextValue` or `BooleanValue`, or an expression."""


class SearchTerm(EclNode, frozen=True, kw_only=True):
    r"""A term to search for: by prefixes of words in any order, or, with `wild:`, the whole term with `*`.

    The text of a wild term has `\*` for an asterisk and `\\` for a backslash.
    """

    text: str
    wild: bool


class SearchTerms(EclNode, frozen=True, kw_only=True):
    """One of several terms."""

    terms: tuple[SearchTerm, ...]


class Tokens(EclNode, frozen=True, kw_only=True):
    """Words such as `sv`, `syn` or `20240101`: one of them."""

    words: tuple[str, ...]


class AcceptedDialect(Struct, frozen=True, kw_only=True):
    """A dialect (a word, or a code of a language set) and the acceptabilities, `prefer` or `accept`; none: any."""

    dialect: str
    acceptabilities: tuple[str, ...] = ()


class Dialects(EclNode, frozen=True, kw_only=True):
    """One of several dialects."""

    dialects: tuple[AcceptedDialect, ...]


class ActiveState(EclNode, frozen=True, kw_only=True):
    """`1` or `true`, `0` or `false`; None for `*`, which is either."""

    active: bool | None


class FilterCondition(EclNode, frozen=True, kw_only=True):
    """`name = value` of a filter; the name as the specification spells it, or a field of a set."""

    name: str
    comparison: ComparisonOperator
    value: EclNode


class FilterBlock(EclNode, frozen=True, kw_only=True):
    """The conditions in one pair of double braces: one description or member must meet them all."""

    kind: FilterKind
    conditions: tuple[FilterCondition, ...]
