"""A build as of a day: a view of the build in which the editions in force that day are the default graph."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from begrepp.search import TextIndex
from begrepp.store import Store
from begrepp.store.chosen_graphs import ChosenGraphs
from server.served.build import ServedBuild
from server.served.caches import MemoryCache, Value
from server.served.concept_source import ConceptSource, StoredConcepts
from server.served.dated_concepts import DatedConcepts
from server.served.schemes import SchemeIndex


@dataclass(frozen=True)
class DatedBuild(ServedBuild):
    """A build as of a day; `full_build` is the build it is a view of, `graphs` are the graphs in force that day."""

    full_build: ServedBuild = field(kw_only=True)
    graphs: tuple[str, ...] = field(kw_only=True)

    @property
    def view(self) -> str:
        """Key of what is shown of the build, among those of all builds and days."""
        return " ".join((str(self.folder), *self.graphs))

    @cached_property
    def store(self) -> Store:
        """The store over the graphs in force that day, the catalogue and the provenance."""
        iris = self.full_build.iris
        always = [iris.graph("catalog"), iris.graph("provenance")]
        return ChosenGraphs(self.full_build.store, [*self.graphs, *always], [g.graph for g in self.manifest.graphs])

    def _cache(self, name: str, megabytes: int, size_of: Callable[[Value], int]) -> MemoryCache[Value]:
        shared: MemoryCache[Value] = getattr(self.full_build, f"{name}_cache")
        return shared.within(" ".join(self.graphs))

    def scheme_store(self, scheme: str) -> Store:
        """Return a store over the graph of one scheme in force that day, as each further graph slows queries down."""
        editions = self.manifest.editions("scheme", scheme)
        return ChosenGraphs(self.full_build.store, [g.graph for g in editions if g.graph in self.graphs], [])

    @cached_property
    def stored(self) -> StoredConcepts:
        """The concepts of the current view."""
        return self.full_build.stored

    @cached_property
    def concepts(self) -> ConceptSource:
        """Records, names and hierarchy of the concepts as of the day."""
        return DatedConcepts(self.store, self.stored, self.graphs)

    @cached_property
    def index(self) -> TextIndex:
        """The text index of the full build; search has no dated view."""
        return self.full_build.index

    @cached_property
    def schemes(self) -> SchemeIndex:
        """The schemes of the full build."""
        return self.full_build.schemes
