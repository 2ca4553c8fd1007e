"""Layout of class diagrams."""

from __future__ import annotations

import re

from begrepp.validation.profiles.diagram import DiagramBox, DiagramRow, render_boxes


def _chain(length: int) -> list[DiagramBox]:
    return [
        DiagramBox(
            id=str(number),
            title=f"Class {number}",
            subtitle="",
            rows=[DiagramRow(name="a-property-of-thirty-characters", note="135 062", targets=(str(number + 1),))],
        )
        for number in range(length)
    ]


def test_a_long_chain_turns_back_in_a_band_below() -> None:
    boxes = _chain(6)
    svg = render_boxes(boxes, "A chain")
    places = [(box.x, box.y) for box in boxes]
    assert [x for x, _ in places[:4]] == sorted({x for x, _ in places})
    assert places[4][0] == places[3][0] and places[4][1] > places[3][1] + boxes[3].height
    assert places[5] == (places[2][0], places[4][1])
    width = float(re.search(r'width="(\d+)"', svg)[1])  # type: ignore[index]
    bends = [float(x) for x in re.findall(r" C([\d.]+),", svg)]
    assert max(bends) <= width, "no line is cut off"


def test_a_name_leaves_room_for_its_number() -> None:
    svg = render_boxes(_chain(2), "A chain")
    name = re.search(r'class="row" [^>]*>([^<]+)<', svg)[1]  # type: ignore[index]
    assert name.endswith("…") and len(name) + len("135 062") <= 31
