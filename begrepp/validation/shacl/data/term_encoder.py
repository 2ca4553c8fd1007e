"""Encoder from RDF files to columns of term ids.

Canonical N-Triples, as a build writes them, are split into columns without a parser. If any line of a file is not
canonical, the parser reads the file, or reports the line and column of the error, and the triples are serialised in
canonical form first.

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
from begrepp.validation.shacl.data.term_table import mask_series
from begrepp.validation.shacl.rdf_reader import read_quads

TermIds = NDArray[np.uint32]

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
_REDUNDANT_DATATYPE = '"^^<http://www.w3.org/2001/XMLSchema#string>'


class _NotCanonical(Exception):
    """A file is not canonical N-Triples, so the parser has to read it."""


@dataclass(frozen=True, slots=True)
class TripleColumns:
    """Subjects, predicates and objects as term ids, one row per triple."""

    subjects: TermIds
    predicates: TermIds
    objects: TermIds


class TermEncoder:
    """Assigns each term, in canonical N-Triples, an id from 1; equal terms have equal ids."""

    def __init__(self) -> None:
        self._terms = pl.Categories.random()
        # Polars drops the ids of categories that no series refers to.
        self._texts = [pl.Series([""], dtype=pl.Categorical(self._terms))]
        self._count = 1
        self._non_canonical = np.zeros(0, dtype=np.uint32)

    def encode(self, texts: pl.Series) -> TermIds:
        """Return the ids of terms."""
        encoded = texts.cast(pl.Categorical(self._terms))
        ids = encoded.to_physical()
        if (highest := ids.max()) is not None and int(str(highest)) >= self._count:
            new = pl.DataFrame({"id": ids, "term": encoded}).filter(pl.col("id") >= self._count)
            self._texts.append(new.unique("id").sort("id")["term"])
            self._count = int(str(highest)) + 1
        return ids.to_numpy()

    def texts(self) -> pl.Series:
        """Return all encoded terms, indexed by id."""
        return pl.concat(self._texts).cast(pl.String)

    def encode_files(self, files: Sequence[Path], predicate_ids: TermIds | None) -> TripleColumns:
        """Return the triples of the files with one of the predicates, or with any predicate if that is None.

        Raises `InputError` if a file is not RDF.
        """
        blocks = [block for path in files for block in self._encode_file(path, predicate_ids)]
        return TripleColumns(
            _concatenate([block.subjects for block in blocks]),
            _concatenate([block.predicates for block in blocks]),
            _concatenate([block.objects for block in blocks]),
        )

    def _encode_file(self, path: Path, predicate_ids: TermIds | None) -> list[TripleColumns]:
        if path.suffix == ".nt":
            with suppress(_NotCanonical, OSError):
                first_new_id = self._count
                encoded = [self._encode_block(block, predicate_ids, checked=True) for block in read_blocks(path)]
                self._reject_non_canonical(first_new_id, encoded)
                return encoded
        return [
            self._encode_block(block, predicate_ids, checked=False) for block in _canonical_blocks(read_quads([path]))
        ]

    def _encode_block(self, block: bytes, predicate_ids: TermIds | None, *, checked: bool) -> TripleColumns:
        """Return the triples of complete lines. If `checked`, the caller still has to check the terms with a new id."""
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
        subjects = np.repeat(self.encode(runs["value"]), runs["len"].to_numpy())
        predicates, objects = self.encode(predicate), rest.str.head(-2)
        if predicate_ids is not None:
            mask = np.isin(predicates, predicate_ids)
            if checked and not _is_canonical(objects.filter(mask_series(~mask))).all():
                raise _NotCanonical
            subjects, predicates, objects = subjects[mask], predicates[mask], objects.filter(mask_series(mask))
        return TripleColumns(subjects, predicates, self.encode(objects))

    def _reject_non_canonical(self, first_new_id: int, encoded: Iterable[TripleColumns]) -> None:
        """Raise `_NotCanonical` if a block has a non-canonical term, new or from an earlier file."""
        new = self.texts().slice(first_new_id)
        non_canonical = np.flatnonzero(~_is_canonical(new).to_numpy()).astype(np.uint32) + np.uint32(first_new_id)
        self._non_canonical = np.concatenate([self._non_canonical, non_canonical])
        if len(self._non_canonical) and any(
            np.isin(column, self._non_canonical).any()
            for block in encoded
            for column in (block.subjects, block.predicates, block.objects)
        ):
            raise _NotCanonical


def _concatenate(columns: Sequence[TermIds]) -> TermIds:
    return np.concatenate(columns) if columns else np.zeros(0, dtype=np.uint32)


def _is_canonical(texts: pl.Series) -> pl.Series:
    return texts.str.contains(_TERM) & ~texts.str.ends_with(_REDUNDANT_DATATYPE)


def _canonical_blocks(quads: Iterable[Quad]) -> Iterator[bytes]:
    """Return the triples as blocks of canonical N-Triples."""
    triples = (Triple(quad.subject, quad.predicate, quad.object) for quad in quads)
    while batch := [*islice(triples, _BATCH)]:
        yield serialize(batch, format=RdfFormat.N_TRIPLES) or b""
