"""Tests of single values: node kind, datatype, range, length and language (SHACL 4.1–4.4).

Each test takes a column of distinct values and returns a mask of those that pass.
"""

from __future__ import annotations

import numpy as np
from pyoxigraph import Literal, QuerySolutions, Store

from begrepp.validation.shacl.data.id_columns import pack_pairs, unpack_pairs
from begrepp.validation.shacl.data.term_table import Ids, Mask, TermKind, TermTable
from begrepp.validation.shacl.lexical_spaces import is_in_lexical_space
from begrepp.validation.shacl.vocabulary import RDF, SH, XSD, Term, display_text, lexical_form, parse_count

_KINDS_BY_NAME = {"IRI": TermKind.IRI, "BlankNode": TermKind.BLANK, "Literal": TermKind.LITERAL}
_NEVER_ILL_FORMED = (RDF + "langString", XSD + "string")
BOUNDS = {"minExclusive": "<", "minInclusive": "<=", "maxExclusive": ">", "maxInclusive": ">="}
"""The operator between the bound and the value, by parameter."""
_QUERY_ROWS = 5_000


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


def compare_terms(terms: TermTable, left: Ids, operator: str, right: Ids) -> Mask:
    """Evaluate SPARQL's `left operator right` row by row; false for terms that cannot be compared."""
    distinct, inverse = np.unique(pack_pairs(left, right), return_inverse=True)
    rows = [
        f"({row} {one} {other})"
        for row, (a, b) in enumerate(zip(*unpack_pairs(distinct), strict=True))
        if isinstance(one := terms.term(int(a)), Literal) and isinstance(other := terms.term(int(b)), Literal)
    ]
    holds = np.zeros(len(distinct), dtype=np.bool_)
    for start in range(0, len(rows), _QUERY_ROWS):
        table = " ".join(rows[start : start + _QUERY_ROWS])
        answers = Store().query(f"SELECT ?row {{ VALUES (?row ?a ?b) {{ {table} }} FILTER (?a {operator} ?b) }}")
        if isinstance(answers, QuerySolutions):
            holds[[int(lexical_form(answer["row"])) for answer in answers]] = True
    return holds[inverse]
