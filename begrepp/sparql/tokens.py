"""SPARQL tokenizer (SPARQL 1.1, section 19.8): splits a query into tokens without parsing it.

The time is linear in the length of any text, so untrusted queries can be tokenized: an unterminated string extends to
the end of the text, and a prefix has at most a hundred characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["comment", "iri", "string", "variable", "blank", "name", "language", "number", "word", "mark", "other"]
_TOKEN = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<comment>\#[^\n\r]*)
  | (?P<iri><[^<>"{}|^`\\\x00-\x20]*>)
  | (?P<string>\"{3}(?:[^"\\]|\\.|\"(?!\"\"))*\"{3}|'{3}(?:[^'\\]|\\.|'(?!''))*'{3}
             |\"(?:[^"\\\n\r]|\\.)*\"|'(?:[^'\\\n\r]|\\.)*')
  | (?P<variable>[?$]\w+)
  | (?P<blank>_:[\w](?:[\w.-]*[\w-])?)
  | (?P<name>(?:[^\W\d_](?:[\w.-]{0,99}[\w-])?)?:(?:(?:[\w:]|%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?\#@%])
              (?:(?:[\w.:-]|%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?\#@%])*
                 (?:[\w:-]|%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?\#@%]))?)?)
  | (?P<language>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
  | (?P<number>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)
  | (?P<word>[^\W\d_]\w*)
  | (?P<mark>\^\^|&&|\|\||!=|<=|>=|[{}()\[\].;,^|/*+?!=<>-])
  | (?P<other>["'].*|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_OPEN, _CLOSE = "({[", ")}]"
_UPDATES = frozenset(["INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH"])


@dataclass(frozen=True, slots=True)
class Token:
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
    for found in _TOKEN.finditer(query):
        kind = found.lastgroup
        if kind not in ("space", "comment"):
            yield Token(kind, found[0], found.start(), found.end())  # type: ignore[arg-type]


def depth(words: list[Token]) -> int:
    """Return the nesting depth of brackets; a run of prefix operators (`!`, `^`, `-`, `+`) counts as nesting."""
    deepest = level = run = 0
    for token in words:
        if token.kind != "mark":
            run = 0
        elif token.text in _OPEN:
            level += 1
        elif token.text in _CLOSE:
            level -= 1
        else:
            run = run + 1 if token.text in "!^-+" else 0
        deepest = max(deepest, level, run)
    return deepest


def prologue_end(words: list[Token]) -> int:
    """Return the index of the first token after BASE and PREFIX."""
    at = 0
    while at < len(words):
        if words[at].is_word("BASE"):
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


def is_deterministic(words: list[Token]) -> bool:
    """Return whether the result depends on the build only: no clock, no random values, no other endpoint."""
    return not any(token.is_word("NOW", "RAND", "UUID", "STRUUID", "SERVICE", "BNODE") for token in words)
