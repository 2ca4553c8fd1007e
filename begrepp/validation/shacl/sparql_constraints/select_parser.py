"""Parser from the SELECT query of a SPARQL constraint to a query plan over columns.

Supports triple patterns, property paths, FILTER, EXISTS, OPTIONAL, UNION, BIND, and GROUP BY with COUNT. Everything
else raises `UnsupportedQuery`; such a query runs in a store. Source: SPARQL 1.1, 19.8 (grammar).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from pyoxigraph import Literal, NamedNode

from begrepp.sparql.tokens import Kind, Token, tokens
from begrepp.validation.shacl.paths import PropertyPath, invert_path
from begrepp.validation.shacl.sparql_constraints.query_plan import (
    Bind,
    Call,
    Expression,
    Filter,
    GroupPattern,
    Optional,
    PatternStep,
    QueryVariable,
    Select,
    Step,
    Union,
    UnsupportedQuery,
)
from begrepp.validation.shacl.vocabulary import RDF_TYPE, XSD, Term

_ESCAPE = re.compile(r"\\(.)")
_UNESCAPED = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f", '"': '"', "'": "'", "\\": "\\"}
_FUNCTIONS = frozenset({"BOUND", "STR", "LANG", "REGEX", "COALESCE"})
_COMPARISONS = frozenset({"=", "!=", "<", "<=", ">", ">="})


def parse_select(query: str, prefixes: Mapping[str, str]) -> Select:
    """Parse a query; `prefixes` are the declared namespaces. Raises `UnsupportedQuery`."""
    return _Parser(query, prefixes).select()


class _Parser:
    """Recursive descent parser with one token of lookahead."""

    def __init__(self, query: str, prefixes: Mapping[str, str]) -> None:
        self._tokens = list(tokens(query))
        self._position = 0
        self._prefixes = prefixes

    # ---------------------------------------------------------------- tokens

    @property
    def _next(self) -> Token | None:
        return self._tokens[self._position] if self._position < len(self._tokens) else None

    def _next_is(self, kind: Kind) -> bool:
        return self._next is not None and self._next.kind == kind

    def _peek(self, *texts: str) -> bool:
        """Return whether the next token is one of these keywords or marks."""
        token = self._next
        return token is not None and token.kind in ("mark", "word") and token.text.upper() in texts

    def _accept(self, *texts: str) -> bool:
        """Consume the next token if it is one of these keywords or marks."""
        accepted = self._peek(*texts)
        self._position += accepted
        return accepted

    def _expect(self, *texts: str) -> None:
        if not self._accept(*texts):
            raise UnsupportedQuery

    def _consume(self, kind: Kind) -> str:
        """Return the text of the next token, which must be of this kind."""
        if (token := self._next) is None or token.kind != kind:
            raise UnsupportedQuery
        self._position += 1
        return token.text

    def _variable(self) -> str:
        return self._consume("variable")[1:]

    # ---------------------------------------------------------------- the query

    def select(self) -> Select:
        self._expect("SELECT")
        self._accept("DISTINCT")  # solutions are made distinct in any case
        projected: list[str] = []
        bound: list[Bind] = []
        counted: dict[str, str] = {}
        while not self._peek("WHERE", "{"):
            if self._accept("("):
                count = self._count() if self._peek("COUNT") else None
                value = None if count else self._expression()
                self._expect("AS")
                projected.append(name := self._variable())
                self._expect(")")
                if count:
                    counted[name] = count
                elif value is not None:
                    bound.append(Bind(value, name))
            else:
                projected.append(self._variable())
        self._accept("WHERE")
        where = self._group()
        grouped_by, having = [], None
        if self._accept("GROUP"):
            self._expect("BY")
            while self._next_is("variable"):
                grouped_by.append(self._variable())
            if self._accept("HAVING"):
                self._expect("(")
                having = (self._count(), self._comparison_operator(), self._integer())
                self._expect(")")
        if self._next is not None or bool(counted or having) != bool(grouped_by) or (counted and bound):
            raise UnsupportedQuery
        if grouped_by and not {*projected} <= {*grouped_by, *counted, "this"}:
            raise UnsupportedQuery
        return Select(tuple(projected), tuple(bound), where, tuple(grouped_by), counted, having)

    def _comparison_operator(self) -> str:
        if (operator := self._consume("mark")) not in _COMPARISONS:
            raise UnsupportedQuery
        return operator

    def _integer(self) -> int:
        if not (text := self._consume("number")).isdecimal():
            raise UnsupportedQuery
        return int(text)

    def _count(self) -> str:
        self._expect("COUNT")
        self._expect("(")
        self._expect("DISTINCT")
        name = self._variable()
        self._expect(")")
        return name

    def _group(self) -> GroupPattern:
        self._expect("{")
        steps: list[Step] = []
        while not self._accept("}"):
            if self._accept("FILTER"):
                steps.append(Filter(self._primary()))
            elif self._accept("BIND"):
                self._expect("(")
                value = self._expression()
                self._expect("AS")
                steps.append(Bind(value, self._variable()))
                self._expect(")")
            elif self._accept("OPTIONAL"):
                steps.append(Optional(_without_optional(self._group())))
            elif self._peek("{"):
                groups = [_without_optional(self._group())]
                while self._accept("UNION"):
                    groups.append(_without_optional(self._group()))
                steps.append(Union(tuple(groups)))
            else:
                steps += self._triples()
            self._accept(".")
        return GroupPattern(tuple(steps))

    def _triples(self) -> Iterator[PatternStep]:
        subject = self._node()
        while True:
            path = self._path()
            yield PatternStep(subject, path, self._node())
            while self._accept(","):
                yield PatternStep(subject, path, self._node())
            if not self._accept(";"):
                return

    def _node(self) -> QueryVariable | Term:
        return QueryVariable(self._variable()) if self._next_is("variable") else self._term()

    def _term(self) -> Term:
        if (token := self._next) is None:
            raise UnsupportedQuery
        self._position += 1
        text = token.text
        match token.kind:
            case "iri":
                return NamedNode(text[1:-1])
            case "name":
                prefix, _, local = text.partition(":")
                if prefix in self._prefixes and not {"%", "\\"} & {*local}:
                    return NamedNode(self._prefixes[prefix] + local)
            case "number" if text.isdecimal():
                return Literal(text, datatype=NamedNode(XSD + "integer"))
            case "word" if text in ("true", "false"):
                return Literal(text, datatype=NamedNode(XSD + "boolean"))
            case "string":
                return self._literal(text)
        raise UnsupportedQuery

    def _literal(self, text: str) -> Literal:
        quotes = 3 if text.startswith(('"""', "'''")) else 1
        if "\\u" in text.lower():
            raise UnsupportedQuery
        value = _ESCAPE.sub(lambda match: _UNESCAPED.get(match[1], match[0]), text[quotes:-quotes])
        if self._next_is("language"):
            return Literal(value, language=self._consume("language")[1:])
        if self._accept("^^"):
            datatype = self._term()
            return Literal(value, datatype=datatype if isinstance(datatype, NamedNode) else None)
        return Literal(value)

    # ---------------------------------------------------------------- paths

    def _path(self) -> PropertyPath:
        parts = [self._sequence()]
        while self._accept("|"):
            parts.append(self._sequence())
        return parts[0] if len(parts) == 1 else PropertyPath("alternative", tuple(parts))

    def _sequence(self) -> PropertyPath:
        parts = [self._step()]
        while self._accept("/"):
            parts.append(self._step())
        return parts[0] if len(parts) == 1 else PropertyPath("sequence", tuple(parts))

    def _step(self) -> PropertyPath:
        if self._accept("^"):
            return invert_path(self._step())
        if self._accept("("):
            path = self._path()
            self._expect(")")
        elif self._accept("A"):
            path = PropertyPath("predicate", predicate=RDF_TYPE)
        else:
            predicate = self._term()
            if not isinstance(predicate, NamedNode):
                raise UnsupportedQuery
            path = PropertyPath("predicate", predicate=predicate)
        if self._accept("?"):
            return PropertyPath("?", (path,))
        if self._accept("*"):
            return PropertyPath("*", (path,))
        return PropertyPath("+", (path,)) if self._accept("+") else path

    # ---------------------------------------------------------------- expressions

    def _expression(self) -> Expression:
        left = self._and()
        while self._accept("||"):
            left = Call("||", (left, self._and()))
        return left

    def _and(self) -> Expression:
        left = self._comparison()
        while self._accept("&&"):
            left = Call("&&", (left, self._comparison()))
        return left

    def _comparison(self) -> Expression:
        left = self._primary()
        if self._peek(*_COMPARISONS):
            return Call(self._comparison_operator(), (left, self._primary()))
        return left

    def _primary(self) -> Expression:
        if self._accept("!"):
            return Call("!", (self._primary(),))
        if self._accept("("):
            inner = self._expression()
            self._expect(")")
            return inner
        if self._accept("NOT"):
            self._expect("EXISTS")
            return Call("!", (Call("EXISTS", (self._group(),)),))
        if self._accept("EXISTS"):
            return Call("EXISTS", (self._group(),))
        if self._peek(*_FUNCTIONS):
            return Call(self._consume("word").upper(), tuple(self._arguments()))
        return self._node()

    def _arguments(self) -> Iterator[Expression]:
        self._expect("(")
        yield self._expression()
        while self._accept(","):
            yield self._expression()
        self._expect(")")


def _without_optional(group: GroupPattern) -> GroupPattern:
    """Return the nested group; raises `UnsupportedQuery` for OPTIONAL in it, which a join from outside would change."""
    if any(isinstance(step, Optional) for step in group.steps):
        raise UnsupportedQuery
    return group
