"""Parser of ECL expressions: bounded in size, number of tokens and depth; errors name place, part and expectation."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import cast

from lark import Lark, Token
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from begrepp.ecl import MAX_CHARACTERS
from begrepp.ecl.parse_nodes import ParseTree
from begrepp.ecl.syntax_errors import EclError, listed, written
from begrepp.ecl.syntax_tree import EclNode
from begrepp.ecl.tree_builder import build_expression

MAX_TOKENS = 6_000
MAX_DEPTH = 60

_OPENING, _CLOSING = ("LPAR", "LBRACE", "FILTER_START"), ("RPAR", "RBRACE", "FILTER_END")
_SET_WORDS = {"AND": "AND", "COMMA": "AND", "OR": "OR", "MINUS": "MINUS"}
_UNCLOSED = {'"': "The text", "|": "The term", "/*": "The comment"}
_BRACKETS = "Put brackets around the parts that belong together."
_CODE_WITH_SIGNS = re.compile(r"\w+(?:[.:/+&-]\w+)*[.:/+&]\w+")


@cache
def grammar() -> Lark:
    """Return the parser of the grammar in `ecl.lark`; it is made at the first call (about 0.2 s)."""
    text = Path(__file__).with_name("ecl.lark").read_text(encoding="utf-8")
    return Lark(text, parser="lalr", lexer="contextual", propagate_positions=True, maybe_placeholders=False)


def parse_expression(text: str) -> EclNode:
    """Return the syntax tree of an expression; raises `EclError`."""
    if len(text) > MAX_CHARACTERS:
        raise EclError(f"The expression has more than {MAX_CHARACTERS} characters.", "Use a value set instead.")
    if not text.strip():
        raise EclError("The expression is empty.", "Write a code, or * for all concepts.", expected=("code", "*"))
    try:
        return build_expression(_parse(text))
    except EclError as error:
        raise error.located(text) from None


def expected_at(text: str, offset: int) -> tuple[str, ...] | None:
    """Return what may stand at an offset of a text; None if the text before it cannot be parsed."""
    parser = grammar().parse_interactive(text[:offset])
    try:
        for _ in parser.iter_parse():
            pass
    except UnexpectedInput:
        return None
    return written(parser.accepts())  # type: ignore[no-untyped-call]


def _parse(text: str) -> ParseTree:
    parser = grammar().parse_interactive(text)
    number, operators = 0, [""]
    try:
        for token in parser.lexer_thread.lex(parser.parser_state):  # type: ignore[no-untyped-call]
            parser.feed_token(token)
            number += 1
            if number > MAX_TOKENS:
                raise EclError(f"The expression has more than {MAX_TOKENS} parts.", "Use a value set instead.")
            if token.type in _OPENING:
                operators.append("")
            elif token.type in _CLOSING:
                operators.pop()
            elif token.type in _SET_WORDS:
                operators[-1] = token.type
            if len(operators) > MAX_DEPTH:
                raise _error(text, token, f"More than {MAX_DEPTH} brackets are open.", "Remove brackets.")
        return cast(ParseTree, parser.feed_eof())  # type: ignore[no-untyped-call]
    except UnexpectedToken as error:
        raise _unexpected_token(text, error.token, operators[-1]) from None
    except UnexpectedCharacters as error:
        raise _unreadable(text, error.pos_in_stream or 0) from None


def _unexpected_token(text: str, token: Token, operator: str) -> EclError:
    """The error for a token that cannot stand where it does; `operator` is the last one in the same brackets."""
    if token.type == "$END":
        end = len(text.rstrip())
        token = Token("$END", "", start_pos=end, end_pos=end)
        return _error(text, token, "The expression ends too early.", _quotation_advice(text, end))
    start = token.start_pos or 0
    if token.type in _SET_WORDS and operator:
        names = [_SET_WORDS[operator], _SET_WORDS[token.type]]
        if names[0] != names[1]:
            return _error(text, token, f"{names[0]} and {names[1]} are mixed without brackets.", _BRACKETS)
        if token.type == "MINUS":
            return _error(text, token, "MINUS stands twice without brackets.", _BRACKETS)
    quoted = _quotation_advice(text, start)
    if token.type == "DOT" and quoted and text[start + 1 : start + 2].isalnum():  # C34.1, not C34 . site
        return _error(text, token, f"'{token}' cannot stand here.", quoted)
    advice = _BRACKETS if token.type in {*_SET_WORDS, "COLON", "DOT"} else quoted
    return _error(text, token, f"'{token}' cannot stand here.", advice)


def _unreadable(text: str, offset: int) -> EclError:
    """The error for characters that begin no token: an end is missing, or they have no meaning in ECL."""
    rest = text[offset:]
    for opening, what in _UNCLOSED.items():
        if rest.startswith(opening):
            token = Token("ERROR", opening, start_pos=offset, end_pos=offset + len(opening))
            return _error(text, token, f"{what} does not end.", "Write its end.")
    token = Token("ERROR", rest[0], start_pos=offset, end_pos=offset + 1)
    return _error(text, token, f"'{rest[0]}' cannot stand here.", _quotation_advice(text, offset))


def _error(text: str, token: Token, problem: str, advice: str) -> EclError:
    start, end = token.start_pos or 0, token.end_pos or 0
    expected = expected_at(text, start) or ()
    return EclError(
        problem,
        advice or (f"Expected: {listed(expected)}." if expected else ""),
        start=start,
        end=end,
        expected=expected,
    )


def _quotation_advice(text: str, offset: int) -> str:
    """The advice for a code such as `HP:0000118` or `C34/1` that the offset is within or after; else nothing."""
    begin = offset
    while begin and not text[begin - 1].isspace() and text[begin - 1] not in '<>!^(){}[]="|,#*':
        begin -= 1
    found = _CODE_WITH_SIGNS.match(text, begin)
    return f'If "{found[0]}" is a code, write it in quotation marks.' if found and found.end() >= offset else ""
