"""Filters in double braces: which there are, and the values that each of them takes."""

from __future__ import annotations

import re
from collections.abc import Sequence

from begrepp.ecl.syntax_errors import EclError
from begrepp.ecl.syntax_tree import (
    AcceptedDialect,
    ActiveState,
    AnyConcept,
    BooleanValue,
    CodeReference,
    Combination,
    ComparisonOperator,
    Dialects,
    EclNode,
    FilterCondition,
    FilterKind,
    NumberValue,
    SearchTerm,
    SearchTerms,
    SetOperator,
    Span,
    Tokens,
)
from begrepp.ecl.term_match import MAX_TERM

Item = tuple[EclNode, tuple[str, ...]]
"""A value of a list, with its acceptabilities."""

FILTERS = {
    FilterKind.DESCRIPTION: (
        "term",
        "language",
        "type",
        "typeId",
        "dialect",
        "dialectId",
        "moduleId",
        "effectiveTime",
        "active",
        "id",
    ),
    FilterKind.CONCEPT: ("definitionStatus", "definitionStatusId", "moduleId", "effectiveTime", "active"),
    FilterKind.MEMBER: ("moduleId", "effectiveTime", "active"),
}
"""The filters of each kind; those of members also take the fields of the set."""

_WORDS = {
    "type": {
        "syn": "syn",
        "synonym": "syn",
        "fsn": "fsn",
        "fullyspecifiedname": "fsn",
        "def": "def",
        "definition": "def",
    },
    "definitionStatus": {"primitive": "primitive", "defined": "defined"},
    "acceptability": {
        "prefer": "prefer",
        "preferred": "prefer",
        "900000000000548007": "prefer",
        "accept": "accept",
        "acceptable": "accept",
        "900000000000549004": "accept",
    },
}
_ACTIVE: dict[str, bool | None] = {"1": True, "true": True, "0": False, "false": False, "*": None}
_TIME = re.compile(r"|[1-9]\d{3}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])", re.ASCII)
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{1,8})*", re.ASCII | re.IGNORECASE)
_ORDERED = {"effectiveTime"}


def filter_name(kind: FilterKind, written: str, span: Span) -> str:
    """Return the name of a filter as the specification spells it; raises `EclError` for one that the kind has not."""
    known = {name.lower(): name for name in FILTERS[kind]}
    if written.lower() in known:
        return known[written.lower()]
    if kind is FilterKind.MEMBER and re.fullmatch(r"[A-Za-z]+", written):
        return written
    raise EclError(
        f"'{written}' is no filter of kind {kind}.",
        f"The filters of kind {kind} are: {', '.join(FILTERS[kind])}.",
        start=span[0],
        end=span[1],
        part=written,
        expected=FILTERS[kind],
    )


def filter_condition(name: str, comparison: ComparisonOperator, items: Sequence[Item], span: Span) -> FilterCondition:
    """Return the condition of a filter; raises `EclError` for a value or a comparison that the filter does not take."""
    values = [value for value, _ in items]
    value: EclNode
    if comparison not in (ComparisonOperator.EQUALS, ComparisonOperator.NOT_EQUALS) and not (
        name in _ORDERED or isinstance(values[0], NumberValue) or all(_is_time(each) for each in values)
    ):
        raise EclError(
            f"The filter '{name}' takes = or !=.", start=span[0], end=span[0] + len(name), expected=("=", "!=")
        )
    if any(acceptabilities for _, acceptabilities in items) and not name.startswith("dialect"):
        raise EclError(f"The filter '{name}' takes no acceptability.", start=span[0], end=span[0] + len(name))
    match name:
        case "term":
            value = SearchTerms(span=span, terms=tuple(_search_term(each) for each in values))
        case "language":
            value = Tokens(span=span, words=tuple(_word(each, name, _LANGUAGE).lower() for each in values))
        case "type" | "definitionStatus":
            value = Tokens(span=span, words=tuple(_known_word(each, name) for each in values))
        case "effectiveTime":
            value = Tokens(span=span, words=tuple(_word(each, name, _TIME, quoted=True) for each in values))
        case "id":
            value = Tokens(span=span, words=tuple(_word(each, name) for each in values))
        case "active":
            value = ActiveState(span=span, active=_active(values))
        case "dialect" | "dialectId":
            accepted = tuple(
                AcceptedDialect(
                    dialect=_word(each, name), acceptabilities=tuple(_acceptability(word, span) for word in words)
                )
                for each, words in items
            )
            value = Dialects(span=span, dialects=accepted)
        case "typeId" | "moduleId" | "definitionStatusId":
            value = _expression(values, name, span)
        case _:
            value = _field_value(values, span)
    return FilterCondition(span=span, name=name, comparison=comparison, value=value)


def search_term(text: str, *, wild: bool, span: Span) -> SearchTerm:
    """Return a term to search for; raises `EclError` for an empty or long one."""
    if not text.strip():
        raise EclError(
            "A search term is empty.", "Write words between the quotation marks.", start=span[0], end=span[1]
        )
    if len(text) > MAX_TERM:
        start, end = span
        raise EclError(f"A search term has more than {MAX_TERM} characters.", "Shorten it.", start=start, end=end)
    return SearchTerm(span=span, text=text, wild=wild)


def _search_term(value: EclNode) -> SearchTerm:
    if isinstance(value, SearchTerm):
        return value
    if isinstance(value, CodeReference) and value.quoted and not value.scheme:
        return search_term(value.code, wild=False, span=value.span)
    raise _refused("term", value, '"text"')


def _is_time(value: EclNode) -> bool:
    return isinstance(value, CodeReference) and value.quoted and bool(_TIME.fullmatch(value.code))


def _word(value: EclNode, name: str, pattern: re.Pattern[str] | None = None, *, quoted: bool = False) -> str:
    written = isinstance(value, CodeReference) and not value.scheme and (value.quoted or not quoted)
    if isinstance(value, CodeReference) and written and (pattern is None or pattern.fullmatch(value.code)):
        return value.code
    raise _refused(name, value, '"20240101"' if quoted else "sv" if pattern else "code")


def _known_word(value: EclNode, name: str) -> str:
    words = _WORDS[name]
    if isinstance(value, CodeReference) and value.code.lower() in words:
        return words[value.code.lower()]
    raise _refused(name, value, *words)


def _acceptability(word: str, span: Span) -> str:
    words = _WORDS["acceptability"]
    if word.lower() in words:
        return words[word.lower()]
    raise EclError(f"'{word}' is no acceptability.", "Write prefer or accept.", start=span[0], end=span[1], part=word)


def _active(values: Sequence[EclNode]) -> bool | None:
    value = values[0]
    word = "*" if isinstance(value, AnyConcept) else getattr(value, "code", str(getattr(value, "value", ""))).lower()
    if len(values) == 1 and word in _ACTIVE:
        return _ACTIVE[word]
    raise _refused("active", value, "1", "0", "*")


def _expression(values: Sequence[EclNode], name: str, span: Span) -> EclNode:
    for value in values:
        if isinstance(value, SearchTerm | NumberValue):
            raise _refused(name, value, "code")
    return values[0] if len(values) == 1 else Combination(span=span, operator=SetOperator.OR, operands=tuple(values))


def _field_value(values: Sequence[EclNode], span: Span) -> EclNode:
    first = values[0]
    if isinstance(first, NumberValue) or (len(values) == 1 and not _is_text(first)):
        boolean = isinstance(first, CodeReference) and not first.quoted and first.code.lower() in ("true", "false")
        return BooleanValue(span=span, value=first.code.lower() == "true") if boolean else first  # type: ignore[attr-defined]
    if all(_is_text(value) for value in values):
        if all(_is_time(value) for value in values):
            return Tokens(span=span, words=tuple(_word(value, "") for value in values))
        return SearchTerms(span=span, terms=tuple(_search_term(value) for value in values))
    return Combination(span=span, operator=SetOperator.OR, operands=tuple(values))


def _is_text(value: EclNode) -> bool:
    return isinstance(value, SearchTerm) or (isinstance(value, CodeReference) and value.quoted and not value.scheme)


def _refused(name: str, value: EclNode, *expected: str) -> EclError:
    return EclError(
        f"The filter '{name}' does not take this value.",
        f"Expected: {', '.join(expected)}.",
        start=value.span[0],
        end=value.span[1],
        expected=expected,
    )
