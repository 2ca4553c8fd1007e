"""Files of differences between editions: the changes in order, an index for each filter, flows, and the impact.

A change is a number, its place in the order of `begrepp.history.change_lists.sort_changes`.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
from msgspec import Struct
from pyroaring import BitMap

from begrepp.history.change_lists import change_cells
from begrepp.history.changes import FORMAL_RULES, Change
from begrepp.terminology.section_file import SectionFile, SectionWriter, decode_bitmap, encode_bitmap
from begrepp.text.stemming import code_key
from begrepp.text.swedish import fold

DIFFERENCES = "differences"
"""Name of the folder with the files in a build."""


class AffectedCode(NamedTuple):
    """A mapping, value set or variable that uses a changed code; `within` is its mapping set or dataset, or empty."""

    kind: str
    thing: str
    within: str
    notation: str


class DifferenceImpact(Struct, frozen=True, array_like=True):
    """Things that use a changed code, and the variables coded in the scheme as pairs of dataset and variable."""

    affected: list[AffectedCode] = []
    coded: list[tuple[str, str]] = []


class ChangePlace(NamedTuple):
    """The chapters (IRIs) of a change in the older and the newer edition; empty without one."""

    old: str
    new: str


class ChapterFlow(NamedTuple):
    """The number of changes of a class that lead from a chapter to a chapter (IRIs; empty without one)."""

    kind: str
    old: str
    new: str
    changes: int
    formal: int
    """Those of them without new content."""


def difference_file(build: Path, graph: str) -> Path:
    """Return the path of the file of a difference, by the IRI of its graph."""
    return build / DIFFERENCES / f"{sha256(graph.encode()).hexdigest()[:24]}.changes"


def write_difference(
    path: Path, changes: Sequence[Change], impact: DifferenceImpact, places: Sequence[ChangePlace]
) -> None:
    """Write the sorted changes of a difference with their indexes, its impact, and the flows between chapters."""
    lines = [fold(" ".join(change_cells(change)[2:])).replace("\n", " ").encode() for change in changes]
    codes = sorted({(code_key(code.notation), n) for n, c in enumerate(changes) for code in (*c.sources, *c.targets)})
    groups: dict[str, BitMap] = {}
    for number, (change, place) in enumerate(zip(changes, places, strict=True)):
        for name in (change.type, change.rule, *sorted({*place} - {""})):
            groups.setdefault(name, BitMap()).add(number)
    with SectionWriter(path) as out:
        out.items("changes", (msgspec.msgpack.encode(change) for change in changes))
        out.section("lines", b"".join(line + b"\n" for line in lines))
        out.array("places", np.cumsum([0, *(len(line) + 1 for line in lines)]), "<u8")
        out.section("codes", msgspec.msgpack.encode(codes))
        out.section("groups", msgspec.msgpack.encode({name: encode_bitmap(bits) for name, bits in groups.items()}))
        out.section("impact", msgspec.msgpack.encode(impact))
        out.section("flows", msgspec.msgpack.encode(_count_flows(changes, places)))


def _count_flows(changes: Sequence[Change], places: Sequence[ChangePlace]) -> list[ChapterFlow]:
    counts, formal = Counter[tuple[str, str, str]](), Counter[tuple[str, str, str]]()
    for change, place in zip(changes, places, strict=True):
        counts[change.type, *place] += 1
        formal[change.type, *place] += change.rule in FORMAL_RULES
    return [ChapterFlow(*key, count, formal[key]) for key, count in sorted(counts.items())]


class DifferenceFile:
    """The changes of a difference, read in place."""

    def __init__(self, path: Path) -> None:
        self._file = SectionFile(path)
        self._changes = self._file.items("changes")
        self._decoder = msgspec.msgpack.Decoder(Change)

    def __len__(self) -> int:
        return len(self._changes)

    def __getitem__(self, number: int) -> Change:
        """Return a change. Raises `IndexError` if there is no such number."""
        return self._decoder.decode(self._changes[number])

    def first(self, most: int) -> list[Change]:
        """Return the first changes."""
        return [self[number] for number in range(min(most, len(self)))]

    def impact(self) -> DifferenceImpact:
        """Return the things that the difference affects."""
        return msgspec.msgpack.decode(self._file.section("impact"), type=DifferenceImpact)

    def flows(self) -> list[ChapterFlow]:
        """Return the changes between chapters, counted; none in a build of an earlier version."""
        if not self._file.has("flows"):
            return []
        return msgspec.msgpack.decode(self._file.section("flows"), type=list[ChapterFlow])

    def find(self, kind: str = "", rule: str = "", query: str = "", chapter: str = "") -> BitMap:
        """Return the changes of a class, a rule and a chapter (IRI) that have a code or words; empty matches all."""
        found = BitMap(range(len(self)))
        for name in (kind, rule, chapter):
            if name:
                found &= self._group(name)
        return found & BitMap(self._find_words(query)) if fold(query.strip()) else found

    def formal(self) -> BitMap:
        """Return the changes without new content."""
        return BitMap.union(BitMap(), *(self._group(rule) for rule in FORMAL_RULES))

    @cached_property
    def _groups(self) -> dict[str, bytes]:
        return msgspec.msgpack.decode(self._file.section("groups"), type=dict[str, bytes])

    def _group(self, name: str) -> BitMap:
        return decode_bitmap(memoryview(self._groups.get(name, b"")))

    def _find_words(self, query: str) -> Iterator[int]:
        """Yield the changes with a code that begins with the query, and those with a text that contains it."""
        if key := code_key(query):
            codes = msgspec.msgpack.decode(self._file.section("codes"), type=list[tuple[str, int]])
            for place in range(bisect_left(codes, (key, 0)), len(codes)):
                if not codes[place][0].startswith(key):
                    break
                yield codes[place][1]
        lines, places = self._file.section("lines"), self._file.array("places", "Q")
        words = fold(query.strip()).replace("\n", " ").encode()
        for match in re.finditer(re.escape(words), lines):
            yield bisect_left(places, match.start() + 1) - 1
