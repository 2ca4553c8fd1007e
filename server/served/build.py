"""The build that the server serves, opened for reading."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from begrepp.artefact.manifest import GraphEntry, Manifest
from begrepp.rdf.iris import Iris
from begrepp.search import TextIndex
from begrepp.store import Store
from begrepp.store.disk import DiskStore
from begrepp.store.endpoint import Endpoint
from begrepp.terminology.terminology import Terminology
from server.served.caches import MemoryCache, Value, text_bytes
from server.served.concept_source import ConceptSource, StoredConcepts
from server.served.refs import NODE_BYTES, Ref, TreeNode
from server.served.schemes import SchemeIndex
from server.telemetry.metrics import cache_gauge


@dataclass(frozen=True)
class ServedBuild:
    """One build with its store, text index, schemes and caches, all opened on first use."""

    folder: Path
    manifest: Manifest

    endpoint: Endpoint | None = None

    @cached_property
    def location(self) -> str | Endpoint:
        """The path of the build's own store, or the external endpoint with the same graphs."""
        return self.endpoint or str(self.folder / "store")

    @cached_property
    def store(self) -> Store:
        """The triple store."""
        return self.endpoint.open() if self.endpoint else DiskStore(self.folder / "store")

    def scheme_store(self, scheme: str) -> Store:
        """Return the store with the concepts of a scheme; a dated build overrides it with a smaller one."""
        return self.store

    @cached_property
    def graph_entries(self) -> dict[str, GraphEntry]:
        """The editions of the manifest by the IRIs of their graphs."""
        return {graph.graph: graph for graph in self.manifest.graphs}

    @cached_property
    def concepts(self) -> ConceptSource:
        """Records, names and hierarchy of the concepts."""
        return self.stored

    @cached_property
    def stored(self) -> StoredConcepts:
        """The concepts of the current view, by IRI and by code."""
        return StoredConcepts(self.folder)

    @cached_property
    def index(self) -> TextIndex:
        """The text index."""
        return TextIndex(self.folder / "index")

    @property
    def view(self) -> str:
        """Key of what is shown of the build, among those of all builds and days."""
        return str(self.folder)

    @property
    def terminology(self) -> Terminology:
        """The terminology: concepts, hierarchies and value sets."""
        return self.stored.terminology

    @cached_property
    def iris(self) -> Iris:
        """IRIs under the base of the build."""
        return Iris(self.manifest.base)

    @cached_property
    def rights_cache(self) -> MemoryCache[tuple[str, str]]:
        """Cache of licence and publisher, by graph."""
        return self._cache("rights", 1, lambda rights: text_bytes(*rights))

    @cached_property
    def refs_cache(self) -> MemoryCache[Ref]:
        """Cache of links, by IRI and language."""
        return self._cache("refs", 32, lambda ref: ref.size)

    @cached_property
    def levels_cache(self) -> MemoryCache[str]:
        """Cache of the IRI of the level of a concept, empty for one without a level."""
        return self._cache("levels", 8, text_bytes)

    @cached_property
    def children_cache(self) -> MemoryCache[list[TreeNode]]:
        """Cache of the nodes of narrower concepts in order, by concept and language."""
        return self._cache("children", 32, lambda found: NODE_BYTES * len(found))

    @cached_property
    def registers_cache(self) -> MemoryCache[list[Any]]:
        """Cache of the registers that are coded in a code system, by its IRI and language."""
        return self._cache("registers", 4, lambda rows: 4096 * len(rows))

    @cached_property
    def comparisons_cache(self) -> MemoryCache[Any]:
        """Cache of comparisons of datasets, and of their crosswalks by language, by the datasets or the concept."""
        return self._cache("comparisons", 8, lambda found: 1 << 16)

    @cached_property
    def dated_builds_cache(self) -> dict[tuple[str, ...], ServedBuild]:
        """Cache of 8 dated builds, by their graphs."""
        return {}

    def _cache(self, name: str, megabytes: int, size_of: Callable[[Value], int]) -> MemoryCache[Value]:
        """Return a new cache of the process; dated builds share those of the full build."""
        return MemoryCache(megabytes << 20, size_of, cache_gauge(name))

    @cached_property
    def schemes(self) -> SchemeIndex:
        """The schemes and the variables that measure concepts, read once."""
        return SchemeIndex(self.store, self.iris, self.stored)
