"""Sorted files of unique N-Triples lines: external merge sort, merge, difference and binary search.

Files may be larger than memory. Lines are compared as bytes, which is the order of code points.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from heapq import heapify, heappop, heapreplace
from itertools import chain, islice
from mmap import mmap
from pathlib import Path
from typing import BinaryIO

from begrepp.rdf.mapped_file import map_file, release_blocks
from begrepp.rdf.ntriples import name
from begrepp.records import Text

CHUNK_LINES = 240_000
"""Lines that are sorted at a time."""
_BATCH_LINES = 10_000
_COPY_BYTES = 1 << 24
_ESCAPED = re.compile(r'\\(["\\nrt])')
_UNESCAPED = {'"': '"', "\\": "\\", "n": "\n", "r": "\r", "t": "\t"}


class SortedFile:
    """External merge sort: writes any number of lines sorted and unique, in constant memory."""

    def __init__(self, path: Path, on_spill: Callable[[Path], None] = lambda run: None) -> None:
        """`on_spill` is called with each temporary file of sorted lines; `close` deletes these files."""
        self.path = path
        self._on_spill = on_spill
        self._lines: list[str] = []
        self._runs: list[Path] = []

    def add(self, line: str) -> None:
        """Add one line, with its line feed."""
        self.extend((line,))

    def extend(self, lines: Iterable[str]) -> None:
        """Add lines, each with its line feed."""
        self._lines.extend(lines)
        if len(self._lines) >= CHUNK_LINES:
            self._spill()

    def _spill(self) -> None:
        run = self.path.with_suffix(f".run{len(self._runs)}")
        self._write(run)
        self._runs.append(run)
        self._on_spill(run)

    def _write(self, path: Path) -> tuple[int, str]:
        self._lines.sort()  # Timsort: linear for lines that come in order
        written = write_lines(path, self._lines)
        self._lines.clear()
        return written

    def close(self) -> tuple[int, str]:
        """Write the file; return the number of lines and the SHA-256 of its bytes."""
        if not self._runs:
            return self._write(self.path)
        self._spill()
        digest = hashlib.sha256()
        count = merge_files(self.path, self._runs, digest.update)
        for run in self._runs:
            run.unlink()
        return count, digest.hexdigest()


def write_lines(path: Path, lines: Iterable[str]) -> tuple[int, str]:
    """Write sorted lines without duplicates; return the number of lines and the SHA-256 of the bytes."""
    digest = hashlib.sha256()
    count, last = 0, ""
    lines = iter(lines)
    with path.open("wb") as out:
        while batch := [*islice(lines, _BATCH_LINES)]:
            # Equal lines are adjacent; a duplicate may also be the last line of the batch before.
            unique = [line for line, before in zip(batch, chain((last,), batch), strict=False) if line != before]
            last = batch[-1]
            count += len(unique)
            data = "".join(unique).encode()
            digest.update(data)
            out.write(data)
    return count, digest.hexdigest()


def merge_files(target: Path, files: Iterable[Path], written: Callable[[bytes], None] = lambda piece: None) -> int:
    """Merge sorted files into one without duplicates; return the number of lines.

    `written` is called with each piece of the merged file. Ranges that occur in one file only are found by exponential
    search and copied as bytes, so that merging files which hardly overlap costs little more than copying them.
    """
    with ExitStack() as stack:
        maps = [stack.enter_context(map_file(file)) for file in files]
        out = _LineWriter(stack.enter_context(target.open("wb")), written)
        places = [0] * len(maps)
        heads = [(line, n) for n, data in enumerate(maps) if (line := _line_at(data, 0))]
        heapify(heads)
        last = b""
        while heads:
            line, n = heads[0]
            data, place = maps[n], places[n]
            next_place = place + len(line)
            if line != last:
                next_head = min(heads[1:3], default=None)
                end = _seek(data, next_place, next_head[0]) if next_head else len(data)
                out.copy(data, place, end)
                last = data[data.rfind(b"\n", place, end - 1) + 1 : end] if end > next_place else line
                next_place = end
            places[n] = next_place
            if head := _line_at(data, next_place):
                heapreplace(heads, (head, n))
            else:
                heappop(heads)
        return out.lines


def write_missing_lines(target: Path, small: Path, large: Path) -> None:
    """Write the lines of a small sorted file that are missing from a large one."""
    with ExitStack() as stack:
        data = stack.enter_context(map_file(large))
        out = stack.enter_context(target.open("wb"))
        place, head = 0, _line_at(data, 0)
        for line in stack.enter_context(small.open("rb")):
            if head and head < line:
                place = _seek(data, place, line)
                head = _line_at(data, place)
            if line != head:
                out.write(line)


def have_common_line(one: Path, other: Path) -> bool:
    """Return whether two sorted files have a line in common."""
    with ExitStack() as stack:
        sides, places = (stack.enter_context(map_file(one)), stack.enter_context(map_file(other))), [0, 0]
        heads = [_line_at(side, 0) for side in sides]
        while heads[0] and heads[1]:
            if heads[0] == heads[1]:
                return True
            behind = 0 if heads[0] < heads[1] else 1
            places[behind] = _seek(sides[behind], places[behind], heads[1 - behind])
            heads[behind] = _line_at(sides[behind], places[behind])
    return False


class _LineWriter:
    """Output file that counts its lines; `written` is called with each piece."""

    def __init__(self, out: BinaryIO, written: Callable[[bytes], None]) -> None:
        self._out = out
        self._written = written
        self.lines = 0

    def copy(self, data: mmap | bytes, start: int, end: int) -> None:
        """Copy the bytes from `start` to `end`, which must be whole lines."""
        for place in range(start, end, _COPY_BYTES):
            piece = data[place : min(place + _COPY_BYTES, end)]
            self.lines += piece.count(b"\n")
            self._out.write(piece)
            self._written(piece)
            release_blocks(data, place, place + len(piece))


def changed_lines(old: Path, new: Path) -> Iterator[tuple[bool, str]]:
    """Yield the lines that only one of two sorted files has, as (True if only in the new file, line)."""
    with ExitStack() as stack:
        before, after = stack.enter_context(map_file(old)), stack.enter_context(map_file(new))
        left = right = 0
        while True:
            length = _common_length(before, left, after, right)
            left, right = left + length, right + length
            old_line, new_line = _line_at(before, left), _line_at(after, right)
            if not old_line and not new_line:
                return
            if not new_line or (old_line and old_line < new_line):
                yield False, old_line.decode()
                left += len(old_line)
            else:
                yield True, new_line.decode()
                right += len(new_line)


def _common_length(one: mmap | bytes, left: int, other: mmap | bytes, right: int) -> int:
    """Return the number of bytes of whole lines that are equal from two positions on, by exponential search."""
    step, same = 256, 0
    while (piece := one[left + same : left + same + step]) and piece == other[right + same : right + same + step]:
        release_blocks(one, left + same, left + same + len(piece))
        release_blocks(other, right + same, right + same + len(piece))
        same += len(piece)
        step = min(step * 2, _COPY_BYTES)
    while step := step // 2:
        piece = one[left + same : left + same + step]
        if piece and piece == other[right + same : right + same + step]:
            same += len(piece)
    end = one.rfind(b"\n", left, left + same)
    return end + 1 - left if end >= 0 else 0


def read_subjects(path: Path, terms: Iterable[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield subjects (N-Triples terms) and their lines, found by binary search in a sorted file.

    Subjects that the file does not have are left out.
    """
    with ExitStack() as stack:
        data = stack.enter_context(map_file(path))
        place = 0
        for subject in sorted(terms):
            head = f"{subject} ".encode()
            place = _seek(data, place, head)
            group = []
            while (line := _line_at(data, place)).startswith(head):
                group.append(line.decode())
                place += len(line)
            if group:
                yield subject, group


def subjects_with_prefix(path: Path, prefix: str) -> Iterator[str]:
    """Yield the subjects in a sorted file that start with `prefix` (the beginning of an N-Triples term)."""
    with ExitStack() as stack:
        data = stack.enter_context(map_file(path))
        place = _seek(data, 0, prefix.encode())
        while (line := _line_at(data, place)).startswith(prefix.encode()):
            head = line[: line.index(b" ") + 1]
            yield head[:-1].decode()
            while (line := _line_at(data, place)).startswith(head):
                place += len(line)


def _line_at(data: mmap | bytes, place: int) -> bytes:
    return data[place : data.find(b"\n", place) + 1] if place < len(data) else b""


def _seek(data: mmap | bytes, place: int, line: bytes) -> int:
    """Return the offset of the first line at or after `place` that is not less than `line`, by exponential search."""
    first = _line_at(data, place)
    if not first or first >= line:
        return place
    step = 256
    low = high = place
    while high < len(data) and _line_at(data, high) < line:
        low = high
        high = data.find(b"\n", min(high + step, len(data) - 1)) + 1
        step *= 2
    while True:
        middle = data.rfind(b"\n", low, (low + high) // 2) + 1 or low
        if middle <= low:
            # The line at `low` is less than `line`.
            after = data.find(b"\n", low) + 1
            if after >= high:
                return high
            if not _line_at(data, after) < line:
                return after
            low = after
        elif _line_at(data, middle) < line:
            low = middle
        else:
            high = middle


def group_by_subject(path: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield each subject (an N-Triples term) of a sorted file with its lines."""
    head = "\n"  # the subject and a space; no line starts with this value
    group: list[str] = []
    with path.open(encoding="utf-8") as file:
        for line in file:
            if line.startswith(head):
                group.append(line)
                continue
            if group:
                yield head[:-1], group
            head, group = line[: line.index(" ") + 1], [line]
    if group:
        yield head[:-1], group


def parse_literal(term: str) -> Text:
    """Parse a literal that `begrepp.rdf.ntriples` wrote into its value and language; a datatype is dropped."""
    value, _, tail = term.rpartition('"')
    value = value.removeprefix('"')
    if "\\" in value:
        value = _ESCAPED.sub(lambda match: _UNESCAPED[match[1]], value)
    return Text(value, tail.removeprefix("@") if tail.startswith("@") else "")


def literal_datatype(term: str) -> str:
    """Return the datatype IRI of a literal that `begrepp.rdf.ntriples` wrote; empty if it has none."""
    return term.rpartition('"^^<')[2][:-1] if term.endswith(">") and '"^^<' in term else ""


def is_concept(term: str, lines: Sequence[str]) -> bool:
    """Return whether the lines of one subject, given as an N-Triples term, include `rdf:type skos:Concept`."""
    return f"{term} {name('rdf:type')} {name('skos:Concept')} .\n" in lines
