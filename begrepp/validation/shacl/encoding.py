"""Numbers every word of the data once, so that millions of statements become columns of numbers.

Files of N-Triples in canonical form, as a build writes them, are cut into columns as they stand; every other file
is read by a parser first and written out in that form. What a file says is never guessed at: one line that is not
canonical sends its file to the parser, which reads it or names the line and column that are wrong.

Source: RDF 1.2 N-Triples, 5 (canonical form); RFC 3987 for IRIs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pyoxigraph import Quad, RdfFormat, Triple, serialize

from begrepp.rdf.frames import parse_triples, read_blocks
from begrepp.validation.shacl.rdf_reader import read

Numbers = NDArray[np.uint32]

_BATCH = 200_000
_CHAR = r"(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2}|\p{L}|\p{N})"
_IRI = (
    r"<[A-Za-z][A-Za-z0-9+.-]*:"
    rf"(?://[A-Za-z0-9._~-]*(?::[0-9]+)?(?:/(?:{_CHAR}|/)*)?|(?:{_CHAR}(?:{_CHAR}|/)*)?)"
    rf"(?:\?(?:{_CHAR}|[/?])*)?(?:#(?:{_CHAR}|[/?])*)?>"
)
_LANGUAGE = r"@[a-z]{2,3}(?:-[a-z]{4})?(?:-[a-z]{2}|-[0-9]{3})?"
_LITERAL = rf'"(?:[^"\\\x00-\x1f\x7f]|\\["\\nrtbf])*"(?:{_LANGUAGE}|\^\^{_IRI})?'
_TERM = rf"^(?:{_IRI}|{_LITERAL})$"
_NEEDLESS = '"^^<http://www.w3.org/2001/XMLSchema#string>'


class _NotCanonical(Exception):
    """A file has to be read by the parser."""


@dataclass(frozen=True, slots=True)
class Statements:
    """Subjects, predicates and objects, one row for each statement."""

    subjects: Numbers
    predicates: Numbers
    objects: Numbers


class Encoder:
    """Gives each term, as canonical N-Triples writes it, a number from 1; the same term always the same."""

    def __init__(self) -> None:
        self._terms = pl.Categories.random()
        self._texts = [
            pl.Series([""], dtype=pl.Categorical(self._terms))
        ]  # these keep the numbers from being forgotten
        self._count = 1
        self._odd = np.zeros(0, dtype=np.uint32)

    def numbers(self, texts: pl.Series) -> Numbers:
        """The numbers of terms."""
        coded = texts.cast(pl.Categorical(self._terms))
        numbers = coded.to_physical()
        if (most := numbers.max()) is not None and int(str(most)) >= self._count:
            new = pl.DataFrame({"number": numbers, "term": coded}).filter(pl.col("number") >= self._count)
            self._texts.append(new.unique("number").sort("number")["term"])
            self._count = int(str(most)) + 1
        return numbers.to_numpy()

    def texts(self) -> pl.Series:
        """Every term so far, at the place of its number."""
        return pl.concat(self._texts).cast(pl.String)

    def statements(self, files: Sequence[Path], mentioned: Numbers | None) -> Statements:
        """What the files say with the predicates that are mentioned; with any where that is None.

        Raises `InputError` where a file is not RDF.
        """
        read_blocks = [block for path in files for block in self._file(path, mentioned)]
        return Statements(
            _joined([block.subjects for block in read_blocks]),
            _joined([block.predicates for block in read_blocks]),
            _joined([block.objects for block in read_blocks]),
        )

    def _file(self, path: Path, mentioned: Numbers | None) -> list[Statements]:
        if path.suffix == ".nt":
            with suppress(_NotCanonical, OSError):
                known = self._count
                found = [self._cut(block, mentioned, checked=True) for block in read_blocks(path)]
                self._refuse_odd(known, found)
                return found
        return [self._cut(block, mentioned, checked=False) for block in _canonical(read([path]))]

    def _cut(self, block: bytes, mentioned: Numbers | None, *, checked: bool) -> Statements:
        """The statements of whole lines. Where they are `checked`, the terms that got a number still have to be."""
        try:
            subject, predicate, rest = parse_triples(block).get_columns()
        except pl.exceptions.PolarsError:
            raise _NotCanonical from None
        if checked and not (
            rest.null_count() == 0
            and rest.str.ends_with(" .").all()
            and subject.str.starts_with("<").all()
            and predicate.str.starts_with("<").all()
        ):
            raise _NotCanonical
        runs = subject.rle().struct.unnest()
        subjects = np.repeat(self.numbers(runs["value"]), runs["len"].to_numpy())
        predicates, objects = self.numbers(predicate), rest.str.head(-2)
        if mentioned is not None:
            held = np.isin(predicates, mentioned)
            if checked and not _canonical_terms(objects.filter(pl.Series(~held))).all():
                raise _NotCanonical
            subjects, predicates, objects = subjects[held], predicates[held], objects.filter(pl.Series(held))
        return Statements(subjects, predicates, self.numbers(objects))

    def _refuse_odd(self, known: int, found: Iterable[Statements]) -> None:
        """Raise `_NotCanonical` where one of the terms is not; those numbered before are remembered."""
        new = self.texts().slice(known)
        odd = np.flatnonzero(~_canonical_terms(new).to_numpy()).astype(np.uint32) + np.uint32(known)
        self._odd = np.concatenate([self._odd, odd])
        if len(self._odd) and any(
            np.isin(column, self._odd).any()
            for block in found
            for column in (block.subjects, block.predicates, block.objects)
        ):
            raise _NotCanonical


def _joined(columns: Sequence[Numbers]) -> Numbers:
    return np.concatenate(columns) if columns else np.zeros(0, dtype=np.uint32)


def _canonical_terms(texts: pl.Series) -> pl.Series:
    return texts.str.contains(_TERM) & ~texts.str.ends_with(_NEEDLESS)


def _canonical(quads: Iterable[Quad]) -> Iterator[bytes]:
    """Statements as lines of canonical N-Triples, some hundred thousand at a time."""
    triples = (Triple(quad.subject, quad.predicate, quad.object) for quad in quads)
    while batch := [*islice(triples, _BATCH)]:
        yield serialize(batch, format=RdfFormat.N_TRIPLES) or b""
