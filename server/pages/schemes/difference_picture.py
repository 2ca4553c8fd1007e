"""Summary picture of a difference: bars of the changes of each chapter, and their flow between chapters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from markupsafe import Markup
from msgspec import Struct

from begrepp.history.changes import TYPES
from begrepp.terminology.difference_file import ChapterFlow
from server.http.i18n import Translator
from server.pages.flow import FlowLink, FlowNode, flow_drawing
from server.served.build import ServedBuild
from server.served.labels import find_refs
from server.served.refs import Ref

_MAX_CHAPTERS = 24
"""Chapters with most changes that the flow draws; the others are one node."""
_OTHERS, _NOTHING = "others", ""


class ChangeBar(Struct, frozen=True, kw_only=True):
    """A segment of a chapter's bar: class of change, number, left edge and width in per cent."""

    kind: str
    count: int
    x: float
    width: float


class ChapterRow(Struct, frozen=True, kw_only=True):
    """A chapter with the number of its changes, formal ones included, and its bar."""

    chapter: Ref
    id: str
    total: int
    bars: Sequence[ChangeBar]


def chapter_rows(build: ServedBuild, scheme: str, flows: Sequence[ChapterFlow], language: str) -> list[ChapterRow]:
    """Return the chapters that have changes, by code; a change between chapters counts in both."""
    counts: dict[str, Counter[str]] = {}
    for flow in flows:
        for chapter in {flow.old, flow.new} - {""}:
            counts.setdefault(chapter, Counter())[flow.kind] += flow.changes
    known = find_refs(build, counts, language)
    most = max((each.total() for each in counts.values()), default=1)
    rows = []
    for chapter, by_kind in counts.items():
        bars, x = [], 0.0
        for kind in TYPES:
            if count := by_kind[kind]:
                width = 100 * count / most
                bars.append(ChangeBar(kind=kind, count=count, x=round(x, 2), width=round(width, 2)))
                x += width
        id_ = chapter.removeprefix(f"{scheme}/")
        rows.append(ChapterRow(chapter=known[chapter], id=id_, total=by_kind.total(), bars=bars))
    return sorted(rows, key=lambda row: row.chapter.sort_key)


def chapter_flow(build: ServedBuild, flows: Sequence[ChapterFlow], title: str, translate: Translator) -> Markup:
    """Return the drawing of the changes with new content between chapters; empty if there are none."""
    drawn = [(flow, flow.changes - flow.formal) for flow in flows if flow.changes > flow.formal and flow.old + flow.new]
    if not drawn:
        return Markup("")
    totals = Counter[str]()
    for flow, count in drawn:
        for chapter in {flow.old, flow.new} - {""}:
            totals[chapter] += count
    shown = {chapter for chapter, _ in totals.most_common(_MAX_CHAPTERS)}
    known = find_refs(build, shown, translate.language)

    def place(chapter: str) -> str:
        return chapter if chapter in shown else _OTHERS if chapter else _NOTHING

    sizes = Counter[tuple[str, str, str]]()
    for flow, count in drawn:
        sizes[place(flow.old), place(flow.new), flow.kind] += count
    chapters = sorted(known.values(), key=lambda ref: ref.sort_key)
    nodes = [FlowNode(id=ref.iri, label=f"{ref.code} {ref.label.value}".strip(), href=ref.href) for ref in chapters]
    nodes.append(FlowNode(id=_OTHERS, label=translate("difference.otherchapters")))
    left = [*nodes, FlowNode(id=_NOTHING, label=translate("difference.flownew"), kind="c-added")]
    right = [*nodes, FlowNode(id=_NOTHING, label=translate("difference.flowgone"), kind="c-retired")]
    names = ({node.id: node.label for node in left}, {node.id: node.label for node in right})
    links = [
        FlowLink(
            start=old,
            end=new,
            size=count,
            kind=f"c-{kind}",
            title=f"{names[0][old]} → {names[1][new]}: {translate(f'change.{kind}')}, {translate.number(count)}",
        )
        for (old, new, kind), count in sizes.items()
    ]
    starts, ends = {link.start for link in links}, {link.end for link in links}
    return flow_drawing([n for n in left if n.id in starts], [n for n in right if n.id in ends], links, title)
