"""Sorted files are put together, told apart and compared as sets of lines are."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from begrepp.lines import changed_lines, lines_in_common, weave


def write(path: Path, lines: set[str]) -> Path:
    path.write_text("".join(sorted(lines)), encoding="utf-8")
    return path


def some_lines(rng: random.Random, count: int) -> set[str]:
    return {
        f'<{rng.choice("abåäö😀")}{rng.randrange(count * 3)}> <p> "{"x" * rng.randrange(60)}" .\n' for _ in range(count)
    }


@pytest.mark.parametrize("sizes", [(0, 0), (0, 5), (5, 0), (1, 1), (30, 2000), (2000, 30), (700, 700)])
@pytest.mark.parametrize("seed", range(4))
def test_weaving_is_the_union_and_the_rest_is_the_difference(tmp_path: Path, sizes: tuple[int, int], seed: int) -> None:
    rng = random.Random(f"{sizes} {seed}")
    small, large = (some_lines(rng, size) for size in sizes)
    small |= set(rng.sample(sorted(large), min(seed * 5, len(large))))
    one, other = write(tmp_path / "small", small), write(tmp_path / "large", large)
    count = weave(one, other, whole=tmp_path / "whole", rest=tmp_path / "rest")
    assert (tmp_path / "whole").read_text("utf-8") == "".join(sorted(small | large))
    assert (tmp_path / "rest").read_text("utf-8") == "".join(sorted(small - large))
    assert count == len(small | large)
    assert lines_in_common(one, other) == bool(small & large)
    changes = list(changed_lines(one, other))
    assert {line for new, line in changes if new} == large - small
    assert {line for new, line in changes if not new} == small - large
