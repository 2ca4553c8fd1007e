"""Files of N-Triples lines, sorted and without repetition, in any number and in memory that does not grow."""

from __future__ import annotations

import hashlib
import heapq
import re
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path

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


def subjects(path: Path) -> Iterator[tuple[str, list[str]]]:
    """The lines of a sorted N-Triples file, grouped by subject (an N-Triples term)."""
    current = ""
    group: list[str] = []
    with path.open(encoding="utf-8") as file:
        for line in file:
            subject = line[: line.index(" ")]
            if subject != current:
                if group:
                    yield current, group
                current, group = subject, []
            group.append(line)
    if group:
        yield current, group


def literal(term: str) -> Text:
    """The value of a literal as `begrepp.terms` writes it, with its language."""
    value, _, tail = term.rpartition('"')
    value = value.removeprefix('"')
    if "\\" in value:
        value = _ESCAPED.sub(lambda match: _MEANT[match[1]], value)
    return Text(value, tail.removeprefix("@") if tail.startswith("@") else "")
