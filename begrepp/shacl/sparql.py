"""Rules too intricate for a constraint of their own are written as questions; here they are put to the data.

A SPARQL constraint (SHACL 5) asks for what is wrong with `$this`, which is written into its query beforehand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from pyoxigraph import Literal, NamedNode, QuerySolutions, Store

from begrepp.errors import InputError
from begrepp.shacl.findings import Finding
from begrepp.shacl.limits import BeyondFast
from begrepp.shacl.paths import path_text
from begrepp.shacl.shapes import Shape, Shapes
from begrepp.shacl.values import compiled
from begrepp.shacl.words import SH, Term, component_iri, is_true, lexical

_REGEX = NamedNode("urn:function:regex")
_QUERY_PARTS = re.compile(
    r"""(?P<fixed> """
    + r'\"\"\".*?\"\"\"|"(?:[^"\\\n]|\\.)*"'
    + r"""|'(?:[^'\\\n]|\\.)*'|<[^<>\s]*>|\#[^\n]*)
    |(?P<is_bound>\bBOUND\s*\(\s*[$?]this\s*\))|(?P<regex>\bREGEX\s*\()|(?P<this>[$?]this\b)
    |(?P<where>\{)|(?P<grouping>\bGROUP\s+BY\b)""",
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)


def sparql_findings(
    shapes: Shapes, constraint: Term, shape: Shape, store: Store, focus_nodes: Iterable[Term]
) -> Iterator[Finding]:
    """What a SPARQL constraint of the shape finds, its query asked once per focus node.

    Raises `InputError` where the query is no SELECT, and `BeyondFast` for a blank focus node.
    """
    if is_true(shapes.graph.one(constraint, SH + "deactivated")):
        return
    query = lexical(shapes.graph.one(constraint, SH + "select"))
    prefixes = shapes.prologue(constraint)
    component = component_iri("SPARQL")
    messages = shapes.messages(shape, component, constraint)
    own_path = path_text(shape.path)
    for focus in focus_nodes:
        for row in _solutions(store, query, prefixes, focus, shape):
            value, path = row.get("value"), row.get("path")
            yield Finding(
                root=focus,
                focus=focus,
                value=focus if value is None and shape.path is None else value,
                path=path.value if isinstance(path, NamedNode) else own_path,
                component=component,
                shape=shape,
                messages=messages,
                bindings={"this": focus, "value": focus, **row},
            )


def _solutions(
    store: Store, query: str, prefixes: dict[str, str], focus: Term, shape: Shape
) -> Iterator[dict[str, Term]]:
    """The solutions for one focus node, each once."""
    try:
        answers = store.query(_bound(query, focus), prefixes=prefixes, custom_functions={_REGEX: _regex})
    except SyntaxError as error:
        raise InputError(shape.name, f"its query is not SPARQL: {error}", "Correct the query of the shape.") from error
    if not isinstance(answers, QuerySolutions):
        raise InputError(shape.name, "its query is not a SELECT.", "Correct the query of the shape.")
    names = sorted(variable.value for variable in answers.variables)
    seen: set[tuple[tuple[str, Term], ...]] = set()
    for answer in answers:
        row = {name: term for name in names if (term := answer[name]) is not None}
        if (key := tuple(row.items())) not in seen:
            seen.add(key)
            yield row


def _bound(query: str, focus: Term) -> str:
    """The query with `$this` bound beforehand (SHACL 5.3.1): written into it, so that it holds in every scope.

    A store's own substitution joins the value at the outermost scope only, and so misses results.
    """
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
        return part[0]

    return _QUERY_PARTS.sub(written, query)


def _regex(text: Term, pattern: Term, flags: Term | None = None) -> Literal | None:
    """SPARQL's REGEX, compiled once for each pattern: the store compiles one for each row."""
    if isinstance(text, Literal) and isinstance(pattern, Literal):
        return Literal(compiled(pattern, flags).search(text.value) is not None)
    return None
