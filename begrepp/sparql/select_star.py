"""Expansion of `SELECT *` to the variables in the order in which they occur in the query.

SPARQL does not define the order of the columns; Oxigraph sorts them by name. `SELECT * { ?s ?p ?o }` is expanded to
s, p, o.
"""

from __future__ import annotations

from contextlib import suppress
from itertools import takewhile

from pyoxigraph import QuerySolutions, Store

from begrepp.rdf.namespaces import prefixes
from begrepp.sparql.tokens import Token, prologue_end, tokens

_EMPTY = Store()


def expand_select_star(query: str, base: str | None = None) -> str:
    """Replace the `*` of a query by its variables; returns a query without `*` or with a syntax error unchanged."""
    if "*" not in query:
        return query
    star = _find_star([*takewhile(lambda token: token.text != "{", tokens(query))])
    if star is None:
        return query
    token_list = [*tokens(query)]
    # The variables are found by evaluating the query on an empty store; no request may be sent to another endpoint.
    if any(token.is_word("SERVICE") for token in token_list):
        return query
    with suppress(SyntaxError, ValueError, OSError, RuntimeError):
        results = _EMPTY.query(query, base_iri=base, prefixes=prefixes())
        if isinstance(results, QuerySolutions) and results.variables:
            offsets = {token.text[1:]: token.start for token in reversed(token_list) if token.kind == "variable"}
            names = sorted((variable.value for variable in results.variables), key=lambda name: offsets.get(name, 0))
            return f"{query[: star.start]}{' '.join(f'?{name}' for name in names)}{query[star.end :]}"
    return query


def _find_star(token_list: list[Token]) -> Token | None:
    """Return the `*` of a `SELECT *`, given the tokens before the first brace; None for other queries."""
    at = prologue_end(token_list)
    if at >= len(token_list) or not token_list[at].is_word("SELECT"):
        return None
    at += 1
    if at < len(token_list) and token_list[at].is_word("DISTINCT", "REDUCED"):
        at += 1
    return token_list[at] if at < len(token_list) and token_list[at].text == "*" else None
