"""The build that the server serves, opened for reading."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from begrepp.artefact.manifest import Manifest
from begrepp.history.changes import Change
from begrepp.rdf.iris import Iris
from begrepp.search import TextIndex
from begrepp.store import Store
from begrepp.store.disk import DiskStore
from begrepp.store.endpoint import Endpoint
from server.served.caches import LruCache
from server.served.refs import Ref, TreeNode
from server.served.schemes import SchemeIndex


@dataclass(frozen=True)
class ServedBuild:
    """One build with its store, text index, schemes and caches, all opened on first use."""

    folder: Path
    manifest: Manifest

    endpoint: Endpoint | None = None

    @property
    def location(self) -> Path | Endpoint:
        """The folder of the build's own store, or the external endpoint with the same graphs."""
        return self.endpoint or self.folder / "store"

    @cached_property
    def store(self) -> Store:
        """The triple store."""
        return self.location.open() if isinstance(self.location, Endpoint) else DiskStore(self.location)

    def scheme_store(self, scheme: str) -> Store:
        """Return the store with the concepts of a scheme; a dated build overrides it with a smaller one."""
        return self.store

    @cached_property
    def index(self) -> TextIndex:
        """The text index."""
        return TextIndex(self.folder / "index")

    @cached_property
    def iris(self) -> Iris:
        """IRIs under the base of the build."""
        return Iris(self.manifest.base)

    @cached_property
    def changes_cache(self) -> dict[str, list[Change]]:
        """Cache of the changes between editions, by difference graph."""
        return {}

    @cached_property
    def top_concepts_cache(self) -> dict[str, list[str]]:
        """Cache of the top concepts in order, by scheme."""
        return {}

    @cached_property
    def rights_cache(self) -> dict[str, tuple[str, str]]:
        """Cache of licence and publisher, by graph."""
        return {}

    @cached_property
    def refs_cache(self) -> LruCache[Ref]:
        """LRU cache of links, by IRI and language."""
        return LruCache(50_000)

    @cached_property
    def children_cache(self) -> LruCache[list[TreeNode]]:
        """LRU cache of child nodes, by concept and language."""
        return LruCache(100_000, lambda nodes: len(nodes) + 1)

    @cached_property
    def dated_builds_cache(self) -> dict[tuple[str, ...], ServedBuild]:
        """Cache of dated builds, by their graphs."""
        return {}

    @cached_property
    def schemes(self) -> SchemeIndex:
        """The schemes and the variables that measure concepts, read once."""
        return SchemeIndex(self.store, self.iris)
