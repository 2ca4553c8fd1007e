"""Reader of queries that only count: SELECT with COUNT over one or two triple patterns, as a small syntax tree.

It reads the tokens that the grammar has accepted, and gives up on anything that it does not know.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from begrepp.rdf.namespaces import expand, prefixes
from begrepp.sparql.services import declared_prefixes
from begrepp.sparql.tokens import Token, prologue_end

_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?!.*/\.)[^\\]*")
"""An absolute IRI without escape sequences and without segments that its resolution may remove."""


class NotCounting(Exception):
    """The query has a form that this module does not read."""


@dataclass(frozen=True, slots=True)
class PatternVariable:
    """A variable, by its name."""

    name: str


Node = PatternVariable | str
"""A variable or an IRI."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A triple pattern; `path` is `+` or `*` after the predicate."""

    subject: Node
    predicate: Node
    object: Node
    path: Literal["", "+", "*"] = ""

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of the variables, with repetitions."""
        return tuple(
            each.name for each in (self.subject, self.predicate, self.object) if isinstance(each, PatternVariable)
        )


@dataclass(frozen=True, slots=True)
class Count:
    """An aggregate: COUNT of a variable or of everything (an empty `what`), and the name of the result."""

    what: str
    distinct: bool
    name: str


@dataclass(frozen=True, slots=True)
class CountingQuery:
    """A query: its columns, each the name of the grouping variable or a count, patterns, and a condition.

    `condition` is a pattern that has to match (`exists`) or must not match. `modifiers` is the text after the patterns
    and GROUP BY: ORDER BY, LIMIT and OFFSET; `ordering` are the variables in ORDER BY.
    """

    distinct: bool
    columns: tuple[str | Count, ...]
    patterns: tuple[Pattern, ...]
    condition: Pattern | None
    exists: bool
    group: str
    modifiers: str
    ordering: tuple[str, ...]
    is_sliced: bool


def read_counting_query(query: str, token_list: Sequence[Token]) -> CountingQuery:
    """Return the syntax tree of a query; raises `NotCounting`."""
    return _Reader(query, token_list).read()


class _Reader:
    """Recursive descent over the tokens of a query."""

    def __init__(self, query: str, token_list: Sequence[Token]) -> None:
        self._query = query
        self._tokens = token_list
        self._at = prologue_end([*token_list])
        if any(token.is_word("BASE") for token in token_list[: self._at]):
            raise NotCounting
        self._prefixes: Mapping[str, str] = {**prefixes(), **declared_prefixes(token_list)}

    def read(self) -> CountingQuery:
        self._expect("SELECT")
        distinct = self._accept("DISTINCT")
        columns = [self._column()]
        while not self._peek("WHERE", "{"):
            columns.append(self._column())
        self._accept("WHERE")
        self._expect("{")
        patterns = self._patterns()
        condition, exists = self._condition()
        self._accept(".")
        self._expect("}")
        group = ""
        if self._accept("GROUP"):
            self._expect("BY")
            group = self._variable()
        return self._with_modifiers(distinct, columns, patterns, condition, exists, group)

    def _with_modifiers(
        self,
        distinct: bool,
        columns: list[str | Count],
        patterns: list[Pattern],
        condition: Pattern | None,
        exists: bool,
        group: str,
    ) -> CountingQuery:
        start = self._tokens[self._at].start if self._at < len(self._tokens) else len(self._query)
        ordering = self._ordering()
        is_sliced = False
        while self._peek("LIMIT", "OFFSET"):
            self._at += 1
            if self._next().kind != "number":
                raise NotCounting
            is_sliced = True
        if self._at < len(self._tokens):
            raise NotCounting
        return CountingQuery(
            distinct=distinct,
            columns=tuple(columns),
            patterns=tuple(patterns),
            condition=condition,
            exists=exists,
            group=group,
            modifiers=self._query[start : self._tokens[-1].end],
            ordering=tuple(ordering),
            is_sliced=is_sliced,
        )

    def _column(self) -> str | Count:
        if not self._accept("("):
            return self._variable()
        self._expect("COUNT")
        self._expect("(")
        distinct = self._accept("DISTINCT")
        what = "" if self._accept("*") else self._variable()
        self._expect(")")
        self._expect("AS")
        name = self._variable()
        self._expect(")")
        return Count(what, distinct, name)

    def _patterns(self) -> list[Pattern]:
        patterns = []
        while not self._peek("}", "FILTER", "MINUS"):
            subject = self._node()
            patterns.append(self._property(subject))
            while self._accept(";"):
                if not self._peek(".", "}", "FILTER", "MINUS"):
                    patterns.append(self._property(subject))
            if not self._accept("."):
                break
        return patterns

    def _property(self, subject: Node) -> Pattern:
        predicate: Node
        predicate = expand("rdf:type") if self._peek_exactly("a") else self._node()
        if self._accept("+"):
            return Pattern(subject, predicate, self._node(), "+")
        if self._accept("*"):
            return Pattern(subject, predicate, self._node(), "*")
        return Pattern(subject, predicate, self._node())

    def _condition(self) -> tuple[Pattern | None, bool]:
        if self._accept("MINUS"):
            return self._one_pattern(), False
        if not self._accept("FILTER"):
            return None, False
        exists = not self._accept("NOT")
        self._expect("EXISTS")
        return self._one_pattern(), exists

    def _one_pattern(self) -> Pattern:
        self._expect("{")
        patterns = self._patterns()
        self._expect("}")
        if len(patterns) != 1:
            raise NotCounting
        return patterns[0]

    def _ordering(self) -> list[str]:
        ordering: list[str] = []
        if not self._accept("ORDER"):
            return ordering
        self._expect("BY")
        while True:
            if self._accept("ASC") or self._accept("DESC"):
                self._expect("(")
                ordering.append(self._variable())
                self._expect(")")
            elif self._at < len(self._tokens) and self._tokens[self._at].kind == "variable":
                ordering.append(self._variable())
            else:
                return ordering

    def _node(self) -> Node:
        token = self._next()
        if token.kind == "variable":
            return PatternVariable(token.text[1:])
        iri = ""
        if token.kind == "iri":
            iri = token.text[1:-1]
        elif token.kind == "name":
            prefix, _, local = token.text.partition(":")
            namespace = self._prefixes.get(prefix, "")
            iri = namespace + local if _ABSOLUTE.fullmatch(namespace) else ""
        if not _ABSOLUTE.fullmatch(iri):
            raise NotCounting
        return iri

    def _variable(self) -> str:
        token = self._next()
        if token.kind != "variable":
            raise NotCounting
        return token.text[1:]

    def _next(self) -> Token:
        if self._at >= len(self._tokens):
            raise NotCounting
        self._at += 1
        return self._tokens[self._at - 1]

    def _peek(self, *words: str) -> bool:
        """Return whether the next token is one of these marks or keywords."""
        if self._at >= len(self._tokens):
            return False
        token = self._tokens[self._at]
        return token.is_word(*words) or (token.kind == "mark" and token.text in words)

    def _peek_exactly(self, word: str) -> bool:
        """Consume the next token if it is a word in this case."""
        following = self._tokens[self._at : self._at + 1]
        is_word = any(token.kind == "word" and token.text == word for token in following)
        self._at += is_word
        return is_word

    def _accept(self, word: str) -> bool:
        """Consume the next token if it is this mark or keyword."""
        if self._peek(word):
            self._at += 1
            return True
        return False

    def _expect(self, word: str) -> None:
        if not self._accept(word):
            raise NotCounting
