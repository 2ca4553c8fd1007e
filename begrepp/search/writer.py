"""Writer of the text index of a build. The current view is the only input, so unpublished resources are not indexed."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Container, Iterator
from pathlib import Path
from typing import IO

import msgspec
from tantivy import Document, Index, IndexWriter

from begrepp.records import Text
from begrepp.search.documents import SearchDocument, read_documents
from begrepp.search.index_state import IndexState
from begrepp.search.schema import WordAnalyser, register_tokenizer, schema, to_tantivy

_MAX_VIA = 20
"""Labels of matching concepts per document."""
_LENGTH_BYTES = 4
_PROGRESS_INTERVAL = 5000
"""Documents between two progress reports."""
# The share of the work that is done when all documents are read, and when all are written.
_READ, _WRITTEN = 0.2, 0.95


def write_index(path: Path, current: Path, report: Callable[[float], None] = lambda share: None) -> int:
    """Index the searchable resources of a file of sorted N-Triples; return their number.

    `report` is called with the progress, 0 to 1. The documents are first written to a temporary file, since the whole
    vocabulary and the labels of matching concepts are needed for each of them. Memory grows with the vocabulary, not
    with the number of documents.
    """
    path.mkdir(parents=True)
    with tempfile.TemporaryFile(dir=path.parent) as spool:
        state = _spool_documents(current, spool)
        matches = state.matches
        labels = {each.iri: visible_labels(each) for each in _read_spool(spool, matches)} if matches else {}
        writer = open_writer(Index(schema(), path=str(path)))
        builder = DocumentBuilder(state, labels)
        count = 0
        size = spool.tell()
        report(_READ)
        for document in _read_spool(spool):
            writer.add_document(builder.build(document))
            count += 1
            if count % _PROGRESS_INTERVAL == 0:
                report(_READ + (_WRITTEN - _READ) * spool.tell() / size)
        commit(writer)
        state.write(path)
        report(1)
    return count


def open_writer(index: Index) -> IndexWriter:
    """Return a writer for an index."""
    return register_tokenizer(index).writer(heap_size=200_000_000, num_threads=1)


def commit(writer: IndexWriter) -> None:
    """Commit the written documents and wait for the merges."""
    writer.commit()
    writer.wait_merging_threads()


class DocumentBuilder:
    """Builds Tantivy documents; `labels` are the labels of matching resources by IRI."""

    def __init__(self, state: IndexState, labels: dict[str, list[Text]]) -> None:
        self._state = state
        self._labels = labels
        self._analyser = WordAnalyser(state.vocabulary)

    def build(self, document: SearchDocument) -> Document:
        """Build the Tantivy document of a search document."""
        dataset = self._containing_dataset(document.iri) if document.kind in ("variable", "dataset") else ""
        return to_tantivy(document, self._via_labels(document), self._analyser, dataset)

    def _via_labels(self, document: SearchDocument) -> list[Text]:
        """Return the labels of matching resources that are not labels of the resource itself."""
        matches = self._state.matches.get(document.iri)
        if not matches:
            return []
        own = {label.value.casefold() for label in document.labels("pref", "alt", "hidden")}
        labels = (label for match in dict.fromkeys(matches) for label in self._labels.get(match, ()))
        return [label for label in dict.fromkeys(labels) if label.value.casefold() not in own][:_MAX_VIA]

    def _containing_dataset(self, iri: str) -> str:
        """Return the IRI of the dataset that the resource is or is part of, or an empty string."""
        datasets = (each for each in self._state.datasets if iri == each or iri.startswith(each + "/"))
        return max(datasets, key=len, default="")


def visible_labels(document: SearchDocument) -> list[Text]:
    """Return the preferred and alternative labels, which matching resources can be found by."""
    return [*document.labels("pref", "alt")]


def _spool_documents(current: Path, spool: IO[bytes]) -> IndexState:
    """Write all documents to the temporary file and return the index state."""
    state = IndexState()
    encode = msgspec.msgpack.Encoder().encode
    for document in read_documents(current):
        body = encode(document)
        spool.write(len(body).to_bytes(_LENGTH_BYTES) + body)
        state.add(document)
    return state


class _DocumentIri(msgspec.Struct):
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
