"""Rewriting of sorted pages: the concepts of a scheme in the order of their labels or codes, some at a time.

The engine sorts all labels of a scheme for each page. The build has sorted them (`begrepp.sparql.scheme_orders`), so
the query gets `VALUES` with the concepts of the page, and the engine evaluates its own patterns for these. That is the
same result by the definitions of SPARQL 1.1 if each concept of the order has exactly one solution, which `_rewritten`
ensures. Of rows with the same label, whose order SPARQL leaves open (15.1), the IRI decides, on all pages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from begrepp.rdf.namespaces import expand
from begrepp.sparql.scheme_orders import OTHER, OrderedScheme, SchemeOrders, StoredOrder
from begrepp.sparql.token_reader import PatternVariable, TokenReader, UnknownForm
from begrepp.sparql.tokens import Token

MAX_ROWS = 1_000
"""Most rows of a page that is rewritten."""
_TYPE, _CONCEPT, _IN_SCHEME = expand("rdf:type"), expand("skos:Concept"), expand("skos:inScheme")


def rewrite_page(query: str, token_list: Sequence[Token], orders: SchemeOrders) -> str | None:
    """Return a query with the concepts of its page as VALUES; None if it is no page whose concepts are known.

    The dataset of the query must be the current view.
    """
    if "ORDER" not in query.upper() or "\\" in query:
        return None
    try:
        page = _PageReader(query, token_list).read()
        return _rewritten(page, orders)
    except UnknownForm:
        return None


@dataclass(slots=True)
class _Pattern:
    """A property of the concept with a variable, and the language that a filter demands: None for no filter."""

    property_: str
    variable: str
    optional: bool
    language: str | None = None


@dataclass(slots=True)
class _Page:
    """A page: the text before and within the braces and of ORDER BY, and what they say."""

    before: str
    body: str
    ordering: str
    subject: str
    scheme: str = ""
    is_concept: bool = False
    patterns: list[_Pattern] = field(default_factory=list)
    key: str = ""
    descending: bool = False
    limit: int = -1
    offset: int = 0


def _rewritten(page: _Page, orders: SchemeOrders) -> str:
    if (scheme := orders.schemes.get(page.scheme)) is None or not 0 <= page.limit <= MAX_ROWS:
        raise UnknownForm
    variables = [page.subject, *(pattern.variable for pattern in page.patterns)]
    if len({*variables}) < len(variables) or (page.is_concept and not scheme.concepts):
        raise UnknownForm
    key = next((each for each in page.patterns if each.variable == page.key and not each.optional), None)
    if key is None:
        raise UnknownForm
    for pattern in page.patterns:
        order = _order(scheme, pattern)
        # Another value that some member lacks would leave that member out of the page.
        if pattern is not key and not pattern.optional and order.count < scheme.members:
            raise UnknownForm
    concepts = orders.concepts(_order(scheme, key), page.offset, page.limit, descending=page.descending)
    values = " ".join(f"<{iri}>" for iri in concepts)
    return f"{page.before} {{ VALUES ?{page.subject} {{ {values} }} {page.body} }} {page.ordering}"


def _order(scheme: OrderedScheme, pattern: _Pattern) -> StoredOrder:
    """Return the order of a pattern's values, of which each member has one at most."""
    kinds = scheme.orders.get(pattern.property_, {})
    if pattern.optional and kinds and pattern.language and pattern.language not in kinds:
        return StoredOrder(0, 0)
    if pattern.language is None:
        order = next(iter(kinds.values())) if len(kinds) == 1 else None
    else:  # LANG of a value of another type is empty too
        order = None if not pattern.language and OTHER in kinds else kinds.get(pattern.language)
    if order is None:
        raise UnknownForm
    return order


class _PageReader(TokenReader):
    """Recursive descent over the tokens of a query."""

    def read(self) -> _Page:
        """Return the page that the query asks for."""
        self.expect("SELECT")
        if not self.accept("*"):
            columns = [self.variable()]
            while not self.peek("WHERE", "{"):
                columns.append(self.variable())
            if len({*columns}) < len(columns):
                raise UnknownForm
        self.accept("WHERE")
        before = self.query[: self.tokens[self.at - 1].end]
        self.expect("{")
        start = self.tokens[self.at - 1].end
        page = _Page(before, "", "", self._first_subject())
        while not self.peek("}"):
            self._element(page)
        page.body = self.query[start : self.tokens[self.at].start]
        self.expect("}")
        self._modifiers(page)
        return page

    def _first_subject(self) -> str:
        subject = self.variable()
        self.at -= 1
        return subject

    def _element(self, page: _Page) -> None:
        if self.accept("FILTER"):
            self._language([pattern for pattern in page.patterns if not pattern.optional])
        elif self.accept("OPTIONAL"):
            self.expect("{")
            pattern = self._optional(page)
            if self.accept("FILTER"):
                self._language([pattern])
            self.expect("}")
            page.patterns.append(pattern)
        else:
            self._subject(page)
            self._property(page)
            while self.accept(";"):
                self._property(page)
            if not self.peek("}", "FILTER", "OPTIONAL"):
                self.expect(".")
            return
        self.accept(".")

    def _subject(self, page: _Page) -> None:
        if self.variable() != page.subject:
            raise UnknownForm

    def _optional(self, page: _Page) -> _Pattern:
        self._subject(page)
        property_ = self.node()
        if isinstance(property_, PatternVariable):
            raise UnknownForm
        pattern = _Pattern(property_, self.variable(), optional=True)
        self.accept(".")
        return pattern

    def _property(self, page: _Page) -> None:
        property_ = _TYPE if self.peek_exactly("a") else self.node()
        value = self.node()
        match property_, value:
            case str(name), PatternVariable(variable) if name not in (_IN_SCHEME, _TYPE):
                page.patterns.append(_Pattern(name, variable, optional=False))
            case str(name), str(iri) if name == _IN_SCHEME and not page.scheme:
                page.scheme = iri
            case str(name), str(iri) if (name, iri) == (_TYPE, _CONCEPT):
                page.is_concept = True
            case _:
                raise UnknownForm

    def _language(self, patterns: Sequence[_Pattern]) -> None:
        """Read `(LANG(?value) = "language")`, about one of the patterns."""
        for word in ("(", "LANG", "("):
            self.expect(word)
        variable = self.variable()
        for word in (")", "="):
            self.expect(word)
        text = self.next()
        self.expect(")")
        pattern = next((each for each in patterns if each.variable == variable), None)
        if text.kind != "string" or text.text[:3] in ('"""', "'''") or pattern is None or pattern.language is not None:
            raise UnknownForm
        pattern.language = text.text[1:-1]

    def _modifiers(self, page: _Page) -> None:
        start = self.tokens[self.at].start if self.at < len(self.tokens) else len(self.query)
        self.expect("ORDER")
        self.expect("BY")
        page.key, page.descending = self._condition()
        if not self.peek("LIMIT", "OFFSET") and self._condition() != (page.subject, page.descending):
            raise UnknownForm
        page.ordering = self.query[start : self.tokens[self.at - 1].end]
        while self.at < len(self.tokens):
            is_limit = self.accept("LIMIT")
            if not is_limit:
                self.expect("OFFSET")
            number = self.next()
            if not number.text.isdecimal():
                raise UnknownForm
            if is_limit:
                page.limit = int(number.text)
            else:
                page.offset = int(number.text)

    def _condition(self) -> tuple[str, bool]:
        """Read a condition of ORDER BY; return its variable and whether it is descending."""
        descending = self.accept("DESC")
        if not descending and not self.accept("ASC"):
            return self.variable(), False
        self.expect("(")
        variable = self.variable()
        self.expect(")")
        return variable, descending
