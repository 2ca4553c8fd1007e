"""Picture of what a build holds: code systems, the concepts they are mapped to, and the registers that measure these.

Code systems stand on the left, the systems whose concepts are measured in the middle, registers on the right. Lines are
mappings and variables; the same numbers are in a table.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from html import escape
from math import log2
from threading import Lock

from cachetools import LRUCache, cached
from markupsafe import Markup
from msgspec import Struct

from begrepp.queries.page_queries import select, value
from begrepp.records import Text
from begrepp.text.swedish import sort_key
from server.http.i18n import Translator
from server.pages.pictures.svg import curve, href, shorten, start_svg
from server.pages.schemes.scheme import scheme_row
from server.pages.templating import brief
from server.served.build import ServedBuild
from server.served.labels import find_refs

_SYSTEMS, _HUBS, _DATASETS = 12, 2, 12
"""Boxes of each column."""
_WIDTH, _BOX, _HEIGHT, _STEP, _TOP = 1100, 270, 34, 42, 30
_COLUMNS = (32, 421, 810)
_CHARACTERS = 29
"""Characters of a label beside a number of two digits."""


class LandscapeLink(Struct, frozen=True, kw_only=True):
    """A line of the picture: its ends with their paths, and the number of mappings or variables."""

    start: Text
    start_href: str
    end: Text
    end_href: str
    kind: str
    count: int


class Landscape(Struct, frozen=True, kw_only=True):
    """The picture as SVG and its lines for the table."""

    drawing: Markup
    links: Sequence[LandscapeLink]


class _Box(Struct, kw_only=True):
    iri: str
    href: str
    label: Text
    count: int
    kind: str
    x: int = 0
    y: int = 0


def landscape(build: ServedBuild, translate: Translator) -> Landscape:
    """Return the picture and its table; both empty if nothing is measured or mapped."""
    mapped, measured = _counts(build)
    hubs = [iri for iri, _ in _by_scheme(measured).most_common(_HUBS) if iri in build.schemes.by_iri]
    around = dict[str, tuple[bool, int]]()
    for (one, other), number in mapped.items():
        for scheme, partner in ((one, other), (other, one)):
            if scheme not in hubs and scheme in build.schemes.by_iri:
                to_hub, total = around.get(scheme, (False, 0))
                around[scheme] = (to_hub or partner in hubs, total + number)
    systems = sorted(around, key=lambda iri: (around[iri], iri), reverse=True)[:_SYSTEMS]
    datasets = Counter[str]()
    for (dataset, scheme), number in measured.items():
        if scheme in hubs:
            datasets[dataset] += number
    columns = [
        [_system_box(build, iri, "code", translate) for iri in systems],
        [_system_box(build, iri, "concept", translate) for iri in hubs],
        _dataset_boxes(build, datasets, translate),
    ]
    for column in (columns[0], columns[2]):
        column.sort(key=lambda box: sort_key(box.label.value))
    boxes = {box.iri: box for column in columns for box in column}
    lines = [(one, other, number, "mappings") for (one, other), number in _undirected(mapped).items()]
    lines += [(scheme, dataset, number, "variables") for (dataset, scheme), number in measured.items()]
    drawn = [line for line in lines if line[0] in boxes and line[1] in boxes]
    linked = {end for line in drawn for end in line[:2]}
    columns = [[box for box in column if box.iri in linked] for column in columns]
    return Landscape(
        drawing=Markup(_render(columns, boxes, drawn, translate)) if drawn else Markup(""),
        links=[
            LandscapeLink(
                start=boxes[one].label,
                start_href=boxes[one].href,
                end=boxes[other].label,
                end_href=boxes[other].href,
                kind=kind,
                count=number,
            )
            for one, other, number, kind in sorted(drawn, key=lambda line: (line[3], -line[2]))
        ],
    )


@cached(LRUCache(maxsize=2), key=lambda build: build.folder, lock=Lock())
def _counts(build: ServedBuild) -> tuple[Counter[tuple[str, str]], Counter[tuple[str, str]]]:
    """Return the number of mappings between code systems, and of variables by dataset and measured code system."""
    mapped, measured = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for row in select(build.store, "scheme-mappings"):
        mapped[value(row, "from"), value(row, "to")] += int(value(row, "n"))
    for row in select(build.store, "datasets-measure-schemes"):
        measured[value(row, "dataset"), value(row, "scheme")] += int(value(row, "n"))
    return mapped, measured


def _by_scheme(measured: Counter[tuple[str, str]]) -> Counter[str]:
    found = Counter[str]()
    for (_, scheme), number in measured.items():
        found[scheme] += number
    return found


def _undirected(mapped: Counter[tuple[str, str]]) -> Counter[tuple[str, str]]:
    found = Counter[tuple[str, str]]()
    for (one, other), number in mapped.items():
        found[min(one, other), max(one, other)] += number
    return found


def _system_box(build: ServedBuild, iri: str, kind: str, translate: Translator) -> _Box:
    row = scheme_row(build, build.schemes.by_iri[iri], translate.language)
    return _Box(iri=iri, href=row.href, label=brief(row.title), count=row.concepts, kind=kind)


def _dataset_boxes(build: ServedBuild, datasets: Counter[str], translate: Translator) -> list[_Box]:
    chosen = dict(datasets.most_common(_DATASETS))
    known = find_refs(build, chosen, translate.language)
    return [
        _Box(iri=iri, href=known[iri].href, label=_short(known[iri].label), count=number, kind="register")
        for iri, number in chosen.items()
    ]


def _short(label: Text) -> Text:
    """Return the abbreviation that a long title ends with, `NKBC`, before the title."""
    title, _, abbreviation = label.value.rpartition(" (")
    if title and len(label.value) > _CHARACTERS and abbreviation[:-1].isupper():
        return Text(f"{abbreviation[:-1]}, {title}", label.lang)
    return label


def _render(
    columns: Sequence[list[_Box]], boxes: dict[str, _Box], lines: list[tuple[str, str, int, str]], translate: Translator
) -> str:
    rows = max(len(column) for column in columns)
    for x, column in zip(_COLUMNS, columns, strict=True):
        top = _TOP + (rows - len(column)) * _STEP // 2
        for place, box in enumerate(column):
            box.x, box.y = x, top + place * _STEP
    height = _TOP + rows * _STEP
    parts = [start_svg("landscape", f"0 0 {_WIDTH} {height}", translate("home.picture"))]
    for one, other, number, kind in sorted(lines, key=lambda line: -line[2]):
        start, end = sorted((boxes[one], boxes[other]), key=lambda box: (box.x, box.y))
        parts.append(_line(start, end, number, f"{translate.number(number)} {translate(f'home.{kind}', n=number)}"))
    parts += [_box(box, translate) for column in columns for box in column]
    return "".join(parts) + "</svg>"


def _line(start: _Box, end: _Box, number: int, words: str) -> str:
    y1, y2 = start.y + _HEIGHT / 2, end.y + _HEIGHT / 2
    if start.x == end.x:
        path = curve(start.x, y1, start.x, y2, start.x - 26)
    else:
        x1, x2 = start.x + _BOX, end.x
        path = curve(x1, y1, x2, y2, (x1 + x2) / 2)
    title = escape(f"{start.label.value} – {end.label.value}: {words}")
    return f'<path d="{path}" stroke-width="{1 + log2(number) / 2:.1f}"><title>{title}</title></path>'


def _box(box: _Box, translate: Translator) -> str:
    y, number = box.y + 22, translate.number(box.count)
    label = escape(shorten(box.label.value, _CHARACTERS - max(0, len(number) - 2)))
    return (
        f'<a href="{href(box.href)}" class="is-{box.kind}"><title>{escape(box.label.value)}</title>'
        f'<rect x="{box.x}" y="{box.y}" width="{_BOX}" height="{_HEIGHT}" rx="8"/>'
        f'<text x="{box.x + 12}" y="{y}">{label}</text>'
        f'<text class="n" x="{box.x + _BOX - 12}" y="{y}" text-anchor="end">{number}</text></a>'
    )
