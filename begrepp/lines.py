"""Files of N-Triples lines, sorted and without repetition, in any number and in memory that does not grow."""

from __future__ import annotations

import hashlib
import heapq
import re
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, nullcontext
from mmap import ACCESS_READ, mmap
from os import SEEK_END
from pathlib import Path
from typing import BinaryIO

from begrepp.records import Text

CHUNK_LINES = 400_000
_ESCAPED = re.compile(r'\\(["\\nrt])')
_MEANT = {'"': '"', "\\": "\\", "n": "\n", "r": "\r", "t": "\t"}


class SortedFile:
    """Lines in any number, written out sorted and unique, in memory that does not grow."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lines: set[str] = set()
        self._runs: list[Path] = []

    def add(self, line: str) -> None:
        """Take one more line, with its line feed."""
        self._lines.add(line)
        if len(self._lines) >= CHUNK_LINES:
            self._spill()

    def extend(self, lines: Iterable[str]) -> None:
        """Take more lines."""
        self._lines.update(lines)
        if len(self._lines) >= CHUNK_LINES:
            self._spill()

    def _spill(self) -> None:
        run = self.path.with_suffix(f".run{len(self._runs)}")
        with run.open("w", encoding="utf-8", newline="\n") as out:
            out.writelines(sorted(self._lines))
        self._runs.append(run)
        self._lines.clear()

    def close(self) -> tuple[int, str]:
        """Write the file; the number of lines and the SHA-256 of its bytes."""
        with ExitStack() as stack:
            runs: list[Iterable[str]] = [stack.enter_context(run.open(encoding="utf-8")) for run in self._runs]
            result = write_lines(self.path, heapq.merge(*runs, sorted(self._lines)))
        for run in self._runs:
            run.unlink()
        self._lines.clear()
        return result


def write_lines(path: Path, lines: Iterable[str]) -> tuple[int, str]:
    """Write sorted lines without repeating one; the number of lines and the SHA-256 of the bytes."""
    digest = hashlib.sha256()
    count = 0
    last = ""
    batch: list[str] = []
    with path.open("wb") as out:

        def flush() -> None:
            data = "".join(batch).encode()
            digest.update(data)
            out.write(data)
            batch.clear()

        for line in lines:
            if line == last:
                continue
            last = line
            count += 1
            batch.append(line)
            if len(batch) >= 10_000:
                flush()
        flush()
    return count, digest.hexdigest()


def merge_files(target: Path, files: Iterable[Path]) -> tuple[int, str]:
    """Merge sorted files into one, without repetition; the number of lines and the SHA-256 of the bytes."""
    with ExitStack() as stack:
        return write_lines(target, heapq.merge(*(stack.enter_context(file.open(encoding="utf-8")) for file in files)))


def weave(small: Path, large: Path, *, whole: Path | None = None, rest: Path | None = None) -> int:
    """Put a small sorted file and a large one together as `whole`, and the small one's own lines in `rest`.

    Long stretches of the large file are found by leaps and copied as they are, so that millions of its lines
    cost hardly more than their bytes. The number of lines that the small file and the large one have together.
    """
    lines = common = 0
    with ExitStack() as stack:
        woven = stack.enter_context(whole.open("wb")) if whole else None
        own = stack.enter_context(rest.open("wb")) if rest else None
        ours = stack.enter_context(small.open("rb"))
        with large.open("rb") as file, mapped(file) as theirs:
            place, head = 0, _line_at(theirs, 0)
            for line in ours:
                lines += 1
                if head and head < line:
                    found = _leap(theirs, place, line)
                    if woven:
                        woven.write(theirs[place:found])
                    place, head = found, _line_at(theirs, found)
                if line == head:
                    common += 1
                    continue
                if woven:
                    woven.write(line)
                if own:
                    own.write(line)
            if woven:
                woven.write(theirs[place:])
            return lines - common + count_lines(theirs)


def lines_in_common(one: Path, other: Path) -> bool:
    """Whether two sorted files have any line in common."""
    with one.open("rb") as first, other.open("rb") as second, mapped(first) as left, mapped(second) as right:
        sides, places = (left, right), [0, 0]
        heads = [_line_at(left, 0), _line_at(right, 0)]
        while heads[0] and heads[1]:
            if heads[0] == heads[1]:
                return True
            behind = 0 if heads[0] < heads[1] else 1
            places[behind] = _leap(sides[behind], places[behind], heads[1 - behind])
            heads[behind] = _line_at(sides[behind], places[behind])
    return False


def changed_lines(old: Path, new: Path) -> Iterator[tuple[bool, str]]:
    """The lines that only one of two sorted files has: whether it is the new one, and the line."""
    with old.open(encoding="utf-8") as before, new.open(encoding="utf-8") as after:
        left, right = next(before, ""), next(after, "")
        while left or right:
            if left == right:
                left, right = next(before, ""), next(after, "")
            elif not right or (left and left < right):
                yield False, left
                left = next(before, "")
            else:
                yield True, right
                right = next(after, "")


def mapped(file: BinaryIO) -> mmap | nullcontext[bytes]:
    """A file as bytes that are read when they are looked at; an empty one cannot be mapped."""
    return mmap(file.fileno(), 0, access=ACCESS_READ) if file.seek(0, SEEK_END) else nullcontext(b"")


def count_lines(data: mmap | bytes) -> int:
    """The number of lines, which all end in a line feed."""
    step = 1 << 24
    return sum(data[place : place + step].count(b"\n") for place in range(0, len(data), step))


def _line_at(data: mmap | bytes, place: int) -> bytes:
    return data[place : data.find(b"\n", place) + 1] if place < len(data) else b""


def _leap(data: mmap | bytes, place: int, line: bytes) -> int:
    """Where the first line at or after `place` begins that is not less than `line`: by doubling, then halving."""
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
    """The value of a literal as `begrepp.terms` writes it, with its language."""
    value, _, tail = term.rpartition('"')
    value = value.removeprefix('"')
    if "\\" in value:
        value = _ESCAPED.sub(lambda match: _MEANT[match[1]], value)
    return Text(value, tail.removeprefix("@") if tail.startswith("@") else "")
