"""Class diagrams in SVG: a box for each class with its properties, a line for each reference.

Layout without an engine: boxes are in columns, and a class is to the left of the classes that it refers to.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from begrepp.rdf.namespaces import compact
from begrepp.validation.profiles.classes import ClassDoc
from begrepp.validation.profiles.shape_doc import PropertyDoc, Rule
from begrepp.validation.reports.i18n import choose_text

_WIDTH, _GAP, _ROW, _HEAD, _PAD = 250, 70, 19, 30, 16
_COLUMNS = 4
"""Columns of a band; further columns stand in a band below, in the other direction."""
_MAX_ROWS = 10
_MAX_DEPTH = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class DiagramRow:
    """A property in a box: its name, a short note such as its cardinality, and the ids of the boxes it refers to."""

    name: str
    note: str
    required: bool = False
    targets: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class DiagramBox:
    """A class in a diagram; `hidden` is the number of its properties without a row, `href` a link of its title."""

    id: str
    title: str
    subtitle: str
    rows: Sequence[DiagramRow]
    hidden: int = 0
    href: str = ""
    x: float = 0
    y: float = 0

    @property
    def height(self) -> float:
        """Height in units of the SVG."""
        return _HEAD + _ROW * (len(self.rows) + bool(self.hidden)) + 8


_Line = tuple[DiagramBox, DiagramBox, int]


def render_diagram(classes: Sequence[ClassDoc], language: str, title: str) -> str:
    """Return the diagram of a profile with the required properties; empty if there is no class to draw."""
    drawn = [each for each in classes if any(name == "targetClass" for name, _ in each.targets) and each.properties]
    ids = {value: each.id for each in drawn for name, value in each.targets if name == "targetClass"}
    return render_boxes([_box(each, ids, language) for each in drawn], title)


def render_boxes(boxes: Sequence[DiagramBox], title: str) -> str:
    """Return the SVG text of boxes and of the lines between them; empty if there are none."""
    if not boxes:
        return ""
    by_id = {box.id: box for box in boxes}
    lines = [
        (box, by_id[target], number)
        for box in boxes
        for number, row in enumerate(box.rows)
        for target in row.targets
        if target in by_id and target != box.id
    ]
    width, height = _position(list(boxes), lines)
    parts = [
        f'<svg class="diagram" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}" '
        f'role="{"group" if any(box.href for box in boxes) else "img"}" aria-label="{escape(title, quote=True)}" xmlns="http://www.w3.org/2000/svg">'
    ]
    seen: set[tuple[str, str]] = set()
    for start, end, number in lines:
        if (start.id, end.id) not in seen:
            seen.add((start.id, end.id))
            parts.append(_render_line(start, end, number))
    parts += [_render_box(box) for box in boxes]
    return "".join(parts) + "</svg>"


def _box(each: ClassDoc, ids: dict[str, str], language: str) -> DiagramBox:
    required = [p for p in each.properties if p.minimum and p.severity == "Violation"]
    linked = [p for p in each.properties if p not in required and any(_targets(p))]
    unique = list({p.path: p for p in [*required, *linked]}.values())
    shown = unique[:_MAX_ROWS] or list({p.path: p for p in each.properties}.values())[:4]
    targets = {
        p.path: tuple(ids[t] for q in each.properties if q.path == p.path for t in _targets(q) if t in ids)
        for p in shown
    }
    title = choose_text(each.label, language) or each.id
    target = next((compact(value) for name, value in each.targets if name == "targetClass"), "")
    return DiagramBox(
        id=each.id,
        title=title,
        subtitle=target if title != target and len(title) + len(target) < 30 else "",
        rows=[
            DiagramRow(
                name=p.path,
                note=p.cardinality,
                required=bool(p.minimum and p.severity == "Violation"),
                targets=targets[p.path],
            )
            for p in shown
        ],
        hidden=len({p.path for p in each.properties}) - len(shown),
    )


def _targets(each: PropertyDoc) -> Iterator[str]:
    """Return the classes that the values of a property must have."""

    def class_values(rules: Sequence[Rule]) -> Iterator[str]:
        for rule in rules:
            if rule.name == "class":
                yield from rule.values
            for _, part in rule.parts:
                yield from class_values(part)

    yield from class_values(each.rules)


def _position(boxes: list[DiagramBox], lines: Sequence[_Line]) -> tuple[float, float]:
    """Set the position of each box; returns the width and height of the diagram."""
    depth = {box.id: 0 for box in boxes}
    for _ in range(_MAX_DEPTH):
        for start, end, _ in lines:
            if depth[end.id] <= depth[start.id] < _MAX_DEPTH and not _leads_to(end, start, lines):
                depth[end.id] = depth[start.id] + 1
    columns: dict[int, list[DiagramBox]] = {}
    for box in boxes:
        columns.setdefault(depth[box.id], []).append(box)
    top = height = float(_PAD)
    for number, column in enumerate(sorted(columns)):
        band, place = divmod(number, _COLUMNS)
        if band and not place:
            top = height + _PAD
        y = top
        for box in sorted(columns[column], key=lambda each: -each.height):
            box.x, box.y = _PAD + (place if band % 2 == 0 else _COLUMNS - 1 - place) * (_WIDTH + _GAP), y
            y += box.height + _PAD
        height = max(height, y)
    margin = 50 if len(columns) > _COLUMNS else 0  # a line to the band below bends so far to the right
    return _PAD * 2 + min(len(columns), _COLUMNS) * (_WIDTH + _GAP) - _GAP + margin, height


def _leads_to(start: DiagramBox, end: DiagramBox, lines: Sequence[_Line]) -> bool:
    """Return whether there is a path of lines from one box to another."""
    seen, pending = {start.id}, [start]
    while pending:
        box = pending.pop()
        for one, other, _ in lines:
            if one is box and other.id not in seen:
                if other is end:
                    return True
                seen.add(other.id)
                pending.append(other)
    return False


def _render_line(start: DiagramBox, end: DiagramBox, row: int) -> str:
    y1 = start.y + _HEAD + _ROW * row + _ROW / 2 + 2
    y2 = end.y + _HEAD / 2
    right = end.x > start.x
    x1 = start.x + _WIDTH if right else start.x
    x2 = end.x if right else end.x + _WIDTH
    bend = _GAP * 0.6 if right else -_GAP * 0.6
    if end.x == start.x:
        x1 = x2 = start.x + _WIDTH
        return _curve(x1, y1, x1 + 50, x2 + 50, x2, y2)
    tip = -7 if right else 7
    return _curve(x1, y1, x1 + bend, x2 - bend, x2, y2) + f'<path class="tip" d="M{x2:.0f},{y2:.0f} l{tip},-4 v8 z"/>'


def _curve(x1: float, y1: float, bend1: float, bend2: float, x2: float, y2: float) -> str:
    points = f"M{x1:.0f},{y1:.0f} C{bend1:.0f},{y1:.0f} {bend2:.0f},{y2:.0f} {x2:.0f},{y2:.0f}"
    return f'<path class="line" d="{points}"/>'


def _render_box(box: DiagramBox) -> str:
    left, right, y = f"{box.x + 10:.0f}", f"{box.x + _WIDTH - 8:.0f}", f"{box.y + 19:.0f}"
    head = f'<text class="head" x="{left}" y="{y}">{escape(_truncate(box.title, 24))}</text>'
    parts = [
        f'<g><rect class="box" x="{box.x:.0f}" y="{box.y:.0f}" width="{_WIDTH}" height="{box.height:.0f}" rx="7"/>',
        f'<a href="{escape(box.href, quote=True)}">{head}</a>' if box.href else head,
    ]
    if box.subtitle:
        parts.append(f'<text class="kind" x="{right}" y="{y}" text-anchor="end">{escape(box.subtitle)}</text>')
    for number, row in enumerate(box.rows):
        y = f"{box.y + _HEAD + _ROW * number + 15:.0f}"
        class_ = "row must" if row.required else "row"
        label = escape(_truncate(row.name, min(27, 31 - len(row.note))))
        parts.append(
            f'<text class="{class_}" x="{left}" y="{y}">{label}</text>'
            f'<text class="card" x="{right}" y="{y}" text-anchor="end">{escape(row.note)}</text>'
        )
    if box.hidden > 0:
        y = f"{box.y + _HEAD + _ROW * len(box.rows) + 15:.0f}"
        parts.append(f'<text class="kind" x="{left}" y="{y}">+ {box.hidden}</text>')
    return "".join(parts) + "</g>"


def _truncate(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
