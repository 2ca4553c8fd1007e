"""Expansion of `SELECT *` to the variables in the order in which they occur in the query.

SPARQL does not define the order of the columns; Oxigraph sorts them by name. `SELECT * { ?s ?p ?o }` is expanded to
s, p, o.
"""

from __future__ import annotations

from contextlib import suppress
from itertools import takewhile

from pyoxigraph import QuerySolutions, Store

from begrepp.rdf.namespaces import prefixes
from begrepp.sparql.tokens import Token, after_prologue, tokens

_EMPTY = Store()


def expand_select_star(query: str, base: str | None = None) -> str:
    """Replace the `*` of a query by its variables; returns a query without `*` or with a syntax error unchanged."""
    if "*" not in query:
        return query
    star = _find_star([*takewhile(lambda token: token.text != "{", tokens(query))])
    if star is None:
        return query
    words = [*tokens(query)]
    # The variables are found by evaluating the query on an empty store; no request may be sent to another endpoint.
    if any(token.is_word("SERVICE") for token in words):
        return query
    with suppress(SyntaxError, ValueError, OSError, RuntimeError):
        answer = _EMPTY.query(query, base_iri=base, prefixes=prefixes())
        if isinstance(answer, QuerySolutions) and answer.variables:
            offsets = {token.text[1:]: token.start for token in reversed(words) if token.kind == "variable"}
            names = sorted((variable.value for variable in answer.variables), key=lambda name: offsets.get(name, 0))
            return f"{query[: star.start]}{' '.join(f'?{name}' for name in names)}{query[star.end :]}"
    return query


def _find_star(words: list[Token]) -> Token | None:
    """Return the `*` of a `SELECT *`, given the tokens before the first brace; None for other queries."""
    at = after_prologue(words)
    if at >= len(words) or not words[at].is_word("SELECT"):
        return None
    at += 1
    if at < len(words) and words[at].is_word("DISTINCT", "REDUCED"):
        at += 1
    return words[at] if at < len(words) and words[at].text == "*" else None
