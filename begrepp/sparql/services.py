"""The SERVICE parts of a query: found by their words, asked for apart, and put back as the rows that came.

A part `SERVICE <endpoint> { … }` becomes `VALUES (…) { … }` before the engine sees the query, so the engine itself
never asks anybody, and the same works whichever engine it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from begrepp.errors import QueryError, QueryRefused
from begrepp.rdf.namespaces import prefixes, sparql_prologue
from begrepp.sparql.tokens import Token, after_prologue, tokens

_MODIFIERS = ("GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "VALUES")


@dataclass(frozen=True, slots=True, kw_only=True)
class ServicePart:
    """`SERVICE name { body }`, from `start` to `end` in the query's text.

    `narrowed` says whether what the rest of the query binds may narrow what is asked: not within EXISTS, or in a
    subquery, where a variable of the same name may be another.
    """

    name: str
    silent: bool
    body: str
    start: int
    end: int
    narrowed: bool

    @property
    def variables(self) -> list[str]:
        """The variables of the part, without their mark."""
        return sorted({token.text[1:] for token in tokens(self.body) if token.kind == "variable"})


def first_service(query: str, words: Sequence[Token]) -> ServicePart | None:
    """The first SERVICE part of a query, or None."""
    place = _place(words)
    if place is None:
        return None
    begin, opening, close = place
    name = words[opening - 1]
    if name.kind == "variable":
        raise QueryRefused("SERVICE with a variable is not allowed here.", "Name the endpoint, or use begrepp:nodes.")
    if any(token.is_word("SERVICE") for token in words[opening:close]):
        raise QueryError("A SERVICE within a SERVICE is not passed on.", "Put them side by side.")
    return ServicePart(
        name=_iri(name, words),
        silent=words[begin + 1].is_word("SILENT"),
        body=query[words[opening].end : words[close].start],
        start=words[begin].start,
        end=words[close].end,
        narrowed=_may_be_narrowed(words, begin),
    )


def _place(words: Sequence[Token]) -> tuple[int, int, int] | None:
    """Where the first SERVICE stands, and the braces of its group."""
    begin = next((n for n, token in enumerate(words) if token.is_word("SERVICE")), None)
    if begin is None:
        return None
    opening = begin + 2
    opening += begin + 1 < len(words) and words[begin + 1].is_word("SILENT")
    if opening >= len(words) or words[opening].text != "{":
        raise QueryError("SERVICE must be followed by an endpoint and a group.", "Write SERVICE <endpoint> { … }.")
    return begin, opening, _closing(words, opening)


def _closing(words: Sequence[Token], opening: int) -> int:
    """The index of the bracket that closes the one at `opening`."""
    opens, closes = words[opening].text, {"{": "}", "(": ")"}[words[opening].text]
    level = 0
    for n in range(opening, len(words)):
        if words[n].kind == "mark":
            level += (words[n].text == opens) - (words[n].text == closes)
            if not level:
                return n
    raise QueryError("A bracket is not closed.", f"Add the missing '{closes}'.")


def _iri(token: Token, words: Sequence[Token]) -> str:
    """The IRI that a token names, by the query's own prefixes or the project's."""
    if token.kind == "iri":
        return token.text[1:-1]
    if token.kind != "name":
        raise QueryError("SERVICE must be followed by an endpoint and a group.", "Write SERVICE <endpoint> { … }.")
    prefix, _, local = token.text.partition(":")
    known = {**prefixes(), **declared(words)}
    if prefix not in known:
        raise QueryError(f"The prefix '{prefix}:' is not declared.", "Declare it with PREFIX.")
    return known[prefix] + local


def declared(words: Sequence[Token]) -> dict[str, str]:
    """The prefixes that a query declares."""
    found = {}
    for n in range(after_prologue([*words])):
        if words[n].is_word("PREFIX") and n + 2 < len(words):
            found[words[n + 1].text.removesuffix(":")] = words[n + 2].text[1:-1]
    return found


def _may_be_narrowed(words: Sequence[Token], at: int) -> bool:
    """Whether the part lies neither within EXISTS nor in a subquery."""
    groups: list[int] = []
    for n in range(at):
        if words[n].kind == "mark" and words[n].text == "{":
            groups.append(n)
        elif words[n].kind == "mark" and words[n].text == "}" and groups:
            groups.pop()
    return not any(words[g - 1].is_word("EXISTS", "MINUS") or words[g + 1].is_word("SELECT") for g in groups if g)


def prologue(query: str, words: Sequence[Token]) -> str:
    """The project's prefixes and the query's own BASE and PREFIX lines, to go before a part that is sent alone."""
    end = words[after_prologue([*words])].start if after_prologue([*words]) < len(words) else len(query)
    own = declared(words)
    ours = "".join(f"PREFIX {p}: <{ns}>\n" for p, ns in prefixes().items() if p not in own)
    return ours + query[:end]


def without(query: str, part: ServicePart, rows: str) -> str:
    """The query with rows (or an empty group) in the part's place."""
    return query[: part.start] + rows + query[part.end :]


def shared_variables(query: str, words: Sequence[Token], part: ServicePart) -> list[str]:
    """The variables of the part that the patterns of the rest may bind."""
    elsewhere = {token.text[1:] for token in tokens(_rest(query, words, part)) if token.kind == "variable"}
    return [name for name in part.variables if name in elsewhere]


def candidates(query: str, words: Sequence[Token], part: ServicePart, shared: Sequence[str], limit: int) -> str:
    """The query for what the rest of the query binds the shared variables to, or more than that."""
    dataset = []
    for n, token in enumerate(words[: _where(words)]):
        if token.is_word("FROM"):
            named = words[n + 1].is_word("NAMED")
            dataset.append("FROM " + ("NAMED " if named else "") + words[n + 1 + named].text)
    names = " ".join(f"?{name}" for name in shared)
    where = _rest(query, words, part)
    return f"{prologue(query, words)}\nSELECT DISTINCT {names} {' '.join(dataset)} WHERE {where} LIMIT {limit}"


def _rest(query: str, words: Sequence[Token], part: ServicePart) -> str:
    """The WHERE group with empty groups for all SERVICE parts, and without filters, which may be about the part."""
    opening = _where(words)
    close = _closing(words, opening)
    where = query[words[opening].start : part.start] + "{}" + query[part.end : words[close].end]
    while (place := _place(inner := list(tokens(where)))) is not None:
        where = where[: inner[place[0]].start] + "{}" + where[inner[place[2]].end :]
    while (begin := next((n for n, token in enumerate(inner) if token.is_word("FILTER")), None)) is not None:
        bracket = next(n for n in range(begin, len(inner)) if inner[n].text in ("(", "{"))
        where = where[: inner[begin].start] + where[inner[_closing(inner, bracket)].end :]
        inner = list(tokens(where))
    return where


def _where(words: Sequence[Token]) -> int:
    """The index of the brace that opens the WHERE group."""
    start = after_prologue([*words])
    template = words[start].is_word("CONSTRUCT") and words[start + 1].text == "{"
    at = _closing(words, start + 1) + 1 if template else start
    level = 0
    for n in range(at, len(words)):
        if words[n].text == "(":
            level += 1
        elif words[n].text == ")":
            level -= 1
        elif words[n].text == "{" and not level:
            return n
    raise QueryError("The query has no group to ask for.", "Write WHERE { … }.")


def values(names: Sequence[str], rows: Iterable[Mapping[str, str]]) -> str:
    """Rows of terms in SPARQL's own writing as a VALUES part."""
    head = " ".join(f"?{name}" for name in names)
    body = " ".join("(" + " ".join(row.get(name, "UNDEF") for name in names) + ")" for row in rows)
    return f"{{ VALUES ({head}) {{ {body} }} }}"


def whole(query: str) -> str:
    """A query with the project's prefixes before it, for an endpoint that does not know them."""
    own = declared([*tokens(query)])
    lines = sparql_prologue().splitlines(keepends=True)
    return "".join(line for line in lines if line.split()[1].removesuffix(":") not in own) + query


Row = dict[str, str]
