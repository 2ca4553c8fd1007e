"""Reader of the tokens of a query that the grammar has accepted, for modules that read certain forms of queries."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from begrepp.rdf.namespaces import prefixes
from begrepp.sparql.services import declared_prefixes
from begrepp.sparql.tokens import Token, prologue_end

ABSOLUTE_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?!.*/\.)[^\\]*")
"""An absolute IRI without escape sequences and without segments that its resolution may remove."""


class UnknownForm(Exception):
    """The query has a form that the module does not read."""


@dataclass(frozen=True, slots=True)
class PatternVariable:
    """A variable, by its name."""

    name: str


Node = PatternVariable | str
"""A variable or an IRI."""


class TokenReader:
    """Reads the tokens after the prologue one by one; its methods raise `UnknownForm` if something else follows.

    `at` is the index of the next token.
    """

    def __init__(self, query: str, token_list: Sequence[Token]) -> None:
        self.query = query
        self.tokens = token_list
        self.at = prologue_end([*token_list])
        if any(token.is_word("BASE") for token in token_list[: self.at]):
            raise UnknownForm
        self._prefixes: Mapping[str, str] = {**prefixes(), **declared_prefixes(token_list)}

    def node(self) -> Node:
        """Consume and return a variable or an absolute IRI."""
        token = self.next()
        if token.kind == "variable":
            return PatternVariable(token.text[1:])
        iri = ""
        if token.kind == "iri":
            iri = token.text[1:-1]
        elif token.kind == "name":
            prefix, _, local = token.text.partition(":")
            namespace = self._prefixes.get(prefix, "")
            iri = namespace + local if ABSOLUTE_IRI.fullmatch(namespace) else ""
        if not ABSOLUTE_IRI.fullmatch(iri):
            raise UnknownForm
        return iri

    def variable(self) -> str:
        """Consume a variable and return its name."""
        token = self.next()
        if token.kind != "variable":
            raise UnknownForm
        return token.text[1:]

    def next(self) -> Token:
        """Consume and return the next token."""
        if self.at >= len(self.tokens):
            raise UnknownForm
        self.at += 1
        return self.tokens[self.at - 1]

    def peek(self, *words: str) -> bool:
        """Return whether the next token is one of these marks or keywords."""
        if self.at >= len(self.tokens):
            return False
        token = self.tokens[self.at]
        return token.is_word(*words) or (token.kind == "mark" and token.text in words)

    def peek_exactly(self, word: str) -> bool:
        """Consume the next token if it is a word in this case."""
        following = self.tokens[self.at : self.at + 1]
        is_word = any(token.kind == "word" and token.text == word for token in following)
        self.at += is_word
        return is_word

    def accept(self, word: str) -> bool:
        """Consume the next token if it is this mark or keyword."""
        if self.peek(word):
            self.at += 1
            return True
        return False

    def expect(self, word: str) -> None:
        """Consume the next token, which must be this mark or keyword."""
        if not self.accept(word):
            raise UnknownForm
