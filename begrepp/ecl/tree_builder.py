"""Builds the syntax tree of an ECL expression from the parse tree of the grammar."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import cast

from lark import Token

from begrepp.ecl.filter_values import Item, filter_condition, filter_name, search_term
from begrepp.ecl.parse_nodes import ParseTree, child_tokens, child_trees, span_of, token_span
from begrepp.ecl.syntax_errors import EclError
from begrepp.ecl.syntax_tree import (
    AT_LEAST_ONE,
    AnyConcept,
    AttributeCondition,
    BooleanValue,
    Cardinality,
    CodeReference,
    Combination,
    ComparisonOperator,
    DottedPath,
    EclNode,
    FilterBlock,
    FilterCondition,
    Filtered,
    FilterKind,
    GroupCondition,
    HierarchyOperator,
    HierarchyStep,
    HistorySupplement,
    Junction,
    MembersOf,
    NumberValue,
    Refined,
    Refinement,
    SetOperator,
    SetsContaining,
    Span,
    TextValue,
)

MAX_FILTERS = 50
"""The largest number of filters and supplements after one part."""
_OPERATORS = {"LESS": HierarchyOperator.DESCENDANT_OF, "GREATER": HierarchyOperator.ANCESTOR_OF}
_SETS = {"conjunction": SetOperator.AND, "disjunction": SetOperator.OR, "exclusion": SetOperator.MINUS}
_JUNCTIONS = {"all_of": SetOperator.AND, "any_of": SetOperator.OR}


def build_expression(tree: ParseTree) -> EclNode:
    """Return the expression of a parse tree; raises `EclError` for filters that ECL does not have."""
    match tree.data:
        case "start" | "nested":
            return build_expression(child_trees(tree)[0])
        case "conjunction" | "disjunction" | "exclusion":
            operands = tuple(map(build_expression, child_trees(tree)))
            return Combination(span=span_of(tree), operator=_SETS[tree.data], operands=operands)
        case "dotted":
            first, *attributes = map(build_expression, child_trees(tree))
            return DottedPath(span=span_of(tree), operand=first, attributes=tuple(attributes))
        case "refined":
            operand, refinement = child_trees(tree)
            return Refined(span=span_of(tree), operand=build_expression(operand), refinement=_refinement(refinement))
        case _:
            return _sub(tree)


def _sub(tree: ParseTree) -> EclNode:
    """Operator, membership, focus and filters: from the focus outwards, filters and history last."""
    parts = child_trees(tree)
    operator = _operator(parts.pop(0)) if parts[0].data == "operator" else None
    membership = parts.pop(0) if parts[0].data in ("membership", "containing") else None
    focus, *blocks = parts
    if len(blocks) > MAX_FILTERS:
        raise _misplaced(
            span_of(blocks[MAX_FILTERS]), f"More than {MAX_FILTERS} filters follow one another.", "Remove some."
        )
    node = _focus(focus)
    end = node.span[1] if focus.data != "nested" else span_of(focus)[1]
    members = []
    while blocks and _kind(blocks[0]) is FilterKind.MEMBER:
        members.append(_block(blocks.pop(0)))
    if members and (membership is None or membership.data == "containing"):
        raise _misplaced(
            members[0].span, "A filter of kind M follows the members of a value set.", "Write ^ before it."
        )
    if membership is not None:
        span = (span_of(membership)[0], members[-1].span[1] if members else end)
        if membership.data == "containing":
            node = SetsContaining(span=span, operand=node)
        else:
            node = MembersOf(span=span, operand=node, fields=_fields(membership), filters=tuple(members))
    if operator is not None:
        node = HierarchyStep(span=(span_of(tree)[0], max(end, node.span[1])), operator=operator, operand=node)
    for number, block in enumerate(blocks):
        if number and blocks[number - 1].data == "history":
            raise _misplaced(
                span_of(block),
                "A filter cannot follow a history supplement.",
                "Put brackets around the part before it.",
            )
        node = _extended(node, block, span_of(tree)[0])
    return node


def _extended(node: EclNode, block: ParseTree, start: int) -> EclNode:
    """The node, which starts there with its brackets, with a filter or a history supplement after it."""
    span = (start, span_of(block)[1])
    if block.data == "history":
        word = next(each for each in child_tokens(block) if each.type == "HISTORY")
        inner = child_trees(block)
        suffix = re.sub(r"[-_]", "", word[len("history") :]).upper()
        if suffix and inner:
            raise _misplaced(
                span_of(block), "A history supplement has a profile or sets, not both.", "Remove one of them."
            )
        sets = build_expression(inner[0]) if inner else None
        return HistorySupplement(span=span, operand=node, profile=suffix or "MAX", sets=sets)
    if _kind(block) is FilterKind.MEMBER:
        raise _misplaced(
            span_of(block), "Filters of kind M come before other filters.", "Move it directly after the set."
        )
    return Filtered(span=span, operand=node, block=_block(block))


def _focus(tree: ParseTree) -> EclNode:
    if tree.data == "any":
        return AnyConcept(span=span_of(tree))
    if tree.data == "nested":
        return build_expression(tree)
    return _concept(child_trees(tree)[0])


def _concept(tree: ParseTree) -> CodeReference:
    token, *term = child_tokens(tree)
    scheme, code, quoted = "", str(token), False
    if token.type == "ALTERNATE":
        scheme, _, code = token.partition("#")
        code = unquoted(code) if code.startswith('"') else code
    elif token.type == "STRING":
        code, quoted = unquoted(token), True
    return CodeReference(
        span=span_of(tree), code=code, scheme=scheme, quoted=quoted, term=str(term[0])[1:-1].strip() if term else ""
    )


def unquoted(text: str) -> str:
    """Return the text between quotation marks, its escapes of quotation mark and backslash resolved."""
    return re.sub(r'\\(["\\])', r"\1", text[1:-1])


def _operator(tree: ParseTree) -> HierarchyOperator:
    token = child_tokens(tree)[0]
    return _OPERATORS.get(token.type) or HierarchyOperator[token.type]


def _fields(tree: ParseTree) -> tuple[str, ...]:
    return tuple(str(each) for part in child_trees(tree) for each in child_tokens(part) if each.type != "COMMA")


def _refinement(tree: ParseTree) -> Refinement:
    match tree.data:
        case "all_of" | "any_of":
            parts = tuple(map(_refinement, child_trees(tree)))
            return Junction(span=span_of(tree), operator=_JUNCTIONS[tree.data], parts=parts)
        case "bracketed":
            return _refinement(child_trees(tree)[0])
        case "group":
            *cardinality, inner = child_trees(tree)
            return GroupCondition(
                span=span_of(tree), condition=_refinement(inner), cardinality=_cardinality(cardinality, inner)
            )
        case _:
            return _attribute(tree)


def _attribute(tree: ParseTree) -> AttributeCondition:
    parts = child_trees(tree)
    cardinality = _cardinality([parts.pop(0)] if parts[0].data == "cardinality" else [], parts[0])
    reverse = any(token.type == "REVERSE" for token in child_tokens(tree))
    name, compared = build_expression(parts[0]), parts[1]
    comparison = _comparison(compared)
    numbers = [token for token in child_tokens(tree) if token.type == "NUMBER"]
    value = _number(numbers[0]) if numbers else _attribute_value(parts[2])
    if comparison not in (ComparisonOperator.EQUALS, ComparisonOperator.NOT_EQUALS) and not isinstance(
        value, NumberValue
    ):
        raise _misplaced(value.span, f"After {comparison} stands a number.", "Write it with #, for example #12.")
    return AttributeCondition(
        span=span_of(tree), name=name, comparison=comparison, value=value, reverse=reverse, cardinality=cardinality
    )


def _attribute_value(tree: ParseTree) -> EclNode:
    if tree.data == "items":
        values = [value for value, _ in _items(tree)]
        if not all(isinstance(value, CodeReference) and value.quoted for value in values):
            raise _misplaced(span_of(tree), "Several values of an attribute are texts.", "Write OR between codes.")
        return TextValue(span=span_of(tree), texts=tuple(cast(CodeReference, value).code for value in values))
    value = build_expression(tree)
    if isinstance(value, CodeReference) and value.quoted and not value.term:
        return TextValue(span=value.span, texts=(value.code,))
    if isinstance(value, CodeReference) and not value.scheme and value.code.lower() in ("true", "false"):
        return BooleanValue(span=value.span, value=value.code.lower() == "true")
    return value


def _cardinality(found: Sequence[ParseTree], following: ParseTree) -> Cardinality:
    if not found:
        return AT_LEAST_ONE
    low, _, high = child_tokens(found[0])
    maximum = int(high) if high.type == "INTEGER" else None
    if maximum is not None and maximum < int(low):
        raise _misplaced(
            span_of(found[0]), f"The cardinality {low}..{high} ends before it begins.", "Exchange the numbers."
        )
    return Cardinality(minimum=int(low), maximum=maximum)


def _comparison(tree: ParseTree) -> ComparisonOperator:
    return ComparisonOperator[child_tokens(tree)[0].type]


def _number(token: Token) -> NumberValue:
    return NumberValue(span=token_span(token), number=Decimal(token[1:]))


def _kind(block: ParseTree) -> FilterKind | None:
    """The kind of a filter, D where none is written; None for a history supplement."""
    if block.data == "history":
        return None
    first = child_trees(block)[0]
    return FilterKind(child_tokens(first)[0].upper()) if first.data == "filter_kind" else FilterKind.DESCRIPTION


def _block(tree: ParseTree) -> FilterBlock:
    kind = _kind(tree) or FilterKind.DESCRIPTION
    filters = tuple(_filter(each, kind) for each in child_trees(tree) if each.data == "filter")
    return FilterBlock(span=span_of(tree), kind=kind, conditions=filters)


def _filter(tree: ParseTree, kind: FilterKind) -> FilterCondition:
    token = child_tokens(tree)[0]
    compared, value = child_trees(tree)
    name = filter_name(kind, str(token), token_span(token))
    return filter_condition(name, _comparison(compared), _filter_items(value), span_of(tree))


def _filter_items(tree: ParseTree) -> list[Item]:
    """The values of a filter, each with its acceptabilities; those after a list hold for each of its values."""
    if tree.data == "search_item":
        return [(_search_item(tree), ())]
    numbers = child_tokens(tree)
    accepted = tuple(
        word for part in child_trees(tree) if part.data == "acceptability" for word in _acceptabilities(part)
    )
    if numbers:
        return [(_number(numbers[0]), accepted)]
    value = child_trees(tree)[0]
    if value.data == "items":
        return [(each, own or accepted) for each, own in _items(value)]
    return [(build_expression(value), accepted)]


def _items(tree: ParseTree) -> list[Item]:
    found: list[Item] = []
    for part in child_trees(tree):
        match part.data:
            case "acceptability":
                found[-1] = (found[-1][0], tuple(_acceptabilities(part)))
            case "concept":
                found.append((_concept(part), ()))
            case "search_item":
                found.append((_search_item(part), ()))
            case _:
                found += _items(part)
    return found


def _search_item(tree: ParseTree) -> EclNode:
    kind, text = child_tokens(tree)
    wild = kind.type == "WILD"
    return search_term(text[1:-1].replace('\\"', '"') if wild else unquoted(text), wild=wild, span=span_of(tree))


def _acceptabilities(tree: ParseTree) -> list[str]:
    return [_concept(each).code for each in child_trees(tree)]


def _misplaced(span: Span, reason: str, next_step: str) -> EclError:
    return EclError(reason, next_step, start=span[0], end=span[1])
