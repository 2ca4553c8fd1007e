"""Queries of SPARQL constraints and validators in a store, one query per focus node, with pre-bound variables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, QueryBoolean, QuerySolutions, Store

from begrepp.errors import InputError
from begrepp.validation.shacl.regex import has_match
from begrepp.validation.shacl.shapes import Shape, Shapes
from begrepp.validation.shacl.sparql_constraints.query_variables import (
    BOUND_AS,
    FOCUS_GRAPH,
    HIDDEN,
    REGEX,
    prebind,
    projects_this,
    substitute_path,
    variable_for,
)
from begrepp.validation.shacl.vocabulary import Term, is_true, lexical_form

_SHAPES = NamedNode("urn:graph:shapes")


class StoreQueries:
    """Evaluates queries in a store with the data in the default graph and the shapes in a named graph."""

    def __init__(self, store: Store, shapes: Shapes) -> None:
        self._store = store
        self._shapes = shapes

    def solutions(
        self, query: str, prefixes: Mapping[str, str], shape: Shape, values: Mapping[str, Term]
    ) -> Iterator[dict[str, Term]]:
        """Return the distinct solutions of a SELECT query.

        Raises `InputError` if the query is not a SELECT query, or if a solution has a true `?failure`.
        """
        result = self._run(query, prefixes, shape, values)
        if not isinstance(result, QuerySolutions):
            raise InputError(shape.name, "the query is not a SELECT query.", "Fix the query of the shape.")
        names = sorted(name for each in result.variables if not (name := each.value).startswith(HIDDEN))
        seen: set[tuple[tuple[str, Term], ...]] = set()
        for solution in result:
            row = {name: term for name in names if (term := solution[name]) is not None}
            if is_true(row.get("failure")):
                raise InputError(shape.name, "the query reports a failure.", "See the query of the shape.")
            if (key := tuple(row.items())) not in seen:
                seen.add(key)
                yield row

    def answer(self, query: str, prefixes: Mapping[str, str], shape: Shape, values: Mapping[str, Term]) -> bool:
        """Return the answer of an ASK query. Raises `InputError` if the query is not an ASK query."""
        result = self._run(query, prefixes, shape, values)
        if not isinstance(result, QueryBoolean):
            raise InputError(shape.name, "the query is not an ASK query.", "Fix the query of the validator.")
        return bool(result)

    def _run(self, query: str, prefixes: Mapping[str, str], shape: Shape, values: Mapping[str, Term]) -> object:
        if "shapesGraph" in query and not self._store.contains_named_graph(_SHAPES):
            quads = self._shapes.graph.quads
            self._store.extend(Quad(quad.subject, quad.predicate, quad.object, _SHAPES) for quad in quads)
        bound = {**values, "shapesGraph": _SHAPES, "currentShape": shape.node}
        if self._store.contains_named_graph(FOCUS_GRAPH):
            self._store.clear_graph(FOCUS_GRAPH)
        self._store.extend(
            Quad(variable_for(name), BOUND_AS, term, FOCUS_GRAPH)
            for name, term in bound.items()
            if isinstance(term, BlankNode | Literal)
        )
        try:
            return self._evaluate(prebind(query, bound), prefixes)
        except SyntaxError as error:
            try:  # a literal cannot be a subject, where a variable can
                return self._evaluate(prebind(query, bound, literals_as_variables=True), prefixes)
            except SyntaxError:
                raise InputError(
                    shape.name, f"the query is not valid SPARQL: {error}", "Fix the query of the shape."
                ) from error

    def _evaluate(self, query: str, prefixes: Mapping[str, str]) -> object:
        return self._store.query(query, prefixes=dict(prefixes), custom_functions={REGEX: _regex})


@lru_cache(maxsize=1000)
def check_query_syntax(query: str, prefixes: frozenset[tuple[str, str]], names: frozenset[str], shape: str) -> None:
    """Raise `InputError` if a query is not SPARQL, or is a SELECT query that does not project `$this`.

    `names` are the pre-bound variables. `$PATH` may only be a predicate.
    """
    example = NamedNode("urn:example")
    bound = prebind(substitute_path(query, f"(^{example})"), dict.fromkeys(names, example))
    try:
        result = Store().query(bound, prefixes=dict(prefixes), custom_functions={REGEX: _regex})
    except SyntaxError as error:
        raise InputError(shape, f"the query is not valid SPARQL: {error}", "Fix the query of the shape.") from error
    if isinstance(result, QuerySolutions) and not projects_this(query):
        raise InputError(shape, "the query does not project $this.", "Write SELECT $this … in the query.")


def _regex(text: Term, pattern: Term, flags: Term | None = None) -> Literal | None:
    """SPARQL's REGEX with XPath's syntax; the store itself has Rust's, and compiles the pattern for each row."""
    if isinstance(text, Literal) and isinstance(pattern, Literal):
        return Literal(has_match(text.value, pattern.value, lexical_form(flags)))
    return None
