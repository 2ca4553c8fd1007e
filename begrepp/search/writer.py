"""Writes the index of a build, from the current view alone: what is not published cannot be found."""

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
_LENGTH_BYTES = 4
_PROGRESS_INTERVAL = 5000
# How much of the work is done when all is read, and when all documents are made.
_READ, _WRITTEN = 0.2, 0.95


def write_index(path: Path, current: Path, done: Callable[[float], None] = lambda part: None) -> int:
    """Index the things in a file of sorted N-Triples; the number of things. `done` is told how far it has come, to 1.

    Read once into a file of its own, from which the words of the whole vocabulary and the labels of concepts that
    mean the same are known when the documents are made. Memory grows with the vocabulary, not with the things.
    """
    path.mkdir(parents=True)
    with tempfile.TemporaryFile(dir=path.parent) as spool:
        ledger = _spool_documents(current, spool)
        partners = ledger.matches
        names = {t.iri: visible_labels(t) for t in _read_spool(spool, partners)} if partners else {}
        writer = open_writer(Index(schema(), path=str(path)))
        documents = DocumentBuilder(ledger, names)
        count = 0
        size = spool.tell()
        done(_READ)
        for thing in _read_spool(spool):
            writer.add_document(documents.build(thing))
            count += 1
            if count % _PROGRESS_INTERVAL == 0:
                done(_READ + (_WRITTEN - _READ) * spool.tell() / size)
        commit(writer)
        ledger.write(path)
        done(1)
    return count


def open_writer(index: Index) -> IndexWriter:
    """What writes documents into an index."""
    return register_tokenizer(index).writer(heap_size=200_000_000, num_threads=1)


def commit(writer: IndexWriter) -> None:
    """Let what was written be found."""
    writer.commit()
    writer.wait_merging_threads()


class DocumentBuilder:
    """Makes the documents of an index. `names` are what the partners of things are called, by IRI."""

    def __init__(self, ledger: IndexState, names: dict[str, list[Text]]) -> None:
        self._ledger = ledger
        self._names = names
        self._words = WordAnalyser(ledger.vocabulary)

    def build(self, thing: SearchDocument) -> Document:
        """The document of a thing."""
        home = self._containing_dataset(thing.iri) if thing.kind in ("variable", "dataset") else ""
        return to_tantivy(thing, self._via_labels(thing), self._words, home)

    def _via_labels(self, thing: SearchDocument) -> list[Text]:
        """What concepts that mean the same are called, where the thing itself is not called so."""
        others = self._ledger.matches.get(thing.iri)
        if not others:
            return []
        own = {label.value.casefold() for label in thing.labels("pref", "alt", "hidden")}
        said = (label for other in dict.fromkeys(others) for label in self._names.get(other, ()))
        return [label for label in dict.fromkeys(said) if label.value.casefold() not in own][:_MAX_VIA]

    def _containing_dataset(self, iri: str) -> str:
        """The dataset that a thing is or is a part of."""
        found = (each for each in self._ledger.datasets if iri == each or iri.startswith(each + "/"))
        return max(found, key=len, default="")


def visible_labels(thing: SearchDocument) -> list[Text]:
    """What a thing is called where another means the same."""
    return [*thing.labels("pref", "alt")]


def _spool_documents(current: Path, spool: IO[bytes]) -> IndexState:
    """Everything that is to be known of all things before the first document is made."""
    ledger = IndexState()
    encode = msgspec.msgpack.Encoder().encode
    for thing in read_documents(current):
        body = encode(thing)
        spool.write(len(body).to_bytes(_LENGTH_BYTES) + body)
        ledger.add(thing)
    return ledger


class _DocumentIri(msgspec.Struct):
    """As much of a thing as tells which it is."""

    iri: str


def _read_spool(spool: IO[bytes], wanted: Container[str] | None = None) -> Iterator[SearchDocument]:
    """The things that were written, or those that are wanted."""
    spool.seek(0)
    decode = msgspec.msgpack.Decoder(SearchDocument).decode
    named = msgspec.msgpack.Decoder(_DocumentIri).decode
    while length := spool.read(_LENGTH_BYTES):
        body = spool.read(int.from_bytes(length))
        if wanted is None or named(body).iri in wanted:
            yield decode(body)
