"""Class diagram of a profile in SVG: a box for each class with its required properties, a line for each reference.

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

_WIDTH, _GAP, _ROW, _HEAD, _PAD = 250, 90, 19, 30, 24
_MAX_ROWS = 10
_MAX_DEPTH = 6


@dataclass(slots=True)
class _Box:
    class_doc: ClassDoc
    rows: list[PropertyDoc]
    hidden: int
    x: float = 0
    y: float = 0

    @property
    def height(self) -> float:
        return _HEAD + _ROW * (len(self.rows) + bool(self.hidden)) + 8


def render_diagram(classes: Sequence[ClassDoc], language: str, title: str) -> str:
    """Return the SVG text; empty if there is no class to draw."""
    drawn = [each for each in classes if any(name == "targetClass" for name, _ in each.targets) and each.properties]
    if not drawn:
        return ""
    boxes = {each.id: _box(each) for each in drawn}
    by_class = {value: box for box in boxes.values() for name, value in box.class_doc.targets if name == "targetClass"}
    lines = [
        (box, by_class[target], each)
        for box in boxes.values()
        for each in box.class_doc.properties
        for target in _targets(each)
        if target in by_class and by_class[target] is not box
    ]
    width, height = _position(list(boxes.values()), lines)
    parts = [
        f'<svg class="diagram" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}" '
        f'role="img" aria-label="{escape(title, quote=True)}" xmlns="http://www.w3.org/2000/svg">'
    ]
    seen: set[tuple[str, str]] = set()
    for start, end, each in lines:
        if (start.class_doc.id, end.class_doc.id) not in seen:
            seen.add((start.class_doc.id, end.class_doc.id))
            parts.append(_render_line(start, end, each))
    parts += [_render_box(box, language) for box in boxes.values()]
    return "".join(parts) + "</svg>"


def _box(each: ClassDoc) -> _Box:
    required = [p for p in each.properties if p.minimum and p.severity == "Violation"]
    linked = [p for p in each.properties if p not in required and any(_targets(p))]
    unique = list({p.path: p for p in [*required, *linked]}.values())
    rows = unique[:_MAX_ROWS] or list({p.path: p for p in each.properties}.values())[:4]
    return _Box(class_doc=each, rows=rows, hidden=len({p.path for p in each.properties}) - len(rows))


def _targets(each: PropertyDoc) -> Iterator[str]:
    """Return the classes that the values of a property must have."""

    def class_values(rules: Sequence[Rule]) -> Iterator[str]:
        for rule in rules:
            if rule.name == "class":
                yield from rule.values
            for _, part in rule.parts:
                yield from class_values(part)

    yield from class_values(each.rules)


def _position(boxes: list[_Box], lines: Sequence[tuple[_Box, _Box, PropertyDoc]]) -> tuple[float, float]:
    """Set the position of each box; returns the width and height of the diagram."""
    depth = {box.class_doc.id: 0 for box in boxes}
    for _ in range(_MAX_DEPTH):
        for start, end, _each in lines:
            if depth[end.class_doc.id] <= depth[start.class_doc.id] < _MAX_DEPTH and not _leads_to(end, start, lines):
                depth[end.class_doc.id] = depth[start.class_doc.id] + 1
    columns: dict[int, list[_Box]] = {}
    for box in boxes:
        columns.setdefault(depth[box.class_doc.id], []).append(box)
    height = 0.0
    for number, column in enumerate(sorted(columns)):
        y = float(_PAD)
        for box in sorted(columns[column], key=lambda each: -each.height):
            box.x, box.y = _PAD + number * (_WIDTH + _GAP), y
            y += box.height + _PAD
        height = max(height, y)
    return _PAD * 2 + len(columns) * (_WIDTH + _GAP) - _GAP, height


def _leads_to(start: _Box, end: _Box, lines: Sequence[tuple[_Box, _Box, PropertyDoc]]) -> bool:
    """Return whether there is a path of lines from one box to another."""
    seen, pending = {start.class_doc.id}, [start]
    while pending:
        box = pending.pop()
        for one, other, _ in lines:
            if one is box and other.class_doc.id not in seen:
                if other is end:
                    return True
                seen.add(other.class_doc.id)
                pending.append(other)
    return False


def _render_line(start: _Box, end: _Box, each: PropertyDoc) -> str:
    row = next((n for n, p in enumerate(start.rows) if p.path == each.path), len(start.rows))
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


def _render_box(box: _Box, language: str) -> str:
    title = choose_text(box.class_doc.label, language) or box.class_doc.id
    target = next((compact(value) for name, value in box.class_doc.targets if name == "targetClass"), "")
    left, right, y = f"{box.x + 10:.0f}", f"{box.x + _WIDTH - 8:.0f}", f"{box.y + 19:.0f}"
    parts = [
        f'<g><rect class="box" x="{box.x:.0f}" y="{box.y:.0f}" width="{_WIDTH}" height="{box.height:.0f}" rx="7"/>',
        f'<text class="head" x="{left}" y="{y}">{escape(_truncate(title, 24))}</text>',
    ]
    if title != target and len(title) + len(target) < 30:
        parts.append(f'<text class="kind" x="{right}" y="{y}" text-anchor="end">{escape(target)}</text>')
    for number, each in enumerate(box.rows):
        y = f"{box.y + _HEAD + _ROW * number + 15:.0f}"
        required = " must" if each.minimum and each.severity == "Violation" else ""
        parts.append(
            f'<text class="row{required}" x="{left}" y="{y}">{escape(_truncate(each.path, 27))}</text>'
            f'<text class="card" x="{right}" y="{y}" text-anchor="end">{each.cardinality}</text>'
        )
    if box.hidden > 0:
        y = f"{box.y + _HEAD + _ROW * len(box.rows) + 15:.0f}"
        parts.append(f'<text class="kind" x="{left}" y="{y}">+ {box.hidden}</text>')
    return "".join(parts) + "</g>"


def _truncate(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
