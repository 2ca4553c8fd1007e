"""Flow drawing as SVG: nodes on the left and the right, ribbons between them whose widths are numbers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from html import escape

from markupsafe import Markup
from msgspec import Struct

from server.pages.pictures.svg import curve, href, shorten, start_svg

_WIDTH, _BAR, _LABELS, _TOP = 920, 10, 300, 4
_PITCH = 21
"""Least height of a node with the gap below it: a line of text."""
_CHARACTERS = 36
_HEIGHT = 260
"""Height that the ribbons of the larger side together have at least, in SVG units."""


class FlowNode(Struct, frozen=True, kw_only=True):
    """A node: id, label, path of its page (empty: no link) and CSS class."""

    id: str
    label: str
    href: str = ""
    kind: str = ""


class FlowLink(Struct, frozen=True, kw_only=True):
    """A ribbon between two nodes by id: its width as a number, its CSS class, and its words."""

    start: str
    end: str
    size: float
    kind: str
    title: str


def flow_drawing(left: Sequence[FlowNode], right: Sequence[FlowNode], links: Iterable[FlowLink], title: str) -> Markup:
    """Return the drawing, with the nodes in the order given; `title` says in words what it shows."""
    ribbons = sorted(links, key=lambda each: each.size, reverse=True)
    scale = max(_HEIGHT, 14.0 * max(len(left), len(right))) / (sum(each.size for each in ribbons) or 1)
    ends = [(each.start, each.end, each.size * scale) for each in ribbons]
    starts_first = _place(left, right, ends)
    ends_first = _place(right, left, [(end, start, width) for start, end, width in ends])
    height = max(starts_first.height, ends_first.height)
    parts = [start_svg("ribbons", f"0 0 {_WIDTH} {height:.0f}", title)]
    for each, y1, y2 in zip(ribbons, starts_first.ribbons, ends_first.ribbons, strict=True):
        parts.append(_ribbon(each, y1, y2, max(each.size * scale, 1)))
    for side, nodes in ((starts_first, left), (ends_first, right)):
        parts += [_node(node, *side.nodes[node.id], is_left=nodes is left) for node in nodes]
    return Markup("".join(parts) + "</svg>")


class _Side(Struct, frozen=True, kw_only=True):
    """The places of one side: top and height of each node, top of each ribbon, height of all."""

    nodes: dict[str, tuple[float, float]]
    ribbons: Sequence[float]
    height: float


def _place(nodes: Sequence[FlowNode], opposite: Sequence[FlowNode], ends: Sequence[tuple[str, str, float]]) -> _Side:
    """Return the places of a side; `ends` are the node here, the node opposite and the width of each ribbon."""
    heights = defaultdict[str, float](float)
    for here, _, width in ends:
        heights[here] += width
    places, y = {}, float(_TOP)
    for node in nodes:
        places[node.id] = (y + max(0.0, (_PITCH - 3 - heights[node.id]) / 2), heights[node.id])
        y += max(_PITCH, heights[node.id] + 5)
    order = {node.id: number for number, node in enumerate(opposite)}
    used = {name: top for name, (top, _) in places.items()}
    tops = [0.0] * len(ends)
    for number in sorted(range(len(ends)), key=lambda each: order[ends[each][1]]):
        here, _, width = ends[number]
        tops[number] = used[here]
        used[here] += width
    return _Side(nodes=places, ribbons=tops, height=y)


def _ribbon(ribbon: FlowLink, y1: float, y2: float, width: float) -> str:
    x1, x2 = _LABELS + _BAR, _WIDTH - _LABELS - _BAR
    path = curve(x1, y1 + width / 2, x2, y2 + width / 2, (x1 + x2) / 2)
    return (
        f'<path class="{ribbon.kind}" d="{path}" stroke-width="{width:.1f}">'
        f"<title>{escape(ribbon.title)}</title></path>"
    )


def _node(node: FlowNode, top: float, height: float, *, is_left: bool) -> str:
    bar = _LABELS if is_left else _WIDTH - _LABELS - _BAR
    text, anchor = (_LABELS - 8, "end") if is_left else (_WIDTH - _LABELS + 8, "start")
    label = escape(shorten(node.label, _CHARACTERS))
    drawn = (
        f'<rect class="{node.kind or "node"}" x="{bar}" y="{top:.1f}" width="{_BAR}" height="{max(height, 2):.1f}"/>'
        f'<text x="{text}" y="{top + height / 2 + 4.5:.1f}" text-anchor="{anchor}">{label}'
        f"<title>{escape(node.label)}</title></text>"
    )
    return f'<a href="{href(node.href)}">{drawn}</a>' if node.href else f"<g>{drawn}</g>"
