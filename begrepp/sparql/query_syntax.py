"""Syntax check of SPARQL queries: one reading by the grammar, with the line, the column and what was expected.

The check decides what reaches an engine: a query that it does not accept is refused, also where the engine's own parser
would accept it. Keywords are whole words: `trueSERVICE`, which some parsers split, is a syntax error.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Collection, Sequence
from functools import cache, lru_cache

from begrepp.errors import QueryError
from begrepp.sparql.grammar import AGGREGATES, FUNCTIONS, PRODUCTIONS
from begrepp.sparql.parse_table import END, ParseTable, build_parse_table
from begrepp.sparql.tokens import Token, decode_code_points, next_token, operator_token, tokens

_MAX_EXPECTED = 5
_USUAL = ("SELECT", "WHERE")
"""Words that are shown first where they may stand."""
_MAX_PIECE = 40
_TERMINALS = {
    "iri": "IRI",
    "string": "STRING",
    "variable": "VARIABLE",
    "blank": "BLANK",
    "name": "NAME",
    "language": "LANGUAGE",
    "number": "NUMBER",
}
_SHOWN = {
    "IRI": "<IRI>",
    "STRING": '"text"',
    "VARIABLE": "?variable",
    "BLANK": "_:node",
    "NAME": "prefix:name",
    "LANGUAGE": "@language",
    "NUMBER": "1",
    "FUNCTION": "FUNCTION(…)",
    "AGGREGATE": "SUM(…)",
    "TRUE": "true",
    "FALSE": "false",
    END: "EOF",
}
"""Terminals as they are written in error messages, the same in all languages."""
_ORDER = ("VARIABLE", "IRI", "NAME", "STRING", "NUMBER", "FUNCTION", ".", "}", ")", "{", "(", END)
"""Terminals that are named first in an error message."""


class QuerySyntaxError(QueryError):
    """Raised for a query that is no valid SPARQL.

    `line` and `column` count from 1; `length` is that of the piece in characters.
    """

    def __init__(self, reason: str, next_step: str, *, line: int, column: int, length: int = 1) -> None:
        super().__init__(reason, next_step)
        self.line, self.column, self.length = line, column, length

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.reason, self.next_step, self.line, self.column, self.length))


def _rebuild(
    kind: type[QuerySyntaxError], reason: str, next_step: str, line: int, column: int, length: int
) -> QuerySyntaxError:
    return kind(reason, next_step, line=line, column=column, length=length)


@cache
def _parse_table() -> ParseTable:
    return build_parse_table(PRODUCTIONS, "Query")


@cache
def _words() -> dict[str, str]:
    """Return the terminal of each keyword and function, by its name in capitals."""
    rows = _parse_table().expansions
    symbols = {symbol for row in rows.values() for expansion in row.values() for symbol in expansion}
    words = {symbol: symbol for symbol in symbols - rows.keys() if symbol.isupper()}
    return words | dict.fromkeys(FUNCTIONS, "FUNCTION") | dict.fromkeys(AGGREGATES, "AGGREGATE")


_PROLOGUE = re.compile(r'(?i)(?:PREFIX[ \t]+[a-z][a-z0-9]*:[ \t]*<[^<>"{}|^`\\\x00-\x20]*>\s*)+')
"""The usual form of declarations, which clients send unchanged before each query."""
_MAX_PROLOGUE = 10_000


@lru_cache(64)
def _read_prologue(text: str) -> tuple[tuple[Token, ...], tuple[str, ...]]:
    """Return the tokens of a prologue and the stack of symbols that are expected after it."""
    stack = ["Query"]
    accepted = [*tokens(text)]
    for token in accepted:
        _advance(stack, _terminal(token))
    return tuple(accepted), tuple(stack)


def read_query(query: str) -> list[Token]:
    """Return the tokens of a query; raises `QuerySyntaxError` if the grammar does not accept it."""
    accepted, token, is_whole = _read_tokens(query, len(query))
    if not is_whole:
        raise _syntax_error(query, accepted, token)
    _check_escapes(query, accepted)
    return accepted


def read_short_query(query: str, most: int) -> list[Token] | None:
    """Return the tokens of a query with at most so many after its prologue; None if it has more, or is not accepted.

    It takes less time than the error of `read_query`.
    """
    try:
        accepted, _, is_whole = _read_tokens(query, most)
        _check_escapes(query, accepted)
    except QuerySyntaxError:
        return None
    return accepted if is_whole else None


def _read_tokens(query: str, most: int) -> tuple[list[Token], Token | None, bool]:
    """Return the tokens that the grammar accepts, the first that it does not, and whether it accepts the query.

    It stops after so many tokens after the prologue.
    """
    accepted: list[Token] = []
    stack = ["Query"]
    at = 0
    if (prologue := _PROLOGUE.match(query)) and prologue.end() <= _MAX_PROLOGUE:
        read, expected = _read_prologue(prologue[0])
        accepted, stack, at = [*read], [*expected], prologue.end()
    most += len(accepted)
    while True:
        token = next_token(query, at)
        if not _advance(stack, _terminal(token)):
            if token is None or token.kind != "iri":
                return accepted, token, False
            # The characters from a `<` may be an IRI, but in this place only an operator can stand.
            operator = operator_token(query, token.start)
            if not _advance(stack, operator.text):
                return accepted, token, False
            token = operator
        if token is None:
            return accepted, None, True
        is_prefix = token.kind == "name" and accepted and accepted[-1].is_word("PREFIX")
        if is_prefix and token.text.find(":") != len(token.text) - 1:
            raise error_at(query, token, f"{token.text} cannot stand here.", "Expected: prefix:")
        if len(accepted) >= most:
            return accepted, token, False
        accepted.append(token)
        at = token.end


def _check_escapes(query: str, accepted: Sequence[Token]) -> None:
    """Raise `QuerySyntaxError` for an escape sequence that is no character (SPARQL 1.2, section 19.2)."""
    if "\\u" not in query and "\\U" not in query:
        return
    for token in accepted:
        if token.kind in ("iri", "string"):
            try:
                decode_code_points(token)
            except ValueError as error:
                raise error_at(query, token, f"{error} is no character that can stand here.", "Correct it.") from None


def _terminal(token: Token | None) -> str:
    if token is None:
        return END
    if token.kind == "mark":
        return token.text
    if token.kind != "word":
        return _TERMINALS.get(token.kind, "")
    return "a" if token.text == "a" else _words().get(token.text.upper(), "")


def _advance(stack: list[str], terminal: str) -> bool:
    """Consume a terminal; False if it cannot stand here. The stack then has lost only productions that are empty."""
    while stack:
        rest = _STEPS.get((stack[-1], terminal), _UNKNOWN)
        if rest is _UNKNOWN:
            rest = _STEPS[stack[-1], terminal] = _step(stack[-1], terminal)
        if rest is None:
            return False
        stack.pop()
        if rest is not _EMPTY:
            stack.extend(rest)
            return True
    return terminal == END


_EMPTY, _UNKNOWN = ("empty",), ("unknown",)
_STEPS: dict[tuple[str, str], tuple[str, ...] | None] = {}
"""Results of `_step` by its arguments: at most the productions times the terminals."""


def _step(symbol: str, terminal: str) -> tuple[str, ...] | None:
    """Return the rest of a symbol that begins with the terminal, `_EMPTY` if it is empty before it, otherwise None."""
    expansions = _parse_table().expansions
    stack = [symbol]
    while stack:
        top = stack.pop()
        if top not in expansions:
            return tuple(stack) if top == terminal else None
        if (expansion := expansions[top].get(terminal)) is None:
            return None
        stack.extend(expansion)
    return _EMPTY


def _expected(accepted: Sequence[Token]) -> list[str]:
    """Return the terminals that may stand after the accepted tokens."""
    table = _parse_table()
    stack = ["Query"]
    for token in accepted:
        _advance(stack, _terminal(token))
    expected: set[str] = set()
    while stack:
        symbol = stack.pop()
        if symbol not in table.expansions:
            expected.add(symbol)
            break
        expected |= {terminal for terminal, symbols in table.expansions[symbol].items() if _derives(symbols, terminal)}
        if symbol not in table.nullable:
            break
    else:
        expected.add(END)
    return sorted(expected, key=lambda each: (_ORDER.index(each) if each in _ORDER else len(_ORDER), each))


def _derives(symbols: Collection[str], terminal: str) -> bool:
    """Return whether an expansion begins with the terminal, so that it was not chosen because it may be empty."""
    stack = list(symbols)
    while stack:
        symbol = stack.pop()
        row = _parse_table().expansions.get(symbol)
        if row is None:
            return symbol == terminal
        if terminal in row:
            stack.extend(row[terminal])
    return False


def position(query: str, offset: int) -> tuple[int, int]:
    """Return the line and the column of an offset, counted from 1."""
    before = query[:offset].replace("\r\n", "\n").replace("\r", "\n")
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def error_at(query: str, token: Token | None, problem: str, next_step: str) -> QuerySyntaxError:
    """Return an error at a token, or at the end of the query."""
    line, column = position(query, token.start if token else len(query))
    length = min(len(token.text.splitlines()[0]), _MAX_PIECE) if token else 1
    return QuerySyntaxError(
        f"Line {line}, column {column}: {problem}", next_step, line=line, column=column, length=length
    )


def _syntax_error(query: str, accepted: Sequence[Token], token: Token | None) -> QuerySyntaxError:
    expected = _expected(accepted)
    similar = _similar_words(token.text, expected) if token and token.kind == "word" else []
    usual = [each for each in _USUAL if each in expected]
    shown = [*dict.fromkeys([*similar, *usual, *(_SHOWN.get(each, each) for each in expected)])]
    words = " ".join(shown[:_MAX_EXPECTED]) + (" …" if len(shown) > _MAX_EXPECTED else "")
    if token is None:
        return error_at(query, None, "the query ends too early.", f"Expected: {words}")
    if token.kind == "other" and token.text[0] in "\"'":
        return error_at(query, token, *_string_problem(token.text))
    if token.kind == "other" and (not token.text.isprintable() or token.text.isspace()):
        name = unicodedata.name(token.text, "") or "control character"
        return error_at(query, token, f"U+{ord(token.text):04X} ({name}) cannot stand here.", "Replace it by a space.")
    piece = token.text.splitlines()[0]
    piece = piece if len(piece) <= _MAX_PIECE else piece[:_MAX_PIECE] + "…"
    return error_at(query, token, f"{piece} cannot stand here.", f"Expected: {words}")


def _similar_words(word: str, expected: Sequence[str]) -> list[str]:
    """Return the expected keywords and functions that a word begins with, or that it is a misspelling of."""
    names = {_SHOWN.get(each, each).upper(): _SHOWN.get(each, each) for each in expected if each.isupper()}
    if "FUNCTION" in expected:
        names |= {name: name for name in (*FUNCTIONS, *AGGREGATES)}
    begun = [shown for name, shown in names.items() if len(name) > 1 and word.upper().startswith(name)]
    near = difflib.get_close_matches(word.upper()[:_MAX_PIECE], names, 2, 0.7)
    return [*sorted(begun, key=len, reverse=True)[:2], *(names[name] for name in near)]


def _string_problem(text: str) -> tuple[str, str]:
    """Return what is wrong with a string that does not end or has an invalid escape sequence."""
    quote = text[0] * 3 if text.startswith(text[0] * 3) else text[0]
    rest = text[len(quote) :] if len(quote) == 3 else text[1:].splitlines()[0] if text[1:] else ""
    if quote in rest:
        return (
            "a string has an invalid escape sequence.",
            r"Write a backslash twice (\\), or use \t \n \r \" \' \u00E5.",
        )
    if len(quote) == 1 and quote in text[1:]:
        return "a string extends over several lines.", f"Write it within {quote * 3}, or write \\n for a new line."
    return "a string does not end.", f"Add {quote} at its end."
