"""Rewriting of SERVICE patterns: finds them by tokens and replaces them with the rows of their results.

`SERVICE <endpoint> { … }` is replaced by `VALUES (…) { … }` before the query is evaluated, so the engine sends no
requests, and every engine gives the same result.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from begrepp.errors import QueryError
from begrepp.rdf.namespaces import prefixes, sparql_prologue
from begrepp.sparql.tokens import Token, prologue_end, tokens

Solution = dict[str, str]
"""Terms in SPARQL syntax by variable name, without `?`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServicePattern:
    """`SERVICE name { body }`, from the offset `start` to `end` of the query text.

    `can_be_restricted` is False within EXISTS, MINUS and subqueries, where a variable of the same name may be another
    variable: bindings from the rest of the query must not be sent to the endpoint.
    """

    name: str
    silent: bool
    body: str
    start: int
    end: int
    can_be_restricted: bool

    @property
    def variables(self) -> list[str]:
        """The variables of the pattern, sorted, without `?`."""
        return sorted({token.text[1:] for token in tokens(self.body) if token.kind == "variable"})


def find_service(query: str, token_list: Sequence[Token]) -> ServicePattern | None:
    """Return the first SERVICE pattern of a query, or None.

    The tokens are those of `begrepp.sparql.query_syntax.read_query`. The name is empty for a variable endpoint. Raises
    `QueryError` for a syntax error or a nested SERVICE.
    """
    place = _locate_service(token_list)
    if place is None:
        return None
    begin, opening, close = place
    name = token_list[opening - 1]
    if any(token.is_word("SERVICE") for token in token_list[opening:close]):
        raise QueryError("Nested SERVICE is not supported.", "Place the SERVICE patterns side by side.")
    return ServicePattern(
        name="" if name.kind == "variable" else _expand_iri(name, token_list),
        silent=token_list[begin + 1].is_word("SILENT"),
        body=query[token_list[opening].end : token_list[close].start],
        start=token_list[begin].start,
        end=token_list[close].end,
        can_be_restricted=_can_be_restricted(token_list, begin),
    )


def _locate_service(token_list: Sequence[Token]) -> tuple[int, int, int] | None:
    """Return the token indexes of the first SERVICE and of the braces of its group, or None."""
    begin = next((n for n, token in enumerate(token_list) if token.is_word("SERVICE")), None)
    if begin is None:
        return None
    opening = begin + 2
    opening += begin + 1 < len(token_list) and token_list[begin + 1].is_word("SILENT")
    if opening >= len(token_list) or token_list[opening].text != "{":
        raise QueryError("SERVICE must be followed by an endpoint and a group.", "Write SERVICE <endpoint> { … }.")
    return begin, opening, _closing_bracket(token_list, opening)


def _closing_bracket(token_list: Sequence[Token], opening: int) -> int:
    """Return the index of the bracket that closes the one at `opening`."""
    opens, closes = token_list[opening].text, {"{": "}", "(": ")"}[token_list[opening].text]
    level = 0
    for n in range(opening, len(token_list)):
        if token_list[n].kind == "mark":
            level += (token_list[n].text == opens) - (token_list[n].text == closes)
            if not level:
                return n
    raise QueryError("A bracket is not closed.", f"Add the missing '{closes}'.")


def _expand_iri(token: Token, token_list: Sequence[Token]) -> str:
    """Expand an IRI or prefixed name, by the query's prefixes or the project's."""
    if token.kind == "iri":
        return token.text[1:-1]
    if token.kind != "name":
        raise QueryError("SERVICE must be followed by an endpoint and a group.", "Write SERVICE <endpoint> { … }.")
    prefix, _, local = token.text.partition(":")
    namespaces = {**prefixes(), **declared_prefixes(token_list)}
    if prefix not in namespaces:
        raise QueryError(f"The prefix '{prefix}:' is not declared.", "Declare it with PREFIX.")
    return namespaces[prefix] + local


def declared_prefixes(token_list: Sequence[Token]) -> dict[str, str]:
    """Return the prefixes that a query declares, with their namespaces."""
    declared = {}
    for n in range(prologue_end([*token_list])):
        if token_list[n].is_word("PREFIX") and n + 2 < len(token_list):
            declared[token_list[n + 1].text.removesuffix(":")] = token_list[n + 2].text[1:-1]
    return declared


def _can_be_restricted(token_list: Sequence[Token], at: int) -> bool:
    """Return whether the token at an index is outside EXISTS, MINUS and subqueries."""
    groups: list[int] = []
    for n in range(at):
        if token_list[n].kind == "mark" and token_list[n].text == "{":
            groups.append(n)
        elif token_list[n].kind == "mark" and token_list[n].text == "}" and groups:
            groups.pop()
    return not any(
        token_list[brace - 1].is_word("EXISTS", "MINUS") or token_list[brace + 1].is_word("SELECT")
        for brace in groups
        if brace
    )


def prologue(query: str, token_list: Sequence[Token]) -> str:
    """Return the project's prefixes and the query's BASE and PREFIX lines, for a pattern that is sent alone."""
    first = prologue_end([*token_list])
    end = token_list[first].start if first < len(token_list) else len(query)
    declared = declared_prefixes(token_list)
    predefined = "".join(f"PREFIX {p}: <{ns}>\n" for p, ns in prefixes().items() if p not in declared)
    return predefined + query[:end]


def replace_service(
    query: str, token_list: Sequence[Token], service: ServicePattern, rows: str
) -> tuple[str, list[Token]]:
    """Return the query with the SERVICE pattern replaced by rows (a VALUES clause or an empty group), and its tokens.

    The other tokens stay as they were read: in another reading, text of the query might become a keyword.
    """
    before = [token for token in token_list if token.end <= service.start]
    inserted = [_shift(token, service.start) for token in tokens(rows)]
    moved = service.start + len(rows) - service.end
    after = [_shift(token, moved) for token in token_list if token.start >= service.end]
    return query[: service.start] + rows + query[service.end :], [*before, *inserted, *after]


def _shift(token: Token, by: int) -> Token:
    return token._replace(start=token.start + by, end=token.end + by)


def shared_variables(query: str, token_list: Sequence[Token], service: ServicePattern) -> list[str]:
    """Return the variables of the pattern that also occur in the rest of the query."""
    where = _where_without_services(query, token_list, service)
    outside = {token.text[1:] for token in tokens(where) if token.kind == "variable"}
    return [name for name in service.variables if name in outside]


def bindings_query(
    query: str, token_list: Sequence[Token], service: ServicePattern, shared: Sequence[str], limit: int
) -> str:
    """Return a query for the bindings of the shared variables in the rest of the query; filters are left out."""
    dataset = []
    for n, token in enumerate(token_list[: _where_brace(token_list)]):
        if token.is_word("FROM"):
            named = token_list[n + 1].is_word("NAMED")
            dataset.append("FROM " + ("NAMED " if named else "") + token_list[n + 1 + named].text)
    names = " ".join(f"?{name}" for name in shared)
    where = _where_without_services(query, token_list, service)
    return f"{prologue(query, token_list)}\nSELECT DISTINCT {names} {' '.join(dataset)} WHERE {where} LIMIT {limit}"


def _where_without_services(query: str, token_list: Sequence[Token], service: ServicePattern) -> str:
    """Return the WHERE group with empty groups for all SERVICE patterns, without filters."""
    opening = _where_brace(token_list)
    close = _closing_bracket(token_list, opening)
    where = query[token_list[opening].start : service.start] + "{}" + query[service.end : token_list[close].end]
    while (place := _locate_service(inner := list(tokens(where)))) is not None:
        where = where[: inner[place[0]].start] + "{}" + where[inner[place[2]].end :]
    while (begin := next((n for n, token in enumerate(inner) if token.is_word("FILTER")), None)) is not None:
        bracket = next(n for n in range(begin, len(inner)) if inner[n].text in ("(", "{"))
        where = where[: inner[begin].start] + where[inner[_closing_bracket(inner, bracket)].end :]
        inner = list(tokens(where))
    return where


def _where_brace(token_list: Sequence[Token]) -> int:
    """Return the index of the brace that opens the WHERE group; raises `QueryError` if there is none."""
    start = prologue_end([*token_list])
    template = token_list[start].is_word("CONSTRUCT") and token_list[start + 1].text == "{"
    at = _closing_bracket(token_list, start + 1) + 1 if template else start
    level = 0
    for n in range(at, len(token_list)):
        if token_list[n].text == "(":
            level += 1
        elif token_list[n].text == ")":
            level -= 1
        elif token_list[n].text == "{" and not level:
            return n
    raise QueryError("The query has no group graph pattern.", "Add WHERE { … }.")


def values_clause(names: Sequence[str], rows: Iterable[Mapping[str, str]]) -> str:
    """Return a group with a VALUES clause of rows, whose terms are in SPARQL syntax."""
    head = " ".join(f"?{name}" for name in names)
    body = " ".join("(" + " ".join(row.get(name, "UNDEF") for name in names) + ")" for row in rows)
    return f"{{ VALUES ({head}) {{ {body} }} }}"


def add_prefixes(query: str) -> str:
    """Prepend the project's prefixes to a query, for an endpoint where they are not predefined."""
    declared = declared_prefixes([*tokens(query)])
    lines = sparql_prologue().splitlines(keepends=True)
    return "".join(line for line in lines if line.split()[1].removesuffix(":") not in declared) + query
