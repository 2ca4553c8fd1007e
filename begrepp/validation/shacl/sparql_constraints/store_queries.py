"""SPARQL constraint queries in a store, one query per focus node, for those that columns cannot evaluate.

`$this` is substituted in the query text (SHACL 5.3.1), so that it is bound in every scope: the store's own
substitution joins the value in the outermost scope only and misses results.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from pyoxigraph import Literal, NamedNode, Quad, QuerySolutions, Store

from begrepp.errors import InputError
from begrepp.sparql.tokens import tokens
from begrepp.validation.shacl.engine_choice import FastEngineUnsupported
from begrepp.validation.shacl.regex import has_match
from begrepp.validation.shacl.shapes import Shape, Shapes
from begrepp.validation.shacl.vocabulary import Term, lexical_form

_REGEX = NamedNode("urn:function:regex")
_SHAPES = NamedNode("urn:graph:shapes")
_THIS = ("$this", "?this")
_PREBOUND = (*_THIS, "$shapesGraph", "?shapesGraph", "$currentShape", "?currentShape")


def store_solutions(
    store: Store, query: str, prefixes: Mapping[str, str], focus: Term, shape: Shape, shapes: Shapes
) -> Iterator[dict[str, Term]]:
    """Return the distinct solutions of a query for one focus node.

    Raises `InputError` if the query is no SELECT, and `FastEngineUnsupported` for a blank focus node.
    """
    if "shapesGraph" in query and not store.contains_named_graph(_SHAPES):
        store.extend(Quad(quad.subject, quad.predicate, quad.object, _SHAPES) for quad in shapes.graph.quads)
    try:
        result = store.query(
            _prebind(query, focus, shape.node), prefixes=dict(prefixes), custom_functions={_REGEX: _regex}
        )
    except SyntaxError as error:
        raise InputError(
            shape.name, f"the query is not valid SPARQL: {error}", "Fix the query of the shape."
        ) from error
    if not isinstance(result, QuerySolutions):
        raise InputError(shape.name, "the query is not a SELECT query.", "Fix the query of the shape.")
    names = sorted(variable.value for variable in result.variables)
    seen: set[tuple[tuple[str, Term], ...]] = set()
    for solution in result:
        row = {name: term for name in names if (term := solution[name]) is not None}
        if (key := tuple(row.items())) not in seen:
            seen.add(key)
            yield row


def _prebind(query: str, focus: Term, shape: Term) -> str:
    """Substitute `$this`, `$shapesGraph` and `$currentShape` in a query."""
    if not isinstance(focus, NamedNode):
        raise FastEngineUnsupported
    values = {
        "": "",
        "projection": f"({focus} AS ?this)",
        "where": str(focus),
        "grouping": f"({focus})",
        "shapesGraph": str(_SHAPES),
        "currentShape": str(shape),
    }
    return "".join(text + values[slot] for text, slot in _split_at_variables(query))


@lru_cache(maxsize=1000)
def _split_at_variables(query: str) -> tuple[tuple[str, str], ...]:
    """Split a query at its pre-bound variables into pairs of text and the name of the value that follows the text.

    The name is "" for no value, and that of `$this` is the clause it is in: `projection`, `where` or `grouping`.
    `BOUND($this)` is replaced by true, and REGEX by the custom function `_regex`.
    """
    query_tokens = list(tokens(query))
    pieces: list[tuple[str, str]] = []
    clause, end = "projection", 0
    for n, token in enumerate(query_tokens):
        if token.start < end:
            continue
        following = [each.text for each in query_tokens[n + 1 : n + 4]]
        text, slot, last = "", "", token
        if token.kind == "mark" and token.text == "{":
            clause = "where"
        elif token.is_word("GROUP") and query_tokens[n + 1 :] and query_tokens[n + 1].is_word("BY"):
            clause = "grouping"
        elif token.is_word("REGEX") and following[:1] == ["("]:
            text = str(_REGEX)
        elif token.is_word("BOUND") and following[::2] == ["(", ")"] and following[1] in _PREBOUND:
            text, last = "(true)", query_tokens[n + 3]
        elif token.text in _THIS:
            slot = clause
        elif token.text in _PREBOUND and clause == "where":
            slot = token.text[1:]
        if text or slot:
            pieces.append((query[end : token.start] + text, slot))
            end = last.end
    return (*pieces, (query[end:], ""))


def _regex(text: Term, pattern: Term, flags: Term | None = None) -> Literal | None:
    """SPARQL's REGEX with XPath's syntax; the store itself has Rust's, and compiles the pattern for each row."""
    if isinstance(text, Literal) and isinstance(pattern, Literal):
        return Literal(has_match(text.value, pattern.value, lexical_form(flags)))
    return None
