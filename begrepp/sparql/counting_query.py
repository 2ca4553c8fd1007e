"""Reader of queries that only count: SELECT with COUNT over one or two triple patterns, as a small syntax tree.

It reads the tokens that the grammar has accepted, and gives up on anything that it does not know.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from begrepp.rdf.namespaces import expand
from begrepp.sparql.token_reader import Node, PatternVariable, TokenReader, UnknownForm
from begrepp.sparql.tokens import Token


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
    """Return the syntax tree of a query; raises `UnknownForm`."""
    return _CountingReader(query, token_list).read()


class _CountingReader(TokenReader):
    """Recursive descent over the tokens of a query."""

    def read(self) -> CountingQuery:
        self.expect("SELECT")
        distinct = self.accept("DISTINCT")
        columns = [self._column()]
        while not self.peek("WHERE", "{"):
            columns.append(self._column())
        self.accept("WHERE")
        self.expect("{")
        patterns = self._patterns()
        condition, exists = self._condition()
        self.accept(".")
        self.expect("}")
        group = ""
        if self.accept("GROUP"):
            self.expect("BY")
            group = self.variable()
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
        start = self.tokens[self.at].start if self.at < len(self.tokens) else len(self.query)
        ordering = self._ordering()
        is_sliced = False
        while self.peek("LIMIT", "OFFSET"):
            self.at += 1
            if self.next().kind != "number":
                raise UnknownForm
            is_sliced = True
        if self.at < len(self.tokens):
            raise UnknownForm
        return CountingQuery(
            distinct=distinct,
            columns=tuple(columns),
            patterns=tuple(patterns),
            condition=condition,
            exists=exists,
            group=group,
            modifiers=self.query[start : self.tokens[-1].end],
            ordering=tuple(ordering),
            is_sliced=is_sliced,
        )

    def _column(self) -> str | Count:
        if not self.accept("("):
            return self.variable()
        self.expect("COUNT")
        self.expect("(")
        distinct = self.accept("DISTINCT")
        what = "" if self.accept("*") else self.variable()
        self.expect(")")
        self.expect("AS")
        name = self.variable()
        self.expect(")")
        return Count(what, distinct, name)

    def _patterns(self) -> list[Pattern]:
        patterns = []
        while not self.peek("}", "FILTER", "MINUS"):
            subject = self.node()
            patterns.append(self._property(subject))
            while self.accept(";"):
                if not self.peek(".", "}", "FILTER", "MINUS"):
                    patterns.append(self._property(subject))
            if not self.accept("."):
                break
        return patterns

    def _property(self, subject: Node) -> Pattern:
        predicate: Node
        predicate = expand("rdf:type") if self.peek_exactly("a") else self.node()
        if self.accept("+"):
            return Pattern(subject, predicate, self.node(), "+")
        if self.accept("*"):
            return Pattern(subject, predicate, self.node(), "*")
        return Pattern(subject, predicate, self.node())

    def _condition(self) -> tuple[Pattern | None, bool]:
        if self.accept("MINUS"):
            return self._one_pattern(), False
        if not self.accept("FILTER"):
            return None, False
        exists = not self.accept("NOT")
        self.expect("EXISTS")
        return self._one_pattern(), exists

    def _one_pattern(self) -> Pattern:
        self.expect("{")
        patterns = self._patterns()
        self.expect("}")
        if len(patterns) != 1:
            raise UnknownForm
        return patterns[0]

    def _ordering(self) -> list[str]:
        ordering: list[str] = []
        if not self.accept("ORDER"):
            return ordering
        self.expect("BY")
        while True:
            if self.accept("ASC") or self.accept("DESC"):
                self.expect("(")
                ordering.append(self.variable())
                self.expect(")")
            elif self.at < len(self.tokens) and self.tokens[self.at].kind == "variable":
                ordering.append(self.variable())
            else:
                return ordering
