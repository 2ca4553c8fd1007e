"""Application state: the settings, the served build, and the pool of query workers."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from flask import current_app, g

from begrepp.artefact.manifest import Manifest, current_build, read_manifest
from begrepp.rdf.iris import Iris
from begrepp.settings import Settings
from begrepp.store.contents import DEFAULT_GRAPH, read_store_contents
from begrepp.store.endpoint import Endpoint
from begrepp.store.nodes import NODES_FILE, NodeClient, read_nodes
from begrepp.text.word_cache import watch_caches
from server.served.build import ServedBuild
from server.served.caches import AnswerCache
from server.telemetry import metrics
from server.workers.peer_processes import PeerProcesses
from server.workers.pool import QueryPool


class AppState:
    """State of one server process: the settings, the served build, the query workers and the answer cache."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.pool = QueryPool(settings)
        self.nodes = read_nodes(settings.data / NODES_FILE)
        self.node_client = NodeClient()
        watch_caches(metrics.record_cache)
        self.answers = AnswerCache(settings.answer_cache_mb, metrics.cache_gauge("answers"))
        self.peers: PeerProcesses | None = None
        """The other processes of the server, if it has some."""
        self._current = str(settings.current)
        self._opened: tuple[str, ServedBuild] | None = None
        self._lock = threading.Lock()

    def current_build(self) -> ServedBuild:
        """Return the served build; opens a newer one if the link to the current build has changed."""
        try:
            link = os.readlink(self._current)  # noqa: PTH115 - `Path` takes ten times as long
        except OSError:
            link = ""
        opened = self._opened
        if opened is None or not link or opened[0] != link:
            with self._lock:
                opened = self._opened
                if opened is None or not link or opened[0] != link:
                    opened = self._opened = (link, self._open(current_build(self.settings)))
        return opened[1]

    def opened_build(self) -> ServedBuild | None:
        """Return the served build if it is open already and still the current one."""
        opened = self._opened
        try:
            link = os.readlink(self._current)  # noqa: PTH115
        except OSError:
            return None
        return opened[1] if opened and opened[0] == link else None

    def _open(self, folder: Path) -> ServedBuild:
        if self._opened and self._opened[1].folder == folder:
            return self._opened[1]
        manifest = read_manifest(folder)
        return ServedBuild(folder, manifest, endpoint=_endpoint(self.settings, folder, manifest))


def _endpoint(settings: Settings, folder: Path, manifest: Manifest) -> Endpoint | None:
    """Return the external SPARQL endpoint of the settings, with the graph names that `begrepp publish` uses there."""
    if not settings.store_url:
        return None
    contents = read_store_contents(folder / "store")
    return Endpoint(
        url=settings.store_url,
        user=settings.store_user,
        password=settings.store_password,
        timeout_seconds=settings.query_seconds,
        current=Iris(manifest.base).graph("current"),
        graphs=tuple(sorted(graph for graph in contents.files if graph != DEFAULT_GRAPH)) if contents else (),
    )


def app_state() -> AppState:
    """Return the `AppState` of the current application."""
    state = current_app.extensions["begrepp"]
    assert isinstance(state, AppState)
    return state


def served_build() -> ServedBuild:
    """Return the build of the current request, the same during the whole request."""
    if "build" not in g:
        g.build = app_state().current_build()
    build = g.build
    assert isinstance(build, ServedBuild)
    return build
