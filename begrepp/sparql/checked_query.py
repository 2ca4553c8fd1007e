"""Check of a client's query before it reaches an engine: what the grammar cannot say, and what is not allowed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice, pairwise

from begrepp.errors import QueryError, QueryRefused
from begrepp.rdf.namespaces import prefixes
from begrepp.sparql.counted_answers import rewrite_counts
from begrepp.sparql.path_members import rewrite_path_members
from begrepp.sparql.query_syntax import QuerySyntaxError, error_at, read_query
from begrepp.sparql.scheme_orders import SchemeOrders
from begrepp.sparql.services import declared_prefixes
from begrepp.sparql.sorted_page import rewrite_page
from begrepp.sparql.tokens import Token, decode_code_points, depth, is_update, tokens
from begrepp.sparql.view_counts import ViewCounts

READ_ONLY = ("This endpoint is read-only.", "SPARQL Update is not supported; change the source files and rebuild.")
"""Reason and next step of the error for a request that would write."""
MAX_DEPTH = 200
MAX_TOKENS = 100_000


def read_client_query(query: str) -> list[Token]:
    """Return the tokens of a query that a client has sent, by the grammar.

    Raises `QueryRefused` for an update, `QueryError` if the query exceeds a limit, and `QuerySyntaxError`.
    """
    if len(query) > MAX_TOKENS and len([*islice(tokens(query), MAX_TOKENS + 1)]) > MAX_TOKENS:
        raise QueryError(
            f"The query has more than {MAX_TOKENS:,} tokens.", "Split the query, or run it on your own build."
        )
    try:
        token_list = read_query(query)
    except QuerySyntaxError:
        unread = [*tokens(query)]
        if is_update(unread):
            raise QueryRefused(*READ_ONLY) from None
        _check_depth(unread)
        raise
    _check_depth(token_list)
    return token_list


def _check_depth(token_list: list[Token]) -> None:
    if len(token_list) > MAX_DEPTH and depth(token_list) > MAX_DEPTH:
        raise QueryError(
            f"The query has brackets or operators nested more than {MAX_DEPTH} deep.",
            "Reduce the nesting with UNION, IN or VALUES.",
        )


def check_client_query(query: str, counts: ViewCounts | None = None, orders: SchemeOrders | None = None) -> str:
    """Return a client's query as it may be sent to an engine; raises what `read_client_query` and `check_query` do.

    With the counts of the current view, which the query is about, a query that only counts gets them as rows, and a
    large class or scheme beside a path becomes a filter; with its orders, a sorted page of a scheme gets its concepts.
    """
    query = query.removeprefix("\ufeff")
    token_list = read_client_query(query)
    checked = _check_tokens(query, token_list)
    return (
        (counts and rewrite_counts(query, token_list, counts))
        or (orders and rewrite_page(query, token_list, orders))
        or (counts and rewrite_path_members(checked, token_list, counts))
        or checked
    )


def check_query(query: str) -> str:
    r"""Return a query as it may be sent to an engine: without a byte order mark and without `\u` escapes.

    Raises `QuerySyntaxError` if it is no valid SPARQL, and `QueryRefused` if it contains SERVICE, which the server
    replaces by rows before.
    """
    query = query.removeprefix("\ufeff")
    return _check_tokens(query, read_query(query))


def _check_tokens(query: str, token_list: list[Token]) -> str:
    words = {token.text.upper() for token in token_list if token.kind == "word"}
    if "SERVICE" in words:
        raise QueryRefused("SERVICE is not allowed in this place.", "Query other endpoints directly.")
    _check_prefixes(query, token_list)
    if "VALUES" in words:
        _check_values(query, token_list)
    return _decode_escapes(_without_repeated_columns(query, token_list), token_list)


def _check_prefixes(query: str, token_list: Sequence[Token]) -> None:
    """Raise `QuerySyntaxError` for the first name whose prefix neither the query nor the project declares."""
    predefined = prefixes()
    names = [token for token in token_list if token.kind == "name" and token.text.partition(":")[0] not in predefined]
    declared = declared_prefixes(token_list) if names else {}
    for token in names:
        if (prefix := token.text.partition(":")[0]) not in declared:
            raise error_at(query, token, f"the prefix '{prefix}:' is not declared.", "Declare it with PREFIX.")


def _check_values(query: str, token_list: Sequence[Token]) -> None:
    """Raise `QuerySyntaxError` for a row of VALUES that has not one value for each variable."""
    for at, token in enumerate(token_list):
        if not token.is_word("VALUES") or token_list[at + 1].text != "(":
            continue
        opening = next(n for n in range(at, len(token_list)) if token_list[n].text == "{")
        columns, row, n = opening - at - 3, 0, opening + 1
        while token_list[n].text != "}":
            if token_list[n].text == "(":
                row, n = n, n + 1
                values = 0
                while token_list[n].text != ")":
                    values, n = values + 1, _value_end(token_list, n)
                if values != columns:
                    problem = f"a row of VALUES has {values} values for {columns} variables."
                    raise error_at(query, token_list[row], problem, "Write UNDEF where a value is missing.")
            n += 1


def _value_end(token_list: Sequence[Token], at: int) -> int:
    """Return the index after a value of VALUES: a term, or a triple term in brackets."""
    if token_list[at].text == "<<(":
        level = 0
        while True:
            level += (token_list[at].text == "<<(") - (token_list[at].text == ")>>")
            at += 1
            if not level:
                return at
    at += token_list[at].kind == "mark"  # a sign
    at += 1
    if token_list[at].kind == "language":
        return at + 1
    return at + 2 if token_list[at].text == "^^" else at


def _without_repeated_columns(query: str, token_list: Sequence[Token]) -> str:
    """Return the query with spaces for a variable that a SELECT clause has named before, which Oxigraph rejects.

    The projection is a set of variables (SPARQL 1.1, 18.2.4.4), so that the solutions are the same.
    """
    for at, token in enumerate(token_list):
        if token.is_word("SELECT"):
            for repeated in _repeated_columns(token_list, at + 1):
                query = query[: repeated.start] + " " * (repeated.end - repeated.start) + query[repeated.end :]
    return query


def _repeated_columns(token_list: Sequence[Token], at: int) -> Iterator[Token]:
    """Yield the variables of a SELECT clause, without those of expressions, that occur in it before as a column."""
    seen: set[str] = set()
    level = 0
    for before, token in pairwise(token_list[at - 1 :]):
        if not level and (token.text == "{" or token.is_word("WHERE", "FROM")):
            return
        level += (token.text == "(") - (token.text == ")")
        if token.kind != "variable" or (level and not (level == 1 and before.is_word("AS"))):
            continue
        if not level and token.text[1:] in seen:
            yield token
        seen.add(token.text[1:])


def _decode_escapes(query: str, token_list: Sequence[Token]) -> str:
    if "\\u" not in query and "\\U" not in query:
        return query
    pieces, end = [], 0
    for token in token_list:
        if token.kind in ("iri", "string"):
            pieces += [query[end : token.start], decode_code_points(token)]
            end = token.end
    return "".join([*pieces, query[end:]])
