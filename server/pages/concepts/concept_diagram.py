"""SVG drawing of a concept with its broader, narrower and matching concepts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from server.pages.concepts.mapping_rows import MappingRow
from server.served.refs import Ref, TreeNode

BOX, HIGH, GAP = 212, 34, 10
_SHOWN = 6
_INDENT = 20
_BESIDE = BOX + 28
_WIDE, _BOLD_WIDE = 7.4, 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A concept in the drawing; `words` are shortened to fit its box."""

    ref: Ref
    x: int
    y: int
    width: int
    kind: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A connector with right angles; `points` in SVG syntax."""

    points: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """Boxes and lines; sizes in SVG user units."""

    boxes: Sequence[Box]
    lines: Sequence[Line]
    width: int
    height: int
    hidden: int


def neighbour_drawing(
    here: Ref, above: Sequence[Ref], tree: TreeNode, related: Sequence[Ref], mappings: Sequence[MappingRow]
) -> Drawing:
    """Return the drawing: broader concepts in the first row, the concept with its matches, narrower concepts below."""
    below = [node.ref for node in _children(tree, here.iri)]
    matched = [row.other for row in mappings if not row.negated]
    beside = list({ref.iri: ref for ref in [*related, *matched]}.values())
    top, side, low = above[:2], beside[:_SHOWN], below[:_SHOWN]
    hidden = len(above) - len(top) + len(beside) - len(side) + len(below) - len(low)
    y_here = HIGH + 3 * GAP if top else 0
    boxes = [_box(ref, n * _BESIDE, 0, "above") for n, ref in enumerate(top)]
    boxes.append(_box(here, 0, y_here, "here"))
    boxes += [_box(ref, _BESIDE, y_here + n * (HIGH + GAP), "beside") for n, ref in enumerate(side)]
    y_low = y_here + HIGH + 3 * GAP
    boxes += [_box(ref, _INDENT, y_low + n * (HIGH + GAP), "below") for n, ref in enumerate(low)]
    lines = [_line(each, y_here) for each in boxes if each.kind != "here"]
    height = max(box.y + HIGH for box in boxes)
    return Drawing(boxes=boxes, lines=lines, width=_BESIDE + BOX, height=height, hidden=hidden)


def _children(tree: TreeNode, iri: str) -> Sequence[TreeNode]:
    """Return the children that the tree shows below the concept."""
    if tree.ref.iri == iri:
        return tree.children
    return next((found for child in tree.children if (found := _children(child, iri))), [])


def _box(ref: Ref, x: int, y: int, kind: str) -> Box:
    words = f"{ref.code} {ref.label.value}".strip()
    width = BOX - _INDENT if kind == "below" else BOX
    most = int((width - 2 * GAP) / (_BOLD_WIDE if kind == "here" else _WIDE))
    return Box(
        ref=ref, x=x, y=y, width=width, kind=kind, words=words if len(words) <= most else words[: most - 1] + "…"
    )


def _line(box: Box, y_here: int) -> Line:
    """Return a connector that crosses no box: it enters lower boxes from the left, side boxes through the gap."""
    middle, half = box.y + HIGH // 2, _INDENT // 2
    between = y_here - 3 * GAP // 2
    match box.kind:
        case "above":
            points = [(box.x + half, box.y + HIGH), (box.x + half, between), (half, between), (half, y_here)]
        case "below":
            points = [(half, y_here + HIGH), (half, middle), (box.x, middle)]
        case _:
            trunk = (BOX + _BESIDE) // 2
            level = y_here + HIGH // 2
            points = [(BOX, level), (trunk, level), (trunk, middle), (box.x, middle)]
    return Line(points=" ".join(f"{x},{y}" for x, y in points), kind="match" if box.kind == "beside" else "step")
