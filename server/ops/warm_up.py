"""Warm-up of a server process: what its first requests would otherwise wait for."""

from __future__ import annotations

import contextlib
import gc

from flask import Flask

from begrepp.errors import BegreppError
from begrepp.queries.query_files import read_queries
from begrepp.search.synonyms import read_synonyms
from server.http.i18n import LANGUAGES
from server.http.urls import document_path
from server.served.build import ServedBuild
from server.state import AppState
from server.telemetry.query_log import suppress_query_log

_DATA_SUFFIXES = {"select": "json", "ask": "json"}
_COLLECTOR_THRESHOLDS = (5000, 1, 500)
"""Thresholds of the garbage collector. A collection of all objects stops the process for up to a tenth of a second; by
default one is due every 70,000 objects, which 600 pages make. The middle generation has what two collections have left:
what ten leave takes up to 60 ms."""


def prepare_process(app: Flask) -> None:
    """Open the build and make a page of a concept in each language, which compiles its template.

    After that, the objects that the process has made are left out of garbage collections, since they stay.
    """
    with contextlib.suppress(BegreppError):  # such as no build yet; requests report it
        state = app.extensions["begrepp"]
        assert isinstance(state, AppState)
        path = _path_of_concept(state.current_build())
        client = app.test_client()
        with suppress_query_log():
            for language in LANGUAGES if path else ():
                client.get(path, headers={"Accept": "text/html", "Accept-Language": language})
    gc.set_threshold(*_COLLECTOR_THRESHOLDS)
    gc.freeze()


def _path_of_concept(build: ServedBuild) -> str:
    """Return the path of the page of any concept; empty if the build has none."""
    paths = (document_path(build.iris, system.iri(0)) for system in build.terminology.schemes() if len(system))
    return next((path for path in paths if path.startswith("/cs/")), "")


def warm_searches() -> None:
    """Read what the first search of a process would wait for, but its first page does not need.

    It stays, and is left out of garbage collections.
    """
    read_synonyms()
    gc.freeze()


def warm_up(app: Flask) -> None:
    """Request each example query as a page and as data, which also reads the store into the memory of the machine."""
    warm_searches()
    client = app.test_client()
    with suppress_query_log():
        client.get("/")
        for query in read_queries("examples"):
            for suffix in ("", f".{_DATA_SUFFIXES.get(query.form, 'ttl')}"):
                client.get(f"/queries/{query.name}{suffix}")
