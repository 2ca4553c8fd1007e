"""Treemap of a code system, and icicle of a branch of it, as SVG with links."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from markupsafe import Markup
from msgspec import Struct

from begrepp.terminology.stored_system import StoredSystem
from server.http.i18n import Translator
from server.pages.pictures.branches import BranchSize, branch_sizes, branches, first_branches
from server.pages.pictures.svg import href, language_attribute, start_svg
from server.pages.pictures.text_lines import break_lines
from server.pages.pictures.treemap import Tile, squarify
from server.served.build import ServedBuild

WIDTH, HEIGHT = 1000, 520
_TILES = 60
"""Branches in a picture; the table has all."""
_INNER = 40
"""Branches in a tile."""
_CHARACTER, _LINE, _BOLD = 9.1, 19, 0.9
"""Width of a small letter and height of a line of 16 pixels, and the share of characters that fit in bold."""
_SMALLEST = 4.0
"""Sides of a tile that is drawn, at least."""
_COLUMNS = (130, 400, 470)
_ROW, _PROPORTIONAL = 30, 380
"""Height of each part of an icicle at least, and the height that is divided by number of concepts."""
_FEWEST = 20
"""Concepts of a branch that has an icicle, at least."""


class SystemPicture(Struct, frozen=True, kw_only=True):
    """A picture and its branches for the table; `overlaps` if a concept is in several branches."""

    drawing: Markup
    branches: Sequence[BranchSize]
    by_use: bool
    is_used: bool
    """Whether there are variables or registers for any branch."""
    overlaps: bool


def system_treemap(
    build: ServedBuild, system: StoredSystem, translate: Translator, *, by_use: bool
) -> SystemPicture | None:
    """Return the treemap by number of concepts, or of variables and registers; None without two branches."""
    found = branches(build, system, first_branches(system), translate.language)
    if len(found) < 2:
        return None
    is_used = any(branch.uses for branch in found)
    by_use = by_use and is_used
    shown = sorted((b for b in found if _size(b, by_use=by_use)), key=lambda b: -_size(b, by_use=by_use))[:_TILES]
    parts = [start_svg("treemap", f"-1 -1 {WIDTH + 2} {HEIGHT + 2}", translate("picture.treemap", n=len(shown)))]
    tiles = squarify([_size(b, by_use=by_use) for b in shown], Tile(0, 0, WIDTH, HEIGHT))
    for branch, tile in zip(shown, tiles, strict=True):
        below = branches(build, system, system.hierarchy.children(branch.number), translate.language)
        parts.append(_tile(branch, tile, below, translate, by_use=by_use))
    return SystemPicture(
        drawing=Markup("".join([*parts, "</svg>"])),
        branches=found,
        by_use=by_use,
        is_used=is_used,
        overlaps=sum(branch.concepts for branch in found) > len(system.active),
    )


def branch_icicle(build: ServedBuild, iri: str, translate: Translator) -> SystemPicture | None:
    """Return the icicle of a concept: it, its children and theirs; None without grandchildren or for a small branch."""
    located = build.terminology.locate(iri)
    if located is None:
        return None
    system, number = located
    hierarchy = system.hierarchy
    children = hierarchy.children(number)
    if not any(map(hierarchy.children, children)) or len(hierarchy.descendants(number)) < _FEWEST:
        return None
    here = branch_sizes(build, system, [number], translate.language)[0]
    found = sorted(branch_sizes(build, system, children, translate.language), key=lambda b: b.ref.sort_key)[:_TILES]
    total = sum(branch.concepts for branch in found) or 1
    heights = [_ROW + _PROPORTIONAL * branch.concepts / total for branch in found]
    height = sum(heights)
    first, second, third = _COLUMNS
    parts = [start_svg("icicle", f"-1 -1 {WIDTH + 2} {height + 2}", translate("picture.icicle", n=len(found)))]
    parts.append(_cell(here, Tile(0, 0, first, height), translate))
    y = 0.0
    for branch, own in zip(found, heights, strict=True):
        parts.append(_cell(branch, Tile(first, y, second, own), translate))
        below = branch_sizes(build, system, hierarchy.children(branch.number), translate.language)
        parts += _row(below, Tile(first + second, y, third, own), translate)
        y += own
    return SystemPicture(
        drawing=Markup("".join([*parts, "</svg>"])),
        branches=found,
        by_use=False,
        is_used=here.uses > 0,
        overlaps=sum(branch.concepts for branch in found) >= here.concepts,
    )


def _size(branch: BranchSize, *, by_use: bool) -> int:
    return branch.uses if by_use else branch.concepts


def _row(below: Sequence[BranchSize], tile: Tile, translate: Translator) -> list[str]:
    """Return the cells of branches beside each other, by code; those too narrow to be seen are left out."""
    total = sum(branch.concepts for branch in below)
    parts, x = [], tile.x
    for branch in sorted(below, key=lambda each: each.ref.sort_key):
        own = tile.width * branch.concepts / total if total else 0.0
        if own >= _SMALLEST:
            cell = Tile(x, tile.y, own, tile.height)
            drawn = [_rect(cell, "outer"), *_words(branch, cell, translate)]
            parts.append(_linked(branch, drawn, translate, is_inner=True))
        x += own
    return parts


def _tile(branch: BranchSize, tile: Tile, below: Sequence[BranchSize], translate: Translator, *, by_use: bool) -> str:
    """Return a branch as a tile with its own branches in it."""
    heading = Tile(tile.x, tile.y, tile.width * _BOLD, min(tile.height, 3 * _LINE))
    parts = [_rect(tile, "outer"), *_words(branch, heading, translate)]
    lines = len(parts) - 1
    parts = [_linked(branch, parts, translate)]
    inner = Tile(tile.x + 3, tile.y + lines * _LINE + 8, tile.width - 6, tile.height - lines * _LINE - 11)
    sizes = sorted((b for b in below if _size(b, by_use=by_use)), key=lambda b: -_size(b, by_use=by_use))[:_INNER]
    if lines and inner.width > 30 and inner.height > 20 and len(sizes) > 1:
        for each, place in zip(sizes, squarify([_size(b, by_use=by_use) for b in sizes], inner), strict=True):
            if place.width >= _SMALLEST and place.height >= _SMALLEST:
                cell = [_rect(place, "inner"), *_words(each, place, translate)]
                parts.append(_linked(each, cell, translate, is_inner=True))
    return "".join(parts)


def _cell(branch: BranchSize, tile: Tile, translate: Translator) -> str:
    return _linked(branch, [_rect(tile, "outer"), *_words(branch, tile, translate)], translate)


def _linked(branch: BranchSize, parts: Sequence[str], translate: Translator, *, is_inner: bool = False) -> str:
    """Return parts as a link; those of inner branches are no stops of Tab, as the hierarchy has the same links."""
    ref = branch.ref
    numbers = [translate("picture.concepts", n=branch.concepts)]
    if branch.uses:
        numbers.append(translate("picture.uses", n=branch.uses))
    title = f"{ref.code} {ref.label.value}: {', '.join(numbers)}".strip()
    kind, tab = " used" if branch.uses else "", ' tabindex="-1"' if is_inner else ""
    return f'<a class="is-code{kind}"{tab} href="{href(ref.href)}"><title>{escape(title)}</title>{"".join(parts)}</a>'


def _rect(tile: Tile, kind: str) -> str:
    return (
        f'<rect class="{kind}" x="{tile.x + 1:.1f}" y="{tile.y + 1:.1f}" width="{max(0.5, tile.width - 2):.1f}" '
        f'height="{max(0.5, tile.height - 2):.1f}" rx="3"/>'
    )


def _width(line: str) -> float:
    """Return the approximate width of a line of 16 pixels: capitals and digits are wider."""
    return _CHARACTER * (len(line) + 0.2 * sum(letter.isupper() or letter.isdecimal() for letter in line))


def _words(branch: BranchSize, tile: Tile, translate: Translator) -> list[str]:
    """Return the lines of the label that fit whole in the tile: code and name, else the code, else nothing."""
    ref = branch.ref
    width, rows = int((tile.width - 10) / _CHARACTER), int((tile.height - 6) / _LINE)
    if rows < 1 or width < 2:
        return []
    for text in (f"{ref.code} {ref.label.value}".strip(), ref.code):
        lines = break_lines(text, width)
        if text and len(lines) <= rows and all(_width(line) <= tile.width - 10 for line in lines):
            language = language_attribute(ref.label.lang, translate)
            return [
                f'<text x="{tile.x + 7:.1f}" y="{tile.y + 17 + n * _LINE:.1f}"{language}>{escape(line)}</text>'
                for n, line in enumerate(lines)
            ]
    return []
