"""Questions that columns cannot answer are put to a store, once for each focus node.

`$this` is written into the query beforehand (SHACL 5.3.1), so that it holds in every scope: a store's own
substitution joins the value at the outermost scope only, and so misses results.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from pyoxigraph import Literal, NamedNode, Quad, QuerySolutions, Store

from begrepp.errors import InputError
from begrepp.validation.shacl.engine_choice import BeyondFast
from begrepp.validation.shacl.regex import compiled
from begrepp.validation.shacl.shapes import Shape, Shapes
from begrepp.validation.shacl.vocabulary import Term, lexical

_REGEX = NamedNode("urn:function:regex")
_SHAPES = NamedNode("urn:graph:shapes")
_QUERY_PARTS = re.compile(
    r"""(?P<fixed> """
    + r'\"\"\".*?\"\"\"|"(?:[^"\\\n]|\\.)*"'
    + r"""|'(?:[^'\\\n]|\\.)*'|<[^<>\s]*>|\#[^\n]*)
    |(?P<is_bound>\bBOUND\s*\(\s*[$?](?:this|shapesGraph|currentShape)\s*\))|(?P<regex>\bREGEX\s*\()|(?P<this>[$?]this\b)
    |(?P<shapes>[$?]shapesGraph\b)|(?P<shape>[$?]currentShape\b)
    |(?P<where>\{)|(?P<grouping>\bGROUP\s+BY\b)""",
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)


def solutions(
    store: Store, query: str, prefixes: Mapping[str, str], focus: Term, shape: Shape, shapes: Shapes
) -> Iterator[dict[str, Term]]:
    """The solutions for one focus node, each once.

    Raises `InputError` where the query is no SELECT, and `BeyondFast` for a blank focus node.
    """
    if "shapesGraph" in query and not store.contains_named_graph(_SHAPES):
        store.extend(Quad(quad.subject, quad.predicate, quad.object, _SHAPES) for quad in shapes.graph.quads)
    try:
        answers = store.query(
            _bound(query, focus, shape.node), prefixes=dict(prefixes), custom_functions={_REGEX: _regex}
        )
    except SyntaxError as error:
        raise InputError(
            shape.name, f"the query is not valid SPARQL: {error}", "Fix the query of the shape."
        ) from error
    if not isinstance(answers, QuerySolutions):
        raise InputError(shape.name, "the query is not a SELECT query.", "Fix the query of the shape.")
    names = sorted(variable.value for variable in answers.variables)
    seen: set[tuple[tuple[str, Term], ...]] = set()
    for answer in answers:
        row = {name: term for name in names if (term := answer[name]) is not None}
        if (key := tuple(row.items())) not in seen:
            seen.add(key)
            yield row


def _bound(query: str, focus: Term, shape: Term) -> str:
    """The query with `$this`, `$shapesGraph` and `$currentShape` written into it."""
    if not isinstance(focus, NamedNode):
        raise BeyondFast
    place = "projection"

    def written(part: re.Match[str]) -> str:
        nonlocal place
        match part.lastgroup:
            case "where" | "grouping":
                place = part.lastgroup
            case "is_bound":
                return "(true)"
            case "regex":
                return f"{_REGEX}("
            case "this":
                return {"projection": f"({focus} AS ?this)", "where": str(focus), "grouping": f"({focus})"}[place]
            case "shapes" if place == "where":
                return str(_SHAPES)
            case "shape" if place == "where":
                return str(shape)
        return part[0]

    return _QUERY_PARTS.sub(written, query)


def _regex(text: Term, pattern: Term, flags: Term | None = None) -> Literal | None:
    """SPARQL's REGEX as Python's, compiled once for each pattern: the store compiles one for each row."""
    if isinstance(text, Literal) and isinstance(pattern, Literal):
        return Literal(compiled(pattern.value, lexical(flags)).search(text.value) is not None)
    return None
