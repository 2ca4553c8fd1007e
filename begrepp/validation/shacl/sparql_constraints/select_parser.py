"""Reads the question of a SPARQL constraint into plain steps, so far as columns can answer it.

Understood are SELECT with triples, property paths, FILTER, EXISTS, OPTIONAL, UNION, BIND, and GROUP BY with COUNT.
What else a query may hold raises `UnsupportedQuery`, and a store answers it. Source: SPARQL 1.1, 19.8 (grammar).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from pyoxigraph import Literal, NamedNode

from begrepp.validation.shacl.paths import PropertyPath, inverted
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

_TOKEN = re.compile(
    r"""(?P<space>\s+|\#[^\n]*)
    |(?P<iri><[^<>"{}|^`\\\x00-\x20]*>)
    |(?P<variable>[?$]\w+)
    |(?P<string>\"\"\"(?:[^"\\]|\\.|\"(?!\"\"))*\"\"\"|'''(?:[^'\\]|\\.|'(?!''))*'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    |(?P<prefixed>(?:[^\W\d_](?:[\w.-]*[\w-])?)?:(?:[\w:](?:[\w:.-]*[\w:-])?)?)
    |(?P<language>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
    |(?P<number>\d+(?![\d.eE]))
    |(?P<word>[A-Za-z_]\w*)
    |(?P<sign>\^\^|&&|\|\||!=|<=|>=|[{}().;,|/^?*+!=<>])""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(.)")
_MEANT = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f", '"': '"', "'": "'", "\\": "\\"}
_FUNCTIONS = frozenset({"BOUND", "STR", "LANG", "REGEX", "COALESCE"})
_COMPARISONS = frozenset({"=", "!=", "<", "<=", ">", ">="})


def read_select(query: str, prefixes: Mapping[str, str]) -> Select:
    """The query as steps. Raises `UnsupportedQuery`."""
    return _Reader(query, prefixes).select()


class _Reader:
    """Recursive descent, one token ahead."""

    def __init__(self, query: str, prefixes: Mapping[str, str]) -> None:
        self._tokens = [*_tokens(query), ("end", "")]
        self._place = 0
        self._prefixes = prefixes

    # ---------------------------------------------------------------- tokens

    @property
    def _next(self) -> tuple[str, str]:
        return self._tokens[self._place]

    def _sees(self, *texts: str) -> bool:
        kind, text = self._next
        return kind in ("sign", "word") and text.upper() in texts

    def _takes(self, *texts: str) -> bool:
        """Go past the next token if it is one of these words or signs."""
        seen = self._sees(*texts)
        self._place += seen
        return seen

    def _expect(self, *texts: str) -> None:
        if not self._takes(*texts):
            raise UnsupportedQuery

    def _take(self, kind: str) -> str:
        if self._next[0] != kind:
            raise UnsupportedQuery
        self._place += 1
        return self._tokens[self._place - 1][1]

    def _variable(self) -> str:
        return self._take("variable")[1:]

    # ---------------------------------------------------------------- the query

    def select(self) -> Select:
        self._expect("SELECT")
        self._takes("DISTINCT")  # a result is told once anyhow
        projected: list[str] = []
        bound: list[Bind] = []
        counted: dict[str, str] = {}
        while not self._sees("WHERE", "{"):
            if self._takes("("):
                count = self._count() if self._sees("COUNT") else None
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
        self._takes("WHERE")
        where = self._group()
        grouped_by, having = [], None
        if self._takes("GROUP"):
            self._expect("BY")
            while self._next[0] == "variable":
                grouped_by.append(self._variable())
            if self._takes("HAVING"):
                self._expect("(")
                having = (self._count(), self._take("sign"), int(self._take("number")))
                self._expect(")")
        if self._next[0] != "end" or bool(counted or having) != bool(grouped_by) or (counted and bound):
            raise UnsupportedQuery
        if grouped_by and not {*projected} <= {*grouped_by, *counted, "this"}:
            raise UnsupportedQuery
        return Select(tuple(projected), tuple(bound), where, tuple(grouped_by), counted, having)

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
        while not self._takes("}"):
            if self._takes("FILTER"):
                steps.append(Filter(self._primary()))
            elif self._takes("BIND"):
                self._expect("(")
                value = self._expression()
                self._expect("AS")
                steps.append(Bind(value, self._variable()))
                self._expect(")")
            elif self._takes("OPTIONAL"):
                steps.append(Optional(_flat(self._group())))
            elif self._sees("{"):
                groups = [_flat(self._group())]
                while self._takes("UNION"):
                    groups.append(_flat(self._group()))
                steps.append(Union(tuple(groups)))
            else:
                steps += self._triples()
            self._takes(".")
        return GroupPattern(tuple(steps))

    def _triples(self) -> Iterator[PatternStep]:
        subject = self._node()
        while True:
            path = self._path()
            yield PatternStep(subject, path, self._node())
            while self._takes(","):
                yield PatternStep(subject, path, self._node())
            if not self._takes(";"):
                return

    def _node(self) -> QueryVariable | Term:
        return QueryVariable(self._variable()) if self._next[0] == "variable" else self._term()

    def _term(self) -> Term:
        kind, text = self._next
        self._place += 1
        match kind:
            case "iri":
                return NamedNode(text[1:-1])
            case "prefixed":
                prefix, _, local = text.partition(":")
                if prefix in self._prefixes:
                    return NamedNode(self._prefixes[prefix] + local)
            case "number":
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
        value = _ESCAPE.sub(lambda match: _MEANT.get(match[1], match[0]), text[quotes:-quotes])
        if self._next[0] == "language":
            return Literal(value, language=self._take("language")[1:])
        if self._takes("^^"):
            datatype = self._term()
            return Literal(value, datatype=datatype if isinstance(datatype, NamedNode) else None)
        return Literal(value)

    # ---------------------------------------------------------------- paths

    def _path(self) -> PropertyPath:
        parts = [self._sequence()]
        while self._takes("|"):
            parts.append(self._sequence())
        return parts[0] if len(parts) == 1 else PropertyPath("alternative", tuple(parts))

    def _sequence(self) -> PropertyPath:
        parts = [self._step()]
        while self._takes("/"):
            parts.append(self._step())
        return parts[0] if len(parts) == 1 else PropertyPath("sequence", tuple(parts))

    def _step(self) -> PropertyPath:
        if self._takes("^"):
            return inverted(self._step())
        if self._takes("("):
            path = self._path()
            self._expect(")")
        elif self._takes("A"):
            path = PropertyPath("predicate", predicate=RDF_TYPE)
        else:
            predicate = self._term()
            if not isinstance(predicate, NamedNode):
                raise UnsupportedQuery
            path = PropertyPath("predicate", predicate=predicate)
        if self._takes("?"):
            return PropertyPath("?", (path,))
        if self._takes("*"):
            return PropertyPath("*", (path,))
        return PropertyPath("+", (path,)) if self._takes("+") else path

    # ---------------------------------------------------------------- expressions

    def _expression(self) -> Expression:
        found = self._and()
        while self._takes("||"):
            found = Call("||", (found, self._and()))
        return found

    def _and(self) -> Expression:
        found = self._comparison()
        while self._takes("&&"):
            found = Call("&&", (found, self._comparison()))
        return found

    def _comparison(self) -> Expression:
        found = self._primary()
        kind, text = self._next
        if kind == "sign" and text in _COMPARISONS:
            self._place += 1
            return Call(text, (found, self._primary()))
        return found

    def _primary(self) -> Expression:
        if self._takes("!"):
            return Call("!", (self._primary(),))
        if self._takes("("):
            found = self._expression()
            self._expect(")")
            return found
        if self._takes("NOT"):
            self._expect("EXISTS")
            return Call("!", (Call("EXISTS", (self._group(),)),))
        if self._takes("EXISTS"):
            return Call("EXISTS", (self._group(),))
        kind, text = self._next
        if kind == "word" and text.upper() in _FUNCTIONS:
            self._place += 1
            return Call(text.upper(), tuple(self._arguments()))
        return self._node()

    def _arguments(self) -> Iterator[Expression]:
        self._expect("(")
        yield self._expression()
        while self._takes(","):
            yield self._expression()
        self._expect(")")


def _tokens(query: str) -> Iterator[tuple[str, str]]:
    place = 0
    while place < len(query):
        match = _TOKEN.match(query, place)
        if match is None or match.lastgroup is None:
            raise UnsupportedQuery
        place = match.end()
        if match.lastgroup != "space":
            yield match.lastgroup, match[0]


def _flat(group: GroupPattern) -> GroupPattern:
    """A group within a group; what is optional there has a meaning that joining from outside would change."""
    if any(isinstance(step, Optional) for step in group.steps):
        raise UnsupportedQuery
    return group
