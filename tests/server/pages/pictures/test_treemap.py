"""The layout of a treemap: areas in proportion, within the rectangle, without overlap."""

from __future__ import annotations

import pytest

from server.pages.pictures.text_lines import break_lines, break_words
from server.pages.pictures.treemap import Tile, squarify


@pytest.mark.parametrize(
    "areas", [[6, 6, 4, 3, 2, 2, 1], [1], [5, 5], [1000, 1, 1], [1] * 40, [3, 0.001], [7, 6, 5, 4, 3, 2, 1]]
)
def test_each_tile_has_its_share_of_the_area_and_none_overlap(areas: list[float]) -> None:
    into = Tile(10, 20, 600, 400)
    tiles = squarify(areas, into)
    assert [tile.width * tile.height / 240_000 for tile in tiles] == pytest.approx([a / sum(areas) for a in areas])
    for n, a in enumerate(tiles):
        assert a.x >= 10 - 1e-6 and a.y >= 20 - 1e-6
        assert a.x + a.width <= 610 + 1e-6 and a.y + a.height <= 420 + 1e-6
        for b in tiles[n + 1 :]:
            across = min(a.x + a.width, b.x + b.width) - max(a.x, b.x)
            down = min(a.y + a.height, b.y + b.height) - max(a.y, b.y)
            assert min(across, down) < 1e-6


def test_the_example_of_the_article_has_the_tiles_of_the_article() -> None:
    """Bruls, Huizing and van Wijk (2000), figure 4: 6 × 4 with the areas 6, 6, 4, 3, 2, 2, 1."""
    tiles = squarify([6, 6, 4, 3, 2, 2, 1], Tile(0, 0, 6, 4))
    assert tiles[:2] == [Tile(0, 0, 3, 2), Tile(0, 2, 3, 2)]
    assert (tiles[2].y, tiles[3].y) == (0, 0) and tiles[2].height == pytest.approx(7 / 3)
    assert tiles[2].width == pytest.approx(12 / 7)


def test_nothing_has_no_tiles() -> None:
    assert squarify([], Tile(0, 0, 1, 1)) == []


def test_lines_break_at_spaces_and_lose_no_word() -> None:
    assert break_lines("aa bb cc", 5) == ["aa bb", "cc"]
    assert break_words("aa bbbbbbb", 4) == ["aa", "bbbb", "bbb"] and break_words("", 4) == [""]
    assert break_lines("sjukdomsbenämning i två ord", 6) == ["sjukdomsbenämning", "i två", "ord"]
