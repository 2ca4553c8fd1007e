"""What one value must be: of a kind, of a datatype, so large, so long, in a language (SHACL 4.1–4.4).

Each test is asked of many values at once, each value once, and says which of them pass.
"""

from __future__ import annotations

import numpy as np
from pyoxigraph import Literal, QuerySolutions, Store

from begrepp.errors import InputError
from begrepp.validation.shacl.columns import pairs, unpaired
from begrepp.validation.shacl.rdf_reader import well_formed
from begrepp.validation.shacl.term_table import Ids, Mask, TermKind, TermTable
from begrepp.validation.shacl.vocabulary import RDF, SH, XSD, Term, count_of, lexical, shown

_NODE_KINDS: dict[str, tuple[TermKind, ...]] = {
    "IRI": (TermKind.IRI,),
    "BlankNode": (TermKind.BLANK,),
    "Literal": (TermKind.LITERAL,),
    "BlankNodeOrIRI": (TermKind.BLANK, TermKind.IRI),
    "BlankNodeOrLiteral": (TermKind.BLANK, TermKind.LITERAL),
    "IRIOrLiteral": (TermKind.IRI, TermKind.LITERAL),
}
_NEVER_ILL_FORMED = (RDF + "langString", XSD + "string")
BOUNDS = {"minExclusive": "<", "minInclusive": "<=", "maxExclusive": ">", "maxInclusive": ">="}
"""How the bound is to compare with the value."""
_ROWS = 5_000


def of_kind(terms: TermTable, values: Ids, kind: Term) -> Mask:
    """`sh:nodeKind`. Raises `InputError` where there is no such kind."""
    kinds = _NODE_KINDS.get(shown(kind).removeprefix(SH))
    if kinds is None:
        raise InputError("shapes", f"{kind} is not a node kind.", "See SHACL 4.1.3 for the six node kinds.")
    return np.isin(terms.kinds[values], kinds)


def of_datatype(terms: TermTable, values: Ids, wanted: Term) -> Mask:
    """`sh:datatype`: the datatype is the one wanted, and what is written fits it."""
    places, names = terms.datatypes
    if (name := lexical(wanted)) not in names:
        return np.zeros(len(values), dtype=np.bool_)
    passed: Mask = places[values] == names.index(name)
    if name not in _NEVER_ILL_FORMED:
        for place in np.flatnonzero(passed):
            literal = terms.term(int(values[place]))
            passed[place] = isinstance(literal, Literal) and well_formed(literal)
    return passed


def in_languages(terms: TermTable, values: Ids, ranges: list[str]) -> Mask:
    """`sh:languageIn`, by SPARQL's langMatches: "sv" matches sv and sv-FI."""
    places, names = terms.languages
    wanted = [each.lower() for each in ranges]
    matching = [any(each in ("*", name) or name.startswith(each + "-") for each in wanted) for name in names]
    return np.array([*matching, False], dtype=np.bool_)[places[values]]


def of_length(terms: TermTable, values: Ids, name: str, bound: Term) -> Mask:
    """`sh:minLength` and `sh:maxLength`: the characters of an IRI or literal; a blank node has none to count."""
    lengths = terms.lexical(values).str.len_chars()
    passed = lengths >= count_of(bound) if name == "minLength" else lengths <= count_of(bound)
    return passed.fill_null(False).to_numpy()


def compares(terms: TermTable, left: Ids, operator: str, right: Ids) -> Mask:
    """SPARQL's `left operator right`, row by row; what cannot be compared does not hold."""
    different, back = np.unique(pairs(left, right), return_inverse=True)
    rows = [
        f"({place} {one} {other})"
        for place, (a, b) in enumerate(zip(*unpaired(different), strict=True))
        if isinstance(one := terms.term(int(a)), Literal) and isinstance(other := terms.term(int(b)), Literal)
    ]
    holds = np.zeros(len(different), dtype=np.bool_)
    for start in range(0, len(rows), _ROWS):
        table = " ".join(rows[start : start + _ROWS])
        answers = Store().query(f"SELECT ?row {{ VALUES (?row ?a ?b) {{ {table} }} FILTER (?a {operator} ?b) }}")
        if isinstance(answers, QuerySolutions):
            holds[[int(lexical(answer["row"])) for answer in answers]] = True
    return holds[back]
