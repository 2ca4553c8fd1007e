"""Reader of RDF files that preserves lexical forms, and an index of triples.

A store normalises `"01"^^xsd:integer` to 1 and so hides ill-formed literals; the parser does not.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from pyoxigraph import Quad, RdfFormat, parse

from begrepp.errors import InputError
from begrepp.rdf.literal_languages import find_faulty_tag
from begrepp.validation.shacl.vocabulary import RDF, RDF_NIL, SUB_CLASS_OF, Term


def read_quads(files: Sequence[Path]) -> Iterator[Quad]:
    """The triples of all files; blank nodes of different files are distinct. Raises `InputError` for invalid RDF."""
    for path in files:
        rdf = RdfFormat.from_extension(path.suffix.lstrip("."))
        if rdf is None:
            raise InputError(path, "the file name extension is not that of an RDF format.", "Use .nt, .ttl or .jsonld.")
        try:
            quads = parse(path=path, format=rdf, base_iri=path.absolute().as_uri(), rename_blank_nodes=True)
            yield from (Quad(q.subject, q.predicate, q.object) for q in quads) if rdf.supports_datasets else quads
        except (SyntaxError, ValueError, OSError) as error:
            row = getattr(error, "lineno", None)
            if row and (faulty := find_faulty_tag(path, row)):
                raise InputError(
                    path,
                    f"line {row}: the language tag '{faulty[1]}' is not one (BCP 47).",
                    "Fix the file and validate again.",
                ) from error
            raise InputError(path, f"cannot be read as RDF: {error}", "Fix the file and validate again.") from error


class TripleIndex:
    """In-memory triple index by subject and predicate, for small graphs: shapes or a report.

    A triple that is stated twice, in one file or in two, is there once.
    """

    def __init__(self, quads: Iterable[Quad]) -> None:
        self.quads = list(dict.fromkeys(quads))
        self._objects: dict[tuple[Term, str], list[Term]] = {}
        self._subjects: dict[str, dict[Term, None]] = {}
        self._predicates: dict[Term, dict[str, None]] = {}
        for quad in self.quads:
            predicate = quad.predicate.value
            self._objects.setdefault((quad.subject, predicate), []).append(quad.object)
            self._subjects.setdefault(predicate, {})[quad.subject] = None
            self._predicates.setdefault(quad.subject, {})[predicate] = None

    def objects(self, subject: Term, predicate: str) -> list[Term]:
        """Return the objects of a subject and predicate, in the order of the file."""
        return self._objects.get((subject, predicate), [])

    def first_object(self, subject: Term, predicate: str) -> Term | None:
        """Return the first of `objects`, or None."""
        return next(iter(self.objects(subject, predicate)), None)

    def subjects(self, predicate: str) -> list[Term]:
        """Return the subjects that have the predicate, each once."""
        return list(self._subjects.get(predicate, ()))

    def predicates(self, subject: Term) -> list[str]:
        """Return the predicates of a subject, each once."""
        return list(self._predicates.get(subject, ()))

    def list_members(self, head: Term | None) -> list[Term]:
        """Return the members of the RDF list at `head`; empty if it is None or not a well-formed list."""
        return [] if head is None else self.well_formed_list(head) or []

    def well_formed_list(self, head: Term) -> list[Term] | None:
        """Return the members of the RDF list at `head`; None if it is not a well-formed list (SHACL 1.2)."""
        members: list[Term] = []
        seen: set[Term] = set()
        while head != RDF_NIL:
            first, rest = self.objects(head, RDF + "first"), self.objects(head, RDF + "rest")
            if len(first) != 1 or len(rest) != 1 or head in seen:
                return None
            seen.add(head)
            members += first
            head = rest[0]
        return None if self.objects(head, RDF + "first") or self.objects(head, RDF + "rest") else members


def direct_subclasses(quads: Iterable[Quad]) -> dict[Term, list[Term]]:
    """Return the direct subclasses of each class that has some."""
    found: dict[Term, list[Term]] = {}
    for quad in quads:
        if quad.predicate == SUB_CLASS_OF:
            found.setdefault(quad.object, []).append(quad.subject)
    return found


def with_subclasses(class_: Term, subclasses: Mapping[Term, Iterable[Term]]) -> frozenset[Term]:
    """Return a class with its subclasses at any depth; `subclasses` are the direct ones of each class."""
    found = {class_}
    pending = [class_]
    for each in pending:
        further = [other for other in subclasses.get(each, ()) if other not in found]
        found.update(further)
        pending += further
    return frozenset(found)


@contextmanager
def suppress_rdflib_warnings() -> Iterator[None]:
    """Suppress rdflib's log messages about ill-formed literals, which become validation results here."""

    def is_error(record: logging.LogRecord) -> bool:
        return record.levelno >= logging.ERROR

    logger = logging.getLogger("rdflib.term")
    logger.addFilter(is_error)
    try:
        yield
    finally:
        logger.removeFilter(is_error)
