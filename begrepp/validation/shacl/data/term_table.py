"""What stands behind a number: an address, a word in a language, a date, or a thing without a name.

Looked at many at a time: the kinds, languages and datatypes of all terms lie in arrays beside their texts.
"""

from __future__ import annotations

import re
from enum import IntEnum
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, parse

from begrepp.validation.shacl.vocabulary import RDF, XSD, Term, display_text

Ids = NDArray[np.int64]
"""Terms by their numbers; `UNBOUND` for none."""
Mask = NDArray[np.bool_]
UNBOUND = 0
_SMALL_COLUMN = 500
"""So many terms are quicker looked at one by one than as a column."""
_TAIL = r'"(?:@([a-z0-9-]+)|\^\^<([^">]*)>)?$'
_ESCAPE = re.compile(r'\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(["\\nrtbf]))')
_UNESCAPED = {'"': '"', "\\": "\\", "n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}


class TermKind(IntEnum):
    """What a term is."""

    IRI = 0
    BLANK = 1
    LITERAL = 2
    TRIPLE = 3


class TermTable:
    """All terms of the data and the shapes, by number; and those that a query makes, numbered after them."""

    def __init__(self, texts: pl.Series) -> None:
        self.texts = texts
        self._terms: dict[int, Term] = {}
        self._added: dict[Term, int] = {}

    def __len__(self) -> int:
        return len(self.texts)

    def term(self, number: int) -> Term:
        """The term with a number."""
        if number not in self._terms:
            self._terms[number] = parse_term(self.texts[number])
        return self._terms[number]

    def add(self, term: Term) -> int:
        """A number for a term that a query made; another than the data's, even for the same term."""
        if term not in self._added:
            number = self._added[term] = len(self) + len(self._added)
            self._terms[number] = term
        return self._added[term]

    def is_literal(self, ids: Ids) -> Mask:
        """Which of the terms are literals."""
        literal = self.kinds == TermKind.LITERAL
        if self._added:
            literal = np.append(literal, [isinstance(term, Literal) for term in self._added])
        return np.asarray(literal[ids])

    def display_texts(self, ids: Ids) -> pl.Series:
        """The terms as reports show them: IRIs bare, all else as in N-Triples; null for `UNBOUND`."""
        if len(ids) <= _SMALL_COLUMN:
            return pl.Series(
                [display_text(self.term(number)) if number else None for number in ids.tolist()], dtype=pl.String
            )
        texts = self._gather(ids).replace("", None)
        is_iri = texts.str.starts_with("<") & ~texts.str.starts_with("<<")
        return texts.str.strip_chars("<>").zip_with(is_iri, texts)

    def lexical_forms(self, ids: Ids) -> pl.Series:
        """The characters of IRIs and literals; null for a blank node, a triple and `UNBOUND`."""
        if len(ids) <= _SMALL_COLUMN:
            return pl.Series([self._lexical_form(number) for number in ids.tolist()], dtype=pl.String)
        texts = self._gather(ids)
        iris = texts.str.extract("^<([^<>]*)>$")
        found = iris.zip_with(iris.is_not_null(), texts.str.extract(r'(?s)^"(.*)"'))
        if not found.str.contains("\\", literal=True).any():
            return found
        return pl.Series([unescape(text) if text and "\\" in text else text for text in found], dtype=pl.String)

    def _lexical_form(self, number: int) -> str | None:
        term = self.term(number) if number else None
        return term.value if isinstance(term, NamedNode | Literal) else None

    def _gather(self, ids: Ids) -> pl.Series:
        texts = self.texts
        if self._added:
            texts = pl.concat([texts, pl.Series(texts.name, [str(term) for term in self._added], dtype=pl.String)])
        return texts.gather(ids)

    @cached_property
    def kinds(self) -> NDArray[np.uint8]:
        """The `TermKind` of each term."""
        first, second = self.texts.str.slice(0, 1), self.texts.str.slice(1, 1)
        kinds = np.full(len(self), TermKind.IRI, dtype=np.uint8)
        kinds[(first == '"').to_numpy()] = TermKind.LITERAL
        kinds[(first == "_").to_numpy()] = TermKind.BLANK
        kinds[((first == "<") & (second == "<")).to_numpy()] = TermKind.TRIPLE
        return kinds

    @cached_property
    def _tails(self) -> pl.DataFrame:
        literals = self.texts.to_frame("text").select(
            pl.when(pl.col("text").str.starts_with('"')).then(pl.col("text").str.extract_groups(_TAIL)).alias("tail")
        )
        return literals["tail"].struct.unnest()

    @cached_property
    def languages(self) -> tuple[NDArray[np.int64], list[str]]:
        """For each term the place of its language among those there are, -1 for none; and those there are."""
        return _encode_names(self._tails["1"])

    @cached_property
    def datatypes(self) -> tuple[NDArray[np.int64], list[str]]:
        """For each term the place of its datatype's IRI among those there are, -1 for none; and those there are."""
        tails = self._tails
        of_language = pl.select(pl.when(tails["1"].is_not_null()).then(pl.lit(RDF + "langString"))).to_series()
        plain = pl.select(pl.when(pl.Series(self.kinds == TermKind.LITERAL)).then(pl.lit(XSD + "string"))).to_series()
        return _encode_names(pl.select(pl.coalesce(tails["2"], of_language, plain)).to_series())


def _encode_names(names: pl.Series) -> tuple[NDArray[np.int64], list[str]]:
    known = names.drop_nulls().unique().sort().to_list()
    return names.cast(pl.Enum(known)).to_physical().cast(pl.Int64).fill_null(-1).to_numpy(), known


def parse_term(text: str) -> Term:
    """The term that canonical N-Triples writes so."""
    if text.startswith("<") and not text.startswith("<<"):
        return NamedNode(text[1:-1])
    if text.startswith("_:"):
        return BlankNode(text[2:])
    quad: Quad = next(parse(f"<urn:a> <urn:b> {text} .", format=RdfFormat.N_TRIPLES))
    return quad.object


def unescape(text: str) -> str:
    """The characters that a literal of N-Triples stands for."""
    return _ESCAPE.sub(lambda m: _UNESCAPED[m[3]] if m[3] else chr(int(m[1] or m[2], 16)), text)
