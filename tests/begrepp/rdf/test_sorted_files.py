"""Sorted files are put together, told apart and compared as sets of lines are."""

from __future__ import annotations

import hashlib
import random
from mmap import PAGESIZE
from pathlib import Path

import pytest

from begrepp.rdf.sorted_files import (
    SortedFile,
    changed_lines,
    have_common_line,
    merge_files,
    write_lines,
    write_missing_lines,
)


def write(path: Path, lines: set[str]) -> Path:
    path.write_text("".join(sorted(lines)), encoding="utf-8")
    return path


def some_lines(rng: random.Random, count: int) -> set[str]:
    return {
        f'<{rng.choice("abåäö😀")}{rng.randrange(count * 3)}> <p> "{"x" * rng.randrange(60)}" .\n' for _ in range(count)
    }


@pytest.mark.parametrize("sizes", [(0, 0), (0, 5), (5, 0), (1, 1), (30, 2000), (2000, 30), (700, 700)])
@pytest.mark.parametrize("seed", range(4))
def test_what_two_files_hold_together_and_what_one_has_alone(tmp_path: Path, sizes: tuple[int, int], seed: int) -> None:
    rng = random.Random(f"{sizes} {seed}")
    small, large = (some_lines(rng, size) for size in sizes)
    small |= set(rng.sample(sorted(large), min(seed * 5, len(large))))
    one, other = write(tmp_path / "small", small), write(tmp_path / "large", large)
    digest = hashlib.sha256()
    count = merge_files(tmp_path / "whole", [one, other], digest.update)
    write_missing_lines(tmp_path / "rest", one, other)
    assert (tmp_path / "whole").read_text("utf-8") == "".join(sorted(small | large))
    assert (tmp_path / "rest").read_text("utf-8") == "".join(sorted(small - large))
    assert count == len(small | large)
    assert digest.digest() == hashlib.sha256((tmp_path / "whole").read_bytes()).digest()
    assert have_common_line(one, other) == bool(small & large)
    changes = list(changed_lines(one, other))
    assert {line for new, line in changes if new} == large - small
    assert {line for new, line in changes if not new} == small - large


@pytest.mark.parametrize("files", [0, 1, 3, 20])
def test_many_files_become_one(tmp_path: Path, files: int) -> None:
    rng = random.Random(files)
    sets = [some_lines(rng, rng.choice((0, 1, 400))) for _ in range(files)]
    count = merge_files(tmp_path / "all", [write(tmp_path / str(n), lines) for n, lines in enumerate(sets)])
    together = sorted(set().union(*sets))
    assert (tmp_path / "all").read_text("utf-8") == "".join(together)
    assert count == len(together)


def test_what_is_merged_is_the_same_where_memory_is_released_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("begrepp.rdf.mapped_file._BLOCK_BYTES", PAGESIZE)
    rng = random.Random(5)
    sets = [some_lines(rng, 3000) for _ in range(3)]
    merge_files(tmp_path / "all", [write(tmp_path / str(n), lines) for n, lines in enumerate(sets)])
    assert (tmp_path / "all").read_text("utf-8") == "".join(sorted(set().union(*sets)))


def test_lines_in_any_number_and_order_are_sorted_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("begrepp.rdf.sorted_files.CHUNK_LINES", 50)
    lines = sorted(some_lines(random.Random(1), 400))
    file = SortedFile(tmp_path / "sorted.nt")
    for line in random.Random(2).sample([*lines, *lines], 2 * len(lines)):
        file.add(line)
    count, digest = file.close()
    assert (tmp_path / "sorted.nt").read_text("utf-8") == "".join(lines)
    assert (count, digest) == (len(lines), hashlib.sha256("".join(lines).encode()).hexdigest())
    assert [path.name for path in tmp_path.iterdir()] == ["sorted.nt"]


@pytest.mark.parametrize("times", [2, 3, 10_001, 25_000])
@pytest.mark.parametrize("before", [0, 1, 9_998, 9_999, 10_000])
def test_a_line_that_is_repeated_across_batches_is_written_once(tmp_path: Path, before: int, times: int) -> None:
    unique = [f"{n:06}\n" for n in range(before + 2)]
    repeated = [*unique[:before], *[unique[before]] * times, unique[-1]]
    count, digest = write_lines(tmp_path / "once.nt", repeated)
    assert (tmp_path / "once.nt").read_text("utf-8") == "".join(unique)
    assert (count, digest) == (len(unique), hashlib.sha256("".join(unique).encode()).hexdigest())
