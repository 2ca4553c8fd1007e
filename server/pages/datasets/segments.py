"""Segments of a bar or a ring: their place and length in per cent."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate


def segments(counts: Sequence[int]) -> list[tuple[float, float]]:
    """Return the start and the length of the segment of each count, in per cent of all."""
    total = sum(counts) or 1
    lengths = [100 * count / total for count in counts]
    starts = accumulate(lengths[:-1], initial=0.0)
    return [(round(start, 2), round(length, 2)) for start, length in zip(starts, lengths, strict=True)]
