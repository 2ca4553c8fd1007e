"""The build that is being served: opened read-only, and exchanged when a newer one is published."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from flask import current_app, g

from begrepp.artefact.manifest import Manifest, current_build, read_manifest
from begrepp.build.store_writer import DEFAULT, read_contents
from begrepp.history.changes import Change
from begrepp.rdf.iris import Iris
from begrepp.search import TextIndex
from begrepp.settings import Settings
from begrepp.store.disk import DiskStore, Store
from begrepp.store.endpoint import Endpoint
from begrepp.store.nodes import FILE as NODES_FILE
from begrepp.store.nodes import NodeClient, read_nodes
from server.catalogue import Catalogue
from server.kept import Kept, KeptAnswers
from server.pool import QueryPool

if TYPE_CHECKING:
    from server.served.refs import Node, Ref


@dataclass(frozen=True)
class Build:
    """One build, open for reading."""

    folder: Path
    manifest: Manifest

    endpoint: Endpoint | None = None

    @property
    def where(self) -> Path | Endpoint:
        """Where the graph is asked: the build's own store, or another server that holds the same."""
        return self.endpoint or self.folder / "store"

    @cached_property
    def store(self) -> Store:
        """The graph."""
        return self.where.open() if isinstance(self.where, Endpoint) else DiskStore(self.where)

    def store_of(self, scheme: str) -> Store:
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
    def kept_changes(self) -> dict[str, list[Change]]:
        """The differences that were read last."""
        return {}

    @cached_property
    def kept_tops(self) -> dict[str, list[str]]:
        """The top concepts of the schemes that were looked at, in order; as many lists as there are schemes."""
        return {}

    @cached_property
    def kept_rights(self) -> dict[str, tuple[str, str]]:
        """The licence and the publisher of the graphs that were asked for."""
        return {}

    @cached_property
    def kept_refs(self) -> Kept[Ref]:
        """The links to the things that were named last, by IRI and language."""
        return Kept(50_000)

    @cached_property
    def kept_children(self) -> Kept[list[Node]]:
        """What is below the concepts that were looked at last, by concept and language."""
        return Kept(100_000, lambda nodes: len(nodes) + 1)

    @cached_property
    def kept_days(self) -> dict[tuple[str, ...], Build]:
        """The build as of the days that were asked for last."""
        return {}

    @cached_property
    def catalogue(self) -> Catalogue:
        """The schemes, and what is measured where: small, asked once."""
        return Catalogue(self.store, self.iris)


class Serving:
    """What one server process holds: the settings, the current build and the query workers."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.pool = QueryPool(settings)
        self.nodes = read_nodes(settings.data / NODES_FILE)
        self.node_client = NodeClient()
        self.kept = KeptAnswers(settings.kept_answers_mb)
        self._opened: tuple[str, Build] | None = None
        self._lock = threading.Lock()

    def build(self) -> Build:
        """The current build; one look at the link tells whether a newer one was published."""
        try:
            link = str(self.settings.current.readlink())
        except OSError:
            link = ""
        opened = self._opened
        if opened is None or not link or opened[0] != link:
            with self._lock:
                opened = self._opened
                if opened is None or not link or opened[0] != link:
                    opened = self._opened = (link, self._open(current_build(self.settings)))
        return opened[1]

    def _open(self, folder: Path) -> Build:
        if self._opened and self._opened[1].folder == folder:
            return self._opened[1]
        manifest = read_manifest(folder)
        return Build(folder, manifest, endpoint=_endpoint(self.settings, folder, manifest))


def _endpoint(settings: Settings, folder: Path, manifest: Manifest) -> Endpoint | None:
    """The other server that the operator chose, with the names that `begrepp publish` gave to the graphs there."""
    if not settings.store_url:
        return None
    contents = read_contents(folder / "store")
    return Endpoint(
        url=settings.store_url,
        user=settings.store_user,
        password=settings.store_password,
        timeout_seconds=settings.query_seconds,
        current=Iris(manifest.base).graph("current"),
        graphs=tuple(sorted(graph for graph in contents.files if graph != DEFAULT)) if contents else (),
    )


def serving() -> Serving:
    """The `Serving` of the application at hand."""
    state = current_app.extensions["begrepp"]
    assert isinstance(state, Serving)
    return state


def build() -> Build:
    """The build that this request is answered from, the same from its beginning to its end."""
    if "build" not in g:
        g.build = serving().build()
    found = g.build
    assert isinstance(found, Build)
    return found
