"""Types of entities: concept, each code system below it, and each level of a classification below its code system."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from msgspec import Struct
from pyoxigraph import NamedNode

from begrepp.queries.page_queries import select, value
from begrepp.records import Text
from begrepp.text.swedish import fold
from server.http.i18n import Translator
from server.reconciliation.concept_search import FoundConcept
from server.reconciliation.service_address import ReconciliationService
from server.served.labels import choose_text, find_refs
from server.served.resolver import find_scheme
from server.served.schemes import SchemeFacts

_CONCEPT = "concept"


class EntityType(Struct, frozen=True, kw_only=True):
    """A type: `concept`, `icd-10-se` or `icd-10-se/level/kategori`."""

    id: str
    name: Text
    broader: str = ""


class TypeIndex:
    """The types of a service, in the language of a request."""

    def __init__(self, service: ReconciliationService, language: str) -> None:
        self._service = service
        self._language = language
        self._scheme_types: dict[str, EntityType] = {}

    @cached_property
    def root(self) -> EntityType:
        """The type of all entities."""
        return EntityType(id=_CONCEPT, name=Text(Translator(self._language)("reconcile.type.concept"), self._language))

    @property
    def defaults(self) -> list[EntityType]:
        """The types that a client offers first: the code system with its levels, or all code systems."""
        if self._service.scheme:
            schemes = [*self._service.schemes]
            return [*map(self._of_scheme, schemes), *(level for scheme in schemes for level in self._levels(scheme))]
        return [self.root]

    def all(self) -> Iterator[EntityType]:
        """Yield every type of the service."""
        yield self.root
        for scheme in self._service.schemes or sorted(self._service.build.schemes.by_iri.values(), key=lambda s: s.id):
            yield self._of_scheme(scheme)
            yield from self._levels(scheme)

    def find(self, id_: str) -> EntityType | None:
        """Return the type with an identifier, or None."""
        wanted = self.normalise(id_)
        return next((each for each in self.all() if each.id == wanted), None)

    def normalise(self, type_: str) -> str:
        """Return the identifier of a type that is given by identifier, IRI or another identifier of a code system."""
        text = type_.strip().removeprefix(f"{self._service.build.iris.root}cs/")
        if "/level/" in text or fold(text) == _CONCEPT:
            return text
        scheme = find_scheme(self._service.build, type_)
        return scheme.id if scheme else text

    def schemes_of(self, types: Iterable[str]) -> list[SchemeFacts]:
        """Return the code systems that types belong to; none if one of the types is that of all concepts."""
        ids = [self.normalise(each).partition("/level/")[0] for each in types]
        by_id = self._service.build.schemes.by_id
        return [] if _CONCEPT in ids else [by_id[id_] for id_ in ids if id_ in by_id]

    def types_of(self, concepts: Sequence[FoundConcept]) -> dict[str, list[EntityType]]:
        """Return the types of concepts by IRI: their level, if they have one, and their code system."""
        by_iri = self._service.build.schemes.by_iri
        with_levels = [
            each.iri for each in concepts if each.scheme in by_iri and by_iri[each.scheme].id in self._with_levels
        ]
        levels = self._levels_of(set(with_levels))
        names = find_refs(self._service.view, set(levels.values()), self._language)
        types: dict[str, list[EntityType]] = {}
        for each in concepts:
            own = []
            if each.iri in levels:
                own.append(self._of_level(levels[each.iri], names[levels[each.iri]].label))
            if each.scheme in by_iri:
                own.append(self._of_scheme(by_iri[each.scheme]))
            types[each.iri] = own or [self.root]
        return types

    def _levels_of(self, concepts: Iterable[str]) -> dict[str, str]:
        """Return the IRI of the level of each concept that has one."""
        cache = self._service.view.levels_cache
        levels = {iri: level for iri in concepts if (level := cache.get(iri)) is not None}
        for iri in set(concepts) - set(levels):
            record = self._service.record(iri)
            levels[iri] = next((each for each in record.members_of if "/level/" in each), "") if record else ""
            cache.put(iri, levels[iri])
        return {iri: level for iri, level in levels.items() if level}

    @cached_property
    def _with_levels(self) -> frozenset[str]:
        """The ids of the code systems that have levels."""
        return frozenset(graph.id for graph in self._service.build.manifest.graphs if graph.levels)

    def _levels(self, scheme: SchemeFacts) -> list[EntityType]:
        if scheme.id not in self._with_levels:
            return []
        rows = select(self._service.view.store, "scheme-levels", scheme=NamedNode(scheme.iri))
        depths = {value(row, "level"): int(value(row, "depth")) for row in rows}
        names = find_refs(self._service.view, depths, self._language)
        return [self._of_level(iri, names[iri].label) for iri in sorted(depths, key=lambda iri: (depths[iri], iri))]

    def _of_scheme(self, scheme: SchemeFacts) -> EntityType:
        if scheme.id not in self._scheme_types:
            name = choose_text(scheme.titles, self._language) or Text(scheme.id, "")
            self._scheme_types[scheme.id] = EntityType(id=scheme.id, name=name, broader=_CONCEPT)
        return self._scheme_types[scheme.id]

    def _of_level(self, iri: str, label: Text) -> EntityType:
        id_ = iri.removeprefix(f"{self._service.build.iris.root}cs/")
        return EntityType(id=id_, name=label, broader=id_.partition("/level/")[0])
