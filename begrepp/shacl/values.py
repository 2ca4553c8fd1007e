"""What one value must be: of a kind, of a datatype, so large, so long, of a pattern, in a language (SHACL 4.1–4.4)."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from pyoxigraph import BlankNode, Literal, NamedNode, QuerySolutions, Store

from begrepp.errors import InputError
from begrepp.shacl.reading import well_formed
from begrepp.shacl.words import SH, Term, count_of, is_true, lexical, shown

Test = Callable[[Term], bool]

_NODE_KINDS: dict[str, tuple[type, ...]] = {
    "IRI": (NamedNode,),
    "BlankNode": (BlankNode,),
    "Literal": (Literal,),
    "BlankNodeOrIRI": (BlankNode, NamedNode),
    "BlankNodeOrLiteral": (BlankNode, Literal),
    "IRIOrLiteral": (NamedNode, Literal),
}


def of_kind(kind: Term) -> Test:
    """`sh:nodeKind`. Raises `InputError` where there is no such kind."""
    kinds = _NODE_KINDS.get(shown(kind).removeprefix(SH))
    if kinds is None:
        raise InputError("shapes", f"{kind} is not a kind of node.", "See SHACL 4.1.3 for the six there are.")
    return lambda value: isinstance(value, kinds)


_EMPTY = Store()


@lru_cache(maxsize=100_000)
def compares(left: Term, operator: str, right: Term) -> bool:
    """SPARQL's `left operator right`; what cannot be compared does not hold."""
    if not isinstance(left, Literal) or not isinstance(right, Literal):
        return False
    answers = _EMPTY.query(f"SELECT (({left} {operator} {right}) AS ?holds) WHERE {{}}")
    return isinstance(answers, QuerySolutions) and any(is_true(answer["holds"]) for answer in answers)


def _length(term: Term) -> int | None:
    """The characters of an IRI or a literal; a blank node has none to count."""
    return len(term.value) if isinstance(term, NamedNode | Literal) else None


TESTS: dict[str, Callable[[Term], Test]] = {
    "datatype": lambda wanted: lambda v: isinstance(v, Literal) and v.datatype == wanted and well_formed(v),
    "nodeKind": of_kind,
    "minExclusive": lambda bound: lambda value: compares(bound, "<", value),
    "minInclusive": lambda bound: lambda value: compares(bound, "<=", value),
    "maxExclusive": lambda bound: lambda value: compares(bound, ">", value),
    "maxInclusive": lambda bound: lambda value: compares(bound, ">=", value),
    "minLength": lambda least: lambda value: (length := _length(value)) is not None and length >= count_of(least),
    "maxLength": lambda most: lambda value: (length := _length(value)) is not None and length <= count_of(most),
}
"""The tests that need nothing but their parameter."""

_FLAGS = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL, "x": re.VERBOSE}


@lru_cache(maxsize=1000)
def compiled(pattern: Term, flags: Term | None) -> re.Pattern[str]:
    """A pattern of `sh:pattern` or of SPARQL's REGEX, read as Python's and so pySHACL's. Raises `InputError`."""
    chosen = re.NOFLAG
    try:
        for letter in lexical(flags):
            chosen |= _FLAGS[letter]
        return re.compile(lexical(pattern), chosen)
    except (re.error, KeyError) as error:
        raise InputError("shapes", f"{pattern} is not a pattern: {error}", "Correct sh:pattern.") from error


def in_language(literal: Literal, language_range: str) -> bool:
    """SPARQL's langMatches: "sv" matches sv and sv-FI."""
    language, wanted = (literal.language or "").lower(), language_range.lower()
    return bool(language) and (wanted in ("*", language) or language.startswith(wanted + "-"))
