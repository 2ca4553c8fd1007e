"""Evaluation of SPARQL expressions over columns (SPARQL 1.1, 17.2 and 17.3).

The value of an expression is a column of term ids, of texts (null for an error) or of truth values. Functions raise
`UnsupportedQuery` for expressions that only a store can evaluate.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pyoxigraph import Literal

from begrepp.validation.shacl.data.data_graph import DataGraph
from begrepp.validation.shacl.data.id_columns import sorted_unique
from begrepp.validation.shacl.data.term_table import UNBOUND, Ids, Mask, TermKind, TermTable, gather
from begrepp.validation.shacl.regex import matches_pattern
from begrepp.validation.shacl.sparql_constraints.query_plan import (
    Call,
    Expression,
    GroupPattern,
    QueryVariable,
    UnsupportedQuery,
)
from begrepp.validation.shacl.vocabulary import RDF, XSD

TruthValues = NDArray[np.int8]
Value = Ids | TruthValues | pl.Series
_MAX_NEW_TERMS = 100_000


class Truth(IntEnum):
    """Three-valued logic of SPARQL."""

    ERROR = -1
    FALSE = 0
    TRUE = 1


OPERATORS: dict[str, Callable[..., Any]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def evaluate(
    data: DataGraph,
    expression: Expression,
    column: Callable[[str], Ids],
    exists: Callable[[GroupPattern], Mask],
    rows: int,
) -> Value:
    """Evaluate an expression for each row.

    `column` returns the term ids of a variable, `exists` evaluates EXISTS; `rows` is the number of rows.
    """

    def value(part: Expression) -> Value:
        if isinstance(part, QueryVariable):
            return column(part.name)
        if isinstance(part, GroupPattern):
            raise UnsupportedQuery
        if not isinstance(part, Call):
            return np.full(rows, data.term_id(part))
        match part.name, part.arguments:
            case "EXISTS", (GroupPattern() as group,):
                return np.asarray(exists(group), dtype=np.int8)
            case "BOUND", (QueryVariable(name),):
                return np.asarray(column(name) != UNBOUND, dtype=np.int8)
        return _apply(data.terms, part.name, [value(argument) for argument in part.arguments])

    return value(expression)


def _apply(terms: TermTable, name: str, arguments: Sequence[Value]) -> Value:
    match name, arguments:
        case "!", [one]:
            result = truth_values(terms, one)
            return np.where(result == Truth.ERROR, result, 1 - result).astype(np.int8)
        case "&&", [one, other]:
            left, right = truth_values(terms, one), truth_values(terms, other)
            error = (left == Truth.ERROR) | (right == Truth.ERROR)
            both = np.where(error, Truth.ERROR, Truth.TRUE)
            return np.where((left == Truth.FALSE) | (right == Truth.FALSE), Truth.FALSE, both).astype(np.int8)
        case "||", [one, other]:
            negated = [_apply(terms, "!", [each]) for each in (one, other)]
            return _apply(terms, "!", [_apply(terms, "&&", negated)])
        case "COALESCE", _:
            result = np.full(len(arguments[0]), Truth.ERROR, dtype=np.int8)
            for argument in arguments:
                result = np.where(result == Truth.ERROR, truth_values(terms, argument), result)
            return result
        case "STR", [one]:
            return one if isinstance(one, pl.Series) else terms.lexical_forms(_ids(one))
        case "LANG", [one]:
            return _language(terms, _ids(one))
        case "REGEX", [text, pattern, *flags]:
            return _regex(terms, text, pattern, flags)
        case (("=" | "!=" | "<" | "<=" | ">" | ">="), [one, other]):
            return _compare(terms, name, one, other)
    raise UnsupportedQuery


def truth_values(terms: TermTable, value: Value) -> TruthValues:
    """Return the effective boolean value of truth values and booleans; any other value is unsupported."""
    if isinstance(value, pl.Series):
        raise UnsupportedQuery
    if value.dtype == np.int8:
        return value.astype(np.int8, copy=False)
    result = np.full(len(value), Truth.ERROR, dtype=np.int8)
    for term_id in np.unique(value):
        if term_id != UNBOUND:
            term = terms.term(int(term_id))
            if not isinstance(term, Literal) or term.datatype.value != XSD + "boolean":
                raise UnsupportedQuery
            result[value == term_id] = term.value in ("true", "1")
    return result


def as_ids(terms: TermTable, value: Value) -> Ids:
    """Convert a value to term ids, as BIND needs them."""
    if isinstance(value, pl.Series):
        distinct_texts = value.drop_nulls().unique()
        if len(distinct_texts) > _MAX_NEW_TERMS:
            raise UnsupportedQuery
        new_ids = {text: terms.add(Literal(text)) for text in distinct_texts}
        return np.array([UNBOUND if text is None else new_ids[text] for text in value], dtype=np.int64)
    if value.dtype == np.int8:
        no, yes = terms.add(Literal(False)), terms.add(Literal(True))
        return np.asarray(np.array([no, yes, UNBOUND], dtype=np.int64)[value])
    return _ids(value)


def _ids(value: Value) -> Ids:
    if isinstance(value, pl.Series) or value.dtype == np.int8:
        raise UnsupportedQuery
    return value.astype(np.int64, copy=False)


def _language(terms: TermTable, ids: Ids) -> pl.Series:
    if np.any(ids >= len(terms)):
        raise UnsupportedQuery
    indices, names = terms.languages
    tags = pl.Series([*names, "", None], dtype=pl.String)
    absent = np.where(terms.kinds[ids] == TermKind.LITERAL, len(names), len(names) + 1)
    return gather(tags, np.where(indices[ids] >= 0, indices[ids], absent))


def _texts(terms: TermTable, value: Value) -> pl.Series:
    """Convert a value to text; unsupported for terms other than plain literals."""
    if isinstance(value, pl.Series):
        return value
    ids = _ids(value)
    indices, names = terms.datatypes
    if np.any(ids >= len(terms)) or any(names[index] != XSD + "string" for index in sorted_unique(indices[ids])):
        raise UnsupportedQuery
    return terms.lexical_forms(ids)


def _regex(terms: TermTable, text: Value, pattern: Value, flags: Sequence[Value]) -> TruthValues:
    texts = text if isinstance(text, pl.Series) else terms.lexical_forms(_ids(text))
    if not isinstance(text, pl.Series):
        texts = texts.zip_with(pl.Series(terms.is_literal(_ids(text))), pl.Series([None], dtype=pl.String))
    patterns = pl.DataFrame({"pattern": _texts(terms, pattern), "flags": _texts(terms, flags[0]) if flags else ""})
    result = np.full(len(texts), Truth.ERROR, dtype=np.int8)
    for (one_pattern, one_flags), group in patterns.with_row_index().group_by("pattern", "flags"):
        if one_pattern is not None and one_flags is not None:
            rows = group["index"].to_numpy()
            group_texts = gather(texts, rows)
            matches = matches_pattern(group_texts, str(one_pattern), str(one_flags)).astype(np.int8)
            result[rows] = np.where(group_texts.is_null().to_numpy(), Truth.ERROR, matches)
    return result


def _compare(terms: TermTable, name: str, one: Value, other: Value) -> TruthValues:
    if isinstance(one, pl.Series) or isinstance(other, pl.Series):
        compared: pl.Series = OPERATORS[name](_texts(terms, one), _texts(terms, other))
        return np.asarray(compared.cast(pl.Int8).fill_null(Truth.ERROR), dtype=np.int8)
    if name not in ("=", "!="):
        raise UnsupportedQuery
    left, right = _ids(one), _ids(other)
    if np.any(left >= len(terms)) or np.any(right >= len(terms)):
        raise UnsupportedQuery
    same = left == right
    _reject_equal_values_in_other_forms(terms, left[~same], right[~same])
    result: TruthValues = (same if name == "=" else ~same).astype(np.int8)
    result[(left == UNBOUND) | (right == UNBOUND)] = Truth.ERROR
    return result


def _reject_equal_values_in_other_forms(terms: TermTable, left: Ids, right: Ids) -> None:
    """Raise `UnsupportedQuery` for different literals that may have equal values, such as 1 and 01, or two dates."""
    indices, names = terms.datatypes
    texts = np.array([name in (XSD + "string", RDF + "langString") for name in names] + [True], dtype=np.bool_)
    both = (terms.kinds[left] == TermKind.LITERAL) & (terms.kinds[right] == TermKind.LITERAL)
    if not np.all(texts[indices[left[both]]] & texts[indices[right[both]]]):
        raise UnsupportedQuery
