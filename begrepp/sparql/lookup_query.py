"""Reader of look-ups: SELECT over a few triple patterns with filters by language, as a small syntax tree.

It reads the tokens that the grammar has accepted, and gives up on anything that it does not know.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from begrepp.rdf.namespaces import expand
from begrepp.sparql.token_reader import PatternVariable, TokenReader, UnknownForm
from begrepp.sparql.tokens import Token

MAX_PATTERNS = 8
_TAG = re.compile("[a-z]+(-[a-z0-9]+)*")
"""A language tag without capitals, which the engine would change."""
_LIMIT = re.compile("[0-9]{1,6}")

PatternTerm = PatternVariable | NamedNode | Literal


@dataclass(frozen=True, slots=True)
class LookupPattern:
    """A triple pattern without blank nodes and paths."""

    subject: PatternTerm
    predicate: PatternTerm
    object: PatternTerm

    @property
    def terms(self) -> tuple[PatternTerm, PatternTerm, PatternTerm]:
        """Subject, predicate and object."""
        return self.subject, self.predicate, self.object

    @property
    def variables(self) -> list[str]:
        """The names of the variables, with repetitions."""
        return [term.name for term in self.terms if isinstance(term, PatternVariable)]


@dataclass(frozen=True, slots=True)
class LanguageFilter:
    """A filter on the language of a variable: exactly this one, or with `matches` also its subtags (LANGMATCHES)."""

    variable: str
    language: str
    matches: bool

    def accepts(self, value: object) -> bool:
        """Return whether a value has the language; a value that is no literal has none."""
        if not isinstance(value, Literal):
            return False
        tag = value.language or ""
        return tag == self.language or (self.matches and tag.lower().startswith(f"{self.language}-"))


@dataclass(frozen=True, slots=True)
class LookupQuery:
    """A query: its columns, its patterns, the filters of its group, and LIMIT or None."""

    columns: tuple[str, ...]
    patterns: tuple[LookupPattern, ...]
    filters: tuple[LanguageFilter, ...]
    limit: int | None


def read_lookup_query(query: str, token_list: Sequence[Token]) -> LookupQuery:
    """Return the syntax tree of a query; raises `UnknownForm`."""
    return _LookupReader(query, token_list).read()


class _LookupReader(TokenReader):
    """Recursive descent over the tokens of a query."""

    def read(self) -> LookupQuery:
        self._patterns: list[LookupPattern] = []
        self._filters: list[LanguageFilter] = []
        self.expect("SELECT")
        columns: list[str] = []
        if self.accept("*"):
            # In the order in which they occur, as `expand_select_star` writes them.
            columns = [*dict.fromkeys(token.text[1:] for token in self.tokens if token.kind == "variable")]
        else:
            while not self.peek("WHERE", "{"):
                columns.append(self.variable())
        self.accept("WHERE")
        self.expect("{")
        while not self.accept("}"):
            if self.accept("FILTER"):
                self._filters.append(self._filter())
            else:
                self._triples()
            self.accept(".")
        limit = self._limit() if self.accept("LIMIT") else None
        bound = {name for pattern in self._patterns for name in pattern.variables}
        is_known = all(each.variable in bound for each in self._filters) and 0 < len(self._patterns) <= MAX_PATTERNS
        if self.at != len(self.tokens) or not columns or len({*columns}) != len(columns) or not is_known:
            raise UnknownForm
        return LookupQuery(tuple(columns), tuple(self._patterns), tuple(self._filters), limit)

    def _triples(self) -> None:
        """Read the patterns of one subject."""
        subject = self._term()
        if isinstance(subject, Literal):
            raise UnknownForm
        while True:
            predicate = NamedNode(expand("rdf:type")) if self.peek_exactly("a") else self._term()
            if isinstance(predicate, Literal):
                raise UnknownForm
            self._patterns.append(LookupPattern(subject, predicate, self._term()))
            while self.accept(","):
                self._patterns.append(LookupPattern(subject, predicate, self._term()))
            if not self.accept(";") or self.peek(".", "}", "FILTER"):
                return

    def _term(self) -> PatternTerm:
        if self.at < len(self.tokens) and self.tokens[self.at].kind == "string":
            text = self._string()
            if self.peek("^^"):
                raise UnknownForm
            return Literal(text, language=self._tag()) if self.tokens[self.at].kind == "language" else Literal(text)
        node = self.node()
        try:
            return node if isinstance(node, PatternVariable) else NamedNode(node)
        except ValueError:
            raise UnknownForm from None

    def _string(self) -> str:
        """Consume a string without escape sequences and return its characters."""
        token = self.next()
        if token.kind != "string" or "\\" in token.text or token.text.startswith(('"""', "'''")):
            raise UnknownForm
        return token.text[1:-1]

    def _tag(self) -> str:
        tag = self.next().text[1:]
        if not _TAG.fullmatch(tag):
            raise UnknownForm
        return tag

    def _filter(self) -> LanguageFilter:
        """Read `(LANG(?v) = "sv")`, or `LANGMATCHES(LANG(?v), "sv")` with brackets around it or without."""
        brackets = self.accept("(")
        matches = self.accept("LANGMATCHES")
        if matches:
            self.expect("(")
        self.expect("LANG")
        self.expect("(")
        variable = self.variable()
        self.expect(")")
        self.expect("," if matches else "=")
        language = self._string()
        if matches:
            self.expect(")")
        if brackets:
            self.expect(")")
        if not (_TAG.fullmatch(language) or (not matches and not language)):
            raise UnknownForm
        return LanguageFilter(variable, language, matches)

    def _limit(self) -> int:
        number = self.next().text
        if not _LIMIT.fullmatch(number):
            raise UnknownForm
        return int(number)
