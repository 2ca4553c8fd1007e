"""The columns of `SELECT *` in the order in which their variables stand in the query.

SPARQL leaves the order open; Oxigraph gives the alphabet's. A reader of `SELECT * { ?s ?p ?o }` expects s, p, o.
"""

from __future__ import annotations

from contextlib import suppress
from itertools import takewhile

from pyoxigraph import QuerySolutions, Store

from begrepp.rdf.namespaces import prefixes
from begrepp.sparql.tokens import Token, after_prologue, tokens

_EMPTY = Store()


def columns_as_written(query: str, base: str | None = None) -> str:
    """The query with its variables in place of the `*`; as it is where it has none, or is not well formed."""
    if "*" not in query:
        return query
    star = _star([*takewhile(lambda token: token.text != "{", tokens(query))])
    if star is None:
        return query
    words = [*tokens(query)]
    # Of an empty store the engine tells the variables at once; another endpoint must not be asked for them.
    if any(token.is_word("SERVICE") for token in words):
        return query
    with suppress(SyntaxError, ValueError, OSError, RuntimeError):
        answer = _EMPTY.query(query, base_iri=base, prefixes=prefixes())
        if isinstance(answer, QuerySolutions) and answer.variables:
            places = {token.text[1:]: token.start for token in reversed(words) if token.kind == "variable"}
            named = sorted((variable.value for variable in answer.variables), key=lambda name: places.get(name, 0))
            return f"{query[: star.start]}{' '.join(f'?{name}' for name in named)}{query[star.end :]}"
    return query


def _star(words: list[Token]) -> Token | None:
    """The `*` of a query that selects all, in the words before its first brace."""
    at = after_prologue(words)
    if at >= len(words) or not words[at].is_word("SELECT"):
        return None
    at += 1
    if at < len(words) and words[at].is_word("DISTINCT", "REDUCED"):
        at += 1
    return words[at] if at < len(words) and words[at].text == "*" else None
