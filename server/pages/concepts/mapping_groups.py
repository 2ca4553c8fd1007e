"""Mappings of a concept by the code system of the other end, and a picture of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from html import escape

from markupsafe import Markup
from msgspec import Struct

from server.http.i18n import Translator
from server.pages.concepts.mapping_rows import MappingRow, external_name
from server.pages.pictures.svg import curve, href, language_attribute, start_svg
from server.pages.pictures.text_lines import break_words
from server.pages.templating import brief
from server.served.build import ServedBuild
from server.served.labels import choose_text
from server.served.refs import Ref

_DRAWN = 16
"""Mappings in the picture; the table has all."""
_BOX, _END, _LINE, _PAD, _GAP, _HEADING = 230, 400, 18, 8, 8, 24
_WIDTH, _CHARACTERS = 800, 48


class MappingGroup(Struct, frozen=True, kw_only=True):
    """The mappings of a concept to one code system; `href` is empty for a system that the build does not have."""

    title: str
    language: str
    href: str
    rows: Sequence[MappingRow]


def mapping_groups(build: ServedBuild, rows: Sequence[MappingRow], language: str) -> list[MappingGroup]:
    """Return the mappings by code system, those with the closest match first."""
    groups: dict[str, list[MappingRow]] = defaultdict(list)
    for row in rows:
        system = row.other.scheme or external_name(row.other.iri)[0]
        groups[system if system in build.schemes.by_id else f"//{system}"].append(row)
    found = []
    for id_, members in groups.items():
        facts = build.schemes.by_id.get(id_)
        title = choose_text(facts.titles, language) if facts else None
        shown = brief(title) if title else None
        found.append(
            MappingGroup(
                title=shown.value if shown else id_.removeprefix("//"),
                language=shown.lang if shown else "",
                href=f"/cs/{id_}" if facts else "",
                rows=members,
            )
        )
    return found


def mapping_drawing(here: Ref, groups: Sequence[MappingGroup], translate: Translator) -> Markup:
    """Return the picture as SVG: the concept to the left, the mapped concepts by code system to the right.

    The width of a line is the relation, as in the table; texts are broken into lines and not cut.
    """
    boxes, lines, y, drawn = [], [], 0, 0
    ends: list[tuple[float, MappingRow]] = []
    for group in groups:
        rows = group.rows[: _DRAWN - drawn]
        if not rows:
            break
        drawn += len(rows)
        language = language_attribute(group.language, translate)
        boxes.append(f'<text class="system" x="{_END}" y="{y + 15}"{language}>{escape(group.title)}</text>')
        y += _HEADING
        for row in rows:
            code = row.name or row.other.code
            broken = break_words(code if row.name else f"{code} {row.other.label.value}".strip(), _CHARACTERS)
            height = len(broken) * _LINE + 2 * _PAD
            boxes.append(_box(row.other, code, broken, _END, y, _WIDTH - _END, "end", translate))
            ends.append((y + height / 2, row))
            y += height + _GAP
        y += _GAP
    height = y - 2 * _GAP
    own = break_words(f"{here.code} {here.label.value}".strip(), 26)
    own_height = len(own) * _LINE + 2 * _PAD
    top = max(0, (height - own_height) / 2)
    for end, row in ends:
        middle = top + own_height / 2
        words = translate.maybe(f"match.{row.predicate}", row.predicate)
        if row.negated:
            words = f"{translate('mappings.not')} {words}"
        path = curve(_BOX, middle, _END - 34, end, (_BOX + _END) / 2)
        kind = "not" if row.negated else row.predicate.removeprefix("skos:")
        lines.append(
            f'<g class="{kind}"><title>{escape(words)}</title><path d="{path}"/>'
            f'<circle cx="{_END - 20}" cy="{end:.0f}" r="13"/>'
            f'<text x="{_END - 20}" y="{end + 5:.0f}" text-anchor="middle">{row.sign}</text></g>'
        )
    total = max(height, own_height) + 4
    head = start_svg("matches", f"-2 -2 {_WIDTH + 4} {total:.0f}", translate("mappings.picture", n=drawn))
    own_box = _box(here, here.code, own, 0, top, _BOX, "here", translate)
    return Markup("".join([head, *lines, own_box, *boxes, "</svg>"]))


def _box(
    ref: Ref, code: str, broken: Sequence[str], x: float, y: float, width: float, kind: str, translate: Translator
) -> str:
    height = len(broken) * _LINE + 2 * _PAD
    language = language_attribute(ref.label.lang, translate)
    texts = []
    for place, line in enumerate(broken):
        shown = escape(line)
        if place == 0 and code and line.startswith(code):
            shown = f'<tspan class="n">{escape(code)}</tspan>{escape(line[len(code) :])}'
        texts.append(f'<text x="{x + 12}" y="{y + _PAD + 13 + place * _LINE:.0f}"{language}>{shown}</text>')
    box = f'<rect x="{x}" y="{y:.0f}" width="{width}" height="{height}" rx="8"/>{"".join(texts)}'
    if kind == "here":
        return f'<g class="is-concept here">{box}</g>'
    return f'<a class="is-code" href="{href(ref.href)}">{box}</a>'
