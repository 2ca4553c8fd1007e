"""What a build holds that every page may ask about: its schemes, and which variables measure what."""

from __future__ import annotations

import threading
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property

from pyoxigraph import Literal, NamedNode

from begrepp.queries.pages import select, value
from begrepp.rdf.iris import Iris
from begrepp.rdf.namespaces import expand
from begrepp.records import Text
from begrepp.store import Store
from begrepp.variables.harmonisation.variable_pairs import ListedCode

MAX_LIST = 200_000
KEPT_LISTS = 8


@dataclass(slots=True)
class SchemeFacts:
    """A concept scheme as the graph states it."""

    iri: str
    id: str = ""
    titles: list[Text] = field(default_factory=list)
    descriptions: list[Text] = field(default_factory=list)
    identifiers: list[str] = field(default_factory=list)
    system_uri: str = ""
    pattern: str = ""
    hierarchical: bool = True
    part_of: str = ""
    ehds: str = ""


class SchemeIndex:
    """Answers from memory; filled from the build when first asked."""

    def __init__(self, store: Store, iris: Iris) -> None:
        self._store = store
        self._iris = iris
        self._lists: dict[str, list[ListedCode]] = {}
        self._lock = threading.Lock()

    @cached_property
    def by_iri(self) -> dict[str, SchemeFacts]:
        """The schemes by their IRI."""
        found: dict[str, SchemeFacts] = {}
        for row in select(self._store, "schemes"):
            iri = value(row, "scheme")
            _take(found.setdefault(iri, SchemeFacts(iri)), value(row, "property"), row["value"])
        for scheme in [*found.values()]:
            self._imply_container(scheme, found)
        return found

    def _imply_container(self, scheme: SchemeFacts, found: dict[str, SchemeFacts]) -> None:
        """A scheme that others are parts of exists, even where nothing more is said of it."""
        root = f"{self._iris.root}cs/"
        if scheme.part_of.startswith(root) and scheme.part_of not in found:
            id_ = scheme.part_of.removeprefix(root)
            found[scheme.part_of] = SchemeFacts(scheme.part_of, id_, [Text(id_.upper(), "sv")])

    @cached_property
    def by_id(self) -> dict[str, SchemeFacts]:
        """The schemes by their short name."""
        return {scheme.id: scheme for scheme in self.by_iri.values()}

    @cached_property
    def by_alias(self) -> dict[str, SchemeFacts]:
        """The schemes by every identifier they are known under."""
        aliases: dict[str, SchemeFacts] = {}
        for scheme in self.by_iri.values():
            for alias in (scheme.id, scheme.iri, scheme.system_uri, *scheme.identifiers):
                if alias:
                    aliases.setdefault(alias.rstrip("/"), scheme)
                    aliases.setdefault(alias.removeprefix("urn:oid:"), scheme)
        return aliases

    def parts(self, scheme: SchemeFacts) -> list[SchemeFacts]:
        """The schemes that are parts of a scheme, by their short names."""
        return sorted((s for s in self.by_iri.values() if s.part_of == scheme.iri), key=lambda s: s.id)

    @cached_property
    def measuring(self) -> dict[str, list[tuple[str, str, str]]]:
        """Concept → the variables that measure it or what lies below it: (variable, dataset, measured)."""
        above: dict[str, set[str]] = defaultdict(set)
        for row in select(self._store, "measured-above"):
            above[value(row, "measured")].add(value(row, "above"))
        found: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
        for row in select(self._store, "measured"):
            entry = (value(row, "variable"), value(row, "dataset"), value(row, "measured"))
            for concept in {entry[2]} | above[entry[2]]:
                found[concept].append(entry)
        return dict(found)

    @cached_property
    def directly_above(self) -> dict[str, list[str]]:
        """What is measured, or lies above it → the concepts directly above."""
        found: dict[str, list[str]] = defaultdict(list)
        for row in select(self._store, "broader-measured"):
            found[value(row, "concept")].append(value(row, "above"))
        return dict(found)

    def concepts(self, scheme: str) -> list[ListedCode]:
        """All concepts of a scheme, in no order; the lists asked for last are kept."""
        with self._lock:
            if scheme in self._lists:
                return self._lists[scheme]
        labels: dict[str, list[Text]] = defaultdict(list)
        said: dict[str, tuple[str, bool]] = {}
        inactive = expand("begrepp:inactive")
        for row in select(self._store, "scheme-concepts", scheme=NamedNode(scheme)):
            iri = value(row, "concept")
            said[iri] = (value(row, "notation"), value(row, "status") != inactive)
            if isinstance(label := row["label"], Literal):
                text = Text(label.value, label.language or "")
                if text not in labels[iri]:
                    labels[iri].append(text)
            if len(said) >= MAX_LIST:
                break
        listed = [
            ListedCode(iri=iri, notation=notation, labels=tuple(labels[iri]), active=active)
            for iri, (notation, active) in said.items()
        ]
        with self._lock:
            self._lists[scheme] = listed
            while len(self._lists) > KEPT_LISTS:
                self._lists.pop(next(iter(self._lists)))
        return listed


def _take(scheme: SchemeFacts, prop: str, term: object) -> None:
    words = str(getattr(term, "value", ""))
    text = Text(words, getattr(term, "language", None) or "")
    if prop == expand("skos:prefLabel"):
        scheme.titles.append(text)
    elif prop == expand("dct:description"):
        scheme.descriptions.append(text)
    elif prop == expand("dct:identifier"):
        scheme.identifiers.append(words)
    elif prop == expand("begrepp:schemeId"):
        scheme.id = words
    elif prop == expand("begrepp:preferredSystemUri"):
        scheme.system_uri = words
    elif prop == expand("begrepp:notationPattern"):
        scheme.pattern = words
    elif prop == expand("begrepp:hierarchical"):
        scheme.hierarchical = words == "true"
    elif prop == expand("dct:isPartOf"):
        scheme.part_of = words
    elif prop == expand("begrepp:ehdsCodingSystem"):
        scheme.ehds = words
