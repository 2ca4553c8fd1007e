"""Reasons why the engine rejects a query that the grammar accepts, with the place in the query.

Oxigraph's parser reports a broken rule (SPARQL 1.1, sections 11.4 and 18.2) at the end of the clause, among the
symbols that its grammar expected there. The usual rules are looked for in the tokens; otherwise the sentence is taken
out of the engine's message.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from begrepp.errors import QueryError
from begrepp.sparql.grammar import FUNCTIONS
from begrepp.sparql.query_syntax import error_at, read_query
from begrepp.sparql.tokens import Token

_EXPECTED = re.compile(r"error at \d+:\d+: expected (?:one of )?(.*)", re.DOTALL)
_SENTENCE = re.compile(r"(?<![\w'])[A-Za-z]\w*(?: [\w?*'\"-]+){2,}")
_AGGREGATES = ("COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT")


def explain_rejection(query: str, message: str) -> QueryError:
    """Return an error for a query that the engine rejected with a message."""
    token_list = read_query(query)
    for rule in (_wrong_arguments, _wrong_limits, _repeated_names, _bound_again, _ungrouped, _shared_blank_nodes):
        for place, problem, next_step in rule(token_list):
            return error_at(query, place, problem, next_step)
    found = _EXPECTED.fullmatch(message)
    if not found:
        return QueryError(f"The query cannot be answered: {message}", "Fix the query and retry.")
    sentence = _SENTENCE.search(found[1])
    reason = sentence[0] if sentence else "a rule of SPARQL beyond its grammar is broken"
    return QueryError(f"The query cannot be answered: {reason}.", "Fix the query and retry.")


def _wrong_arguments(token_list: Sequence[Token]) -> Iterator[tuple[Token, str, str]]:
    """Find a function with too few or too many arguments (section 17.4)."""
    for at, token in enumerate(token_list):
        if token.kind == "word" and (counts := FUNCTIONS.get(token.text.upper())) and token_list[at + 1].text == "(":
            count = _count_arguments(token_list, at + 1)
            if not counts[0] <= count <= counts[1]:
                wanted = " or ".join(dict.fromkeys(map(str, counts)))
                yield token, f"{token.text} has {count} arguments.", f"Write {wanted}."


def _count_arguments(token_list: Sequence[Token], opening: int) -> int:
    level, commas = 0, 0
    for at in range(opening, len(token_list)):
        level += (token_list[at].text in ("(", "<<(", "{", "[")) - (token_list[at].text in (")", ")>>", "}", "]"))
        commas += level == 1 and token_list[at].text == ","
        if not level:
            return commas + 1 if at > opening + 1 else 0
    return 0


def _wrong_limits(token_list: Sequence[Token]) -> Iterator[tuple[Token, str, str]]:
    """Find a LIMIT or OFFSET that is no whole number."""
    for before, token in pairwise(token_list):
        if before.is_word("LIMIT", "OFFSET") and not token.text.isdecimal():
            yield token, f"{token.text} is no whole number.", "Write digits only."


def _shared_blank_nodes(token_list: Sequence[Token]) -> Iterator[tuple[Token, str, str]]:
    """Find a blank node label in two groups (section 5.1.1)."""
    groups: list[int] = [0]
    seen: dict[str, int] = {}
    for at, token in enumerate(token_list):
        if token.text == "{":
            groups.append(at)
        elif token.text == "}" and len(groups) > 1:
            groups.pop()
        elif token.kind == "blank" and seen.setdefault(token.text, groups[-1]) != groups[-1]:
            yield token, f"{token.text} stands in two groups.", "Use a variable instead."


def _selections(token_list: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """Yield the indexes of each SELECT and of the first token after its variables and expressions."""
    for at, token in enumerate(token_list):
        if token.is_word("SELECT"):
            end, level = at + 1, 0
            while end < len(token_list):
                each = token_list[end]
                if not level and (each.text == "{" or each.is_word("WHERE", "FROM")):
                    break
                level += (each.text == "(") - (each.text == ")")
                end += 1
            yield at, end


def _repeated_names(token_list: Sequence[Token]) -> Iterator[tuple[Token, str, str]]:
    """Find variables that a SELECT names twice, the second time after AS (section 18.2.4.4)."""
    for begin, end in _selections(token_list):
        named: set[str] = set()
        level = 0
        for at in range(begin, end):
            token = token_list[at]
            level += (token.text == "(") - (token.text == ")")
            is_new = token_list[at - 1].is_word("AS")
            if token.kind == "variable" and (is_new or not level):
                if is_new and token.text[1:] in named:
                    yield token, f"{token.text} is already in the SELECT.", "Choose another variable."
                named.add(token.text[1:])


def _bound_again(token_list: Sequence[Token]) -> Iterator[tuple[Token, str, str]]:
    """Find the variable of a BIND that its group has used before (section 10.1)."""
    groups: list[set[str]] = []
    hidden = 0
    for at, token in enumerate(token_list):
        if token.text == "{":
            groups.append(set())
            hidden += token_list[at - 1].is_word("EXISTS", "MINUS") or hidden > 0
        elif token.text == "}" and groups:
            inner = groups.pop()
            if hidden:
                hidden -= 1
            elif groups:
                groups[-1] |= inner
        elif token.kind == "variable" and groups:
            is_bound = token_list[at - 1].is_word("AS")
            if is_bound and token.text[1:] in groups[-1] and _bind_before(token_list, at):
                yield token, f"{token.text} is used before in the group of this BIND.", "Choose another variable."
            if is_bound or not _in_filter(token_list, at):
                groups[-1].add(token.text[1:])


def _bind_before(token_list: Sequence[Token], at: int) -> bool:
    """Return whether the bracket around an index belongs to BIND."""
    return token_list[_opening(token_list, at) - 1].is_word("BIND")


def _in_filter(token_list: Sequence[Token], at: int) -> bool:
    """Return whether an index lies in the brackets of an expression: FILTER, BIND or a function."""
    opening = _opening(token_list, at)
    return opening >= 0 and (token_list[opening - 1].kind == "word" or token_list[opening - 1].text in ("(", ","))


def _opening(token_list: Sequence[Token], at: int) -> int:
    """Return the index of the innermost round bracket that is open at an index; -1 if there is none in its group."""
    level = 0
    for n in range(at - 1, -1, -1):
        if token_list[n].text in ("{", "}"):
            return -1
        level += (token_list[n].text == ")") - (token_list[n].text == "(")
        if level < 0:
            return n
    return -1


def _ungrouped(token_list: Sequence[Token]) -> Iterator[tuple[Token, str, str]]:
    """Find a variable of a grouped SELECT that is neither grouped nor aggregated (section 11.4)."""
    for begin, end in _selections(token_list):
        grouped = _group_variables(token_list, end)
        has_aggregate = any(token.is_word(*_AGGREGATES) for token in token_list[begin:end])
        if grouped is None and not has_aggregate:
            continue
        if token_list[begin + 1].text == "*":
            yield token_list[begin + 1], "SELECT * cannot stand with GROUP BY.", "Name the variables."
        level = 0
        for token in token_list[begin:end]:
            level += (token.text == "(") - (token.text == ")")
            if token.kind == "variable" and not level and token.text[1:] not in (grouped or set()):
                advice = f"Add it to GROUP BY, or use SAMPLE({token.text})."
                yield token, f"{token.text} is neither grouped nor aggregated.", advice


def _group_variables(token_list: Sequence[Token], start: int) -> set[str] | None:
    """Return the variables after GROUP BY of the SELECT whose WHERE begins at an index; None without GROUP BY."""
    level = 0
    for at in range(start, len(token_list)):
        level += (token_list[at].text == "{") - (token_list[at].text == "}")
        if level < 0 or (not level and token_list[at].is_word("HAVING", "ORDER", "LIMIT", "OFFSET", "VALUES")):
            return None
        if not level and token_list[at].is_word("GROUP"):
            variables = set()
            for token in token_list[at + 2 :]:
                if token.text == "}" or token.is_word("HAVING", "ORDER", "LIMIT", "OFFSET", "VALUES"):
                    break
                if token.kind == "variable":
                    variables.add(token.text[1:])
            return variables
    return None
