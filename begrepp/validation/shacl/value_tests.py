"""Tests of single values: node kind, datatype, range, length and language (SHACL 4.1–4.4).

Each test takes a column of distinct values and returns a mask of those that pass.
"""

from __future__ import annotations

import operator
from decimal import Decimal

import numpy as np
from pyoxigraph import Literal, QuerySolutions, Store

from begrepp.validation.shacl.data.id_columns import pack_pairs, unpack_pairs
from begrepp.validation.shacl.data.term_table import Ids, Mask, TermKind, TermTable
from begrepp.validation.shacl.lexical_spaces import EXACT_NUMBERS, is_in_lexical_space
from begrepp.validation.shacl.vocabulary import RDF, SH, XSD, Term, display_text, lexical_form, parse_count

_KINDS_BY_NAME = {"IRI": TermKind.IRI, "BlankNode": TermKind.BLANK, "Literal": TermKind.LITERAL}
_NEVER_ILL_FORMED = (RDF + "langString", XSD + "string")
BOUNDS = {"minExclusive": "<", "minInclusive": "<=", "maxExclusive": ">", "maxInclusive": ">="}
"""The operator between the bound and the value, by parameter."""
_QUERY_ROWS = 5_000
_OPERATORS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


def has_node_kind(terms: TermTable, values: Ids, kind: Term) -> Mask:
    """Test `sh:nodeKind`: an IRI, a blank node, a literal, or one of two of them, as in `sh:BlankNodeOrIRI`."""
    names = display_text(kind).removeprefix(SH).split("Or")
    return np.isin(terms.kinds[values], [_KINDS_BY_NAME[name] for name in names])


def has_datatype(terms: TermTable, values: Ids, datatype: Term) -> Mask:
    """Test `sh:datatype`: the value has the datatype and a lexical form that is valid for it."""
    indices, names = terms.datatypes
    if (name := lexical_form(datatype)) not in names:
        return np.zeros(len(values), dtype=np.bool_)
    passed: Mask = indices[values] == names.index(name)
    if name not in _NEVER_ILL_FORMED:
        for row in np.flatnonzero(passed):
            passed[row] = is_in_lexical_space(lexical_form(terms.term(int(values[row]))), name)
    return passed


def has_language(terms: TermTable, values: Ids, ranges: list[str]) -> Mask:
    """Test `sh:languageIn` by SPARQL's langMatches: "sv" matches sv and sv-FI."""
    indices, names = terms.languages
    lower_ranges = [each.lower() for each in ranges]
    matching = [any(each in ("*", name) or name.startswith(each + "-") for each in lower_ranges) for name in names]
    return np.array([*matching, False], dtype=np.bool_)[indices[values]]


def has_length(terms: TermTable, values: Ids, name: str, bound: Term) -> Mask:
    """Test `sh:minLength` or `sh:maxLength` on the characters of an IRI or literal; a blank node fails."""
    lengths = terms.lexical_forms(values).str.len_chars()
    passed = lengths >= parse_count(bound) if name == "minLength" else lengths <= parse_count(bound)
    return passed.fill_null(False).to_numpy()


def compare_terms(terms: TermTable, left: Ids, sign: str, right: Ids) -> Mask:
    """Evaluate SPARQL's `left sign right`, such as `<`, row by row; false for terms that cannot be compared.

    Ill-typed literals and texts with a language cannot. Integers, decimals and booleans are compared here, since the
    store has 64 bits for an integer and no order of booleans; other literals are compared by the store.
    """
    distinct, inverse = np.unique(pack_pairs(left, right), return_inverse=True)
    holds = np.zeros(len(distinct), dtype=np.bool_)
    rows: list[str] = []
    for row, (a, b) in enumerate(zip(*unpack_pairs(distinct), strict=True)):
        one, other = terms.term(int(a)), terms.term(int(b))
        if not (_is_ordered(one) and _is_ordered(other)):
            continue
        first, second = _exact_value(one), _exact_value(other)
        if first is not None and second is not None:
            holds[row] = first[0] == second[0] and _OPERATORS[sign](first[1], second[1])
        else:
            rows.append(f"({row} {one} {other})")
    for start in range(0, len(rows), _QUERY_ROWS):
        table = " ".join(rows[start : start + _QUERY_ROWS])
        answers = Store().query(f"SELECT ?row {{ VALUES (?row ?a ?b) {{ {table} }} FILTER (?a {sign} ?b) }}")
        if isinstance(answers, QuerySolutions):
            holds[[int(lexical_form(answer["row"])) for answer in answers]] = True
    return holds[inverse]


def _is_ordered(term: Term) -> bool:
    return isinstance(term, Literal) and not term.language and is_in_lexical_space(term.value, term.datatype.value)


def _exact_value(term: Term) -> tuple[str, Decimal] | None:
    """Return the kind and value of a boolean, an integer or a decimal; None for any other literal."""
    if not isinstance(term, Literal) or not term.datatype.value.startswith(XSD):
        return None
    name = term.datatype.value.removeprefix(XSD)
    if name == "boolean":
        return name, Decimal(term.value in ("true", "1"))
    return ("number", Decimal(term.value)) if name in EXACT_NUMBERS else None
