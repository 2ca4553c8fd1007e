"""The build that is being served, opened for reading."""

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
    """One build, open for reading."""

    folder: Path
    manifest: Manifest

    endpoint: Endpoint | None = None

    @property
    def location(self) -> Path | Endpoint:
        """Where the graph is asked: the build's own store, or another server that holds the same."""
        return self.endpoint or self.folder / "store"

    @cached_property
    def store(self) -> Store:
        """The graph."""
        return self.location.open() if isinstance(self.location, Endpoint) else DiskStore(self.location)

    def scheme_store(self, scheme: str) -> Store:
        """Where the concepts of a scheme are: a dated build need not look through all its graphs for them."""
        return self.store

    @cached_property
    def index(self) -> TextIndex:
        """The words."""
        return TextIndex(self.folder / "index")

    @cached_property
    def iris(self) -> Iris:
        """The IRIs under the build's base."""
        return Iris(self.manifest.base)

    @cached_property
    def changes_cache(self) -> dict[str, list[Change]]:
        """The differences that were read last."""
        return {}

    @cached_property
    def top_concepts_cache(self) -> dict[str, list[str]]:
        """The top concepts of the schemes that were looked at, in order; as many lists as there are schemes."""
        return {}

    @cached_property
    def rights_cache(self) -> dict[str, tuple[str, str]]:
        """The licence and the publisher of the graphs that were asked for."""
        return {}

    @cached_property
    def refs_cache(self) -> LruCache[Ref]:
        """The links to the things that were named last, by IRI and language."""
        return LruCache(50_000)

    @cached_property
    def children_cache(self) -> LruCache[list[TreeNode]]:
        """What is below the concepts that were looked at last, by concept and language."""
        return LruCache(100_000, lambda nodes: len(nodes) + 1)

    @cached_property
    def dated_builds_cache(self) -> dict[tuple[str, ...], ServedBuild]:
        """The build as of the days that were asked for last."""
        return {}

    @cached_property
    def schemes(self) -> SchemeIndex:
        """The schemes, and what is measured where: small, asked once."""
        return SchemeIndex(self.store, self.iris)
