"""Layout of a treemap: rectangles with given areas in a rectangle, as square as possible."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct


class Tile(Struct, frozen=True):
    """A rectangle; sizes in the units of the picture."""

    x: float
    y: float
    width: float
    height: float


def squarify(areas: Sequence[float], into: Tile) -> list[Tile]:
    """Return a tile for each area, in the order of the areas, which must fall and be above 0.

    The tiles fill `into`. The algorithm is that of Bruls, Huizing and van Wijk, *Squarified treemaps* (2000).
    """
    total = sum(areas)
    if not total:
        return []
    scale = into.width * into.height / total
    left = [area * scale for area in areas]
    tiles: list[Tile] = []
    x, y, width, height = into.x, into.y, into.width, into.height
    while left:
        side = min(width, height)
        row = [left[0]]
        while len(row) < len(left) and _worst([*row, left[len(row)]], side) <= _worst(row, side):
            row.append(left[len(row)])
        left = left[len(row) :]
        thick = sum(row) / side if side else 0.0
        at = 0.0
        for area in row:
            long = area / thick if thick else 0.0
            tiles.append(Tile(x, y + at, thick, long) if width >= height else Tile(x + at, y, long, thick))
            at += long
        if width >= height:
            x, width = x + thick, max(0.0, width - thick)
        else:
            y, height = y + thick, max(0.0, height - thick)
    return tiles


def _worst(row: Sequence[float], side: float) -> float:
    """Return the greatest ratio of the sides of the tiles of a row along a side."""
    total = sum(row)
    if not (total and side):
        return float("inf")
    return max(side * side * max(row) / (total * total), total * total / (side * side * min(row)))
