"""LL(1) parse table, computed from a grammar in EBNF (Aho, Lam, Sethi, Ullman: Compilers, section 4.4)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

END = "end of the query"
"""The terminal after the last token."""
_SYMBOL = re.compile(r"'[^']+'|\w+|[()|?*+]")


@dataclass(slots=True)
class ParseTable:
    """Expansions of productions: for a production and the next terminal, the symbols that it consists of.

    Terminals are keywords and marks without quotes, kinds of tokens in capitals, and `END`. Symbols in an expansion are
    reversed, ready to be pushed on a stack. A production whose expansion may be empty is in `nullable`.
    """

    expansions: dict[str, dict[str, tuple[str, ...]]] = field(default_factory=dict)
    nullable: set[str] = field(default_factory=set)


def build_parse_table(productions: str, start: str) -> ParseTable:
    """Build the table; where two alternatives begin alike, the first is taken, and a repetition goes on."""
    grammar = _Grammar()
    for block in re.split(r"\n(?=\w)", productions.strip()):
        name, _, body = block.partition("=")
        grammar.add(name.strip(), body)
    grammar.compute(start)
    table = ParseTable(nullable=grammar.nullable)
    for name, alternatives in grammar.rules.items():
        row: dict[str, tuple[str, ...]] = {}
        for symbols in alternatives:
            first, is_nullable = grammar.first_of(symbols)
            for terminal in sorted(first | (grammar.follow[name] if is_nullable else set())):
                row.setdefault(terminal, tuple(reversed(symbols)))
        table.expansions[name] = row
    return table


class _Grammar:
    """Rules as lists of alternatives; groups and repetitions become rules of their own."""

    def __init__(self) -> None:
        self.rules: dict[str, list[list[str]]] = {}
        self.nullable: set[str] = set()
        self.first: dict[str, set[str]] = {}
        self.follow: dict[str, set[str]] = {}

    def add(self, name: str, body: str) -> None:
        symbols = iter(_SYMBOL.findall(body.replace("\n", " ")))
        self.rules[name] = self._alternatives(symbols, name)

    def _alternatives(self, symbols: Iterator[str], name: str) -> list[list[str]]:
        alternatives: list[list[str]] = [[]]
        for symbol in symbols:
            if symbol == ")":
                break
            if symbol == "|":
                alternatives.append([])
            elif symbol == "(":
                alternatives[-1].append(self._new_rule(self._alternatives(symbols, name), name))
            elif symbol in ("?", "*", "+"):
                alternatives[-1][-1] = self._repetition(alternatives[-1][-1], symbol, name)
            else:
                alternatives[-1].append(symbol.strip("'"))
        return alternatives

    def _repetition(self, item: str, sign: str, name: str) -> str:
        if sign == "?":
            return self._new_rule([[item], []], name)
        more = self._new_rule([], name)
        self.rules[more] = [[item, more], []]
        return more if sign == "*" else self._new_rule([[item, more]], name)

    def _new_rule(self, alternatives: list[list[str]], name: str) -> str:
        new = f"{name} {len(self.rules)}"
        self.rules[new] = alternatives
        return new

    def compute(self, start: str) -> None:
        """Compute which rules may be empty, and the terminals that they begin with and are followed by."""
        self.first = {name: set() for name in self.rules}
        self.follow = {name: set() for name in self.rules}
        self.follow[start].add(END)
        size = -1
        while size != (size := self._size()):
            for name, alternatives in self.rules.items():
                for symbols in alternatives:
                    first, is_nullable = self.first_of(symbols)
                    self.first[name] |= first
                    if is_nullable:
                        self.nullable.add(name)
                    self._add_followers(name, symbols)

    def _size(self) -> int:
        sets = (*self.first.values(), *self.follow.values(), self.nullable)
        return sum(map(len, sets))

    def _add_followers(self, name: str, symbols: list[str]) -> None:
        for at, symbol in enumerate(symbols):
            if symbol in self.rules:
                first, is_nullable = self.first_of(symbols[at + 1 :])
                self.follow[symbol] |= first | (self.follow[name] if is_nullable else set())

    def first_of(self, symbols: list[str]) -> tuple[set[str], bool]:
        """Return the terminals that a sequence begins with, and whether it may be empty."""
        first: set[str] = set()
        for symbol in symbols:
            if symbol not in self.rules:
                return first | {symbol}, False
            first |= self.first[symbol]
            if symbol not in self.nullable:
                return first, False
        return first, True
