"""Evaluation of filters on descriptions and on concepts."""

from __future__ import annotations

from collections.abc import Iterable

from pyroaring import BitMap

from begrepp.ecl.description_index import DescriptionIndex
from begrepp.ecl.syntax_tree import (
    AcceptedDialect,
    ActiveState,
    ComparisonOperator,
    Dialects,
    FilterBlock,
    FilterCondition,
    SearchTerm,
    SearchTerms,
    Tokens,
)

SNOMED_TYPES = {"900000000000003001": "fsn", "900000000000013009": "syn", "900000000000550004": "def"}
"""The description types of Snomed CT by code."""


def described(index: DescriptionIndex, block: FilterBlock, types: set[str]) -> BitMap:
    """Return the concepts with one description that meets all conditions of a filter of kind D.

    `types` holds the codes that the values of `typeId` denote.
    """
    by_state = [each.value.active for each in block.conditions if isinstance(each.value, ActiveState)]
    rows = index.active if not by_state else index.all
    for condition in block.conditions:
        rows = rows & _rows(index, condition, types)
    return index.concepts(rows)


def _rows(index: DescriptionIndex, condition: FilterCondition, types: set[str]) -> BitMap:
    """The rows that meet a condition."""
    value = condition.value
    match condition.name:
        case "active":
            state = value.active if isinstance(value, ActiveState) else None
            found = index.all if state is None else index.active if state else index.all - index.active
        case "term" if isinstance(value, SearchTerms):
            found = _union(_with_term(index, term) for term in value.terms)
        case "language" if isinstance(value, Tokens):
            found = _union(_in_language(index, word) for word in value.words)
        case "type" if isinstance(value, Tokens):
            found = _union(_of_type(index, word) for word in value.words)
        case "typeId":
            found = _union(_of_type(index, SNOMED_TYPES[code]) for code in types if code in SNOMED_TYPES)
        case "dialect" | "dialectId" if isinstance(value, Dialects):
            found = _union(_in_dialect(index, dialect) for dialect in value.dialects)
        case "id" if isinstance(value, Tokens):
            found = _union(index.with_id(word) for word in value.words)
        case "effectiveTime" if isinstance(value, Tokens):
            return index.all if _time_matches("", condition.comparison, value.words) else BitMap()
        case _:  # descriptions have no module
            found = BitMap()
    return index.all - found if condition.comparison is ComparisonOperator.NOT_EQUALS else found


def time_matches(time: str, condition: FilterCondition) -> bool:
    """Return whether a day (YYYYMMDD, or empty where none is assigned) meets a condition on `effectiveTime`."""
    return isinstance(condition.value, Tokens) and _time_matches(time, condition.comparison, condition.value.words)


def _time_matches(time: str, comparison: ComparisonOperator, days: tuple[str, ...]) -> bool:
    match comparison:
        case ComparisonOperator.EQUALS:
            return time in days
        case ComparisonOperator.NOT_EQUALS:
            return time not in days
        case ComparisonOperator.LESS:
            return any(time and day and time < day for day in days)
        case ComparisonOperator.LESS_OR_EQUAL:
            return any(time == day or bool(time and day and time < day) for day in days)
        case ComparisonOperator.GREATER:
            return any(time and day and time > day for day in days)
        case ComparisonOperator.GREATER_OR_EQUAL:
            return any(time == day or bool(time and day and time > day) for day in days)


def _with_term(index: DescriptionIndex, term: SearchTerm) -> BitMap:
    return index.with_pattern(term.text) if term.wild else index.with_words(term.text)


def _in_language(index: DescriptionIndex, language: str) -> BitMap:
    """The rows in a language; `sv` also holds `sv-SE`."""
    tags = [tag for tag in index.languages if tag == language or tag.startswith(f"{language}-")]
    return _union(index.languages[tag] for tag in tags)


def _of_type(index: DescriptionIndex, word: str) -> BitMap:
    """The rows of a type. In a code system without fully specified names the preferred names take their place."""
    definitions = index.kinds.get("definition", BitMap())
    match word:
        case "def":
            return definitions
        case "fsn":
            return index.full_names or index.kinds.get("preferred", BitMap())
    return index.all - definitions - index.full_names


def _in_dialect(index: DescriptionIndex, accepted: AcceptedDialect) -> BitMap:
    """The rows in a dialect: those with its tag, and those of its language without a region.

    A preferred name without a region is that of the dialect unless the concept has one with its tag. Without either,
    the rows in the language in any region are meant.
    """
    tag = accepted.dialect.lower()
    language = tag.partition("-")[0]
    own, common = index.languages.get(tag, BitMap()), index.languages.get(language, BitMap())
    preferred = index.kinds.get("preferred", BitMap())
    if own and tag != language:
        common = common - (preferred & index.rows_of(index.concepts(own & preferred)))
    rows = own | common or _in_language(index, language)
    # A fully specified name is a preferred description of its type.
    synonyms = index.kinds.get("synonym", BitMap()) - index.full_names
    kinds = {"prefer": preferred | index.full_names, "accept": synonyms}
    chosen = [kinds[word] for word in accepted.acceptabilities]
    return rows & _union(chosen) if chosen else rows


def _union(bitmaps: Iterable[BitMap]) -> BitMap:
    found = BitMap()
    for each in bitmaps:
        found |= each
    return found
