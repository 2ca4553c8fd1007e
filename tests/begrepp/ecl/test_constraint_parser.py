"""The parser takes every official form of ECL 2.2, and its errors name place, part and expectation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

import pytest

from begrepp.ecl import MAX_CHARACTERS, EclError, parse_ecl
from begrepp.ecl.constraint_parser import MAX_DEPTH, MAX_TOKENS
from begrepp.ecl.syntax_tree import (
    AcceptedDialect,
    ActiveState,
    AnyConcept,
    AttributeCondition,
    BooleanValue,
    Cardinality,
    CodeReference,
    Combination,
    ComparisonOperator,
    Dialects,
    DottedPath,
    EclNode,
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
    SearchTerms,
    SetOperator,
    SetsContaining,
    TextValue,
    Tokens,
)
from begrepp.settings import ROOT
from server.http.i18n import Translator

FORMS = ROOT / "tests" / "fixtures" / "_ecl"


def _forms(name: str) -> Iterator[tuple[str, str]]:
    text = (FORMS / name).read_text(encoding="utf-8")
    for found in re.finditer(r"^# (.*)\n((?:(?!# ).*\n)+)", text, re.MULTILINE):
        yield found[1], found[2]


OFFICIAL, LONG = [*_forms("official_forms.txt")], [*_forms("long_forms.txt")]


def test_there_are_121_official_forms() -> None:
    assert len(OFFICIAL) == 121


@pytest.mark.parametrize(("number", "text"), [*OFFICIAL, *LONG], ids=[number for number, _ in [*OFFICIAL, *LONG]])
def test_an_official_form_is_parsed(number: str, text: str) -> None:
    tree = parse_ecl(text)
    assert _written(text, tree)


def _written(text: str, tree: EclNode) -> bool:
    """Whether the tree spans the expression, apart from comments and brackets around it."""
    outer = re.sub(r"/\*.*?\*/", lambda found: " " * len(found[0]), text, flags=re.DOTALL)
    before, after = outer[: tree.span[0]], outer[tree.span[1] :]
    return not before.strip(" (\n") and not after.strip(" )\n")


def _refinement(text: str) -> object:
    tree = parse_ecl(f"A : {text}")
    assert isinstance(tree, Refined)
    return tree.refinement


def _condition(text: str) -> AttributeCondition:
    condition = _refinement(text)
    assert isinstance(condition, AttributeCondition)
    return condition


@pytest.mark.parametrize("operator", [*HierarchyOperator])
def test_a_hierarchy_operator_is_read(operator: HierarchyOperator) -> None:
    tree = parse_ecl(f"{operator} C34 |lung|")
    assert isinstance(tree, HierarchyStep) and tree.operator is operator
    assert isinstance(tree.operand, CodeReference) and (tree.operand.code, tree.operand.term) == ("C34", "lung")


@pytest.mark.parametrize(
    ("text", "scheme", "code"),
    [
        ("C34", "", "C34"),
        ('"C34.1"', "", "C34.1"),
        ('"A00-B99"', "", "A00-B99"),
        ("A00-B99", "", "A00-B99"),
        ('ICD-10-SE#"C34"', "ICD-10-SE", "C34"),
        ("ICD-10-SE#C34.1", "ICD-10-SE", "C34.1"),
        ("HPO#0000118", "HPO", "0000118"),
        ('"a \\"quoted\\" code"', "", 'a "quoted" code'),
        ("R", "", "R"),
        ("AND", "", "AND"),
        ("Å01", "", "Å01"),
    ],
)
def test_a_code_is_read(text: str, scheme: str, code: str) -> None:
    tree = parse_ecl(text)
    assert isinstance(tree, CodeReference)
    assert (tree.scheme, tree.code) == (scheme, code)


def test_a_dot_between_codes_is_a_dotted_attribute() -> None:
    tree = parse_ecl("C34.1")
    assert isinstance(tree, DottedPath)


def test_operators_apply_from_inside_out() -> None:
    tree = parse_ecl('< ^ [mapTarget] X {{ M mapGroup = #1 }} {{ term = "a" }} {{ C active = 0 }} {{ + HISTORY-MOD }}')
    assert isinstance(tree, HistorySupplement) and (tree.profile, tree.sets) == ("MOD", None)
    assert isinstance(tree.operand, Filtered) and tree.operand.block.kind is FilterKind.CONCEPT
    assert isinstance(tree.operand.operand, Filtered)
    step = tree.operand.operand.operand
    assert isinstance(step, HierarchyStep) and isinstance(step.operand, MembersOf)
    assert step.operand.fields == ("mapTarget",)
    assert [block.kind for block in step.operand.filters] == [FilterKind.MEMBER]


def test_sets_that_contain_a_concept_are_read() -> None:
    assert isinstance(parse_ecl("^R C34"), SetsContaining)
    members = parse_ecl("^ R03")
    assert isinstance(members, MembersOf)


@pytest.mark.parametrize(
    ("text", "operator", "number"),
    [
        ("A AND B and C", SetOperator.AND, 3),
        ("A, B, C", SetOperator.AND, 3),
        ("A Or B", SetOperator.OR, 2),
        ("A minus B", SetOperator.MINUS, 2),
    ],
)
def test_a_set_operator_is_read(text: str, operator: SetOperator, number: int) -> None:
    tree = parse_ecl(text)
    assert isinstance(tree, Combination)
    assert (tree.operator, len(tree.operands)) == (operator, number)


def test_a_refinement_is_read() -> None:
    tree = _refinement("[0..1] R a = < b OR ([2..*] { c != d, [1..1] e = f } OR g = h)")
    assert isinstance(tree, Junction) and tree.operator is SetOperator.OR
    first, second = tree.parts
    assert isinstance(first, AttributeCondition) and first.reverse
    assert first.cardinality == Cardinality(minimum=0, maximum=1)
    assert isinstance(second, Junction)
    group = second.parts[0]
    assert isinstance(group, GroupCondition) and str(group.cardinality) == "[2..*]"
    assert isinstance(group.condition, Junction) and group.condition.operator is SetOperator.AND


@pytest.mark.parametrize(
    ("text", "comparison", "value"),
    [
        ("a = #12", ComparisonOperator.EQUALS, Decimal(12)),
        ("a != #-0.5", ComparisonOperator.NOT_EQUALS, Decimal("-0.5")),
        ("a < #+3", ComparisonOperator.LESS, Decimal(3)),
        ("a <= #3", ComparisonOperator.LESS_OR_EQUAL, Decimal(3)),
        ("a > #3", ComparisonOperator.GREATER, Decimal(3)),
        ("a >= #3", ComparisonOperator.GREATER_OR_EQUAL, Decimal(3)),
    ],
)
def test_a_number_is_compared(text: str, comparison: ComparisonOperator, value: Decimal) -> None:
    condition = _condition(text)
    assert isinstance(condition.value, NumberValue)
    assert (condition.comparison, condition.value.number) == (comparison, value)


def test_texts_and_booleans_are_values() -> None:
    text, several, truth = (_condition(each).value for each in ('a = "x"', 'a != ("x" "y z")', "a = TRUE"))
    assert isinstance(text, TextValue) and text.texts == ("x",)
    assert isinstance(several, TextValue) and several.texts == ("x", "y z")
    assert isinstance(truth, BooleanValue) and truth.value


def _filter(text: str, kind: str = "D") -> EclNode:
    tree = parse_ecl(f"A {{{{ {kind} {text} }}}}")
    assert isinstance(tree, Filtered)
    return tree.block.conditions[0].value


def test_search_terms_are_read() -> None:
    terms = _filter('term = (match:"gas ill" wild:"*itis\\*" "x")')
    assert isinstance(terms, SearchTerms)
    assert [(term.text, term.wild) for term in terms.terms] == [("gas ill", False), ("*itis\\*", True), ("x", False)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("language = SV", ("sv",)),
        ("language = (sv en)", ("sv", "en")),
        ("type = (synonym FSN def)", ("syn", "fsn", "def")),
        ('effectiveTime != ("20190131" "")', ("20190131", "")),
        ("id = (12 13)", ("12", "13")),
    ],
)
def test_words_of_filters_are_read(text: str, words: tuple[str, ...]) -> None:
    value = _filter(text)
    assert isinstance(value, Tokens) and value.words == words


@pytest.mark.parametrize(("text", "active"), [("1", True), ("false", False), ("*", None), ('"*"', None)])
def test_the_state_of_an_active_filter_is_read(text: str, active: bool | None) -> None:
    value = _filter(f"active = {text}", "C")
    assert isinstance(value, ActiveState) and value.active is active


def test_dialects_are_read_with_their_acceptabilities() -> None:
    each = _filter("dialect = ( en-gb (prefer) sv-se (accept prefer) )")
    of_all = _filter("dialect = (en-gb sv-se) (accept)")
    assert isinstance(each, Dialects) and isinstance(of_all, Dialects)
    assert each.dialects[1] == AcceptedDialect(dialect="sv-se", acceptabilities=("accept", "prefer"))
    assert {dialect.acceptabilities for dialect in of_all.dialects} == {("accept",)}


@pytest.mark.parametrize(
    "text", ["(* : a = b) {{ C active = 1 }}", "(A OR B) {{ + HISTORY }}", '((A)) {{ term = "x" }} {{ C active = 1 }}']
)
def test_a_filter_spans_the_brackets_before_it(text: str) -> None:
    assert parse_ecl(text).span == (0, len(text))


def test_history_of_given_sets_is_read() -> None:
    tree = parse_ecl("A {{+ history_min}}"), parse_ecl("A {{ + HISTORY (*) }}")
    assert isinstance(tree[0], HistorySupplement) and tree[0].profile == "MIN"
    assert isinstance(tree[1], HistorySupplement) and isinstance(tree[1].sets, AnyConcept)


FAULTS = [
    ("A OR B AND C", 1, 8, "OR and AND are mixed without brackets.", "AND"),
    ("A, B OR C", 1, 6, "AND and OR are mixed without brackets.", "OR"),
    ("A MINUS B MINUS C", 1, 11, "MINUS stands twice without brackets.", "MINUS"),
    ("A: b = c OR d = e,\nf = g", 1, 18, "OR and AND are mixed without brackets.", ","),
    ("A . b AND c", 1, 7, "'AND' cannot stand here.", "AND"),
    ("A AND B : c = d", 1, 9, "':' cannot stand here.", ":"),
    ("A\n  B", 2, 3, "'B' cannot stand here.", "B"),
    ("<<", 1, 3, "The expression ends too early.", ""),
    ("(A", 1, 3, "The expression ends too early.", ""),
    ("A)", 1, 2, "')' cannot stand here.", ")"),
    ("< < A", 1, 3, "'<' cannot stand here.", "<"),
    ("A & B", 1, 3, "'&' cannot stand here.", "&"),
    ('A {{ term = "x }}', 1, 13, "The text does not end.", '"'),
    ("A |x", 1, 3, "The term does not end.", "|"),
    ("A /* x", 1, 3, "The comment does not end.", "/*"),
    ("A: [3..2] b = c", 1, 4, "The cardinality 3..2 ends before it begins.", "[3..2]"),
    ("A: b < c", 1, 8, "After < stands a number.", "c"),
    ('A: b = (c "d")', 1, 8, "Several values of an attribute are texts.", '(c "d")'),
    ('A {{ name = "x" }}', 1, 6, "'name' is no filter of kind D.", "name"),
    ("A {{ C language = sv }}", 1, 8, "'language' is no filter of kind C.", "language"),
    ("A {{ language = 5 }}", 1, 17, "The filter 'language' does not take this value.", "5"),
    ("A {{ C active = 2 }}", 1, 17, "The filter 'active' does not take this value.", "2"),
    (
        'A {{ C effectiveTime = "20241301" }}',
        1,
        24,
        "The filter 'effectiveTime' does not take this value.",
        '"20241301"',
    ),
    ('A {{ term < "x" }}', 1, 6, "The filter 'term' takes = or !=.", "term"),
    ("A {{ type = syn (prefer) }}", 1, 6, "The filter 'type' takes no acceptability.", "type"),
    ("A {{ dialect = sv (best) }}", 1, 6, "'best' is no acceptability.", "best"),
    ('A {{ term = " " }}', 1, 13, "A search term is empty.", '" "'),
    (
        "A {{ M mapGroup = #2 }}",
        1,
        3,
        "A filter of kind M follows the members of a value set.",
        "{{ M mapGroup = #2 }}",
    ),
    (
        '^A {{ term = "x" }} {{ M active = 1 }}',
        1,
        21,
        "Filters of kind M come before other filters.",
        "{{ M active = 1 }}",
    ),
    ('A {{+HISTORY}} {{ term = "x" }}', 1, 16, "A filter cannot follow a history supplement.", '{{ term = "x" }}'),
    ("A {{+HISTORY-MIN (*) }}", 1, 3, "A history supplement has a profile or sets, not both.", "{{+HISTORY-MIN (*) }}"),
]


@pytest.mark.parametrize(("text", "line", "column", "reason", "part"), FAULTS, ids=[text for text, *_ in FAULTS])
def test_an_error_names_place_and_part(text: str, line: int, column: int, reason: str, part: str) -> None:
    with pytest.raises(EclError) as caught:
        parse_ecl(text)
    assert (caught.value.reason, caught.value.part) == (f"Line {line}, column {column}: {reason}", part)
    assert text[caught.value.start : caught.value.end] == part or part == "best"  # named within the value
    swedish = Translator("sv")
    assert reason not in swedish.message(caught.value.reason)
    assert not caught.value.next_step or swedish.message(caught.value.next_step) != caught.value.next_step


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("A B", "Expected: 'AND', ',', 'OR', 'MINUS', ':', '.', '{{', |term|, end."),
        ("<< HP:0000118", 'If "HP:0000118" is a code, write it in quotation marks.'),
        ("<< C34/1", 'If "C34/1" is a code, write it in quotation marks.'),
        ("<< C34 MINUS C34.1", 'If "C34.1" is a code, write it in quotation marks.'),
        ("A OR B OR C50.9", 'If "C50.9" is a code, write it in quotation marks.'),
        ("A OR B . site", "Put brackets around the parts that belong together."),
        ("A AND B : c = d", "Put brackets around the parts that belong together."),
    ],
)
def test_an_error_advises(text: str, advice: str) -> None:
    with pytest.raises(EclError) as caught:
        parse_ecl(text)
    assert caught.value.next_step == advice


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A: ", {"code", "*", "(", "{", "[", "R", "<<"}),
        ("A B", {"AND", "OR", "MINUS", ":", ".", "{{", "|term|", "end"}),
        ("A {{ ", {"code", "D", "+"}),
        ("A: [1", {".."}),
    ],
)
def test_an_error_names_what_is_expected(text: str, expected: set[str]) -> None:
    with pytest.raises(EclError) as caught:
        parse_ecl(text)
    assert expected <= set(caught.value.expected)


def test_the_filters_after_one_part_are_bounded() -> None:
    assert parse_ecl("A" + ' {{ term = "b" }}' * 50)
    with pytest.raises(EclError, match=r"Line 1, column 853: More than 50 filters"):
        parse_ecl("A" + ' {{ term = "b" }}' * 51)


def test_an_empty_expression_is_an_error() -> None:
    with pytest.raises(EclError, match="The expression is empty"):
        parse_ecl(" \n")


def test_size_and_depth_are_bounded() -> None:
    deep = "(" * MAX_DEPTH
    for text in ("A" * (MAX_CHARACTERS + 1), " OR ".join(["A"] * MAX_TOKENS), deep + "A" + ")" * MAX_DEPTH):
        with pytest.raises(EclError, match=r"[Mm]ore than"):
            parse_ecl(text)
    assert parse_ecl(deep[1:] + "A" + ")" * (MAX_DEPTH - 1))
