"""Rewriting of a class or a scheme beside a path of the hierarchy: `?x skos:broader+ C ; a skos:Concept`.

The engine begins with all instances of the class, and follows the path from each. If the counts of the current view say
that the class has more of them than there are concepts below C, `?x a skos:Concept` becomes `FILTER EXISTS`, so that
the engine begins with the path. The solutions are the same by the definitions of SPARQL 1.1: the path binds `?x` in
each of them, and a triple is in the view or not, so that the join with it neither adds nor repeats a solution. Both
stand before any OPTIONAL or BIND, which would otherwise have other solutions on their left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from begrepp.rdf.namespaces import expand
from begrepp.sparql.token_reader import Node, PatternVariable, TokenReader, UnknownForm
from begrepp.sparql.tokens import Token
from begrepp.sparql.view_counts import MIN_DESCENDANTS, ViewCounts

_TYPE, _BROADER = expand("rdf:type"), expand("skos:broader")
_TERMS = ("variable", "iri", "name", "string", "number")


def rewrite_path_members(query: str, token_list: Sequence[Token], counts: ViewCounts) -> str | None:
    """Return a query whose large classes and schemes beside a path are filters; None if it has none.

    The dataset of the query must be the current view.
    """
    if "\\" in query or not any(token.text in ("+", "*") for token in token_list):
        return None
    try:
        return _MembersReader(query, token_list).rewrite(counts)
    except UnknownForm:
        return None


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of the group as text: a triple pattern with its terms as far as they are IRIs or variables, or another."""

    text: str
    subject: Node | None = None
    predicate: str = ""
    path: str = ""
    object: Node | None = None


class _MembersReader(TokenReader):
    """Reader of a SELECT or an ASK whose group has triple patterns, filters, OPTIONAL and BIND without inner groups."""

    def rewrite(self, counts: ViewCounts) -> str:
        """Return the query with filters; raises `UnknownForm` if nothing is to be rewritten."""
        if not self.peek("SELECT", "ASK"):
            raise UnknownForm
        self.at += 1
        self.accept("DISTINCT")
        if self.peek("*", "FROM"):  # the columns of `*` are in the order of the patterns
            raise UnknownForm
        while not self.accept("{"):
            if self.next().is_word("FROM"):
                raise UnknownForm
        before = self.query[: self.tokens[self.at - 1].end]
        parts, joined = self._parts()
        if any(token.text == "{" for token in self.tokens[self.at :]):
            raise UnknownForm
        bounds = {
            part.subject.name: counts.descendants.get(part.object, MIN_DESCENDANTS)
            for part in parts[:joined]
            if part.path and isinstance(part.subject, PatternVariable) and isinstance(part.object, str)
        }
        large = [part for part in parts[:joined] if _is_large(part, counts, bounds)]
        if not large:
            raise UnknownForm
        body = [part.text for part in parts if part not in large]
        body += [f"FILTER EXISTS {{ {part.text} }}" for part in large]
        return f"{before} {' '.join(body)} {self.query[self.tokens[self.at - 1].start :]}"

    def _parts(self) -> tuple[list[_Part], int]:
        """Return the parts of the group, and the number of those before the first OPTIONAL or BIND."""
        parts: list[_Part] = []
        joined = None
        while not self.accept("}"):
            if self.peek("FILTER"):
                parts.append(self._raw("(", ")"))
            elif self.peek("OPTIONAL", "BIND"):
                joined = len(parts) if joined is None else joined
                parts.append(self._raw("{", "}") if self.peek("OPTIONAL") else self._raw("(", ")"))
            else:
                parts += self._patterns()
            self.accept(".")
        return parts, len(parts) if joined is None else joined

    def _raw(self, opening: str, closing: str) -> _Part:
        """Read a keyword with brackets, or a filter that is a function call; without braces within."""
        start, level = self.next().start, 0
        while True:
            token = self.next()
            if token.text in ("{", "}") and (opening != "{" or level != (token.text == "}")):
                raise UnknownForm
            level += (token.text == opening) - (token.text == closing)
            if token.text == closing and not level:
                return _Part(self.query[start : token.end])

    def _patterns(self) -> list[_Part]:
        """Read the patterns of one subject."""
        subject, subject_text = self._term()
        patterns = []
        while True:
            predicate, path, predicate_text = self._predicate()
            while True:
                object_, object_text = self._term()
                text = f"{subject_text} {predicate_text} {object_text} ."
                patterns.append(_Part(text, subject, predicate, path, object_))
                if not self.accept(","):
                    break
            while self.accept(";"):
                pass
            if self.peek(".", "}", "FILTER", "OPTIONAL", "BIND"):
                return patterns

    def _predicate(self) -> tuple[str, str, str]:
        """Return the IRI, `+` or `*` for a path of the hierarchy, and the text; without IRI for another verb."""
        start = self.at
        is_type = self.peek_exactly("a")
        node = _TYPE if is_type else self.node()
        path = self.next().text if self.peek("+", "*") else ""
        if path and (is_type or node != _BROADER):
            raise UnknownForm
        text = self.query[self.tokens[start].start : self.tokens[self.at - 1].end]
        return (node if isinstance(node, str) else "", path, text)

    def _term(self) -> tuple[Node | None, str]:
        """Return a term, None for a literal, and its text."""
        token = self.tokens[self.at] if self.at < len(self.tokens) else None
        if token is None or token.kind not in _TERMS:
            raise UnknownForm
        if token.kind in ("variable", "iri", "name"):
            return self.node(), token.text
        self.at += 1
        if self.accept("^^") or self.tokens[self.at].kind == "language":
            self.at += 1
        return None, self.query[token.start : self.tokens[self.at - 1].end]


def _is_large(part: _Part, counts: ViewCounts, bounds: dict[str, int]) -> bool:
    """Return whether more subjects match a pattern than the path that binds its subject leads from."""
    if part.path or not isinstance(part.subject, PatternVariable) or not isinstance(part.object, str):
        return False
    members = counts.classes if part.predicate == _TYPE else counts.objects.get(part.predicate, {})
    return part.subject.name in bounds and members.get(part.object, 0) > bounds[part.subject.name]
