"""Index of the schemes of a build, and of the variables that measure each concept."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property

from msgspec import Struct, field
from pyoxigraph import Literal, NamedNode

from begrepp.queries.page_queries import select, value
from begrepp.rdf.iris import Iris
from begrepp.rdf.namespaces import expand
from begrepp.records import Text, preferred_notation
from begrepp.store import Store
from begrepp.terminology.stored_system import StoredSystem
from begrepp.variables.harmonisation.variable_pairs import ListedCode
from server.served.concept_source import StoredConcepts
from server.served.variable_facts import VariableIndex

MAX_CONCEPTS = 200_000
MAX_CACHED_LISTS = 8


class SchemeFacts(Struct):
    """Properties of a concept scheme."""

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
    """Schemes, their concepts and the variables that measure them, read on first use."""

    def __init__(self, store: Store, iris: Iris, stored: StoredConcepts) -> None:
        """`stored` are the concepts of the current view."""
        self._store = store
        self._stored = stored
        self._iris = iris
        self._lists: dict[str, list[ListedCode]] = {}
        self._lock = threading.Lock()

    @cached_property
    def by_iri(self) -> dict[str, SchemeFacts]:
        """The schemes by IRI."""
        schemes: dict[str, SchemeFacts] = {}
        for row in select(self._store, "schemes"):
            iri = value(row, "scheme")
            _set_property(schemes.setdefault(iri, SchemeFacts(iri)), value(row, "property"), row["value"])
        for scheme in [*schemes.values()]:
            self._add_container(scheme, schemes)
        return schemes

    def _add_container(self, scheme: SchemeFacts, schemes: dict[str, SchemeFacts]) -> None:
        """Add the scheme that another one is a part of, if it has no statements of its own."""
        root = f"{self._iris.root}cs/"
        if scheme.part_of.startswith(root) and scheme.part_of not in schemes:
            id_ = scheme.part_of.removeprefix(root)
            schemes[scheme.part_of] = SchemeFacts(scheme.part_of, id_, [Text(id_.upper(), "sv")])

    @cached_property
    def by_id(self) -> dict[str, SchemeFacts]:
        """The schemes by id."""
        return {scheme.id: scheme for scheme in self.by_iri.values()}

    @cached_property
    def by_alias(self) -> dict[str, SchemeFacts]:
        """The schemes by each of their identifiers."""
        aliases: dict[str, SchemeFacts] = {}
        for scheme in self.by_iri.values():
            for alias in (scheme.id, scheme.iri, scheme.system_uri, *scheme.identifiers):
                if alias:
                    aliases.setdefault(alias.rstrip("/"), scheme)
                    aliases.setdefault(alias.removeprefix("urn:oid:"), scheme)
        return aliases

    def parts(self, scheme: SchemeFacts) -> list[SchemeFacts]:
        """Return the schemes that are parts of a scheme, sorted by id."""
        return sorted((s for s in self.by_iri.values() if s.part_of == scheme.iri), key=lambda s: s.id)

    @cached_property
    def measuring_variables(self) -> dict[str, list[tuple[str, str, str]]]:
        """Variables by the concepts that they measure and by all broader concepts: (variable, dataset, measured)."""
        variables: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
        for concept, above in self._measured_concepts():
            record = self._stored.record(concept)
            entries = [(m.variable, m.dataset, concept) for m in record.measurements] if record else []
            for iri in (concept, *above):
                variables[iri] += entries
        return dict(variables)

    @cached_property
    def variables(self) -> VariableIndex:
        """Coding and years of all variables."""
        return VariableIndex(self._store)

    @cached_property
    def broader(self) -> dict[str, list[str]]:
        """Directly broader concepts, by concept, for all measured concepts and all concepts above them."""
        broader: dict[str, list[str]] = {}
        for concept, above in self._measured_concepts():
            for iri in (concept, *above):
                if iri not in broader:
                    record = self._stored.record(iri)
                    broader[iri] = [*record.parents] if record else []
        return {iri: parents for iri, parents in broader.items() if parents}

    def _measured_concepts(self) -> Iterator[tuple[str, list[str]]]:
        """Yield each measured concept with all concepts above it."""
        for system in self._stored.terminology.all_current():
            for concept in system.measured:
                yield system.iri(concept), [system.iri(above) for above in system.hierarchy.ancestors(concept)]

    def concepts(self, scheme: str) -> list[ListedCode]:
        """Return the concepts of a scheme, unordered; the lists of the last schemes are cached."""
        with self._lock:
            if scheme in self._lists:
                return self._lists[scheme]
        system = self._stored.system(scheme)
        listed = _listed_codes(system) if system else self._read_concepts(scheme)
        with self._lock:
            self._lists[scheme] = listed
            while len(self._lists) > MAX_CACHED_LISTS:
                self._lists.pop(next(iter(self._lists)))
        return listed

    def _read_concepts(self, scheme: str) -> list[ListedCode]:
        """Return the concepts of a list that only a dataset has, from the store."""
        labels: dict[str, list[Text]] = defaultdict(list)
        codes: dict[str, list[tuple[str, str]]] = defaultdict(list)
        active: dict[str, bool] = {}
        inactive = expand("begrepp:inactive")
        for row in select(self._store, "scheme-concepts", scheme=NamedNode(scheme)):
            iri = value(row, "concept")
            if isinstance(code := row["notation"], Literal):
                codes[iri].append((code.value, code.datatype.value))
            active[iri] = value(row, "status") != inactive
            if isinstance(label := row["label"], Literal):
                text = Text(label.value, label.language or "")
                if text not in labels[iri]:
                    labels[iri].append(text)
            if len(codes) >= MAX_CONCEPTS:
                break
        return [
            ListedCode(iri=iri, notation=preferred_notation(own), labels=tuple(labels[iri]), active=active[iri])
            for iri, own in codes.items()
        ]


def _listed_codes(system: StoredSystem) -> list[ListedCode]:
    """Return the concepts of a code system, at most `MAX_CONCEPTS`."""
    names = map(system.name, range(min(len(system), MAX_CONCEPTS)))
    return [
        ListedCode(iri=name.iri, notation=name.notation, labels=name.texts, active=name.active)
        for name in names
        if name.notation
    ]


def _set_property(scheme: SchemeFacts, prop: str, term: object) -> None:
    text_value = str(getattr(term, "value", ""))
    text = Text(text_value, getattr(term, "language", None) or "")
    if prop == expand("skos:prefLabel"):
        scheme.titles.append(text)
    elif prop == expand("dct:description"):
        scheme.descriptions.append(text)
    elif prop == expand("dct:identifier"):
        scheme.identifiers.append(text_value)
    elif prop == expand("begrepp:schemeId"):
        scheme.id = text_value
    elif prop == expand("begrepp:preferredSystemUri"):
        scheme.system_uri = text_value
    elif prop == expand("begrepp:notationPattern"):
        scheme.pattern = text_value
    elif prop == expand("begrepp:hierarchical"):
        scheme.hierarchical = text_value in ("true", "1")  # both forms of a boolean
    elif prop == expand("dct:isPartOf"):
        scheme.part_of = text_value
    elif prop == expand("begrepp:ehdsCodingSystem"):
        scheme.ehds = text_value
