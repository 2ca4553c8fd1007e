"""Reads files of RDF: every statement as it was written, down to the zeros before a number.

A literal keeps its characters here. A store would make `"01"^^xsd:integer` a 1, and so hide what is wrong with it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

import rdflib
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse

from begrepp.errors import InputError
from begrepp.validation.shacl.vocabulary import RDF, Term


def read(files: Sequence[Path]) -> Iterator[Quad]:
    """All triples of the files, as one graph; each file's blank nodes are its own."""
    for path in files:
        rdf = RdfFormat.from_extension(path.suffix.lstrip("."))
        if rdf is None:
            raise InputError(path, "the file name extension is not that of an RDF format.", "Use .nt, .ttl or .jsonld.")
        try:
            quads = parse(path=path, format=rdf, base_iri=path.absolute().as_uri(), rename_blank_nodes=True)
            yield from (Quad(q.subject, q.predicate, q.object) for q in quads) if rdf.supports_datasets else quads
        except (SyntaxError, ValueError, OSError) as error:
            raise InputError(path, f"cannot be read as RDF: {error}", "Fix the file and validate again.") from error


class Triples:
    """A small graph held by subject and predicate: the shapes, or a report."""

    def __init__(self, quads: Iterable[Quad]) -> None:
        self.quads = list(quads)
        self._objects: dict[tuple[Term, str], list[Term]] = {}
        self._subjects: dict[str, dict[Term, None]] = {}
        self._predicates: dict[Term, dict[str, None]] = {}
        for quad in self.quads:
            predicate = quad.predicate.value
            self._objects.setdefault((quad.subject, predicate), []).append(quad.object)
            self._subjects.setdefault(predicate, {})[quad.subject] = None
            self._predicates.setdefault(quad.subject, {})[predicate] = None

    def objects(self, subject: Term, predicate: str) -> list[Term]:
        """What the subject has for the predicate, in the order of the file."""
        return self._objects.get((subject, predicate), [])

    def one(self, subject: Term, predicate: str) -> Term | None:
        """The first of `objects`, if any."""
        return next(iter(self.objects(subject, predicate)), None)

    def subjects(self, predicate: str) -> list[Term]:
        """What has the predicate."""
        return list(self._subjects.get(predicate, ()))

    def predicates(self, subject: Term) -> list[str]:
        """What is said of the subject, each predicate once."""
        return list(self._predicates.get(subject, ()))

    def items(self, head: Term | None) -> list[Term]:
        """The members of an RDF list."""
        members: list[Term] = []
        seen: set[Term] = set()
        while head is not None and head != NamedNode(RDF + "nil") and head not in seen:
            seen.add(head)
            members += self.objects(head, RDF + "first")
            head = self.one(head, RDF + "rest")
        return members


@lru_cache(maxsize=100_000)
def well_formed(literal: Literal) -> bool:
    """Whether the lexical form fits the datatype, as rdflib and so pySHACL sees it."""
    if literal.language or literal.datatype.value.endswith(("#string", "#langString")):
        return True
    with rdflib_kept_quiet():
        return not rdflib.Literal(literal.value, datatype=rdflib.URIRef(literal.datatype.value)).ill_typed


@contextmanager
def rdflib_kept_quiet() -> Iterator[None]:
    """While this lasts rdflib does not log ill-formed literals: here they are results, not news."""

    def grave(record: logging.LogRecord) -> bool:
        return record.levelno >= logging.ERROR

    logger = logging.getLogger("rdflib.term")
    logger.addFilter(grave)
    try:
        yield
    finally:
        logger.removeFilter(grave)
