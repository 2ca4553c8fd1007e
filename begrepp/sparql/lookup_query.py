"""Reader of look-ups: SELECT over a few triple patterns with filters by language, as a plan for all of one shape.

It reads the tokens that the grammar has accepted, and gives up on anything that it does not know.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from pyoxigraph import Literal, NamedNode

from begrepp.rdf.namespaces import expand
from begrepp.sparql.query_shape import split_query
from begrepp.sparql.query_syntax import read_short_query
from begrepp.sparql.token_reader import ABSOLUTE_IRI, PatternVariable, TokenReader, UnknownForm

MAX_PATTERNS = 8
MAX_TOKENS = 100
"""Most tokens after the prologue, which clients send unchanged, so that it is read once."""
_TAG = re.compile("[a-z]+(-[a-z0-9]+)*")
"""A language tag without capitals, which the engine would change."""
_LIMIT = re.compile("[0-9]{1,6}")
_OTHER_FORMS = re.compile(
    r"(?i)\b(?:ASK|BIND|CONSTRUCT|COUNT|DESCRIBE|DISTINCT|EXISTS|FROM|GRAPH|GROUP|MINUS|OPTIONAL|ORDER|UNION|VALUES)\b"
)
"""Words of queries that are no look-ups, which are not read twice for it. A look-up with such a word is lost."""


@dataclass(frozen=True, slots=True)
class ValueSlot:
    """An IRI or, with its language tag or an empty one, a string of a query, by the index of its value."""

    index: int
    language: str | None = None


KnownTerm = NamedNode | Literal
PatternTerm = PatternVariable | NamedNode | ValueSlot
LookupPattern = tuple[PatternTerm, PatternTerm, PatternTerm]
"""Subject, predicate and object of a triple pattern without blank nodes and paths."""
BoundPattern = tuple[PatternVariable | KnownTerm, PatternVariable | KnownTerm, PatternVariable | KnownTerm]
"""A pattern with the values of a query."""


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
class LookupPlan:
    """The columns of a query, its patterns in the order of evaluation, the filters of its group, and LIMIT or None.

    A filter has a variable, the index of the value with its language, and whether it is LANGMATCHES. `slots` is the
    number of values.
    """

    columns: tuple[str, ...]
    patterns: tuple[LookupPattern, ...]
    filters: tuple[tuple[str, int, bool], ...]
    limit: int | None
    slots: int


@dataclass(frozen=True, slots=True)
class LookupQuery:
    """A query: its plan, and its patterns and filters with its values."""

    plan: LookupPlan
    patterns: list[BoundPattern]
    filters: list[LanguageFilter]


def read_lookup_query(query: str) -> LookupQuery | None:
    """Return a query without backslashes that is a look-up; None for any other."""
    split = split_query(query)
    if split is None or (plan := _read_plan(split[0])) is None or plan.slots != len(split[1]):
        return None
    texts = [value[1:-1] for value in split[1]]
    try:
        patterns = [(_bind(s, texts), _bind(p, texts), _bind(o, texts)) for s, p, o in plan.patterns]
        return LookupQuery(plan, patterns, [_bind_filter(*each, texts) for each in plan.filters])
    except (UnknownForm, ValueError):
        return None


def _bind(term: PatternTerm, texts: Sequence[str]) -> PatternVariable | KnownTerm:
    if not isinstance(term, ValueSlot):
        return term
    text = texts[term.index]
    if term.language is not None:
        return Literal(text, language=term.language) if term.language else Literal(text)
    if not ABSOLUTE_IRI.fullmatch(text):
        raise UnknownForm
    return NamedNode(text)


def _bind_filter(variable: str, index: int, matches: bool, texts: Sequence[str]) -> LanguageFilter:
    language = texts[index]
    if not (_TAG.fullmatch(language) or (not matches and not language)):
        raise UnknownForm
    return LanguageFilter(variable, language, matches)


@lru_cache(512)
def _read_plan(shape: str) -> LookupPlan | None:
    """Return the plan of the queries of a shape; None if they are no look-ups."""
    if _OTHER_FORMS.search(shape):
        return None
    try:
        return _LookupReader(shape).read()
    except UnknownForm:
        return None


class _LookupReader(TokenReader):
    """Recursive descent over the tokens of a shape."""

    def __init__(self, shape: str) -> None:
        if (token_list := read_short_query(shape, MAX_TOKENS)) is None:
            raise UnknownForm
        super().__init__(shape, token_list)
        self._patterns: list[LookupPattern] = []
        self._filters: list[tuple[str, int, bool]] = []
        self._slots = 0

    def read(self) -> LookupPlan:
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
        bound = {name for pattern in self._patterns for name in _variables(pattern)}
        is_known = all(variable in bound for variable, _, _ in self._filters) and len(self._patterns) <= MAX_PATTERNS
        if self.at != len(self.tokens) or not columns or len({*columns}) != len(columns) or not is_known:
            raise UnknownForm
        return LookupPlan(tuple(columns), _in_order(self._patterns), tuple(self._filters), limit, self._slots)

    def _triples(self) -> None:
        """Read the patterns of one subject."""
        subject = self._term()
        if _is_string(subject):
            raise UnknownForm
        while True:
            predicate = NamedNode(expand("rdf:type")) if self.peek_exactly("a") else self._term()
            if _is_string(predicate):
                raise UnknownForm
            self._patterns.append((subject, predicate, self._term()))
            while self.accept(","):
                self._patterns.append((subject, predicate, self._term()))
            if not self.accept(";") or self.peek(".", "}", "FILTER"):
                return

    def _term(self) -> PatternTerm:
        kind = self.tokens[self.at].kind if self.at < len(self.tokens) else ""
        if kind == "iri":
            return ValueSlot(self._slot(kind))
        if kind == "string":
            index = self._slot(kind)
            if self.peek("^^"):
                raise UnknownForm
            return ValueSlot(index, self._tag() if self.tokens[self.at].kind == "language" else "")
        node = self.node()
        try:
            return node if isinstance(node, PatternVariable) else NamedNode(node)
        except ValueError:
            raise UnknownForm from None

    def _slot(self, kind: str) -> int:
        """Consume an IRI or a string and return the index of its value."""
        if self.next().kind != kind:
            raise UnknownForm
        self._slots += 1
        return self._slots - 1

    def _tag(self) -> str:
        tag = self.next().text[1:]
        if not _TAG.fullmatch(tag):
            raise UnknownForm
        return tag

    def _filter(self) -> tuple[str, int, bool]:
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
        index = self._slot("string")
        if matches:
            self.expect(")")
        if brackets:
            self.expect(")")
        return variable, index, matches

    def _limit(self) -> int:
        number = self.next().text
        if not _LIMIT.fullmatch(number):
            raise UnknownForm
        return int(number)


def _is_string(term: PatternTerm) -> bool:
    return isinstance(term, ValueSlot) and term.language is not None


def _variables(pattern: LookupPattern) -> list[str]:
    return [term.name for term in pattern if isinstance(term, PatternVariable)]


def _in_order(patterns: Sequence[LookupPattern]) -> tuple[LookupPattern, ...]:
    """Return patterns in the order of evaluation; raises `UnknownForm` if there are none, or nothing of one is known.

    The next is the one with the most known terms, then one whose object is a literal, which fewer subjects share.
    """
    left, ordered, bound = [*patterns], list[LookupPattern](), set[str]()
    while left:
        known = [sum(not isinstance(t, PatternVariable) or t.name in bound for t in pattern) for pattern in left]
        at = max(range(len(left)), key=lambda n: (known[n], _is_string(left[n][2])))
        if not known[at]:
            raise UnknownForm
        ordered.append(left.pop(at))
        bound.update(_variables(ordered[-1]))
    if not ordered:
        raise UnknownForm
    return tuple(ordered)
