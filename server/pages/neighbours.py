"""A concept and what is nearest to it, drawn: what is above, beside, below, and what it matches. Made on the server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from server.names import Ref
from server.pages.mappings import MappingRow
from server.pages.tree import Node

WIDTH, BOX, HIGH, GAP = 520, 216, 34, 10
_SHOWN = 6
_LETTERS, _BOLD_LETTERS = 27, 22


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A concept in the drawing; `words` are cut to what its box holds."""

    ref: Ref
    x: int
    y: int
    kind: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """From one box to another; `words` say what the line means, where it is no step in the tree."""

    x1: int
    y1: int
    x2: int
    y2: int
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """All boxes and lines; sizes in units of the drawing."""

    boxes: Sequence[Box]
    lines: Sequence[Line]
    width: int
    height: int
    hidden: int


def drawing(
    here: Ref, above: Sequence[Ref], tree: Node, related: Sequence[Ref], mappings: Sequence[MappingRow]
) -> Drawing:
    """Above in the first row, the concept in the middle with its matches beside it, what is below in the last rows."""
    below = [node.ref for node in _children(tree, here.iri)]
    matched = [row.other for row in mappings if not row.negated]
    beside = list({ref.iri: ref for ref in [*related, *matched]}.values())
    top, side, low = above[:2], beside[:_SHOWN], below[:_SHOWN]
    hidden = len(above) - len(top) + len(beside) - len(side) + len(below) - len(low)
    y_here = HIGH + 3 * GAP if top else 0
    boxes = [_box(ref, n * (WIDTH - BOX), 0, "above") for n, ref in enumerate(top)]
    boxes.append(_box(here, 0, y_here, "here"))
    boxes += [_box(ref, WIDTH - BOX, y_here + n * (HIGH + GAP), "beside") for n, ref in enumerate(side)]
    y_low = y_here + HIGH + 3 * GAP
    boxes += [_box(ref, 40, y_low + n * (HIGH + GAP), "below") for n, ref in enumerate(low)]
    lines = [_line(each, y_here) for each in boxes if each.kind != "here"]
    height = max(box.y + HIGH for box in boxes)
    return Drawing(boxes=boxes, lines=lines, width=WIDTH, height=height, hidden=hidden)


def _children(tree: Node, iri: str) -> Sequence[Node]:
    """What the tree shows below the concept."""
    if tree.ref.iri == iri:
        return tree.children
    return next((found for child in tree.children if (found := _children(child, iri))), [])


def _box(ref: Ref, x: int, y: int, kind: str) -> Box:
    words = f"{ref.code} {ref.label.value}".strip()
    most = _BOLD_LETTERS if kind == "here" else _LETTERS
    return Box(ref=ref, x=x, y=y, kind=kind, words=words if len(words) <= most else words[: most - 1] + "…")


def _line(box: Box, y_here: int) -> Line:
    middle = HIGH // 2
    if box.kind == "above":
        return Line(x1=box.x + 40, y1=box.y + HIGH, x2=40, y2=y_here, kind="step")
    if box.kind == "below":
        return Line(x1=20, y1=y_here + HIGH, x2=box.x, y2=box.y + middle, kind="step")
    return Line(x1=BOX, y1=y_here + middle, x2=box.x, y2=box.y + middle, kind="match")
