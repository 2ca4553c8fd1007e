"""Writes the index of a build, from the current view alone: what is not published cannot be found."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Container, Iterator
from pathlib import Path
from typing import IO

import msgspec
from tantivy import Document, Index, IndexWriter

from begrepp.records import Text
from begrepp.search.documents import SearchDocument, things
from begrepp.search.index_state import IndexState
from begrepp.search.schema import Words, analysed, document, schema

_MOST_VIA = 20
_LENGTH = 4
_TOLD = 5000
# How much of the work is done when all is read, and when all documents are made.
_READ, _WRITTEN = 0.2, 0.95


def write_index(path: Path, current: Path, done: Callable[[float], None] = lambda part: None) -> int:
    """Index the things in a file of sorted N-Triples; the number of things. `done` is told how far it has come, to 1.

    Read once into a file of its own, from which the words of the whole vocabulary and the labels of concepts that
    mean the same are known when the documents are made. Memory grows with the vocabulary, not with the things.
    """
    path.mkdir(parents=True)
    with tempfile.TemporaryFile(dir=path.parent) as spool:
        ledger = _first_reading(current, spool)
        partners = ledger.partners
        names = {t.iri: names_of(t) for t in _reread(spool, partners)} if partners else {}
        writer = writer_of(Index(schema(), path=str(path)))
        documents = DocumentWriter(ledger, names)
        count = 0
        size = spool.tell()
        done(_READ)
        for thing in _reread(spool):
            writer.add_document(documents.of(thing))
            count += 1
            if count % _TOLD == 0:
                done(_READ + (_WRITTEN - _READ) * spool.tell() / size)
        finish(writer)
        ledger.write(path)
        done(1)
    return count


def writer_of(index: Index) -> IndexWriter:
    """What writes documents into an index."""
    return analysed(index).writer(heap_size=200_000_000, num_threads=1)


def finish(writer: IndexWriter) -> None:
    """Let what was written be found."""
    writer.commit()
    writer.wait_merging_threads()


class DocumentWriter:
    """Makes the documents of an index. `names` are what the partners of things are called, by IRI."""

    def __init__(self, ledger: IndexState, names: dict[str, list[Text]]) -> None:
        self._ledger = ledger
        self._names = names
        self._words = Words(ledger.vocabulary)

    def of(self, thing: SearchDocument) -> Document:
        """The document of a thing."""
        home = self._home(thing.iri) if thing.kind in ("variable", "dataset") else ""
        return document(thing, self._via(thing), self._words, home)

    def _via(self, thing: SearchDocument) -> list[Text]:
        """What concepts that mean the same are called, where the thing itself is not called so."""
        others = self._ledger.partners.get(thing.iri)
        if not others:
            return []
        own = {label.value.casefold() for label in thing.labels("pref", "alt", "hidden")}
        said = (label for other in dict.fromkeys(others) for label in self._names.get(other, ()))
        return [label for label in dict.fromkeys(said) if label.value.casefold() not in own][:_MOST_VIA]

    def _home(self, iri: str) -> str:
        """The dataset that a thing is or is a part of."""
        found = (each for each in self._ledger.datasets if iri == each or iri.startswith(each + "/"))
        return max(found, key=len, default="")


def names_of(thing: SearchDocument) -> list[Text]:
    """What a thing is called where another means the same."""
    return [*thing.labels("pref", "alt")]


def _first_reading(current: Path, spool: IO[bytes]) -> IndexState:
    """Everything that is to be known of all things before the first document is made."""
    ledger = IndexState()
    encode = msgspec.msgpack.Encoder().encode
    for thing in things(current):
        body = encode(thing)
        spool.write(len(body).to_bytes(_LENGTH) + body)
        ledger.add(thing)
    return ledger


class _Named(msgspec.Struct):
    """As much of a thing as tells which it is."""

    iri: str


def _reread(spool: IO[bytes], wanted: Container[str] | None = None) -> Iterator[SearchDocument]:
    """The things that were written, or those that are wanted."""
    spool.seek(0)
    decode = msgspec.msgpack.Decoder(SearchDocument).decode
    named = msgspec.msgpack.Decoder(_Named).decode
    while length := spool.read(_LENGTH):
        body = spool.read(int.from_bytes(length))
        if wanted is None or named(body).iri in wanted:
            yield decode(body)
