"""Flow drawing of a mapping set: chapters or systems on both sides, and the number of mappings between them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from threading import Lock
from typing import NamedTuple

from cachetools import LRUCache, cached
from markupsafe import Markup
from pyroaring import BitMap

from begrepp.queries.page_queries import value
from begrepp.rdf.namespaces import compact
from begrepp.records import Text
from begrepp.terminology.interface import CodeSystem
from server.http.i18n import Translator
from server.pages.flow import FlowLink, FlowNode, flow_drawing
from server.pages.schemes.mapping_query import select_mappings
from server.pages.templating import brief
from server.served.build import ServedBuild
from server.served.labels import choose_text, find_refs

_MAX_NODES = 24
"""Nodes of a side with most mappings; the others are one node."""
_OTHERS = "others"
_DOMINANT, _MAX_DIVISIONS = 0.6, 6
"""Part of the mappings from which the concepts below a chapter take its place, and how often."""
KINDS = {
    "skos:exactMatch": "nothing",
    "skos:closeMatch": "near",
    "skos:broadMatch": "coarser",
    "skos:narrowMatch": "undecided",
    "skos:relatedMatch": "only",
}
"""CSS class of each property, in the order of the legend; others are `only`."""


class EndPlace(NamedTuple):
    """The code system and the chapter of an end of a mapping (IRIs; empty if the build does not have it)."""

    system: str
    chapter: str


LocatedConcept = tuple[CodeSystem, int]
_UNKNOWN = EndPlace("", "")


def mapping_flow(build: ServedBuild, mapping_set: str, to: str, title: str, translate: Translator) -> Markup:
    """Return the drawing of a mapping set (IRI); empty with less than two mappings.

    A side with several code systems is drawn by system. `to` is the id of a system: then only mappings to it.
    """
    target = build.iris.scheme(to) if to else ""
    counts = {
        key: number for key, number in _count_ends(build, mapping_set).items() if not target or key[1].system == target
    }
    if sum(counts.values()) < 2:
        return Markup("")
    left = _nodes(build, ((key[0], number) for key, number in counts.items()), translate, "")
    right = _nodes(build, ((key[1], number) for key, number in counts.items()), translate, mapping_set)
    sizes = Counter[tuple[str, str, str]]()
    for (subject, object_, predicate), number in counts.items():
        sizes[left[subject].id, right[object_].id, predicate] += number
    names = {node.id: node.label for node in (*left.values(), *right.values())}
    links = [
        FlowLink(
            start=start,
            end=end,
            size=number,
            kind=KINDS.get(predicate, "only"),
            title=f"{names[start]} → {names[end]}: {translate.maybe(f'match.{predicate}', predicate)}, "
            f"{translate.number(number)}",
        )
        for (start, end, predicate), number in sizes.items()
    ]
    return flow_drawing(_ordered(left), _ordered(right), links, title)


def _ordered(nodes: Mapping[EndPlace, FlowNode]) -> list[FlowNode]:
    """Return the distinct nodes by label, those of other places last."""
    distinct = {node.id: node for node in nodes.values()}.values()
    return sorted(distinct, key=lambda node: (node.id in ("", _OTHERS), node.label))


def _nodes(
    build: ServedBuild, places: Iterable[tuple[EndPlace, int]], translate: Translator, mapping_set: str
) -> dict[EndPlace, FlowNode]:
    """Return the node of each place: of its chapter, or of its system if there are several systems."""
    totals = Counter[EndPlace]()
    for place, number in places:
        totals[place] += number
    by_system = len({place.system for place in totals}) > 1
    sums = Counter[str]()
    for place, number in totals.items():
        sums[place.system if by_system else place.chapter or place.system] += number
    shown = {id_ for id_, _ in sums.most_common(_MAX_NODES)}
    known = find_refs(build, shown - {""}, translate.language)
    nodes = {}
    for place in totals:
        id_ = place.system if by_system else place.chapter or place.system
        if id_ not in shown:
            nodes[place] = FlowNode(id=_OTHERS, label=translate("difference.otherchapters"))
        elif not id_:
            nodes[place] = FlowNode(id="", label=translate("mappings.unloaded"))
        elif by_system or id_ == place.system:
            scheme = build.schemes.by_iri.get(id_)
            name = choose_text(scheme.titles, translate.language) if scheme else None
            path = f"/mapping/{mapping_set.rpartition('/')[2]}?to={scheme.id}" if scheme and mapping_set else ""
            nodes[place] = FlowNode(id=id_, label=brief(name or Text(id_, "")).value, href=path)
        else:
            nodes[place] = FlowNode(
                id=id_, label=f"{known[id_].code} {known[id_].label.value}".strip(), href=known[id_].href
            )
    return nodes


@cached(LRUCache(maxsize=32), key=lambda build, mapping_set: (build.folder, mapping_set), lock=Lock())
def _count_ends(build: ServedBuild, mapping_set: str) -> Counter[tuple[EndPlace, EndPlace, str]]:
    """Return the number of mappings by the places of both ends and the property; read once per build."""
    locate = build.terminology.locate
    mappings = [
        (locate(value(row, "subject")), locate(value(row, "object")), compact(value(row, "predicate")))
        for row in select_mappings(build, mapping_set)
        if not value(row, "modifier")
    ]
    subjects = _places({subject for subject, _, _ in mappings if subject})
    objects = _places({object_ for _, object_, _ in mappings if object_})
    return Counter(
        (subjects.get(subject, _UNKNOWN), objects.get(object_, _UNKNOWN), predicate)
        for subject, object_, predicate in mappings
    )


def _places(ends: Iterable[LocatedConcept]) -> dict[LocatedConcept | None, EndPlace]:
    """Return the place of each end, by the chapters that divide the ends of its system."""
    numbers: dict[CodeSystem, BitMap] = {}
    for system, number in ends:
        numbers.setdefault(system, BitMap()).add(number)
    places: dict[LocatedConcept | None, EndPlace] = {}
    for system, found in numbers.items():
        chapters = _dividing_chapters(system, found)
        for number in found:
            above = chapters & (system.hierarchy.ancestors(number) | BitMap([number]))
            places[system, number] = EndPlace(system.description.iri, system.iri(above[0]) if above else "")
    return places


def _dividing_chapters(system: CodeSystem, found: BitMap) -> BitMap:
    """Return the topmost concepts with narrower ones; in place of one that has most of `found`, those below it."""
    hierarchy = system.hierarchy
    chapters = hierarchy.tops - hierarchy.leaves

    def share(chapter: int) -> int:
        return hierarchy.descendants(chapter).intersection_cardinality(found)

    for _ in range(_MAX_DIVISIONS):
        largest = max(chapters, key=share, default=None)
        if largest is None or share(largest) <= _DOMINANT * len(found):
            break
        chapters = (chapters - BitMap([largest])) | BitMap(hierarchy.children(largest))
    return chapters
