"""Chapters of the concepts of an edition: the topmost concepts, or those below one that has nearly all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from pyoxigraph import NamedNode

from begrepp.history.changes import Change
from begrepp.queries.page_queries import select, value
from begrepp.store import Store
from begrepp.terminology.difference_file import ChangePlace

_DOMINANT = 0.8
"""Part of all concepts from which those below a chapter are the chapters in its place."""
_MAX_DIVISIONS = 3


class EditionChapters:
    """The chapter of each concept of one edition (IRI)."""

    def __init__(self, store: Store, edition: str) -> None:
        above: dict[str, str] = {}
        below: dict[str, set[str]] = {}
        for row in select(store, "edition-hierarchy", edition=NamedNode(edition)):
            concept, parent = value(row, "concept"), value(row, "above")
            below.setdefault(parent, set()).add(concept)
            # Of several broader concepts the first by IRI counts, so that a concept has one chapter.
            above[concept] = min(parent, above.get(concept, parent))
        self._above = above
        self._chapters = {parent for parent in below if parent not in above}
        for _ in range(_MAX_DIVISIONS):
            counts = Counter(map(self.find, above))
            largest, count = next(iter(counts.most_common(1)), ("", 0))
            if largest not in below or count <= _DOMINANT * len(above):
                break
            self._chapters = self._chapters - {largest} | below[largest]

    def find(self, concept: str) -> str:
        """Return the chapter of a concept (IRI), itself if it is one; empty for one outside all chapters."""
        seen = {concept}
        while concept not in self._chapters:
            concept = self._above.get(concept, "")
            if not concept or concept in seen:
                return ""
            seen.add(concept)
        return concept


def place_changes(changes: Iterable[Change], old: EditionChapters, new: EditionChapters) -> list[ChangePlace]:
    """Return the chapters of each change: of its first source in the older edition, its first target in the newer."""
    places = []
    for change in changes:
        source = change.sources[0].iri if change.sources else ""
        target = change.targets[0].iri if change.targets else ""
        places.append(ChangePlace(old.find(source) if source else "", new.find(target) if target else ""))
    return places
