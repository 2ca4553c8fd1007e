"""Table from integer id to RDF term.

The kinds, languages and datatypes of all terms are arrays indexed by id.
"""

from __future__ import annotations

import re
from enum import IntEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, parse

from begrepp import lazy_polars as pl
from begrepp.validation.shacl.vocabulary import RDF, XSD, Term, display_text

Ids = NDArray[np.int64]
"""A column of term ids; `UNBOUND` for no term."""
Mask = NDArray[np.bool_]
UNBOUND = 0
_SMALL_COLUMN = 500
"""Number of terms up to which single look-ups are faster than column operations."""
_SHORT_ARRAY = 20_000
_TAIL = r'"(?:@([a-z0-9-]+)|\^\^<([^">]*)>)?$'
_ESCAPE = re.compile(r'\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(["\\nrtbf]))')
_UNESCAPED = {'"': '"', "\\": "\\", "n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}


class TermKind(IntEnum):
    """The kind of an RDF term."""

    IRI = 0
    BLANK = 1
    LITERAL = 2
    TRIPLE = 3


class TermTable:
    """The terms of data and shapes by id, followed by terms that queries compute."""

    def __init__(self, texts: pl.Series) -> None:
        self.texts = texts
        self._terms: dict[int, Term] = {}
        self._added: dict[Term, int] = {}

    def __len__(self) -> int:
        return len(self.texts)

    def term(self, term_id: int) -> Term:
        """Return the term with an id."""
        if term_id not in self._terms:
            self._terms[term_id] = parse_term(self.texts[term_id])
        return self._terms[term_id]

    def add(self, term: Term) -> int:
        """Return the id of a computed term; differs from the id of the same term in the data."""
        if term not in self._added:
            term_id = self._added[term] = len(self) + len(self._added)
            self._terms[term_id] = term
        return self._added[term]

    def is_literal(self, ids: Ids) -> Mask:
        """Return which of the terms are literals."""
        literal = self.kinds == TermKind.LITERAL
        if self._added:
            literal = np.append(literal, [isinstance(term, Literal) for term in self._added])
        return np.asarray(literal[ids])

    def display_texts(self, ids: Ids) -> pl.Series:
        """Return the display text of each term, as `display_text`; null for `UNBOUND`."""
        if len(ids) <= _SMALL_COLUMN:
            return pl.Series(
                [display_text(self.term(each)) if each else None for each in ids.tolist()], dtype=pl.String
            )
        texts = self._gather(ids).replace("", None)
        is_iri = texts.str.starts_with("<") & ~texts.str.starts_with("<<")
        return texts.str.strip_chars("<>").zip_with(is_iri, texts)

    def lexical_forms(self, ids: Ids) -> pl.Series:
        """Return the characters of IRIs and literals; null for a blank node, a triple and `UNBOUND`."""
        if len(ids) <= _SMALL_COLUMN:
            return pl.Series([self._lexical_form(each) for each in ids.tolist()], dtype=pl.String)
        texts = self._gather(ids)
        iris = texts.str.extract("^<([^<>]*)>$")
        forms = iris.zip_with(iris.is_not_null(), texts.str.extract(r'(?s)^"(.*)"'))
        if not forms.str.contains("\\", literal=True).any():
            return forms
        return pl.Series([unescape(text) if text and "\\" in text else text for text in forms], dtype=pl.String)

    def _lexical_form(self, term_id: int) -> str | None:
        term = self.term(term_id) if term_id else None
        return term.value if isinstance(term, NamedNode | Literal) else None

    def _gather(self, ids: Ids) -> pl.Series:
        texts = self.texts
        if self._added:
            texts = pl.concat([texts, pl.Series(texts.name, [str(term) for term in self._added], dtype=pl.String)])
        return gather(texts, ids)

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
        """For each term the index of its language tag, -1 for none; and the sorted language tags."""
        return _encode_names(self._tails["1"])

    @cached_property
    def datatypes(self) -> tuple[NDArray[np.int64], list[str]]:
        """For each term the index of its datatype, -1 for none; and the sorted datatype IRIs."""
        tails = self._tails
        language_strings = pl.select(pl.when(tails["1"].is_not_null()).then(pl.lit(RDF + "langString"))).to_series()
        plain = pl.select(pl.when(mask_series(self.kinds == TermKind.LITERAL)).then(pl.lit(XSD + "string"))).to_series()
        return _encode_names(pl.select(pl.coalesce(tails["2"], language_strings, plain)).to_series())


def mask_series(mask: Mask) -> pl.Series:
    """Return a mask as a polars column; a short one without `numpy.ma`, which polars imports for a NumPy array."""
    return pl.Series(mask.tolist(), dtype=pl.Boolean) if len(mask) <= _SHORT_ARRAY else pl.Series(mask)


def gather(texts: pl.Series, rows: Ids) -> pl.Series:
    """Return the texts in these rows; of few rows without `numpy.ma`."""
    return texts.gather(rows.tolist() if len(rows) <= _SHORT_ARRAY else rows)


def _encode_names(names: pl.Series) -> tuple[NDArray[np.int64], list[str]]:
    categories = names.drop_nulls().unique().sort().to_list()
    return names.cast(pl.Enum(categories)).to_physical().cast(pl.Int64).fill_null(-1).to_numpy(), categories


def parse_term(text: str) -> Term:
    """Parse a term of canonical N-Triples."""
    if text.startswith("<") and not text.startswith("<<"):
        return NamedNode(text[1:-1])
    if text.startswith("_:"):
        return BlankNode(text[2:])
    quad: Quad = next(parse(f"<urn:a> <urn:b> {text} .", format=RdfFormat.N_TRIPLES))
    return quad.object


def unescape(text: str) -> str:
    """Resolve the escape sequences of an N-Triples literal."""
    return _ESCAPE.sub(lambda m: _UNESCAPED[m[3]] if m[3] else chr(int(m[1] or m[2], 16)), text)
