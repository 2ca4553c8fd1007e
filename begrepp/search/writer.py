"""Writer of the text index of a build. The current view is the only input, so unpublished resources are not indexed."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Container, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import IO

import msgspec
from tantivy import Document, Index, IndexWriter

from begrepp.records import Text
from begrepp.search.documents import LABEL_ROLES, SearchDocument, read_documents
from begrepp.search.inclusions import included_names, is_rest_group
from begrepp.search.index_state import IndexState
from begrepp.search.schema import BorrowedLabel, Relative, register_tokenizer, schema, to_tantivy
from begrepp.search.search_names import SearchNames
from begrepp.search.species import ANIMAL, HUMAN
from begrepp.text.stemming import code_key

_MAX_BORROWED, _MAX_NAMES = 30, 20
"""Labels of related resources, and names for searching, per document."""
_LENGTH_BYTES = 4
_PROGRESS_INTERVAL = 5000
"""Documents between two progress reports."""
# The share of the work that is done when all documents are read, and when all are written.
_READ, _WRITTEN = 0.2, 0.95
_ERROR_NUMBER = re.compile(r"\b(?:code:|os error) (\d+)")


def write_index(path: Path, current: Path, report: Callable[[float], None] = lambda share: None) -> int:
    """Index the searchable resources of a file of sorted N-Triples; return their number.

    `report` is called with the progress, 0 to 1. The documents are first written to a temporary file, since the whole
    vocabulary and the labels of related concepts are needed for each of them. Memory grows with the vocabulary and the
    concepts that others are found through, not with the number of documents.
    """
    path.mkdir(parents=True)
    with tempfile.TemporaryFile(dir=path.parent) as spool:
        state, extended = _spool_documents(current, spool)
        size = spool.tell()
        state.find_siblings(lambda iris: _read_spool(spool, iris))
        for document in _read_spool(spool) if state.names else ():
            state.add_namesakes(document)
        related = {*state.matches, *state.siblings, *state.namesakes, *state.measured, *state.datasets, *extended}
        builder = DocumentBuilder(state, _read_spool(spool, related) if related else ())
        count = 0
        report(_READ)
        with open_writer(Index(schema(), path=str(path))) as writer:
            for document in _read_spool(spool):
                writer.add_document(builder.build(document))
                count += 1
                if count % _PROGRESS_INTERVAL == 0:
                    report(_READ + (_WRITTEN - _READ) * spool.tell() / size)
        state.write(path)
        report(1)
    return count


@contextmanager
def open_writer(index: Index) -> Iterator[IndexWriter]:
    """Open a writer; when the block ends, commit what was written and wait for the merges.

    Raises `OSError` if the system refuses to write. The engine's thread then dies, which `add_document` tells without
    the reason; the commit tells it, as text.
    """
    try:
        writer = register_tokenizer(index).writer(heap_size=200_000_000, num_threads=1)
        try:
            yield writer
        except ValueError:
            writer.commit()
            raise
        writer.commit()
        writer.wait_merging_threads()
    except ValueError as error:
        number = _ERROR_NUMBER.search(str(error))
        if not number:
            raise
        raise OSError(int(number[1]), os.strerror(int(number[1]))) from error


class DocumentBuilder:
    """Builds Tantivy documents; `related` are the documents that others are found through."""

    def __init__(self, state: IndexState, related: Iterable[SearchDocument]) -> None:
        self._state = state
        self._labels: dict[str, tuple[str, list[Text]]] = {}
        self._codes: dict[str, str] = {}
        self._included: dict[str, set[Text]] = {}
        self._rest_groups = set[str]()
        self._search_names = SearchNames()
        self._related_names: dict[str, dict[str, str]] = {}
        for document in related:
            if found := self._search_names.of(document):
                self._related_names[document.iri] = found
            self._labels[document.iri] = (document.scheme, [*document.labels("pref", "alt")])
            self._codes[document.iri] = code_key(document.notation)
            names, others = [*document.labels("pref")], [*document.labels("alt")]
            if others and document.iri in state.siblings:
                self._included[document.iri] = included_names(names, others)
            if is_rest_group(names):
                self._rest_groups.add(document.iri)

    def build(self, document: SearchDocument) -> Document:
        """Build the Tantivy document of a search document."""
        dataset = self._containing_dataset(document.iri) if document.kind in ("variable", "dataset") else ""
        species = ""
        if document.iri in self._state.broader:
            species = ANIMAL if document.iri in self._state.animals else HUMAN
        borrowed, relatives = self._borrowed_labels(document, dataset), self._relatives(document, dataset)
        return to_tantivy(document, borrowed, relatives, self._state.analysed, dataset, species)

    def _relatives(self, document: SearchDocument, dataset: str) -> list[Relative]:
        """Return the resources that a reader who asks for this one may mean too, without its children."""
        state, iri = self._state, document.iri
        found = [("same", other) for other in state.matches.get(iri, ())]
        found += [(self._sibling_role(document, other), other) for other in state.siblings.get(iri, ())]
        found += [("namesake", other) for other in state.namesakes.get(iri, ())]
        found += [("parent", other) for other in document.broader]
        found += [("measured", other) for other in state.measured.get(iri, ())]
        if document.kind == "variable" and dataset:
            found.append(("dataset", dataset))
        nearest = {other: relation for relation, other in reversed(found[:_MAX_BORROWED])}
        return [Relative(relation, other) for other, relation in nearest.items()]

    def _borrowed_labels(self, document: SearchDocument, dataset: str) -> list[BorrowedLabel]:
        """Return the labels of related resources that are not labels of the resource itself."""
        borrowed = self._names_for_searching(document)
        if document.kind == "variable" and dataset:
            borrowed.append(BorrowedLabel("context", Text(dataset.rpartition("/")[2], ""), ""))
        related = [(role, iri) for role, iri in self._related(document, dataset) if iri in self._labels]
        if not related:
            return borrowed
        most = len(borrowed) + _MAX_BORROWED
        seen = {label.value.casefold() for label in document.labels(*LABEL_ROLES)}
        is_rest = not self._included.keys().isdisjoint([iri for _, iri in related]) and self._is_in_rest(document)
        for role, iri in related:
            scheme, labels = self._labels[iri]
            for label in labels:
                given = self._role_of_name(role, iri, label, is_rest)
                if given and label.value.casefold() not in seen:
                    seen.add(label.value.casefold())
                    borrowed.append(BorrowedLabel(given, label, scheme))
        return borrowed[:most]

    def _names_for_searching(self, document: SearchDocument) -> list[BorrowedLabel]:
        """Return the names that people search with for a resource, or for the same elsewhere."""
        state, iri = self._state, document.iri
        found = self._search_names.of(document)
        measured = state.measured.get(iri, ()) if document.kind == "variable" else ()
        for other in (*state.matches.get(iri, ()), *state.siblings.get(iri, ()), *measured):
            for name, source in self._related_names.get(other, {}).items():
                found.setdefault(name, source)
        names = islice(found.items(), _MAX_NAMES)
        return [BorrowedLabel("synonym", Text(name, ""), source) for name, source in names]

    def _is_in_rest(self, document: SearchDocument) -> bool:
        """Return whether a concept is a rest group or a code of one."""
        return is_rest_group(document.labels("pref")) or not self._rest_groups.isdisjoint(parents(document))

    def _role_of_name(self, role: str, iri: str, name: Text, is_rest: bool) -> str:
        """Return the role of a name of another resource; empty if that is a rest group which includes what it names."""
        if name not in self._included.get(iri, ()) or not (is_rest or iri in self._rest_groups):
            return role
        return {"parent": "", "sibling": "inclusion", "variant": "inclusion"}.get(role, role)

    def _related(self, document: SearchDocument, dataset: str) -> Iterator[tuple[str, str]]:
        """Yield the related resources of a resource, each with its role."""
        state, iri = self._state, document.iri
        for other in state.matches.get(iri, ()):
            yield "via", other
        for other in state.siblings.get(iri, ()):
            yield self._sibling_role(document, other), other
        if document.kind == "variable":
            yield from (("measured", concept) for concept in state.measured.get(iri, ()))
            yield ("context", dataset)
        for namesake in state.namesakes.get(iri, ()):
            yield ("namesake", namesake)
            yield from (("namesake", other) for other in state.siblings.get(namesake, ()))
        for sibling in state.siblings.get(iri, ()):
            yield from (("namesake", other) for other in state.namesakes.get(sibling, ()))
        for parent in parents(document):
            yield ("parent", parent)
            yield from (("parent", other) for other in state.siblings.get(parent, ()))
            yield from (("parent", other) for other in state.matches.get(parent, ()))

    def _sibling_role(self, document: SearchDocument, sibling: str) -> str:
        """Return `sibling` if a concept has the same code as its sibling, `variant` if it has a letter more or less."""
        return "sibling" if code_key(document.notation) == self._codes.get(sibling) else "variant"

    def _containing_dataset(self, iri: str) -> str:
        """Return the IRI of the dataset that the resource is or is part of, or an empty string."""
        datasets = (each for each in self._state.datasets if iri == each or iri.startswith(each + "/"))
        return max(datasets, key=len, default="")


def parents(document: SearchDocument) -> list[str]:
    """Return the parents whose code a code extends: C50 of C50.4. Its name is part of what the code means."""
    return [iri for iri in document.broader if document.iri.startswith(iri)]


def _spool_documents(current: Path, spool: IO[bytes]) -> tuple[IndexState, set[str]]:
    """Write all documents to the temporary file; return the index state and the IRIs of the parents of codes."""
    state, extended = IndexState(), set[str]()
    encode = msgspec.msgpack.Encoder().encode
    for document in read_documents(current):
        body = encode(document)
        spool.write(len(body).to_bytes(_LENGTH_BYTES) + body)
        state.add(document)
        extended.update(parents(document))
    return state, extended


class _DocumentIri(msgspec.Struct, array_like=True):
    """The IRI of a stored document, decoded without its other fields."""

    iri: str


def _read_spool(spool: IO[bytes], iris: Container[str] | None = None) -> Iterator[SearchDocument]:
    """Yield the documents of the temporary file, or those with the given IRIs."""
    spool.seek(0)
    decode = msgspec.msgpack.Decoder(SearchDocument).decode
    decode_iri = msgspec.msgpack.Decoder(_DocumentIri).decode
    while length := spool.read(_LENGTH_BYTES):
        body = spool.read(int.from_bytes(length))
        if iris is None or decode_iri(body).iri in iris:
            yield decode(body)
