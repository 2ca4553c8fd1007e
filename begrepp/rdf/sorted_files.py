"""Files of N-Triples lines, sorted and without repetition, in any number and in memory that does not grow."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from heapq import heapify, heappop, heapreplace
from itertools import islice
from mmap import ACCESS_READ, mmap
from os import SEEK_END
from pathlib import Path
from typing import BinaryIO

from begrepp.rdf.ntriples import name
from begrepp.records import (
    Text,
)

CHUNK_LINES = 400_000
_BATCH = 10_000
_STRETCH = 1 << 24
_ESCAPED = re.compile(r'\\(["\\nrt])')
_MEANT = {'"': '"', "\\": "\\", "n": "\n", "r": "\r", "t": "\t"}


class SortedFile:
    """Lines in any number, written out sorted and unique, in memory that does not grow."""

    def __init__(self, path: Path, spilled: Callable[[Path], None] = lambda run: None) -> None:
        """`spilled` is told of each run of sorted lines, which is gone when the file is closed."""
        self.path = path
        self._spilled = spilled
        self._lines: list[str] = []
        self._runs: list[Path] = []

    def add(self, line: str) -> None:
        """Take one more line, with its line feed."""
        self.extend((line,))

    def extend(self, lines: Iterable[str]) -> None:
        """Take more lines."""
        self._lines.extend(lines)
        if len(self._lines) >= CHUNK_LINES:
            self._spill()

    def _spill(self) -> None:
        run = self.path.with_suffix(f".run{len(self._runs)}")
        self._write(run)
        self._runs.append(run)
        self._spilled(run)

    def _write(self, path: Path) -> tuple[int, str]:
        self._lines.sort()  # what comes in order is hardly sorted at all
        written = write_lines(path, self._lines)
        self._lines.clear()
        return written

    def close(self) -> tuple[int, str]:
        """Write the file; the number of lines and the SHA-256 of its bytes."""
        if not self._runs:
            return self._write(self.path)
        self._spill()
        result = merge_files(self.path, self._runs)
        for run in self._runs:
            run.unlink()
        return result


def write_lines(path: Path, lines: Iterable[str]) -> tuple[int, str]:
    """Write sorted lines without repeating one; the number of lines and the SHA-256 of the bytes."""
    digest = hashlib.sha256()
    count, last = 0, ""
    lines = iter(lines)
    with path.open("wb") as out:
        while batch := [*islice(lines, _BATCH)]:
            # Equal lines stand beside each other, and a dictionary keeps the order in which they come.
            once = dict.fromkeys(batch)
            once.pop(last, None)
            last = batch[-1]
            count += len(once)
            data = "".join(once).encode()
            digest.update(data)
            out.write(data)
    return count, digest.hexdigest()


def merge_files(target: Path, files: Iterable[Path]) -> tuple[int, str]:
    """Merge sorted files into one, without repetition; the number of lines and the SHA-256 of the bytes.

    Stretches that stand in one file alone are found by leaps and copied as they are, so that files which hardly
    overlap cost little more than their bytes.
    """
    with ExitStack() as stack:
        found = [_mapped(stack, file) for file in files]
        out = _Counted(stack.enter_context(target.open("wb")))
        places = [0] * len(found)
        heads = [(line, n) for n, data in enumerate(found) if (line := _line_at(data, 0))]
        heapify(heads)
        last = b""
        while heads:
            line, n = heads[0]
            data, place = found[n], places[n]
            beyond = place + len(line)
            if line != last:
                after = min(heads[1:3], default=None)
                end = _leap(data, beyond, after[0]) if after else len(data)
                out.copy(data, place, end)
                last = data[data.rfind(b"\n", place, end - 1) + 1 : end] if end > beyond else line
                beyond = end
            places[n] = beyond
            if head := _line_at(data, beyond):
                heapreplace(heads, (head, n))
            else:
                heappop(heads)
        return out.lines, out.digest.hexdigest()


def write_rest(target: Path, small: Path, large: Path) -> None:
    """Write the lines of a small sorted file that a large one does not have."""
    with ExitStack() as stack:
        data = _mapped(stack, large)
        out = stack.enter_context(target.open("wb"))
        place, head = 0, _line_at(data, 0)
        for line in stack.enter_context(small.open("rb")):
            if head and head < line:
                place = _leap(data, place, line)
                head = _line_at(data, place)
            if line != head:
                out.write(line)


def lines_in_common(one: Path, other: Path) -> bool:
    """Whether two sorted files have any line in common."""
    with ExitStack() as stack:
        sides, places = (_mapped(stack, one), _mapped(stack, other)), [0, 0]
        heads = [_line_at(side, 0) for side in sides]
        while heads[0] and heads[1]:
            if heads[0] == heads[1]:
                return True
            behind = 0 if heads[0] < heads[1] else 1
            places[behind] = _leap(sides[behind], places[behind], heads[1 - behind])
            heads[behind] = _line_at(sides[behind], places[behind])
    return False


class _Counted:
    """A file that is being written, the number of its lines and their checksum."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self.lines = 0
        self.digest = hashlib.sha256()

    def copy(self, data: mmap | bytes, start: int, end: int) -> None:
        """Take some of the lines of another file."""
        for place in range(start, end, _STRETCH):
            piece = data[place : min(place + _STRETCH, end)]
            self.lines += piece.count(b"\n")
            self.digest.update(piece)
            self._out.write(piece)


def _mapped(stack: ExitStack, path: Path) -> mmap | bytes:
    """A file as bytes that are read when they are looked at; an empty one cannot be mapped."""
    file = stack.enter_context(path.open("rb"))
    return stack.enter_context(mmap(file.fileno(), 0, access=ACCESS_READ)) if file.seek(0, SEEK_END) else b""


def changed_lines(old: Path, new: Path) -> Iterator[tuple[bool, str]]:
    """The lines that only one of two sorted files has: whether it is the new one, and the line."""
    with ExitStack() as stack:
        before, after = _mapped(stack, old), _mapped(stack, new)
        left = right = 0
        while True:
            alike = _alike(before, left, after, right)
            left, right = left + alike, right + alike
            gone, come = _line_at(before, left), _line_at(after, right)
            if not gone and not come:
                return
            if not come or (gone and gone < come):
                yield False, gone.decode()
                left += len(gone)
            else:
                yield True, come.decode()
                right += len(come)


def _alike(one: mmap | bytes, left: int, other: mmap | bytes, right: int) -> int:
    """How many bytes of whole lines are the same from two places on: by doubling, then halving."""
    step, same = 256, 0
    while (piece := one[left + same : left + same + step]) and piece == other[right + same : right + same + step]:
        same += len(piece)
        step = min(step * 2, _STRETCH)
    while step := step // 2:
        piece = one[left + same : left + same + step]
        if piece and piece == other[right + same : right + same + step]:
            same += len(piece)
    end = one.rfind(b"\n", left, left + same)
    return end + 1 - left if end >= 0 else 0


def subjects_at(path: Path, wanted: Iterable[str]) -> Iterator[tuple[str, list[str]]]:
    """The lines of some subjects (N-Triples terms) in a sorted file, which is not read for it; those not there are left
    out."""
    with ExitStack() as stack:
        data = _mapped(stack, path)
        place = 0
        for subject in sorted(wanted):
            head = f"{subject} ".encode()
            place = _leap(data, place, head)
            group = []
            while (line := _line_at(data, place)).startswith(head):
                group.append(line.decode())
                place += len(line)
            if group:
                yield subject, group


def subjects_below(path: Path, beginning: str) -> Iterator[str]:
    """The subjects in a sorted file that begin so."""
    with ExitStack() as stack:
        data = _mapped(stack, path)
        place = _leap(data, 0, beginning.encode())
        while (line := _line_at(data, place)).startswith(beginning.encode()):
            head = line[: line.index(b" ") + 1]
            yield head[:-1].decode()
            while (line := _line_at(data, place)).startswith(head):
                place += len(line)


def _line_at(data: mmap | bytes, place: int) -> bytes:
    return data[place : data.find(b"\n", place) + 1] if place < len(data) else b""


def _leap(data: mmap | bytes, place: int, line: bytes) -> int:
    """Where the first line at or after `place` begins that is not less than `line`: by doubling, then halving."""
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
            # The line at `low` is less; look at the next one.
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


def subjects(path: Path) -> Iterator[tuple[str, list[str]]]:
    """The lines of a sorted N-Triples file, grouped by subject (an N-Triples term)."""
    head = "\n"  # what all lines of a subject begin with; none begins so
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


def literal(term: str) -> Text:
    """The value of a literal as `begrepp.rdf.ntriples` writes it, with its language."""
    value, _, tail = term.rpartition('"')
    value = value.removeprefix('"')
    if "\\" in value:
        value = _ESCAPED.sub(lambda match: _MEANT[match[1]], value)
    return Text(value, tail.removeprefix("@") if tail.startswith("@") else "")


def is_concept(lines: Iterable[str]) -> bool:
    """Whether the lines of one subject say that it is a concept."""
    end = f" {name('rdf:type')} {name('skos:Concept')} .\n"
    return any(line.endswith(end) for line in lines)
