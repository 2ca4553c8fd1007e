"""SPARQL tokenizer (SPARQL 1.1, section 19.8, with the marks of SPARQL 1.2): splits a query into tokens.

The longest token wins, so `<` begins an IRI wherever the characters up to the next `>` may be one. Where an IRI cannot
stand, `begrepp.sparql.query_syntax` reads an operator instead; use its tokens for untrusted queries.

The time is linear in the length of any text: quantifiers do not backtrack, an unterminated string extends to the end of
the text, and a prefix has at most a hundred characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

Kind = Literal["iri", "string", "variable", "blank", "name", "language", "number", "word", "mark", "other"]
_LETTER = (
    r"A-Za-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C\u200D\u2070-\u218F\u2C00-\u2FEF"
    r"\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD\U00010000-\U000EFFFF"
)
"""PN_CHARS_BASE."""
_VARIABLE_CHARACTER = rf"{_LETTER}_0-9\u00B7\u0300-\u036F\u203F\u2040"
_NAME_CHARACTER = rf"{_VARIABLE_CHARACTER}\-"
"""PN_CHARS."""
_CODE_POINT = r"\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}"
"""UCHAR."""
_ESCAPE = rf"\\[tbnrf\\\"']|{_CODE_POINT}"
_LOCAL_ESCAPE = r"%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?\#@%]"
"""PLX."""
_LOCAL = (
    rf"(?:[{_LETTER}_0-9:]|{_LOCAL_ESCAPE})"
    rf"(?:[{_NAME_CHARACTER}:]|{_LOCAL_ESCAPE}|\.++(?=[{_NAME_CHARACTER}:]|{_LOCAL_ESCAPE}))*+"
)
"""PN_LOCAL: a dot belongs to the name if more of the name follows."""
_TOKEN = re.compile(
    rf"""
    (?:[ \t\r\n]++|\#[^\n\r]*+)*+  # white space and comments
  (?:
    (?P<iri><(?:[^<>"{{}}|^`\\\x00-\x20]|{_CODE_POINT})*+>)
  | (?P<string>\"{{3}}(?:[^"\\]|{_ESCAPE}|\"(?!\"\"))*+\"{{3}}|'{{3}}(?:[^'\\]|{_ESCAPE}|'(?!''))*+'{{3}}
             |\"(?!\"\")(?:[^"\\\n\r]|{_ESCAPE})*+\"|'(?!'')(?:[^'\\\n\r]|{_ESCAPE})*+')
  | (?P<variable>[?$][{_LETTER}_0-9][{_VARIABLE_CHARACTER}]*+)
  | (?P<blank>_:[{_LETTER}_0-9](?:[{_NAME_CHARACTER}]|\.++(?=[{_NAME_CHARACTER}]))*+)
  | (?P<name>(?:[{_LETTER}](?:[{_NAME_CHARACTER}.]{{0,99}}[{_NAME_CHARACTER}])?)?:(?:{_LOCAL})?)
  | (?P<language>@[A-Za-z]++(?:-[A-Za-z0-9]++)*+(?:--[A-Za-z]++)?)
  | (?P<number>[0-9]*+\.[0-9]++(?:[eE][+-]?[0-9]++)?|[0-9]++(?:\.?[eE][+-]?[0-9]++)?)
  | (?P<word>[A-Za-z][A-Za-z0-9_]*+)
  | (?P<mark>\^\^|&&|\|\||!=|<=|>=|<<\(|<<|\)>>|>>|\{{\||\|\}}|[{{}}()\[\].;,^|/*+?!=<>~-])
  | (?P<other>["'].*|.)
  )
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPES = re.compile(rf"{_CODE_POINT}|\\.", re.DOTALL)
_ESCAPED = {'"': r"\"", "'": r"\'", "\\": r"\\", "\n": r"\n", "\r": r"\r"}
_OPERATOR = re.compile(r"(?P<mark><=|<)")
_OPEN, _CLOSE = frozenset(["(", "{", "[", "<<(", "<<", "{|"]), frozenset([")", "}", "]", ")>>", ">>", "|}"])
_UPDATES = frozenset(["INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH"])


class Token(NamedTuple):
    """A token of a query: its kind, its text, and its start and end offset."""

    kind: Kind
    text: str
    start: int
    end: int

    def is_word(self, *words: str) -> bool:
        """Return whether the token is one of these upper-case keywords, in any case."""
        return self.kind == "word" and self.text.upper() in words


def tokens(query: str) -> Iterator[Token]:
    """Yield the tokens of a query without white space and comments; text that no rule matches has the kind `other`."""
    at = 0
    while token := next_token(query, at):
        yield token
        at = token.end


def next_token(query: str, at: int) -> Token | None:
    """Return the token at an offset or after the white space and comments there; None at the end."""
    found = _TOKEN.match(query, at)
    if found is None:
        return None
    kind = found.lastgroup
    return Token(kind, found[kind], *found.span(kind))  # type: ignore[arg-type, index]


def operator_token(query: str, at: int) -> Token:
    """Return the `<` or `<=` at an offset where an IRI seems to begin."""
    found = _OPERATOR.match(query, at)
    assert found
    return Token("mark", found[0], found.start(), found.end())


def decode_code_points(token: Token) -> str:
    """Return the text of an IRI or a string with the characters that `\\u` and `\\U` stand for.

    Quotes, backslashes and line ends in a string become other escape sequences, so that the text is the same token for
    an engine that decodes a whole query first (SPARQL 1.1, section 19.2) and for one that does not (SPARQL 1.2).
    Raises `ValueError` for a surrogate, a number beyond Unicode, or a character that an IRI cannot have.
    """

    def decode(escape: re.Match[str]) -> str:
        if escape[0][1] not in "uU":
            return escape[0]
        number = int(escape[0][2:], 16)
        if number > 0x10FFFF or 0xD800 <= number < 0xE000:
            raise ValueError(escape[0])
        if token.kind == "iri":
            if number <= 0x20 or chr(number) in '<>"{}|^`\\':
                raise ValueError(escape[0])
            return chr(number)
        return _ESCAPED.get(chr(number), chr(number))

    return _ESCAPES.sub(decode, token.text)


def depth(words: list[Token]) -> int:
    """Return the nesting depth of brackets; a run of prefix operators (`!`, `^`, `-`, `+`) counts as nesting."""
    deepest = level = run = 0
    for token in words:
        if token.kind != "mark":
            run = 0
            continue
        if token.text in _OPEN:
            level += 1
        elif token.text in _CLOSE:
            level -= 1
        else:
            run = run + 1 if token.text in "!^-+" else 0
        deepest = max(deepest, level, run)
    return deepest


def prologue_end(words: list[Token]) -> int:
    """Return the index of the first token after BASE, PREFIX and VERSION."""
    at = 0
    while at < len(words):
        if words[at].is_word("BASE", "VERSION"):
            at += 2
        elif words[at].is_word("PREFIX"):
            at += 3
        else:
            break
    return min(at, len(words))


def is_update(words: list[Token]) -> bool:
    """Return whether the text is a SPARQL update."""
    at = prologue_end(words)
    return at < len(words) and words[at].is_word(*_UPDATES)


_NONDETERMINISTIC = ("NOW", "RAND", "UUID", "STRUUID", "BNODE", "ADJUST")
"""Functions whose result may differ for the same build."""
_MAYBE_FUNCTION = re.compile(rf"(?<![A-Za-z_])(?:{'|'.join(_NONDETERMINISTIC)})\s*[(#]", re.IGNORECASE)
_MAYBE_SERVICE = re.compile(r"(?<![A-Za-z_-])SERVICE(?![A-Za-z0-9_])", re.IGNORECASE)


def may_contain_service(query: str) -> bool:
    """Return whether the keyword SERVICE may stand in a query; False only if it does not."""
    return "SERVICE" in query.upper() and _MAYBE_SERVICE.search(query) is not None


def is_deterministic(query: str) -> bool:
    """Return whether the result depends on the build only: no clock, no random values, no other endpoint."""
    upper = query.upper()
    has_name = any(name in upper for name in _NONDETERMINISTIC)
    if not may_contain_service(query) and not (has_name and _MAYBE_FUNCTION.search(query)):
        return True
    return not any(token.is_word("SERVICE", *_NONDETERMINISTIC) for token in tokens(query))
