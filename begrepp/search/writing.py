"""Writes the index of a build, from the current view alone: what is not published cannot be found."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import msgspec
from tantivy import Index

from begrepp.records import Text
from begrepp.search.fields import Words, analysed, document, schema
from begrepp.search.keys import spelled
from begrepp.search.things import Thing, things
from begrepp.swedish import SHORTEST_PART, fold

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
        vocabulary, same, datasets = _first_reading(current, spool)
        names = (
            {thing.iri: [*thing.labels("pref", "alt")] for thing in _reread(spool) if thing.iri in same} if same else {}
        )
        writer = analysed(Index(schema(), path=str(path))).writer(heap_size=200_000_000, num_threads=1)
        words = Words(vocabulary)
        count = 0
        size = spool.tell()
        done(_READ)
        for thing in _reread(spool):
            home = _home(thing.iri, datasets) if thing.kind in ("variable", "dataset") else ""
            writer.add_document(document(thing, _via(thing, same, names), words, home))
            count += 1
            if count % _TOLD == 0:
                done(_READ + (_WRITTEN - _READ) * spool.tell() / size)
        writer.commit()
        writer.wait_merging_threads()
        done(1)
    return count


def _first_reading(current: Path, spool: IO[bytes]) -> tuple[set[str], dict[str, list[str]], list[str]]:
    """The words that compounds may be made of, what is mapped to what as the same, and the datasets."""
    seen: set[str] = set()
    same: dict[str, list[str]] = {}
    datasets: list[str] = []
    encode = msgspec.msgpack.Encoder().encode
    for thing in things(current):
        body = encode(thing)
        spool.write(len(body).to_bytes(_LENGTH) + body)
        seen.update(spelled("\n".join(label.value for label in thing.labels("pref", "alt", "hidden"))))
        for other in thing.same:
            same.setdefault(thing.iri, []).append(other)
            same.setdefault(other, []).append(thing.iri)
        if thing.kind == "dataset":
            datasets.append(thing.iri)
    known = {fold(word) for word in seen if len(word) >= SHORTEST_PART and not word.isdigit()}
    return known, same, datasets


def _reread(spool: IO[bytes]) -> Iterator[Thing]:
    spool.seek(0)
    decode = msgspec.msgpack.Decoder(Thing).decode
    while length := spool.read(_LENGTH):
        yield decode(spool.read(int.from_bytes(length)))


def _via(thing: Thing, same: dict[str, list[str]], names: dict[str, list[Text]]) -> list[Text]:
    """What concepts that mean the same are called, where the thing itself is not called so."""
    others = same.get(thing.iri)
    if not others:
        return []
    own = {label.value.casefold() for label in thing.labels("pref", "alt", "hidden")}
    said = (label for other in dict.fromkeys(others) for label in names.get(other, ()))
    return [label for label in dict.fromkeys(said) if label.value.casefold() not in own][:_MOST_VIA]


def _home(iri: str, datasets: list[str]) -> str:
    """The dataset that a thing is or is a part of."""
    return max((each for each in datasets if iri == each or iri.startswith(each + "/")), key=len, default="")
